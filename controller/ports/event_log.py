"""The one log: what is appended, what is read back, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.ports.rows import CredentialRow, RowChange, StaffCredentialRow

#: A value that may stand in an event: strings, integers (within ±2^53), lists and objects of these. No floats, booleans
#: or nulls.
JsonValue = str | int | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event that `decide` produced, in the form in which it will be written.

    ``type`` is the event's name (``UnlockAuthorised``), ``version`` the version of its shape, starting at 1.
    """

    type: str
    version: int
    data: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something was appended: wall clock and monotonic clock in milliseconds, the boot's id, and whether the wall
    clock was trusted.
    """

    wall_ms: int
    mono_ms: int
    boot: str
    clock_trusted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log as it is stored. ``hash`` is SHA-256 of ``body``; ``body`` holds the hash of the entry
    before.
    """

    seq: int
    hash: bytes
    previous: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An entry read back: the newest version of its shape (upcasters applied) and where it stands."""

    seq: int
    type: str
    version: int
    data: Mapping[str, JsonValue]
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an append landed: the entries as written, in order."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the store found at start: identity, last position, the sealed snapshot that matched (if any) and the tail
    after it.

    Without a snapshot of the asked fold version ``snapshot`` is ``None``, ``snapshot_seq`` is 0 and the tail is the
    whole log. The tail is read lazily, in the caller's thread, and its chain is verified while it is read: iterating it
    may raise `LogError` (``log_damaged``). ``ended_cleanly`` says that the log ends with the checkpoint, so that the
    tail is empty.
    """

    box: str
    epoch: int
    last_seq: int
    last_hash: bytes
    snapshot: bytes | None
    snapshot_seq: int
    snapshot_fold_version: int
    tail: Iterable[RecordedEvent]

    @property
    def ended_cleanly(self) -> bool:
        return self.snapshot is not None and self.snapshot_seq == self.last_seq


class LogError(Exception):
    """Something is wrong with the log. ``code`` is stable; ``seq`` names the entry at fault where there is one (else
    0).
    """

    def __init__(self, code: str, message: str, seq: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.seq = seq


class EventLog(Protocol):
    """The one log. All methods are called from the controller's event loop.

    `append` is atomic: either every event and every row is durable (fsync) when it returns, or the process must end:
    any exception from `append` means *the outcome is unknown* and must not be retried. A caller that is cancelled or
    times out does not cancel the write.
    """

    async def append(
        self,
        events: Sequence[NewEvent],
        stamp: Stamp,
        rows: Sequence[RowChange] = (),
        then: Callable[[], None] | None = None,
    ) -> Appended:
        """``then`` is called on the writer's thread as soon as the commit is durable and before anybody is told: a
        pulse must not wait for a busy loop. What it raises is raised here, though everything is written.
        """
        ...

    async def read(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """Entries after ``after_seq``, at most ``limit``, oldest first; on a read-only connection, never blocking the
        writer.
        """
        ...

    async def command_result(self, issuer: str, command: str) -> str | None: ...

    async def cursor(self, consumer: str) -> int: ...

    async def credentials(self) -> tuple[CredentialRow, ...]: ...

    async def staff_credentials(self) -> tuple[StaffCredentialRow, ...]: ...

    def verify_in_idle(self) -> AsyncIterator[int]:
        """Verifies the whole chain in chunks from the beginning; yields the sequence number reached. Raises
        `LogError`.
        """
        ...

    def free_bytes(self) -> int:
        """Free space of the file system that holds the log, in bytes."""
        ...

    def progress(self) -> Mapping[str, int]:
        """For the watchdog: ``queued`` (jobs waiting), ``busy_since_mono_ms`` (CLOCK_MONOTONIC, 0 when idle),
        ``failed`` (1 after a failed commit or checkpoint: every later append is refused) and ``to_scrub`` (1 while
        deleted secrets are still in the write-ahead log).
        """
        ...

    async def close(self) -> None: ...
