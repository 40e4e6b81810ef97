"""A power cut below SQLite, at any moment of a real writer's run.

`record` runs the real event store over SQLite's own file layer, wrapped (`simulator.recording_vfs`), and notes every
write, truncation, sync and deletion, in order, among them the moments at which an append was acknowledged. A model of a
disk (`simulator.torn_disk`) plays these notes up to a moment and then cuts the current. `examine` opens what is left
with the real store and tells what is wrong with it. On a disk that lies about its syncs it must find lost appends: that
shows that the examination can fail.

A campaign by hand: ``python -m simulator.power_cut --cuts 10000``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from controller.adapters.event_store import EventStore, open_log
from controller.ports import (
    EndCredentials,
    Entry,
    JsonValue,
    LogError,
    MoveCursor,
    NewEvent,
    PutCommandResult,
    PutCredential,
    PutSnapshot,
    RowChange,
    Stamp,
)
from simulator.torn_disk import Disk, Note

BOX = "power-cut"
_STAMP = Stamp(wall_ms=1_795_305_600_000, mono_ms=1, boot="power-cut", clock_trusted=True)


# --- the writer whose current is cut ----------------------------------------------------------------------------------


def story(seed: int, count: int) -> list[tuple[list[NewEvent], list[RowChange]]]:
    """What the writer appends: each append names itself in every event and every row, so that halves are seen."""
    chance = random.Random(seed)
    appends: list[tuple[list[NewEvent], list[RowChange]]] = []
    seq = 0
    for number in range(1, count + 1):
        events = [
            NewEvent("UnlockAuthorised", 1, {"append": number, "part": part, "filler": "x" * chance.randrange(700)})
            for part in range(chance.choice((1, 1, 2, 5)))
        ]
        seq += len(events)
        rows: list[RowChange] = [
            PutCommandResult("central", f"append-{number}", "done", number),
            PutCredential(_digest(number), "qr", f"right-{number}", {"pin": _digest(-number).hex()}),
            MoveCursor("central", 1, seq),
        ]
        if number % 5 == 0:
            rows.append(EndCredentials(f"right-{number - 3}", "collected", number, number + 1))
        if number % 7 == 0:
            state = b'{"append":%d}' % number
            seal: dict[str, JsonValue] = {
                "append": number,
                "state_sha256": hashlib.sha256(state).hexdigest(),
                "fold_version": 1,
            }
            events.append(NewEvent("CheckpointSealed", 1, seal))
            seq += 1
            rows.append(PutSnapshot(state, 1))
        appends.append((events, rows))
    return appends


def _digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


async def write(path: Path, seed: int, count: int, notes: list[Note]) -> None:
    """The run that is recorded: `story`, with pauses in which the writer scrubs, and a restart in the middle."""
    chance = random.Random(seed)
    store: EventStore | None = None
    for number, (events, rows) in enumerate(story(seed, count), start=1):
        if store is None:
            store, _ = open_log(path, BOX, fold_version=1)
        await store.append(events, _STAMP, rows)
        notes.append(Note("acknowledged", offset=number))
        if chance.random() < 0.1:
            while store.progress()["to_scrub"]:  # noqa: ASYNC110 – a counter of another thread
                await asyncio.sleep(0.01)
        if number == count // 2:
            await store.close()
            store = None
    if store is not None:
        await store.close()


def record(seed: int, count: int) -> list[Note]:
    """Runs `write` in a process of its own and returns its notes. The wrapped file layer never touches this process."""
    with tempfile.TemporaryDirectory(prefix="power-cut-") as directory:
        target = Path(directory) / "notes"
        command = [sys.executable, "-m", "simulator.recording_vfs", directory, str(target), str(seed), str(count)]
        subprocess.run(command, check=True, timeout=120)
        return msgspec.msgpack.decode(target.read_bytes(), type=list[Note])


# --- what is left -----------------------------------------------------------------------------------------------------


async def examine(
    path: Path, appends: Sequence[tuple[list[NewEvent], list[RowChange]]], acknowledged: int
) -> list[str]:
    """Opens what a cut has left and says what is wrong: the log must open and verify; every acknowledged append must
    be there, whole and in order; at most the one after may be there as well; of each append events and rows are there
    together.
    """
    try:
        store, opened = open_log(path, BOX, fold_version=1)
    except LogError as error:
        return [f"does not open: {error.code}: {error}"]
    try:
        wrong = []
        reached = [seq async for seq in store.verify_in_idle()]
        list(opened.tail)
        entries = await _all_entries(store)
        if reached[-1:] != [len(entries)] and entries:
            wrong.append(f"verified up to {reached[-1:]} of {len(entries)}")
        found = _appends(entries)
        if found not in (acknowledged, acknowledged + 1):
            wrong.append(f"{acknowledged} appends were acknowledged, {found} are there")
        expected = [event for events, _ in appends[:found] for event in events]
        data = [msgspec.json.decode(entry.body)["data"] for entry in entries]
        if data != [event.data for event in expected]:
            wrong.append("the events are not those of whole appends")
        results = [await store.command_result("central", f"append-{n}") for n in range(1, len(appends) + 1)]
        if results != ["done"] * found + [None] * (len(appends) - found):
            wrong.append("the rows are not those of the same appends")
        if await store.cursor("central") > len(entries) or len(await store.credentials()) != found:
            wrong.append("cursor or credentials are not those of the same appends")
        added = await store.append([NewEvent("Restarted", 1, {})], _STAMP)
        if added.entries[0].seq != len(entries) + 1:
            wrong.append("the log does not go on where it ends")
    except LogError as error:
        return [f"{error.code}: {error}"]
    finally:
        await store.close()
    return wrong


async def _all_entries(store: EventStore) -> list[Entry]:
    entries: list[Entry] = []
    while more := await store.read(len(entries), 1000):
        entries += more
    return entries


def _appends(entries: Sequence[Entry]) -> int:
    """The number of the last append of which an event is there."""
    return int(msgspec.json.decode(entries[-1].body)["data"]["append"]) if entries else 0


async def campaign(seed: int, count: int, cuts: int, *, lying: bool = False) -> list[str]:
    """Records one run of ``count`` appends, cuts its current at ``cuts`` moments and returns what was wrong, one line
    each.
    """
    notes = await asyncio.to_thread(record, seed, count)
    appends = story(seed, count)
    chance = random.Random(seed)
    moments = sorted(chance.choices(range(len(notes) + 1), k=cuts))
    disk, played, wrong = Disk(lying=lying), 0, []
    for moment in moments:
        for note in notes[played:moment]:
            disk.play(note)
        played = moment
        with tempfile.TemporaryDirectory(prefix="power-cut-") as directory:
            disk.cut(chance, Path(directory))
            found = await examine(Path(directory) / "log.db", appends, disk.acknowledged)
        wrong += [f"cut after note {moment} of {len(notes)}: {what}" for what in found]
    return wrong


def main() -> int:
    """The campaign as a command."""
    parser = argparse.ArgumentParser(
        description="Cut the current below SQLite at random moments and examine what is left."
    )
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--appends", type=int, default=60, help="appends in the recorded run")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = asyncio.run(campaign(options.seed, options.appends, options.cuts))
    for line in wrong:
        print(line)
    print(f"{options.cuts} power cuts, {len(wrong)} faults (seed {options.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
