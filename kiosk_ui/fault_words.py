"""Faults in words: what it is, what the technician does, what to tell the office. German only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultWords:
    title: str
    do: str
    tell: str


FAULTS: dict[str, FaultWords] = {
    "jam": FaultWords(
        "Tür klemmt",
        "Türspalt und Riegel ansehen, Fach mit Ausweis öffnen, Tür einmal öffnen und schließen.",
        "Ein Fach ist gesperrt, die anderen gehen weiter. Das Dokument darin ist sicher.",
    ),
    "lock_failed": FaultWords(
        "Schloss nicht ansteuerbar",
        "Zuleitung, Sicherung und Treiberstufe dieses Schlosses prüfen.",
        "Ein Fach ist gesperrt. Wer dort ein Dokument hat, bekommt es am Schalter.",
    ),
    "door_unreadable": FaultWords(
        "Türkontakt nicht lesbar",
        "Stecker und Kabel des Türkontakts prüfen; der Fehler löscht sich selbst.",
        "Ein Fach kann gerade nicht benutzt werden.",
    ),
    "left_open": FaultWords(
        "Tür steht offen",
        "Tür schließen, bis sie klickt. Danach das Fach klären.",
        "Eine Tür wurde nicht geschlossen. Bitte jemanden zur Box schicken.",
    ),
    "unexpected_open": FaultWords(
        "Tür ging ohne Auftrag auf",
        "Tür und Riegel auf Gewalt prüfen. Nicht schließen, bevor jemand vom Amt hineingesehen hat.",
        "Eine Tür ging ohne Auftrag auf. Bitte sofort jemanden zur Box schicken.",
    ),
    "document_missing": FaultWords(
        "Dokument verschwunden",
        "Nichts verändern. Ereignisprotokoll sichern.",
        "Ein Dokument ist nicht im Fach. Bitte Teamleitung und Datenschutz informieren.",
    ),
    "many_quarantined": FaultWords(
        "Viele Fächer in Klärung",
        "Ursache des Neustarts suchen (Strom, Absturz).",
        "Nach einem Neustart sind viele Fächer zu prüfen. Eine Bestandsprüfung klärt sie in einem Durchgang.",
    ),
    "clock_untrusted": FaultWords(
        "Uhr nicht gestellt",
        "Netz und Zeitserver prüfen. Abholen geht weiter; nichts läuft inzwischen ab.",
        "Die Uhr der Box ist ungenau. Abholen geht weiter.",
    ),
    "scanner_down": FaultWords(
        "Lesefenster antwortet nicht",
        "Kamera oder Scanner und den Dienst des Lesers prüfen.",
        "Codes können gerade nicht gelesen werden. Wer abholen will, geht zum Schalter.",
    ),
    "central_unreachable": FaultWords(
        "Zentrale nicht erreichbar",
        "Netz, Broker und Zertifikat prüfen. Vor Ort geht alles weiter.",
        "Neue Aufträge kommen verspätet an. Abholen geht weiter.",
    ),
    "disk_low": FaultWords(
        "Wenig Speicherplatz",
        "Platz schaffen. Unter 64 MB beginnt die Box nichts Neues.",
        "Die Box muss gewartet werden.",
    ),
    "disk_full": FaultWords(
        "Speicher voll",
        "Platz schaffen; die Box beginnt nichts Neues, bis wieder 64 MB frei sind.",
        "Die Box ist außer Betrieb. Dokumente sind sicher verschlossen.",
    ),
    "slow_commit": FaultWords(
        "Datenträger langsam",
        "Speicherkarte oder SSD prüfen und bald tauschen.",
        "Die Box geht, reagiert aber langsamer. Sie muss gewartet werden.",
    ),
}


def words(code: str) -> FaultWords:
    """Words for ``code``; a code without words says so itself."""
    return FAULTS.get(code, FaultWords(code, "Siehe Handbuch unter diesem Code.", f"Störung {code}."))
