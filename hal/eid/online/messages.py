"""What AusweisApp's SDK says, checked. Terms and fields are those of its documentation, "Messages", API level 2.

Messages and fields that are not known are ignored, as the SDK's rules for compatible changes ask; a known field of the
wrong type is a `MessageError`. Pure; nothing here quotes what it was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_MESSAGE = 64 * 1024


class MessageError(Exception):
    """This is not a message of the SDK."""


@dataclass(frozen=True, slots=True)
class EidCard:
    """A card with the eID function. ``retry_counter``: PIN tries left, 0 to 3. ``deactivated``: the online function is
    switched off. ``inoperative``: not even its PUK unblocks it any more.
    """

    retry_counter: int
    deactivated: bool
    inoperative: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """``READER``, and part of others. ``card`` is ``None`` without an eID card. ``keypad``: PINs are typed on the
    reader.
    """

    name: str
    attached: bool
    keypad: bool
    card: EidCard | None


@dataclass(frozen=True, slots=True)
class ReaderList:
    readers: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Info:
    """``INFO``: who answers."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ApiLevel:
    current: int
    error: bool


@dataclass(frozen=True, slots=True)
class AuthStarted:
    """``AUTH`` without a result: it begins."""


@dataclass(frozen=True, slots=True)
class AuthFinished:
    """``AUTH`` with a result. ``minor`` is the part of TR-03112's result code after ``resultminor``, empty when all
    went well. ``reason`` is AusweisApp's own code (from 1.26.3). ``url``: where a browser would go now.
    """

    ok: bool
    minor: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class AccessRights:
    """``ACCESS_RIGHTS``: what the service wants to read."""

    required: frozenset[str]
    optional: frozenset[str]
    effective: frozenset[str]


@dataclass(frozen=True, slots=True)
class InsertCard:
    """``INSERT_CARD``: no card, or none with the online function."""


@dataclass(frozen=True, slots=True)
class EnterPin:
    """``ENTER_PIN``. ``refused``: what was sent does not have the form of a PIN; no try was spent."""

    reader: Reader
    refused: bool


@dataclass(frozen=True, slots=True)
class EnterCan:
    """``ENTER_CAN``: one try is left for the PIN, or the service reads by CAN."""

    reader: Reader


@dataclass(frozen=True, slots=True)
class EnterPuk:
    """``ENTER_PUK``: the PIN is blocked."""

    reader: Reader


@dataclass(frozen=True, slots=True)
class Pause:
    """``PAUSE`` (API level 3): the card lies badly."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """``BAD_STATE``, ``INVALID``, ``UNKNOWN_COMMAND``, ``INTERNAL_ERROR`` or an ``AUTH`` that could not begin: client
    and app do not understand each other.
    """

    kind: str


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else: ``STATUS``, ``CERTIFICATE``, and what later versions add."""

    kind: str


Message = (
    Reader
    | ReaderList
    | Info
    | ApiLevel
    | AuthStarted
    | AuthFinished
    | AccessRights
    | InsertCard
    | EnterPin
    | EnterCan
    | EnterPuk
    | Pause
    | Complaint
    | Other
)


def parse(text: str | bytes) -> Message:
    """One message. Raises `MessageError`."""
    if len(text) > MAX_MESSAGE:
        raise MessageError("longer than 64 KiB")
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        raise MessageError("not JSON") from None
    content = _mapping(decoded)
    kind = _text(content, "msg")
    parser = _PARSERS.get(kind)
    return parser(content) if parser is not None else Other(kind)


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MessageError("not an object")
    return value


def _text(content: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = content.get(name, default)
    if not isinstance(value, str):
        raise MessageError(f"{name} is not a text")
    return value


def _flag(content: Mapping[str, Any], name: str) -> bool:
    value = content.get(name, False)
    if not isinstance(value, bool):
        raise MessageError(f"{name} is neither true nor false")
    return value


def _texts(content: Mapping[str, Any], name: str) -> frozenset[str]:
    value = content.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise MessageError(f"{name} is not a list of texts")
    return frozenset(value)


def _card(value: object) -> EidCard | None:
    if value is None or value == {}:
        return None
    content = _mapping(value)
    counter = content.get("retryCounter")
    if type(counter) is not int or not 0 <= counter <= 3:
        raise MessageError("retryCounter is not 0 to 3")
    return EidCard(counter, _flag(content, "deactivated"), _flag(content, "inoperative"))


def _reader(content: Mapping[str, Any]) -> Reader:
    return Reader(
        _text(content, "name"), _flag(content, "attached"), _flag(content, "keypad"), _card(content.get("card"))
    )


def _reader_list(content: Mapping[str, Any]) -> ReaderList:
    readers = content.get("readers")
    if not isinstance(readers, list):
        raise MessageError("readers is not a list")
    return ReaderList(tuple(_reader(_mapping(one)) for one in readers))


def _info(content: Mapping[str, Any]) -> Info:
    version = _mapping(content.get("VersionInfo"))
    return Info(_text(version, "Name", ""), _text(version, "Implementation-Version", ""))


def _api_level(content: Mapping[str, Any]) -> ApiLevel:
    current = content.get("current")
    if type(current) is not int:
        raise MessageError("current is not a number")
    return ApiLevel(current, "error" in content)


def _auth(content: Mapping[str, Any]) -> Message:
    if "error" in content:
        return Complaint("AUTH")
    if "result" not in content:
        return AuthStarted()
    result = _mapping(content["result"])
    major = _text(result, "major")
    return AuthFinished(
        major.endswith("/resultmajor#ok"),
        _text(result, "minor", "").partition("/resultminor/")[2],
        _text(result, "reason", ""),
        _text(content, "url", ""),
    )


def _access_rights(content: Mapping[str, Any]) -> Message:
    if "error" in content:
        return Complaint("ACCESS_RIGHTS")
    chat = _mapping(content.get("chat"))
    return AccessRights(_texts(chat, "required"), _texts(chat, "optional"), _texts(chat, "effective"))


def _complaint(content: Mapping[str, Any]) -> Message:
    return Complaint(_text(content, "msg"))


_PARSERS: dict[str, Callable[[Mapping[str, Any]], Message]] = {
    "READER": _reader,
    "READER_LIST": _reader_list,
    "INFO": _info,
    "API_LEVEL": _api_level,
    "AUTH": _auth,
    "ACCESS_RIGHTS": _access_rights,
    "INSERT_CARD": lambda _: InsertCard(),
    "ENTER_PIN": lambda content: EnterPin(_reader(_mapping(content.get("reader"))), "error" in content),
    "ENTER_CAN": lambda content: EnterCan(_reader(_mapping(content.get("reader")))),
    "ENTER_PUK": lambda content: EnterPuk(_reader(_mapping(content.get("reader")))),
    "PAUSE": lambda _: Pause(),
    "BAD_STATE": _complaint,
    "INVALID": _complaint,
    "UNKNOWN_COMMAND": _complaint,
    "INTERNAL_ERROR": _complaint,
}
