"""The box's side of the link to the central system: the log to be sent, commands to be carried out, states to be
shown.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from controller.domain.commands import CentralCommand, IssueRight, NoteElsewhere
from controller.domain.model import Box, HelpCall
from controller.domain.words import compartment_state
from controller.ports import (
    ELSEWHERE,
    CommandAnswer,
    Entry,
    EventLog,
    MoveCursor,
    OutOfOrder,
    PutCredential,
    PutElsewhere,
    Stamp,
)
from controller.services.actor import Actor
from controller.services.credentials import CredentialBook
from controller.services.derived_rows import REMEMBER_ENDED_MS

CredentialChange = PutCredential | PutElsewhere
ParseCommand = Callable[[str, str, str, Mapping[str, object]], tuple[CentralCommand, tuple[CredentialChange, ...]]]
"""``(name, issuer, command id, body)`` → the domain's command and the credentials that come with it. Raises
`CommandMalformed`.
"""


class CommandMalformed(ValueError):
    """A command whose body is not as the contract says. ``code`` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CentralService:
    """Implements `controller.ports.CentralFeed`. One event loop."""

    def __init__(
        self,
        actor: Actor,
        log: EventLog,
        book: CredentialBook,
        parse: ParseCommand,
        identity: Mapping[str, object],
        health: Callable[[], Mapping[str, object]],
        disk_refuses: Callable[[], bool],
        epoch: int,
        stored_digest: Callable[[bytes], bytes],
    ) -> None:
        """``stored_digest`` keys the digest of a pickup number with the device's key: without that key, what is stored
        says nothing of the number.
        """
        self._actor = actor
        self._log = log
        self._book = book
        self._parse = parse
        self._identity = identity
        self._health = health
        self._disk_refuses = disk_refuses
        self._epoch = epoch
        self._stored_digest = stored_digest
        self._one_at_a_time = asyncio.Lock()
        self._grown = asyncio.Event()
        self._listeners: list[Callable[[str], None]] = []
        self._shown: dict[str, Mapping[str, object]] = {}
        self.acknowledged: dict[str, int] = {}
        """By consumer: the last sequence number it has acknowledged, as far as this process has heard."""
        self._on_acknowledged: list[Callable[[], None]] = []
        actor.after_turn(self._turned)

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        return await self._log.read(after_seq, limit)

    def last_seq(self) -> int:
        return self._actor.box.seq

    async def wait_for_entry_after(self, seq: int) -> None:
        while self._actor.box.seq <= seq:
            self._grown.clear()
            await self._grown.wait()

    async def cursor(self, consumer: str) -> int:
        seq = await self._log.cursor(consumer)
        self._has_acknowledged(consumer, seq)
        return seq

    async def acknowledge(self, consumer: str, epoch: int, upto: int, hash_hex: str) -> bool:
        """A consumer says what it has stored. Only the right hash at ``upto`` moves the cursor, and only forward."""
        if epoch != self._epoch or not 0 < upto <= self._actor.box.seq:
            return False
        if upto <= await self._log.cursor(consumer):
            return False
        entries = await self._log.read(upto - 1, 1)
        if not entries or entries[0].seq != upto or entries[0].hash.hex() != hash_hex:
            return False
        at = self._actor.now()
        stamp = Stamp(at.wall_ms, at.mono_ms, at.boot, at.clock_trusted)
        await self._log.append((), stamp, (MoveCursor(consumer, epoch, upto),))
        self._has_acknowledged(consumer, upto)
        return True

    def on_acknowledged(self, listener: Callable[[], None]) -> None:
        """``listener`` is called when a consumer has acknowledged more. It comes after the box has fallen silent."""
        self._on_acknowledged.append(listener)

    def _has_acknowledged(self, consumer: str, seq: int) -> None:
        self.acknowledged[consumer] = seq
        for listener in self._on_acknowledged:
            listener()

    async def execute(self, issuer: str, command: str, name: str, body: Mapping[str, object]) -> CommandAnswer:
        if self._actor.halted:
            return CommandAnswer("rejected", "out_of_order", False)
        if self._disk_refuses():
            # Not stored, so that the same command may be sent again when there is room.
            return CommandAnswer("rejected", "disk_full", False)
        try:
            parsed, credentials = self._parse(name, issuer, command, body)
        except CommandMalformed as error:
            return CommandAnswer("rejected", error.code, False)
        async with self._one_at_a_time:
            return await self._carry_out(issuer, command, parsed, credentials)

    async def _carry_out(
        self, issuer: str, command: str, parsed: CentralCommand, sent: tuple[CredentialChange, ...]
    ) -> CommandAnswer:
        """One after the other: between looking a digest up and writing it, no other command may write the same."""
        credentials = tuple(self._as_stored(row) for row in sent)
        taken = _taken(self._actor.box, self._book, parsed, credentials)
        if taken:
            # Either a repeated command, which has its answer, or two rights behind one code or one id.
            stored = await self._log.command_result(issuer, command)
            return _answer(stored, True) if stored is not None else CommandAnswer("rejected", taken, False)
        try:
            outcome = await self._actor.submit(parsed, credentials)
        except OutOfOrder:
            if not self._actor.halted:
                raise
            return CommandAnswer("rejected", "out_of_order", False)
        if outcome.stored_result is not None:
            return _answer(outcome.stored_result, True)
        return _answer(outcome.refused or "done", False)

    def _as_stored(self, row: CredentialChange) -> CredentialChange:
        """As it is kept: a number's digest keyed, another site's credential with the day it is forgotten."""
        if row.kind == "number":
            row = replace(row, digest=self._stored_digest(row.digest))
        if isinstance(row, PutElsewhere):
            now = self._actor.now().wall_ms
            row = replace(row, noted_wall_ms=now, forget_wall_ms=now + REMEMBER_ENDED_MS)
        return row

    def state(self, topic: str) -> Mapping[str, object]:
        return self._payloads()[topic]()

    def subscribe_state(self, listener: Callable[[str], None]) -> None:
        self._listeners.append(listener)

    def _payloads(self) -> Mapping[str, Callable[[], Mapping[str, object]]]:
        box = self._actor.box
        return {
            "connection": lambda: {**self._identity, "boot": box.boot, "starts": box.starts, "epoch": self._epoch},
            "health": self._health,
            "compartments": lambda: compartments_payload(box),
            "faults": lambda: faults_payload(box, self._actor.halted),
            "config": lambda: {
                "profile": box.profile_sha256,
                "policies": box.policies_sha256,
                "calendar": box.calendar_sha256,
            },
        }

    def _turned(self) -> None:
        self._grown.set()
        payloads = self._payloads()
        for topic in ("compartments", "faults", "config"):
            payload = payloads[topic]()
            if self._shown.get(topic) != payload:
                self._shown[topic] = payload
                for listener in self._listeners:
                    listener(topic)


def _taken(box: Box, book: CredentialBook, command: CentralCommand, credentials: tuple[CredentialChange, ...]) -> str:
    """Why what the command brings is somebody's already, empty when it is not. An ended right's id is not given again:
    its old code would still say how the first one ended. What was another site's may come here, and what ended here
    without being collected may go there.
    """
    if isinstance(command, NoteElsewhere):
        return next((code for row in credentials if (code := _not_elsewhere(book, row))), "")
    if isinstance(command, IssueRight) and command.right not in box.rights and book.knows_right(command.right):
        return "right_known"
    known = [(row, there) for row in credentials if (there := book.with_digest(row.digest)) is not None]
    if any((there.right, there.ended_reason) != (row.right, ELSEWHERE) for row, there in known):
        return "credential_known"
    return ""


def _not_elsewhere(book: CredentialBook, row: CredentialChange) -> str:
    """Why this credential cannot be another site's, empty when it can."""
    there = book.with_digest(row.digest)
    if there is None:
        return ""
    if there.right != row.right:
        return "credential_known"
    return {"": "right_known", "spent": "right_spent"}.get(there.ended_reason, "")


def _answer(stored: str, repeated: bool) -> CommandAnswer:
    return CommandAnswer("done", "", repeated) if stored == "done" else CommandAnswer("rejected", stored, repeated)


def compartments_payload(box: Box) -> Mapping[str, object]:
    """Counts, and each compartment's state and door. No deposit ids: a fleet watcher needs none."""
    states = {label: compartment_state(compartment) for label, compartment in sorted(box.compartments.items())}
    return {
        "counts": dict(sorted(Counter(states.values()).items())),
        "compartments": [
            {"label": label, "state": state, "door": box.compartments[label].door.value}
            for label, state in states.items()
        ],
    }


def faults_payload(box: Box, halted: str) -> Mapping[str, object]:
    faults: list[dict[str, object]] = [
        {"code": fault.code, "subject": fault.subject, "since": fault.since_wall_ms}
        for _, fault in sorted(box.faults.items())
    ]
    if halted:
        code, _, seq = halted.partition(":")
        faults.insert(0, {"code": code, "subject": seq, "since": 0})
    return {"faults": faults, "calls": [_call_payload(call) for call in box.help_calls.values()]}


def _call_payload(call: HelpCall) -> Mapping[str, object]:
    """A call for help that stands; who acknowledged it is nobody's business outside."""
    return {
        "call": call.id,
        "reference": call.reference,
        "reason": call.reason,
        "compartment": call.compartment,
        "staffed": call.staffed,
        "since": call.since_wall_ms,
        "acknowledged": bool(call.acknowledged_by),
    }
