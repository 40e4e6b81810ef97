"""What the simulated town hall says of itself: where its box stands, and where people go whom the box cannot help."""

from __future__ import annotations

from pathlib import Path

OFFICE = """\
place = "Rathaus, Foyer, Marktplatz 1"
counter_room = "E 12"
phone = "0000 115"

[counter_hours]
de = "Mo–Fr 8–12 Uhr, Do 14–18 Uhr"
en = "Mon–Fri 8 am–12 noon, Thu 2–6 pm"
"""


def office_words(root: Path) -> Path:
    """The file for ``abholfach-ui --office``; one that is there already stays as it is."""
    file = root / "office.toml"
    if not file.exists():
        file.write_text(OFFICE, encoding="utf-8")
    return file
