"""Orders, rights and staff put into a box's log while its controller is down, through the same rules and the same log.

For crash campaigns and tests that need many envelopes and no broker. What the central system would send is decided by
the real actor on the real store; nothing is written past it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from controller.adapters.clock import SystemClock
from controller.adapters.event_codec import EventCodec
from controller.adapters.event_store import hold_data_directory
from controller.adapters.pin_hash import hasher
from controller.bootstrap import open_event_log
from controller.bootstrap.number_keys import NumberKeys
from controller.domain import commands as cmd
from controller.domain.model import Door, Role
from controller.domain.pickup_number import digest_of_tag, secret_of_tag
from controller.identity import load_identity
from controller.ports import PutCredential, PutStaffCredential, RowChange
from controller.services.actor import Actor
from controller.services.startup import fold
from simulator.pickup_codes import Holder, keyed, normalised

ISSUER = "central"
PRELOADER = "preloader"
"""Who has loaded what is stored from the beginning."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A member of staff as the simulator knows them: with badge text and PIN."""

    staff: str
    text: str
    pin: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An announced deposit and the order barcode on it."""

    deposit: str
    order: str
    document_type: str = "Personalausweis"
    size: str = "S"


@dataclass(frozen=True, slots=True)
class Slip:
    """An Abholschein: the right's code, and the second factor its holder knows."""

    right: str
    text: str
    deposits: tuple[str, ...]
    not_before_wall_ms: int = 0
    expires_wall_ms: int = 0
    birth_date: str = ""
    pin: str = ""
    language: str = "de"
    number: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)
    checked_by: str = ""
    """Not empty: it is for somebody who collects for somebody else."""


@dataclass(frozen=True, slots=True)
class Preload:
    """What to put in."""

    envelopes: Sequence[Envelope] = ()
    slips: Sequence[Slip] = ()
    badges: Sequence[Badge] = ()
    revoke: Sequence[str] = field(default=())
    stored: Sequence[Envelope] = field(default=())
    """Announced, and loaded already: by a loader of its own, with every door read as closed."""


def new_code(kind: str) -> str:
    """A fresh code text: ``kind`` is P (pickup) or B (badge)."""
    return f"ABHOLFACH-{kind}-{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=')}"


def credential_of(slip: Slip) -> PutCredential:
    """What the creator of a credential sends the box of it: digest and verifiers, never the code (mqtt.md)."""
    code = slip.text.rpartition("-")[2]
    secret = base64.b32decode(code + "=" * (-len(code) % 8))
    verifiers = keyed(secret, slip.right, normalised(_holder(slip)))
    return PutCredential(hashlib.sha256(slip.text.encode()).digest(), "qr", slip.right, verifiers)


def _holder(slip: Slip) -> Holder:
    return Holder(slip.birth_date, slip.pin, slip.surname, slip.given_names)


def number_of(slip: Slip, keys: NumberKeys) -> PutCredential:
    """The same of the slip's number, as this box stores it."""
    tag = keys.tag_of(slip.number)
    verifiers = keyed(secret_of_tag(tag), slip.right, normalised(_holder(slip)))
    return PutCredential(keys.stored_digest(digest_of_tag(tag)), "number", slip.right, verifiers)


def preload(data: Path, what: Preload, *, seal: bool = False) -> dict[str, str]:
    """Appends ``what``, and a checkpoint after it when ``seal``. The controller must not run.

    Returns in which compartment each of ``stored`` lies now.

    Raises `RuntimeError` when the rules refuse any of it.
    """
    with hold_data_directory(data):
        return asyncio.run(_append(data, what, seal))


async def _append(data: Path, what: Preload, seal: bool) -> dict[str, str]:
    codec = EventCodec()
    log, opened = open_event_log(data / "log.db", load_identity(data).box, codec.fold_version)
    try:
        actor = Actor(log, codec, SystemClock(), lambda: True, fold(opened, codec), opened.snapshot_seq)
        acting = asyncio.create_task(actor.run())
        keys = NumberKeys.of(load_identity(data), data)
        for command, rows in _commands(what, keys):
            await _submit(actor, command, rows)
        if what.stored:
            await _load(actor, what.stored)
        await actor.stop(())
        await acting
        if seal:
            await actor.seal_checkpoint()
        return {item.deposit: actor.box.deposits[item.deposit].compartment for item in what.stored}
    finally:
        await log.close()


async def _submit(actor: Actor, command: cmd.Command, rows: tuple[RowChange, ...] = ()) -> None:
    outcome = await actor.submit(command, rows)
    if outcome.refused:
        raise RuntimeError(f"{type(command).__name__}: {outcome.refused}")


async def _load(actor: Actor, envelopes: Sequence[Envelope]) -> None:
    """A loader's round, as the actor would hear of it. The envelopes have to be put into the plant besides."""
    await _submit(actor, cmd.StartBox("preload", dict.fromkeys(actor.box.compartments, Door.CLOSED)))
    await _submit(actor, cmd.RegisterStaff(PRELOADER, (Role.LOADER.value,)))
    await _submit(actor, cmd.PresentBadge(PRELOADER, actor.now().mono_ms))
    await _submit(actor, cmd.TryStaffPin())
    await _submit(actor, cmd.StaffPinCompared(PRELOADER, True))
    for item in envelopes:
        await _submit(actor, cmd.PresentOrder(item.order))
        opening = actor.box.opening
        if opening is None:
            raise RuntimeError(f"nothing opens for {item.order}")
        await _submit(actor, cmd.PulseFinished(opening.authorisation, ""))
        for door in (Door.OPEN, Door.CLOSED):
            await _submit(actor, cmd.DoorSensed(opening.compartment, door, actor.now().mono_ms))
    session = actor.box.staff_session
    if session is not None:
        await _submit(actor, cmd.LogOut(session.id))


def _commands(what: Preload, keys: NumberKeys) -> list[tuple[cmd.Command, tuple[RowChange, ...]]]:
    commands: list[tuple[cmd.Command, tuple[RowChange, ...]]] = []
    for badge in what.badges:
        digest = hashlib.sha256(badge.text.encode()).digest()
        row = PutStaffCredential(badge.staff, digest, hasher().hash(badge.pin))
        commands.append((cmd.RegisterStaff(badge.staff, badge.roles), (row,)))
    for item in (*what.envelopes, *what.stored):
        announce = cmd.AnnounceOrder(
            issuer=ISSUER,
            command=f"announce-{item.deposit}",
            deposit=item.deposit,
            orders=(item.order,),
            document_types=(item.document_type,),
            size=item.size,
            language="de",
            low=False,
            group="",
        )
        commands.append((announce, ()))
    for slip in what.slips:
        issue = cmd.IssueRight(
            issuer=ISSUER,
            command=f"issue-{slip.right}",
            right=slip.right,
            deposits=slip.deposits,
            language=slip.language,
            not_before_wall_ms=slip.not_before_wall_ms,
            expires_wall_ms=slip.expires_wall_ms,
            proxy=bool(slip.checked_by),
            checked_by=slip.checked_by,
        )
        rows = (credential_of(slip), *((number_of(slip, keys),) if slip.number else ()))
        commands.append((issue, rows))
    for right in what.revoke:
        commands.append((cmd.RevokeRight(issuer=ISSUER, command=f"revoke-{right}", right=right), ()))
    return commands
