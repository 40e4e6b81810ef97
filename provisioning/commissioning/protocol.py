"""The protocol of a commissioning: one PDF, in German, for the file; signed by installer and operator."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hal.interfaces import Fault
from hal.profile import Profile
from hal.wiring.correction import GERMAN as GERMAN_WIRES
from hal.wiring.correction import changes
from hal.wiring.judgement import Finding
from hal.wiring.observation import Observation
from kiosk_ui.paper import PaperError, render
from kiosk_ui.paper.commissioning import DEADLINE_S, LockRow, Place, Sheet, protocol
from provisioning.commissioning.words import GERMAN, say
from provisioning.errors import ProvisioningError
from provisioning.files import write_new


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in the protocol. ``before`` is the profile of the round, ``after`` the one that it proves, which was
    ``written`` or only proposed; ``by_log``: the log said that the box was empty, else the installer alone.
    """

    box: str
    simulated: bool
    installer: str
    at: datetime
    by_log: bool
    before: Profile
    after: Profile
    written: bool
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]


def document(report: Report) -> str:
    """The whole page as HTML."""
    before = report.before
    pulses = sorted({bank.pulse_ms for bank in before.banks})
    return protocol(
        Sheet(
            box=report.box,
            simulated=report.simulated,
            cabinet=before.name,
            day=report.at.strftime("%d.%m.%Y, %H:%M Uhr"),
            person=report.installer,
            empty_by="Protokolldatenbank der Box und Augenschein"
            if report.by_log
            else "Augenschein, vor der ersten Inbetriebnahme",
            map_hash=before.profile_hash(),
            limits=", ".join(f"{pulse} ms" for pulse in pulses),
            places=[Place(item.label, item.column, item.row) for item in before.compartments],
            rows=[_row(report, seen) for seen in report.observations],
            wrong={finding.label for finding in report.findings},
            findings=len(report.findings),
            faults=[f"{fault.code} ({fault.subject})" for fault in report.faults],
            changes=changes(before, report.after, GERMAN_WIRES),
            changes_title="Geänderter Belegungsplan"
            if report.written
            else "Vorgeschlagene Änderung des Belegungsplans (nicht übernommen)",
            map_after=report.after.profile_hash() if report.written else "",
        )
    )


def _row(report: Report, seen: Observation) -> LockRow:
    item = report.before.compartment(seen.label)
    words = tuple(say(finding, GERMAN) for finding in report.findings if finding.label == seen.label)
    return LockRow(
        seen.label,
        str(report.before.lock_wire(item)),
        str(report.before.sensor_wire(item)),
        seen.opened,
        seen.to_open_ms,
        words,
    )


def write(path: Path, report: Report) -> None:
    """The PDF at ``path``, which must not be there yet.

    Raises ``ProvisioningError``: ``protocol_exists``, or ``no_protocol`` after the same was written as ``path`` with
    ``.html`` behind it. A round before a large front takes hours, and is not lost.
    """
    html = document(report)
    try:
        pdf = asyncio.run(render(html, deadline_s=DEADLINE_S))
    except PaperError as error:
        beside = path.with_name(path.name + ".html")
        write_new(beside, html.encode("utf-8"), 0o640, None)
        raise ProvisioningError("no_protocol", f"{error}; what it would say is in {beside}") from error
    if not write_new(path, pdf, 0o640, None):
        raise ProvisioningError("protocol_exists", f"{path} is there already; a protocol is never written over another")


def check_place(path: Path) -> None:
    """Refuse before the round what ``write`` would refuse after it. Raises ``ProvisioningError``."""
    if path.suffix.lower() != ".pdf":
        raise ProvisioningError("bad_protocol_file", f"{path}: the name must end in .pdf")
    if path.exists():
        raise ProvisioningError("protocol_exists", f"{path} is there already; a protocol is never written over another")
    if not path.absolute().parent.is_dir():
        raise ProvisioningError("bad_protocol_file", f"{path.absolute().parent} is not a directory")
