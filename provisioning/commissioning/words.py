"""Findings in words: English for the terminal, German for the protocol that is signed."""

from __future__ import annotations

from provisioning.commissioning.judgement import Code, Finding

ENGLISH: dict[Code, str] = {
    Code.LOCK_FAULT: "the driver reported {other}: see to the board, its power and its line",
    Code.DOES_NOT_OPEN: "no door opens: look for a jam, the lock's wire and its supply",
    Code.OPENS_PRESSED: "opens only while somebody presses the door: adjust the latch",
    Code.SLOW: "opens after its pulse is over ({other}): adjust latch and spring",
    Code.LOCK_SWAPPED: "its lock's wire opens {other}",
    Code.LOCK_DOUBLED: "its lock's wire opens several doors: {other}; part the wires",
    Code.OPENED_TWICE: "opened by more than one wire, those of {other}: part the wires",
    Code.CONTACT_DEAD: "the door opens and no contact moves: see to the contact, its magnet and its wire",
    Code.CONTACT_UNREADABLE: "the contact cannot be read: see to its board or pin",
    Code.CONTACT_STUCK: "the contact goes on saying open behind a closed door: see to its magnet",
    Code.CONTACT_INVERTED: "the contact says closed when the door is open: see to closed_level, or the contact",
    Code.CONTACT_SWAPPED: "the door moves the contact of {other}",
    Code.CONTACT_DOUBLED: "the door moves several contacts: {other}; part the wires",
    Code.CONTACT_ALONE: "the contact moved though no door opened when {other} was fired: a loose wire",
}

GERMAN: dict[Code, str] = {
    Code.LOCK_FAULT: "Störung beim Auslösen: {other}. Platine, Versorgung und Leitung prüfen.",
    Code.DOES_NOT_OPEN: "Keine Tür öffnet. Riegel, Schlossleitung und Versorgung prüfen.",
    Code.OPENS_PRESSED: "Öffnet nur unter Druck auf die Tür. Riegel einstellen.",
    Code.SLOW: "Öffnet erst nach dem Ende des Impulses ({other}). Riegel und Feder einstellen.",
    Code.LOCK_SWAPPED: "Die Schlossleitung öffnet {other}.",
    Code.LOCK_DOUBLED: "Die Schlossleitung öffnet mehrere Türen: {other}. Leitungen trennen.",
    Code.OPENED_TWICE: "Wird von mehreren Leitungen geöffnet, denen von {other}. Leitungen trennen.",
    Code.CONTACT_DEAD: "Die Tür öffnet, kein Kontakt meldet es. Kontakt, Magnet und Leitung prüfen.",
    Code.CONTACT_UNREADABLE: "Der Türkontakt ist nicht lesbar. Platine oder Anschluss prüfen.",
    Code.CONTACT_STUCK: "Der Türkontakt meldet bei geschlossener Tür weiter „offen“. Magnet prüfen.",
    Code.CONTACT_INVERTED: "Der Türkontakt meldet „zu“, wenn die Tür offen ist. closed_level oder Kontakt ändern.",
    Code.CONTACT_SWAPPED: "Die Tür bewegt den Kontakt von {other}.",
    Code.CONTACT_DOUBLED: "Die Tür bewegt mehrere Kontakte: {other}. Leitungen trennen.",
    Code.CONTACT_ALONE: "Der Kontakt meldet eine Bewegung ohne Tür, beim Auslösen von {other}. Leitung lose.",
}


def say(finding: Finding, words: dict[Code, str] = ENGLISH) -> str:
    """One sentence."""
    return words[finding.code].format(other=finding.other)
