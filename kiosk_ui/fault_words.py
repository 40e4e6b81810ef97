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
    "card_reader_down": FaultWords(
        "Kartenleser antwortet nicht",
        "Kartenleser und Kabel prüfen, dann pcscd und den Dienst des Kartenlesers.",
        "Ausweise können gerade nicht am Gerät geprüft werden. Das Team sieht sie an, sonst hilft der Schalter.",
    ),
    "trust_store_stale": FaultWords(
        "Prüfzertifikate fehlen oder sind veraltet",
        "Masterliste und Sperrlisten einspielen: abholfach csca import (Handbuch document-chips.md).",
        "Ausweise können gerade nicht am Gerät geprüft werden. Das Team sieht sie an, sonst hilft der Schalter.",
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
    "screen_stale": FaultWords(
        "Bildschirm zeigt nicht, was gilt",
        "Browser-Dienst ansehen; er wird von selbst neu gestartet. Bleibt der Fehler: Bildschirm und Kabel prüfen.",
        "Der Bildschirm der Box hängt. Bis er wieder geht, öffnet sich für niemanden eine Tür.",
    ),
    "power_fail": FaultWords(
        "Stromausfall",
        "Sicherung, Stecker und Netzteil prüfen. Die Box schaltet sich ab und startet mit dem Strom von selbst.",
        "Die Box hat keinen Strom. Alle Türen bleiben verriegelt, die Dokumente sind sicher.",
    ),
    "tamper": FaultWords(
        "Gehäuse offen",
        "Nachsehen, wer am Gehäuse arbeitet. Sonst auf Gewalt prüfen und schließen.",
        "Das Gehäuse der Box ist offen. Ist keine Wartung angemeldet: bitte sofort jemanden hinschicken.",
    ),
    "input_unreadable": FaultWords(
        "Fühler nicht lesbar",
        "Stecker und Kabel des Fühlers prüfen; der Fehler löscht sich selbst.",
        "Ein Fühler der Box fällt aus. Abholen geht weiter.",
    ),
    "keypad_gone": FaultWords(
        "Tastenfeld fehlt",
        "Stecker und Kabel des Tastenfelds prüfen. Ist es ein anderes Modell: in cabinet.toml eintragen.",
        "Die Tasten der Box gehen nicht. Wer nicht sieht, kann nicht allein abholen: bitte am Schalter helfen.",
    ),
    "speech_device_gone": FaultWords(
        "Tonausgabe fehlt",
        "Soundkarte und Kabel prüfen („aplay -l“). Ist es eine andere: in cabinet.toml eintragen.",
        "Die Box liest nicht vor. Wer nicht sieht, kann nicht allein abholen: bitte am Schalter helfen.",
    ),
    "temperature_low": FaultWords(
        "Zu kalt im Gehäuse",
        "Heizung und Aufstellort prüfen.",
        "In der Box ist es zu kalt. Abholen geht weiter.",
    ),
    "temperature_high": FaultWords(
        "Zu warm im Gehäuse",
        "Lüfter, Filter und Sonne prüfen.",
        "In der Box ist es zu warm. Abholen geht weiter.",
    ),
    "supply_low": FaultWords(
        "Versorgung der Schlösser zu schwach",
        "Netzteil, Last und Klemmen messen. Schlösser können klemmen.",
        "Türen öffnen vielleicht nicht beim ersten Mal. Die Technik kümmert sich.",
    ),
    "supply_high": FaultWords(
        "Versorgung der Schlösser zu hoch",
        "Netzteil sofort außer Betrieb nehmen und tauschen.",
        "Die Box muss sofort gewartet werden.",
    ),
    "outage": FaultWords(
        "Von Hand als gestört gemeldet",
        "Das Team hat die Box gestört gemeldet und hebt das auch wieder auf, wenn alles geht.",
        "Die Box ist als gestört gemeldet. Wenn alles wieder geht: am Gerät anmelden, „Mehr“, Störung beenden.",
    ),
    "door_sensor_flapping": FaultWords(
        "Türkontakt flattert",
        "Lage des Magneten, Kontakt und Kabel auf Wackelkontakt prüfen.",
        "Ein Fach meldet sich unzuverlässig und sollte bis zur Reparatur außer Betrieb sein.",
    ),
    "port_gone": FaultWords(
        "Leitung zu den Schlossplatinen weg",
        "Adapter und USB-Kabel prüfen, wieder einstecken; die Leitung kommt von selbst zurück.",
        "Ein Teil der Fächer ist außer Betrieb. Die anderen gehen weiter.",
    ),
    "board_silent": FaultWords(
        "Schlossplatine antwortet nicht",
        "Strom, Sicherung, Datenkabel und Adressschalter der Platine prüfen; sie kommt von selbst zurück.",
        "Die Fächer einer Platine sind außer Betrieb. Die anderen gehen weiter.",
    ),
    "board_noise": FaultWords(
        "Störungen auf der Datenleitung",
        "Abschlusswiderstand, Schirm und Verlegung der Leitung prüfen; Antworten werden wiederholt.",
        "Alles geht weiter, vielleicht etwas langsamer. Die Technik kümmert sich.",
    ),
    "pulse_cap_unsafe": FaultWords(
        "Schlossplatine begrenzt den Impuls nicht",
        "Platine tauschen oder Impulszeit mit dem Programm des Herstellers setzen; bis dahin öffnet sie nichts.",
        "Die Fächer einer Platine sind außer Betrieb. Wer dort ein Dokument hat, bekommt es am Schalter.",
    ),
    "door_listener_failed": FaultWords(
        "Türmeldungen kommen verspätet an",
        "Support-Paket erstellen und an den Hersteller der Software geben: Das ist ein Fehler im Programm.",
        "Die Box geht weiter, etwas langsamer. Die Technik kümmert sich.",
    ),
    "indicator_failed": FaultWords(
        "Lampe oder Ton geht nicht",
        "Lampe, Summer und ihre Anschlüsse prüfen. Türen und Schlösser sind nicht betroffen.",
        "Eine Lampe oder der Ton fällt aus. Abholen geht weiter.",
    ),
}


def words(code: str) -> FaultWords:
    """Words for ``code``; a code without words says so itself."""
    return FAULTS.get(code, FaultWords(code, "Siehe Handbuch unter diesem Code.", f"Störung {code}."))


#: Why a box is out of order; none of these can be a line in its log.
OUT_OF_ORDER: dict[str, FaultWords] = {
    "log_damaged": FaultWords(
        "Protokoll beschädigt",
        "Nichts löschen. Datenträger prüfen, letzte Sicherung zurückspielen, dann „abholfach log verify“.",
        "Die Box ist außer Betrieb. Alle Türen sind verriegelt, die Dokumente sicher.",
    ),
    "commit_unknown": FaultWords(
        "Schreiben fehlgeschlagen",
        "Datenträger prüfen und tauschen; die Steuerung startet von selbst neu.",
        "Die Box ist außer Betrieb. Alle Türen sind verriegelt, die Dokumente sicher.",
    ),
}


def out_of_order(reason: str) -> FaultWords:
    """Words for ``CODE:ENTRY``."""
    code, _, entry = reason.partition(":")
    said = OUT_OF_ORDER.get(code)
    if said is None:
        return FaultWords(code, "Journal der Steuerung ansehen.", "Die Box ist außer Betrieb. Dokumente sind sicher.")
    return FaultWords(f"{said.title} (Eintrag {entry})" if entry else said.title, said.do, said.tell)
