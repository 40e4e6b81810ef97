"""What a message on the command topic says. A reader of signed commands takes this one's place by having the same
``read``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from controller.adapters.mqtt.strict_json import NotStrict, read_object

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31}){1,3}", re.ASCII)
_FIELDS = frozenset({"id", "issuer", "name", "issued_at", "body"})


@dataclass(frozen=True, slots=True)
class ReceivedCommand:
    """A command as it was sent. ``issued_at`` is its issuer's wall clock in ms; ``body`` is not yet validated and may
    hold digests, so it stays out of the ``repr``.
    """

    id: str
    issuer: str
    name: str
    issued_at: int
    body: Mapping[str, Any] = field(repr=False)


class CommandRefused(Exception):
    """The message is no command that may be carried out. ``code`` is stable. ``id`` and ``issuer`` are empty unless
    both could be read without doubt; then the refusal is answered.
    """

    def __init__(self, code: str, id: str = "", issuer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.id = id
        self.issuer = issuer


class CommandReader(Protocol):
    """Turns the bytes of a message into a command, or raises `CommandRefused`. Called on the controller's event loop;
    pure.
    """

    def read(self, payload: bytes) -> ReceivedCommand: ...


class UnsignedCommandReader:
    """Reads ``{"id", "issuer", "name", "issued_at", "body"}``: who may command is left to the broker's access list.

    Only ``authority`` is believed to be an issuer. Codes: those of `NotStrict`, ``malformed``, ``unknown_field``,
    ``issuer_not_allowed``."""

    def __init__(self, authority: str) -> None:
        self._authority = authority

    def read(self, payload: bytes) -> ReceivedCommand:
        try:
            fields = read_object(payload)
        except NotStrict as error:
            raise CommandRefused(error.code) from None
        id, issuer = fields.get("id"), fields.get("issuer")
        if not isinstance(id, str) or not isinstance(issuer, str) or not (_is_id(id) and _is_id(issuer)):
            raise CommandRefused("malformed")
        if not fields.keys() <= _FIELDS:
            raise CommandRefused("unknown_field", id, issuer)
        name, issued_at, body = fields.get("name"), fields.get("issued_at"), fields.get("body")
        if not isinstance(name, str) or _NAME.fullmatch(name) is None or not isinstance(body, dict):
            raise CommandRefused("malformed", id, issuer)
        if type(issued_at) is not int or issued_at < 0:
            raise CommandRefused("malformed", id, issuer)
        if issuer != self._authority:
            raise CommandRefused("issuer_not_allowed", id, issuer)
        return ReceivedCommand(id, issuer, name, issued_at, body)


class NoCommands:
    """Refuses every command, and says so to whoever asked: for a box that is not told whom to obey."""

    def __init__(self, authority: str) -> None:
        self._reader = UnsignedCommandReader(authority)

    def read(self, payload: bytes) -> ReceivedCommand:
        command = self._reader.read(payload)
        raise CommandRefused("commands_refused", command.id, command.issuer)


def _is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None
