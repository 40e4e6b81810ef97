"""Distinguished names, compared as issuers of travel documents need it.

The same authority writes its name with different string types, cases and even orders of its parts (seen in real
security objects). Two names are the same when they have the same parts, letter case and runs of spaces aside.
"""

from __future__ import annotations

import re

from hal.eid import tlv

_COUNTRY_NAME = bytes.fromhex("550406")
_COMMON_NAME = "550403"
_COUNTRY = re.compile(r"[A-Z]{2,3}", re.ASCII)
_SEQUENCE, _SET, _OBJECT_IDENTIFIER = 0x30, 0x31, 0x06
#: UTF8String, NumericString, PrintableString, TeletexString, IA5String, VisibleString, UniversalString, BMPString.
_ENCODINGS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}


def name_key(encoded: bytes) -> str:
    """One text for all spellings of a Name (DER). Raises ValueError when malformed."""
    return "\n".join(sorted(f"{oid.hex()}={_folded(value)}" for oid, value in _parts(encoded)))


def country_of(encoded: bytes) -> str:
    """The countryName of a Name (DER), upper case, or empty when it has none, two, or not a code of letters.

    Raises ValueError when malformed.
    """
    countries = [value.strip().upper() for oid, value in _parts(encoded) if oid == _COUNTRY_NAME]
    return countries[0] if len(countries) == 1 and _COUNTRY.fullmatch(countries[0]) else ""


def _folded(value: str) -> str:
    return " ".join(value.split()).casefold()


def _parts(encoded: bytes) -> list[tuple[bytes, str]]:
    found: list[tuple[bytes, str]] = []
    for part in tlv.parse(tlv.parse_one(encoded, _SEQUENCE, shortest=False), shortest=False):
        if part.tag != _SET:
            raise ValueError("a name's part is not a set")
        for pair in tlv.parse(part.value, shortest=False):
            oid, value = tlv.parse(pair.value, shortest=False)
            if pair.tag != _SEQUENCE or oid.tag != _OBJECT_IDENTIFIER or value.tag not in _ENCODINGS:
                raise ValueError("a name's part is not a type with a text")
            found.append((oid.value, value.value.decode(_ENCODINGS[value.tag])))
    return found


def readable(key: str) -> str:
    """The common name out of a `name_key`, for lists that people read; without one the whole key."""
    parts = [part.partition("=") for part in key.split("\n")]
    return next((value for oid, _, value in parts if oid == _COMMON_NAME), " ".join(key.split("\n")))
