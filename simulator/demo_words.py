"""What the demo prints when everything runs."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import qrcode

from simulator.central import CentralClient
from simulator.demo_town import DemoTown
from simulator.pickup_codes import spoken
from simulator.townsfolk import People, Resident


async def introduction(demo: DemoTown, people: People) -> str:
    """Addresses, a code, badges and PINs, and what to try."""
    usable = [] if demo.standalone else await _usable_codes(demo)
    pages, panel = demo.pages_address.rstrip("/"), demo.panel_address
    lines = [
        "",
        "The box is ready (simulation: everything is real but the cabinet, the camera, the cards and the people).",
        "",
        f"  kiosk page         {pages}/",
        f"  staff page         {pages}/staff",
        f"  technician page    {pages}/technician",
        f"  office page        {demo.town.office_address} (the browser warns of its throwaway certificate)",
        f"  simulator's panel  {panel}",
        "",
    ]
    if usable:
        code = usable[0]
        lines += _code(code["token"], code["number"], demo.root / "pickup-code.png", people.resident(code["right"]))
    elif demo.standalone:
        orders = ", ".join(letter.order for letter in people.letters)
        lines += [f"  Nobody has announced these envelopes yet: {orders}", ""]
    else:
        lines += ["  No envelope waits for anybody: load one, or issue a code in the panel.", ""]
    for member in people.staff:
        lines.append(f"  {member.id:5} ({', '.join(member.roles)}): PIN {member.pin}, badge {member.badge}")
        lines.append(f"        on the office page: {member.id}, password {member.password}")
    to_try = _TRY_ALONE if demo.standalone else _TRY
    lines += ["", "What to try:", *(line.format(data=demo.town.data) for line in to_try), ""]
    return "\n".join(lines)


async def _usable_codes(demo: DemoTown) -> list[dict[str, Any]]:
    async with CentralClient(demo.central_socket) as central:
        codes = {code["right"]: code for code in await central.codes(box=demo.town.box)}
    return [code for code in codes.values() if code["state"] == "issued"]


_TRY_ALONE = (
    "  1. Open the office page, log in as anna, choose Vorgang erfassen: one of these orders, with a birth date.",
    "  2. Keep the slip that opens. (Several at once: Datei einlesen, first line Vorgang;Dokumentart;Geburtsdatum)",
    "  3. Load: hold anna's badge up (panel), type her PIN on the staff page, hold the envelope up, put it in, close.",
    "  4. Collect: drop a picture of the slip's code into the panel, or type its number on the kiosk page.",
    "  5. In the office: a new code (the old one is over at once), a Vollmacht, Am Schalter ausgeben, Ergebnisse.",
    "  6. Ctrl-C ends everything and keeps the data; afterwards: .venv/bin/abholfach log verify --data {data}",
)
_TRY = (
    "  1. Open the kiosk page and the panel side by side, and hold the phone with a code before the camera (panel).",
    "  2. A compartment springs open: pull, take, close (panel), and say on the kiosk page that everything is there.",
    "  3. Show the same code again. Or any picture of a QR code: drop a photograph into the panel.",
    "  4. Load: hold anna's badge up, type her PIN on the staff page, hold an envelope up, put it in, close.",
    "  5. Break something (panel: jam, broken wire, never closes) and see what resident and technician are told.",
    "  6. Kill the controller while a door is open. It comes back and is honest about what it does not know.",
    "  7. Kill the broker, collect something, start it again: the central system hears of everything.",
    "  8. In the office: find an order, hold it, or hand it over at the counter; nothing opens until a badge is shown.",
    "  9. Ms Osei's type of document asks for a passport: show her code, put it into the card reader (panel), type the",
    "     number that the panel says. Then a copy, somebody else's, an expired one; pull a slow one out in the middle.",
    " 10. Ctrl-C ends everything and keeps the data; afterwards: .venv/bin/abholfach log verify --data {data}",
)


def _code(token: str, number: str, picture: Path, resident: Resident | None) -> list[str]:
    code = qrcode.QRCode(border=2)
    code.add_data(token)
    code.make(fit=True)
    handle = os.open(picture, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        qrcode.make(token).save(stream)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    text = drawn.getvalue().rstrip("\n")
    if sys.stdout.isatty():
        # Black on white whatever the terminal's colours are.
        text = "\n".join(f"  \x1b[48;5;232m\x1b[38;5;255m{line}\x1b[0m" for line in text.splitlines())
    knows = ""
    if resident is not None and resident.birth_date:
        born = resident.birth_date
        knows = f", born {born[6:8]} {born[4:6]} {born[:4]}"
    elif resident is not None and resident.pin:
        knows = f", pickup PIN {resident.pin}"
    who = resident.name if resident is not None else "a resident"
    typed = [f"  The same to type: {spoken(number)}"] if number else []
    return [text, "", f"  The pickup code of {who}{knows}: also in {picture}", *typed, ""]
