"""The office's side of the controller, as this box is configured."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from controller.adapters.event_store import UPCASTERS
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.adapters.pin_hash import check_pin, hasher
from controller.bootstrap.number_keys import NumberKeys
from controller.bootstrap.sockets import LANGUAGES
from controller.ports import Clock, Entry, EventLog, RecordedEvent
from controller.services.actor import Actor
from controller.services.codes import CodeMaker, NumberDigests
from controller.services.credentials import CredentialBook
from controller.services.front import Front
from controller.services.office import Office
from controller.services.office_proof import OfficeProof
from controller.services.office_results import OfficeResults
from controller.services.office_sessions import OfficeSessions
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import RefusalLedger
from controller.services.standalone import Standalone
from controller.settings import CentralMode, Settings
from hal.wire.holder import spellings


def office(
    settings: Settings,
    actor: Actor,
    log: EventLog,
    book: CredentialBook,
    front: Front,
    refusals: RefusalLedger,
    clock: Clock,
    keys: NumberKeys,
    one_at_a_time: OneAtATime,
    disk_refuses: Callable[[], bool],
) -> Office:
    """It hashes once here, for names that nobody has, and so belongs into a thread."""
    nobodys = hasher().hash(secrets.token_urlsafe(16))
    return Office(
        actor,
        refusals,
        OfficeSessions(actor, book, refusals, check_pin, clock.mono_ms, nobodys, one_at_a_time),
        Standalone(
            actor,
            CodeMaker(NumberDigests(keys.tag_of, keys.stored_digest, one_at_a_time), book.knows_digest, spellings),
            LANGUAGES,
        ),
        OfficeResults(log, _recorded),
        OfficeProof(log, lambda: actor.box.seq, _recorded),
        standalone=settings.central is CentralMode.STANDALONE,
        disk_refuses=disk_refuses,
        acknowledged_seq=lambda: front.state.acknowledged_seq,
    )


def _recorded(entry: Entry) -> RecordedEvent:
    return UPCASTERS.newest(recorded(decode_body(entry.body, entry.seq)))
