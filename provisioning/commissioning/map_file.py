"""Changes wires in the text of ``cabinet.toml`` and nothing else: comments, order and spacing stay as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hal.profile import Profile
from hal.profile.checks import Check
from hal.strict_toml import Document
from hal.toml_lines import locate
from provisioning.errors import ProvisioningError

KEYS = ("bank", "lock", "sensor", "sensor_bank")


def rewritten(file: Path, text: str, before: Profile, after: Profile) -> str:
    """``text`` with the wires of ``after``. It is read back and checked before it is given back.

    Raises ``ProvisioningError`` (``map_not_written``) for a file that is written in another way than one key a line.
    """
    lines = text.split("\n")
    places = locate(text)
    pairs = list(enumerate(zip(before.compartments, after.compartments, strict=True)))
    for index, (old, new) in reversed(pairs):  # from the end, so that lines above keep their numbers
        inserted: list[str] = []
        for key in KEYS:
            value = getattr(new, key)
            if value == getattr(old, key):
                continue
            at = places.get(("compartments", index, key))
            if at is None:
                inserted.append(f"{key} = {json.dumps(value)}")
            else:
                lines[at - 1] = _with_value(file, at, lines[at - 1], key, value)
        if inserted:
            at = places[("compartments", index, "lock")]
            _with_value(file, at, lines[at - 1], "lock", new.lock)  # the key has a line of its own
            lines[at:at] = inserted
    result = "\n".join(lines)
    document = Document(file, result)
    profile = document.convert(Profile)
    Check(document, profile).all()
    if profile != after:
        raise _by_hand(file, "does not read back as it should")
    return result


def _with_value(file: Path, number: int, line: str, key: str, value: str | int | None) -> str:
    found = re.fullmatch(rf"(\s*{key}\s*=\s*)(?:\"[^\"]*\"|[0-9_]+)(\s*(?:#.*)?)", line)
    if found is None or value is None:
        raise _by_hand(file, f"line {number} is not just {key} = …")
    return f"{found.group(1)}{json.dumps(value)}{found.group(2)}"


def _by_hand(file: Path, why: str) -> ProvisioningError:
    return ProvisioningError("map_not_written", f"{file} was not changed ({why}): change the wires by hand")
