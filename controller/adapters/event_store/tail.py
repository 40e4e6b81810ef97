"""Entries as events, read lazily and verified on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from controller.adapters.event_store.connections import connect_reader
from controller.adapters.event_store.encoding import decode_body, recorded
from controller.adapters.event_store.upcasting import Upcasters
from controller.adapters.event_store.verification import Chain, check_end, read_chunk
from controller.ports import RecordedEvent


@dataclass(frozen=True, slots=True)
class Tail:
    """The events after ``after_seq`` up to ``last_seq``, oldest first, in their newest shape.

    Each iteration reads anew on a read-only connection of its own, in chunks, in the thread that iterates, and checks
    the chain; it raises `LogError` (``log_damaged``) at the first entry at fault, having yielded nothing of that
    chunk.
    """

    path: Path
    box: str
    after_seq: int
    after_hash: bytes
    last_seq: int
    upcasters: Upcasters

    def __iter__(self) -> Iterator[RecordedEvent]:
        if self.after_seq == self.last_seq:
            return
        chain = Chain(self.box, self.after_seq, self.after_hash)
        with closing(connect_reader(self.path)) as connection:
            while chain.seq < self.last_seq:
                rows = [row for row in read_chunk(connection, chain.seq) if row[0] <= self.last_seq]
                if not rows:
                    break
                chain.check(rows)
                for seq, _, body in rows:
                    yield self.upcasters.newest(recorded(decode_body(body, seq)))
        check_end(chain, self.last_seq)
