"""The protocol of the last round before the front, as a PDF."""

from __future__ import annotations

from controller import api
from kiosk_ui import lock_findings
from kiosk_ui import technician_words as words
from kiosk_ui.paper import render
from kiosk_ui.paper.commissioning import DEADLINE_S, LockRow, Place, Sheet, protocol

NOT_DONE = {
    "running": "Die Prüfung läuft noch: Dieses Protokoll ist ein Zwischenstand.",
    "paused": "Die Prüfung ist unterbrochen: Dieses Protokoll ist ein Zwischenstand.",
}
OTHER_MAP = (
    "Der Belegungsplan wurde nach dieser Prüfung geändert: Leitungen stehen hier nicht mehr, und die neuen weist erst"
    " eine weitere Prüfung nach."
)
RULES = {
    "board_empty": "alle Fächer der betroffenen Platinen leer gesehen",
    "two_badges": "zwei Personen des Teams",
}


def sheet_of(told: api.CommissioningSheet) -> Sheet:
    """What the paper says."""
    round_ = told.round
    found: dict[str, tuple[str, ...]] = {}
    for each in round_.findings:
        other = words.BLOCKED.get(each.other, each.other) if each.code == "not_fired" else each.other
        found[each.compartment] = (*found.get(each.compartment, ()), lock_findings.say(each.code, other))
    wires = {lock.label: lock for lock in told.locks}
    rows = [
        LockRow(
            each.compartment,
            wires[each.compartment].lock if each.compartment in wires else "",
            wires[each.compartment].contact if each.compartment in wires else "",
            each.opened,
            each.opened_ms or None,
            found.get(each.compartment, ()),
        )
        for each in round_.results
    ]
    pulses = sorted({lock.pulse_ms for lock in told.locks})
    correction = round_.correction
    changes, title = list[str](), ""
    if correction is not None:
        kinds = {"lock": "Schloss", "contact": "Kontakt"}
        changes = [
            f"{each.compartment}: {kinds.get(each.what, each.what)} {each.before} -> {each.after}"
            for each in correction.wires
        ]
        title = (
            f"Geänderter Belegungsplan ({RULES.get(correction.rule, correction.rule)})"
            if correction.state == "accepted"
            else "Vorgeschlagene Änderung des Belegungsplans (nicht übernommen)"
        )
    return Sheet(
        box=told.box,
        simulated=told.kind != "real",
        cabinet=told.cabinet,
        day=words.when(round_.ended_wall_ms or round_.began_wall_ms),
        person=round_.staff,
        empty_by="Protokolldatenbank der Box (Türen und Buchungen)",
        map_hash=told.map_sha256,
        limits=", ".join(f"{pulse} ms" for pulse in pulses),
        places=[Place(lock.label, lock.column, lock.row) for lock in told.locks],
        rows=rows,
        wrong=set(found),
        findings=len(round_.findings),
        changes=changes,
        changes_title=title,
        map_after=correction.sha256 if correction is not None and correction.state == "accepted" else "",
        left_out=round_.left_out,
        log=f"Prüfung {round_.round}; Stand Eintrag {told.log_seq}, Prüfsumme {told.log_hash[:16]}…",
        unfinished=NOT_DONE.get(round_.state, "") if round_.resumable else OTHER_MAP,
    )


async def pdf(told: api.CommissioningSheet) -> bytes:
    """Raises `kiosk_ui.paper.PaperError`."""
    return await render(protocol(sheet_of(told)), deadline_s=DEADLINE_S)


def file_name(told: api.CommissioningSheet) -> str:
    return f"inbetriebnahme-{told.box}-{told.round.round}.pdf"
