"""What is read of codes that are hard to read, and what it costs: the decoder against the libraries it is made of.

Every decoder gets every frame of every showing (`degraded_frames`); a showing is read when its text was. The *union*
is what zxing-cpp, pyzbar and (where it is installed) OpenCV read together, each asked about every frame. Costs are CPU
time of the thread, as the machine may be busy. A *hit* is a frame that was read.

``--bars`` shows what staff hold up (`degraded_bars`). ``--images DIRECTORY`` reads photographs instead (`photographs`).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hal.interfaces import Frame
from hal.qr.decode import Decoder
from hal.qr.filter import ScanFilter
from hal.wire import ScanMode, Symbology, admits
from tests.bench import idle, one_frame
from tests.bench.degraded_bars import KINDS as BAR_KINDS
from tests.bench.degraded_bars import SYMBOLOGIES, Envelope, envelopes
from tests.bench.degraded_frames import DEGRADATIONS, FRAME_MS, Showing, showings
from tests.bench.peers import Look, labels, libraries
from tests.bench.photographs import Photograph, photographs

EACH: Final = 6
"""Showings of each degradation in ``./box bench``; with ``--each`` more."""

POLICY: Final = "policy"
UNION: Final = "union"


@dataclass(slots=True)
class Tally:
    """What one decoder made of everything it was shown. Times in ms."""

    read: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    hits: list[float] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    """Until the first hit of each showing that was read, on the showing's own clock."""

    def look(self, look: Look, frame: Frame) -> set[str]:
        """What it reads of one frame, and what that cost."""
        begun = time.thread_time_ns()
        found = look(frame)
        (self.hits if found else self.misses).append((time.thread_time_ns() - begun) / 1e6)
        return found

    def judge(self, kind: str, *, read: bool, wrong: bool) -> None:
        """One showing is over."""
        self.read[kind] = self.read.get(kind, 0) + read
        self.wrong += wrong

    @property
    def total(self) -> int:
        return sum(self.read.values())


def policy(*, ours_only: bool = True) -> Look:
    """The decoder as the reader uses it when a showing begins. ``ours_only``: what the mode would let out."""
    decoder = Decoder()

    def look(frame: Frame) -> set[str]:
        found = {reading.text.reveal() for reading in decoder.decode(frame, ScanMode.PICKUP)}
        return {text for text in found if not ours_only or admits(ScanMode.PICKUP, text, Symbology.QR) is not None}

    return look


def measured(shown: Iterable[Showing]) -> dict[str, Tally]:
    """Every decoder's tally, the union's too."""
    peers = libraries()
    tallies = {name: Tally() for name in (*peers, UNION, POLICY)}
    for showing in shown:
        texts = _texts(showing.frames(), {**peers, POLICY: policy()}, tallies)
        for name, found in texts.items():
            tallies[name].judge(showing.degradation, read=showing.text in found, wrong=bool(found - {showing.text}))
    return tallies


def measured_photographs(shown: Iterable[Photograph]) -> dict[str, Tally]:
    """The same for photographs, by their sets."""
    peers = libraries()
    tallies = {name: Tally() for name in (*peers, UNION, POLICY)}
    for photograph in shown:
        texts = _texts(photograph.frames(), {**peers, POLICY: policy(ours_only=False)}, tallies)
        for name, found in texts.items():
            tallies[name].judge(
                photograph.kind,
                read=photograph.is_read(found),
                wrong=photograph.is_wrong(found),
            )
    return tallies


def measured_bars(shown: Iterable[Envelope]) -> dict[str, Tally]:
    """What staff hold up, by its symbology: what leaves the reader, beside what a library says of each frame. The
    reader's filter makes two frames agree; the libraries are believed at once.
    """
    peers = labels()
    tallies = {name: Tally() for name in (*peers, POLICY)}
    for envelope in shown:
        texts = _texts(envelope.frames(), {**peers, POLICY: loading()}, tallies)
        for name, found in texts.items():
            if name in tallies:
                right = envelope.text in found
                tallies[name].judge(envelope.symbology, read=right, wrong=bool(found - {envelope.text}))
    return tallies


def loading() -> Look:
    """Decoder and filter as the reader uses them while staff load."""
    decoder, sieve = Decoder(), ScanFilter()

    def look(frame: Frame) -> set[str]:
        readings = decoder.decode(frame, ScanMode.LOADING)
        return {each.text.reveal() for each in sieve.sift(ScanMode.LOADING, readings, frame.mono_ms).reports}

    return look


def _texts(frames: Iterable[Frame], looks: dict[str, Look], tallies: dict[str, Tally]) -> dict[str, set[str]]:
    texts: dict[str, set[str]] = {name: set() for name in looks}
    for frame in frames:
        for name, look in looks.items():
            found = tallies[name].look(look, frame)
            if found and not texts[name]:
                tallies[name].waits.append(frame.mono_ms)
            texts[name] |= found
    texts[UNION] = set().union(*(found for name, found in texts.items() if name != POLICY))
    return texts


def figures(each: int = EACH) -> dict[str, dict[str, float | str]]:
    """Rates beside the union's, costs beside plain zxing-cpp's."""
    tallies = measured(showings(each))
    count = each * len(DEGRADATIONS)
    union = 100 * tallies[UNION].total / count
    found = {f"decode.{name}.read_rate": _figure(100 * tallies[name].total / count, "%", union) for name in tallies}
    plain, mine = tallies["zxing"], tallies[POLICY]
    found["decode.policy.hit_ms"] = _figure(_median(mine.hits), "ms", _median(plain.hits))
    found["decode.policy.miss_ms"] = _figure(_mean(mine.misses), "ms", _mean(plain.misses))
    found["decode.policy.wrong"] = {"value": mine.wrong, "unit": "", "floor": tallies[UNION].wrong, "ratio": "-"}
    found |= _bars(each)
    found |= one_frame.figures()
    found["reader.idle_cpu_percent"] = idle.figure()
    return found


def _bars(each: int) -> dict[str, dict[str, float | str]]:
    tallies = measured_bars(envelopes(max(1, each // 3)))
    count = max(1, each // 3) * len(BAR_KINDS) * len(SYMBOLOGIES)
    mine, plain = tallies[POLICY], tallies["zxing"]
    return {
        "decode.bars.read_rate": _figure(100 * mine.total / count, "%", 100 * plain.total / count),
        "decode.bars.wrong": {"value": mine.wrong, "unit": "", "floor": plain.wrong, "ratio": "-"},
    }


def table(tallies: dict[str, Tally], counts: Mapping[str, int]) -> str:
    """Read showings of each kind, in percent, a column for each decoder. ``counts``: showings of each kind."""
    lines = [f"{'':20}" + "".join(f"{name:>9}" for name in tallies)]

    def row(title: str, value: Callable[[Tally], str]) -> None:
        lines.append(f"{title:20}" + "".join(f"{value(tally):>9}" for tally in tallies.values()))

    for kind, count in counts.items():
        row(f"{kind} ({count})", lambda tally, kind=kind, count=count: f"{100 * tally.read[kind] / count:.0f}")  # type: ignore[misc]
    row("all, %", lambda tally: f"{100 * tally.total / sum(counts.values()):.1f}")
    row("wrong texts", lambda tally: str(tally.wrong))
    row("hit, median ms", lambda tally: f"{_median(tally.hits):.2f}" if tally.hits else "-")
    row("no hit, mean ms", lambda tally: f"{_mean(tally.misses):.2f}" if tally.misses else "-")
    row("frames until read", lambda tally: f"{1 + _mean(tally.waits) / FRAME_MS:.2f}" if tally.waits else "-")
    return "\n".join(lines)


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def _figure(value: float, unit: str, floor: float) -> dict[str, float | str]:
    ratio: float | str = round(value / floor, 3) if floor else "-"
    return {"value": round(value, 3), "unit": unit, "floor": round(floor, 3), "ratio": ratio}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./box bench decode", description="Reads codes that are hard to read.")
    parser.add_argument("--each", type=int, default=EACH, metavar="N", help="showings of each degradation")
    parser.add_argument("--seed", type=int, default=5, help="other codes, other hands, other light")
    parser.add_argument("--images", type=Path, metavar="DIR", help="photographs instead, the truth in NAME.txt beside")
    parser.add_argument("--bars", action="store_true", help="envelopes for staff: bars, Data Matrix and QR")
    options = parser.parse_args(arguments)
    if options.each < 1:
        parser.error("--each is at least 1")
    if options.bars:
        shown_bars = envelopes(options.each, options.seed)
        count = options.each * len(BAR_KINDS)
        print(table(measured_bars(shown_bars), dict.fromkeys(SYMBOLOGIES, count)))
        return 0
    if options.images is None:
        tallies = measured(showings(options.each, options.seed))
        print(table(tallies, dict.fromkeys(DEGRADATIONS, options.each)))
        return 0
    try:
        shown = photographs(options.images)
    except OSError as error:
        parser.error(f"--images: {error}")
    if not shown:
        parser.error(f"--images: there is no PNG or JPEG in {options.images}")
    print(table(measured_photographs(shown), Counter(photograph.kind for photograph in shown)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
