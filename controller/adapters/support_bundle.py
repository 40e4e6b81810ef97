"""The support bundle: a ZIP file with what somebody who looks after boxes from afar needs, and no secret.

Configuration is read anew and written as parsed values: comments are left behind, and whatever is called like a secret
is blotted out, although none belongs into these files.
"""

from __future__ import annotations

import io
import json
import platform
import re
import sys
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from controller.ports import Entry, TechnicianLook

LAST_EVENTS = 500
#: Libraries whose versions explain most.
LIBRARIES = ("fastapi", "gpiozero", "lgpio", "msgspec", "paho-mqtt", "pyzbar", "sqlite-utils", "uvicorn", "zxing-cpp")
#: The configuration's paths to keys and passwords are no secrets; what stands under such a name itself would be.
_SECRET = re.compile(r"(pass(word|phrase|wort)?|secret|token|salt|seed|pin_hash|private|digest)$", re.IGNORECASE)
BLOT = "…"

README = """\
Support bundle of an Abholfach box.

versions.json       software and libraries
state.json          what the technician's page shows: faults, devices, doors, trends
events.jsonl        the last 500 entries of the log, exactly as stored; check with: abholfach log verify --file
configuration/      the configuration as parsed values, without comments and secrets
journal.txt         the controller's last log lines

Nothing in it names a resident; staff and orders are opaque ids. Who has no business with the box has none with this
file either.
"""


def bundle_bytes(
    *,
    status: object,
    look: TechnicianLook,
    software: str,
    configuration: Sequence[Path],
    entries: Sequence[Entry],
    journal: str,
) -> bytes:
    """Blocks for some hundred milliseconds; any thread."""
    versions = {
        "software": software,
        "python": sys.version,
        "machine": platform.machine(),
        "system": platform.platform(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }
    state = {"status": msgspec.to_builtins(status), "look": msgspec.to_builtins(look)}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("versions.json", _json(versions))
        archive.writestr("state.json", _json(state))
        archive.writestr("events.jsonl", "".join(_line(entry) for entry in entries))
        archive.writestr("journal.txt", journal)
        for path in configuration:
            archive.writestr(f"configuration/{path.stem}.json", _json(_parsed(path)))
    return file.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _line(entry: Entry) -> str:
    body = {"seq": entry.seq, "hash": entry.hash.hex(), "body": entry.body.decode()}
    return json.dumps(body, ensure_ascii=False) + "\n"


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _parsed(path: Path) -> object:
    try:
        return without_secrets(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {"unreadable": type(error).__name__}


def without_secrets(value: Any, name: str = "") -> Any:
    """``value`` with everything blotted out that is called like a secret."""
    if _SECRET.search(name):
        return BLOT
    if isinstance(value, Mapping):
        return {key: without_secrets(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    return value
