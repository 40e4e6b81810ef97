"""The chip: takes command APDUs, answers response APDUs, forgets its session when power is lost."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from simulator.card.command import EXTENDED_MAXIMUM, Command, Refusal, Status, parse_command
from simulator.card.eid_state import EidState
from simulator.card.groups import Randomness
from simulator.card.image import ChipImage, Misbehaviour
from simulator.card.misbehaving_messaging import Spoiler
from simulator.card.pace import Password
from simulator.card.session import Session

_GET_RESPONSE = 0xC0
_CHAINING = 0x10
_GENERAL_AUTHENTICATE = 0x86
_PORTION = 256


class Chip:
    """One document's chip. Not for several threads. Nothing that is sent to it makes it raise.

    ``randomness`` and ``sleep`` are there for tests: published examples have fixed nonces and keys, and a slow card
    need not be slow.
    """

    def __init__(
        self,
        image: ChipImage,
        *,
        randomness: Randomness = secrets.token_bytes,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._image = image
        self._random = randomness
        self._sleep = sleep
        self._eid = None if image.eid is None else EidState(image.eid)
        self._session: Session | None = None
        self._spoiler = Spoiler(image.misbehaviour)
        self._waiting = b""

    @property
    def image(self) -> ChipImage:
        """What it was made from."""
        return self._image

    @property
    def eid_tries(self) -> int:
        """How often the eID-PIN may still be tried; 0 without an eID application."""
        return 0 if self._eid is None else self._eid.tries

    def pin_is(self, digits: str) -> bool:
        """Whether this is the eID-PIN now: a holder may have changed it."""
        return self._eid is not None and self._eid.secret(Password.PIN) == digits

    def power_on(self) -> bytes:
        """The ATR. Keys, authentication and selection of before are gone."""
        self._session = Session(self._image, self._eid, self._random)
        self._spoiler = Spoiler(self._image.misbehaviour)
        self._waiting = b""
        return self._image.atr

    def power_off(self) -> None:
        """No command is answered until `power_on`."""
        self._session = None

    def reset(self) -> None:
        """The same as power lost and back."""
        self.power_on()

    def transmit(self, command: bytes) -> bytes:
        """The response APDU, data and status; empty without power."""
        if self._session is None:
            return b""
        if self._image.delay_seconds:
            self._sleep(self._image.delay_seconds)
        if Misbehaviour.SILENT in self._image.misbehaviour:
            return b""
        if Misbehaviour.GARBAGE in self._image.misbehaviour:
            return self._random(1 + self._random(1)[0] % 64)
        try:
            parsed = parse_command(command)
            if parsed.extended and not self._takes_extended_length():
                raise Refusal(Status.LENGTH_WRONG)
            if parsed.ins == _GET_RESPONSE and self._waiting:
                return self._next_portion(parsed.room)
            answer = self._answer(self._session, parsed)
        except Refusal as refusal:
            answer = refusal.status.to_bytes(2, "big")
        if Misbehaviour.ANSWERS_IN_PORTIONS in self._image.misbehaviour and len(answer) > 2:
            self._waiting = answer
            return self._announce()
        return answer

    def _takes_extended_length(self) -> bool:
        return self._image.extended_length and Misbehaviour.REFUSES_EXTENDED_LENGTH not in self._image.misbehaviour

    def _plain_room(self, command: Command) -> int:
        """Le, where there is one and what is longer is not fetched in portions."""
        if Misbehaviour.ANSWERS_IN_PORTIONS in self._image.misbehaviour or command.expected is None:
            return EXTENDED_MAXIMUM
        # One more, so that a card which reads too much can say it.
        return command.expected + 1

    def _announce(self) -> bytes:
        """61xx: so many bytes are waiting (00 for 256 or more)."""
        return bytes([0x61, min(len(self._waiting) - 2, _PORTION) % _PORTION])

    def _next_portion(self, room: int) -> bytes:
        data, status = self._waiting[:-2], self._waiting[-2:]
        if len(data) <= room:
            self._waiting = b""
            return data + status
        self._waiting = data[room:] + status
        return data[:room] + self._announce()

    def _answer(self, session: Session, command: Command) -> bytes:
        self._waiting = b""
        if command.secured:
            return self._answer_secured(session, command)
        if command.cla & ~_CHAINING:
            raise Refusal(Status.CLASS_UNKNOWN)
        # A plain command ends the protected session: whoever sends it is not who has the keys.
        session.forget()
        self._require_no_stray_chaining(command)
        data, status = session.handle(command, self._plain_room(command))
        session.change_channel()
        return data + status.to_bytes(2, "big")

    def _answer_secured(self, session: Session, command: Command) -> bytes:
        if command.cla & ~(_CHAINING | 0x0C):
            raise Refusal(Status.CLASS_UNKNOWN)
        channel = session.channel
        if channel is None:
            raise Refusal(Status.MESSAGING_OBJECTS_WRONG)
        try:
            inner = channel.open(command)
        except Refusal:
            session.forget()
            raise
        try:
            self._require_no_stray_chaining(inner)
            data, status = session.handle(inner, room=channel.room_inside(command.room))
        except Refusal as refusal:
            data, status = b"", refusal.status
        answer = self._spoiler.protect(channel, data, status, odd=bool(inner.ins & 1))
        session.change_channel()
        return answer

    @staticmethod
    def _require_no_stray_chaining(command: Command) -> None:
        if command.cla & _CHAINING and command.ins != _GENERAL_AUTHENTICATE:
            raise Refusal(Status.CHAINING_UNSUPPORTED)
