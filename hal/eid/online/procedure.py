"""The factor ``eid`` in the card reader's process."""

from __future__ import annotations

from hal.eid.job import Job
from hal.eid.online.verifier import OnlineRequest, OnlineVerifier
from hal.eid.outcome import Outcome
from hal.wire import ChipStage


class OnlineIdentification:
    """A `hal.eid.job.Procedure`: AusweisApp waits for the card and speaks with it."""

    def __init__(self, verifier: OnlineVerifier) -> None:
        self._verifier = verifier

    def verify(self, job: Job) -> Outcome:
        """As `hal.eid.job.Procedure.verify`."""
        asked = job.request
        key = bytes.fromhex(asked.key.reveal())
        job.progress(ChipStage.ABSENT)
        return self._verifier.verify(
            OnlineRequest(asked.challenge, asked.access, key, job.deadline.ends_at_ms, asked.wall_ms),
            cancelled=lambda: job.deadline.cancelled,
            card_seen=lambda present: job.progress(ChipStage.READING if present else ChipStage.ABSENT),
        )
