"""A disk whose current may be cut: what it may hold then.

`Disk` plays what a program asked of its files (`Note`) up to a moment, and then cuts the current: what had been
synced is there; every other 512-byte sector is there or not, each by itself, so that writes are lost, torn and
reordered; what is there of a sector that was written several times is any of these versions.

The model is that of a disk that keeps its word: a sync that has returned holds. With ``lying=True`` syncs do nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

#: What a disk writes whole or not at all. Cards and SSDs promise this much.
SECTOR = 512

# --- what was noted ---------------------------------------------------------------------------------------------------


class Note(msgspec.Struct, frozen=True, array_like=True):
    """One thing that SQLite asked of a file, or (``kind`` ``acknowledged``) an append that returned.

    ``kind`` is ``write``, ``truncate``, ``sync``, ``delete``, ``journal`` (opened so that its next sync syncs the
    directory too) or ``acknowledged``; ``offset`` is the position of a write, the length of a truncation, whether a
    deletion syncs the directory, or the number of appends acknowledged.
    """

    kind: str
    file: str = ""
    offset: int = 0
    content: bytes = b""


# --- what the disk holds ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _File:
    """``durable`` is what a cut cannot take; ``pending`` what has been asked since the last sync. ``entered``: its
    name is on the disk. ``journal``: its next sync syncs the directory too, as SQLite does for the journals that it
    makes.
    """

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Note] = field(default_factory=list)
    entered: bool = False
    journal: bool = False


class Disk:
    """A disk in the model. Feed it notes with `play`, then `cut` as often as wanted."""

    def __init__(self, *, lying: bool = False) -> None:
        self._files: dict[str, _File] = {}
        self._lying = lying
        self.acknowledged = 0

    def play(self, note: Note) -> None:
        """Takes one note."""
        if note.kind == "acknowledged":
            self.acknowledged = note.offset
            return
        file = self._files.setdefault(note.file, _File())
        match note.kind:
            case "write" | "truncate":
                file.pending.append(note)
            case "sync" if not self._lying:
                for pending in file.pending:
                    _apply(file.durable, pending)
                file.pending.clear()
                file.entered = True
                if file.journal:
                    file.journal = False
                    self._sync_directory()
            case "journal":
                file.journal = True
            case "delete":
                # Until its directory is synced a deleted file may come back, as what had been synced of it.
                file.pending.append(note)
                if note.offset and not self._lying:
                    self._sync_directory()
            case _:
                pass

    def _sync_directory(self) -> None:
        for file in self._files.values():
            deletions = [index for index, note in enumerate(file.pending) if note.kind == "delete"]
            if deletions:
                file.durable.clear()
                del file.pending[: deletions[-1] + 1]
                file.entered = False
            file.entered = file.entered or bool(file.pending)

    def cut(self, chance: random.Random, directory: Path) -> None:
        """Writes into the empty ``directory`` one of the states in which the disk may be found. The model itself is
        not changed.
        """
        for name, file in self._files.items():
            content = self._found(file, chance)
            if content is not None:
                (directory / name).write_bytes(content)

    def _found(self, file: _File, chance: random.Random) -> bytes | None:
        if not file.entered and not file.pending:
            return None
        # A cut mostly finds a few sectors missing or a few written; halves and halves alone would never find the rare
        # ones.
        share = chance.choice((0.0, 0.02, 0.5, 0.98, 1.0))
        content = bytearray(file.durable)
        entered = file.entered
        for note in file.pending:
            match note.kind:
                case "write":
                    entered = entered or chance.random() < share
                    for part in _sectors(note):
                        if chance.random() < share:
                            _apply(content, part)
                case "truncate" if chance.random() < share:
                    _apply(content, note)
                case "delete" if chance.random() < 0.5:
                    content, entered = bytearray(), False
        return bytes(content) if entered else None


def _sectors(note: Note) -> list[Note]:
    """A write as writes of one sector each."""
    parts = []
    start, end = note.offset, note.offset + len(note.content)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        parts.append(Note("write", note.file, start, note.content[start - note.offset : stop - note.offset]))
        start = stop
    return parts


def _apply(content: bytearray, note: Note) -> None:
    if note.kind == "delete":
        content.clear()
    elif note.kind == "truncate":
        del content[note.offset :]
        content.extend(bytes(note.offset - len(content)))
    else:
        content.extend(bytes(max(0, note.offset - len(content))))
        content[note.offset : note.offset + len(note.content)] = note.content
