"""The ``reader-eid`` socket: questions to the card readers, and what they say. Nothing else enters the box here; and
nothing that was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from controller.adapters.control.reader_params import checked, params_object
from controller.adapters.control.server import Connection, Handler
from controller.ports import CardReaderReport, ChipQuestion, ChipReply, Operations
from hal.wire import (
    AccessKind,
    ChipAnswer,
    ChipCancel,
    ChipProgress,
    ChipReaderHealth,
    ChipRequest,
    ChipStage,
    SecretText,
)


class CardReaderRole:
    """Methods of the card readers' processes, and the line to them (`controller.ports.CardReaderLine`). One event
    loop.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._connections: dict[str, Connection] = {}
        operations.card_reader_line(self)

    def methods(self) -> Mapping[str, Handler]:
        return {
            ChipAnswer.METHOD: self._answer,
            ChipProgress.METHOD: self._progress,
            ChipReaderHealth.METHOD: self._health,
        }

    def left(self, connection: Connection) -> None:
        """A reader's connection has ended. One that another has taken the name of is nobody any more."""
        if self._connections.get(connection.name) is connection:
            del self._connections[connection.name]
            self._operations.card_reader_gone(connection.name)

    def ask(self, source: str, question: ChipQuestion) -> bool:
        connection = self._connections.get(source)
        if connection is None:
            return False
        request = ChipRequest(
            challenge=question.challenge,
            factor=question.factor,
            key=SecretText(question.key.hex()),
            access_kind=AccessKind(question.access_kind),
            access=SecretText(question.access),
            deadline_mono_ms=question.deadline_mono_ms,
            wall_ms=question.wall_ms,
            clone_proof=question.clone_proof,
            revocation=question.revocation,
        )
        connection.notify(ChipRequest.METHOD, request.params())
        return True

    def cancel(self, source: str, challenge: str) -> None:
        connection = self._connections.get(source)
        if connection is not None:
            connection.notify(ChipCancel.METHOD, ChipCancel(challenge).params())

    async def _answer(self, connection: Connection, params: msgspec.Raw) -> object:
        answer = checked(lambda: ChipAnswer.from_params(params_object(params)))
        reply = ChipReply(
            answer.challenge,
            answer.outcome.value,
            answer.reason,
            answer.issuing_state,
            tuple(bytes.fromhex(each) for each in answer.verifiers),
            answer.tries_left,
            answer.excused,
        )
        self._operations.chip_answered(connection.name, reply)
        return {}

    async def _progress(self, connection: Connection, params: msgspec.Raw) -> object:
        progress = checked(lambda: ChipProgress.from_params(params_object(params)))
        self._operations.chip_progress(connection.name, progress.challenge, progress.stage is ChipStage.READING)
        return {}

    async def _health(self, connection: Connection, params: msgspec.Raw) -> object:
        health = checked(lambda: ChipReaderHealth.from_params(params_object(params)))
        if self._connections.get(health.source) is not connection:
            self.left(connection)
            connection.name = health.source
            before = self._connections.get(health.source)
            self._connections[health.source] = connection
            if before is not None:
                # The same reader has connected anew: what the connection before was asked is lost with it.
                self._operations.card_reader_gone(health.source)
                before.close()
        self._operations.card_reader_said(
            CardReaderReport(health.source, health.state.value, health.card, health.trust_anchors, health.factors)
        )
        return {}
