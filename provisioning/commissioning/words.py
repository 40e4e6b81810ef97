"""Findings in words: English for the terminal, German for the protocol that is signed."""

from __future__ import annotations

from hal.wiring.judgement import Code, Finding
from kiosk_ui import lock_findings

ENGLISH: dict[Code, str] = {
    Code.LOCK_FAULT: "the driver reported {other}: see to the board, its power and its line",
    Code.DOES_NOT_OPEN: "no door opens: look for a jam, the lock's wire and its supply",
    Code.OPENS_PRESSED: "opens only while somebody presses the door: adjust the latch",
    Code.OPENS_RETRIED: "opens only at attempt {other}: adjust the latch",
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
    Code.CONTACT_OPEN: "not fired: the contact says open behind a closed door: see to contact, magnet and closed_level",
    Code.NOT_FIRED: "not fired ({other})",
}

GERMAN: dict[Code, str] = {code: lock_findings.WORDS[code] for code in Code}
"""As on the technician's page."""


def say(finding: Finding, words: dict[Code, str] = ENGLISH) -> str:
    """One sentence."""
    return words[finding.code].format(other=finding.other)
