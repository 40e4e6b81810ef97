"""What may be wrong with a lock, its door or its contact, in German: on the technician's page and on the paper that is
signed. By the codes of the findings; ``{other}`` is what else it is about.
"""

from __future__ import annotations

WORDS = {
    "lock_fault": "Störung beim Auslösen: {other}. Platine, Versorgung und Leitung prüfen.",
    "does_not_open": "Keine Tür öffnet. Riegel, Schlossleitung und Versorgung prüfen.",
    "opens_pressed": "Öffnet nur unter Druck auf die Tür. Riegel einstellen.",
    "opens_retried": "Öffnet erst beim {other}. Versuch. Riegel einstellen.",
    "slow": "Öffnet erst nach dem Ende des Impulses ({other}). Riegel und Feder einstellen.",
    "lock_swapped": "Die Schlossleitung öffnet {other}.",
    "lock_doubled": "Die Schlossleitung öffnet mehrere Türen: {other}. Leitungen trennen.",
    "opened_twice": "Wird von mehreren Leitungen geöffnet, denen von {other}. Leitungen trennen.",
    "contact_dead": "Die Tür öffnet, kein Kontakt meldet es. Kontakt, Magnet und Leitung prüfen.",
    "contact_unreadable": "Der Türkontakt ist nicht lesbar. Platine oder Anschluss prüfen.",
    "contact_stuck": "Der Türkontakt meldet bei geschlossener Tür weiter „offen“. Magnet prüfen.",
    "contact_inverted": "Der Türkontakt meldet „zu“, wenn die Tür offen ist. closed_level oder Kontakt ändern.",
    "contact_swapped": "Die Tür bewegt den Kontakt von {other}.",
    "contact_doubled": "Die Tür bewegt mehrere Kontakte: {other}. Leitungen trennen.",
    "contact_alone": "Der Kontakt meldet eine Bewegung ohne Tür, beim Auslösen von {other}. Leitung lose.",
    "contact_open": "Nicht ausgelöst: Der Kontakt meldet „offen“, die Tür ist zu. Magnet prüfen, closed_level.",
    "not_fired": "Nicht ausgelöst ({other}).",
}


def say(code: str, other: str = "") -> str:
    """One sentence. A code that is not known is shown as it is."""
    return WORDS.get(code, code).format(other=other)
