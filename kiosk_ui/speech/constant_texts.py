"""What a language always says, whoever stands there: the sentences of its catalog that no value is put into."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable
from pathlib import Path

from kiosk_ui.languages import DOMAIN, NATIVE_NAMES, PSEUDO_NAMES, SOURCE_LANGUAGE, TRANSLATIONS

#: The German texts are the keys of every catalog; this one is read for them.
_ANY_CATALOG = "en"
#: Where one sentence ends and the next begins, in the scripts of our languages.
_END = re.compile(r"(?<=[.!?؟።]) ")


def read_catalog(path: Path) -> dict[str, str]:
    """German text → translation, of a compiled catalog; of plurals the first form. Raises `OSError`, `ValueError`."""
    data = path.read_bytes()
    try:
        magic, _, count, originals, translations = struct.unpack_from("<5I", data)
        if magic != 0x950412DE:
            raise ValueError(f"{path} is no compiled catalog of this machine's byte order")
        found = {}
        for index in range(count):
            key = _text(data, originals + 8 * index)
            found[key] = _text(data, translations + 8 * index)
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from error
    return {key: text for key, text in found.items() if key}


def _text(data: bytes, place: int) -> str:
    length, start = struct.unpack_from("<2I", data, place)
    return data[start : start + length].decode().split("\0")[0]


def constant_texts(tag: str) -> frozenset[str]:
    """The texts of ``tag`` without a place for a value, blanks put in order. Empty for a pseudo-locale."""
    if tag in PSEUDO_NAMES:
        return frozenset()
    catalog = _ANY_CATALOG if tag == SOURCE_LANGUAGE else tag
    texts = read_catalog(TRANSLATIONS / catalog / "LC_MESSAGES" / f"{DOMAIN}.mo")
    said = texts.keys() if tag == SOURCE_LANGUAGE else texts.values()
    return frozenset(" ".join(text.split()) for text in (*said, *NATIVE_NAMES.values()) if "%(" not in text)


def sentences(texts: Iterable[str]) -> frozenset[str]:
    """These texts and each sentence of them: pages put sentences together."""
    return frozenset(part for text in texts for part in (text, *_END.split(text)))


def is_of(text: str, known: Collection[str]) -> bool:
    """Whether ``text`` is made of known sentences (`sentences`) and marks of punctuation, and of nothing else."""
    return text in known or all(
        sentence in known or not any(letter.isalnum() for letter in sentence) for sentence in _END.split(text)
    )
