"""What is read of codes that are hard to read, and what it costs: the decoder against the libraries it is made of.

Every decoder gets every frame of every showing (``degraded_frames``); a showing is read when its text was. The *union*
is what zxing-cpp, pyzbar and (where it is installed) OpenCV read together, each asked about every frame. Costs are CPU
time of the thread, as the machine may be busy.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from hal.interfaces import Frame
from hal.qr.decode import Decoder
from hal.wire import ScanMode, Symbology, admits
from tests.bench import one_frame
from tests.bench.degraded_frames import DEGRADATIONS, Showing, showings
from tests.bench.peers import Look, libraries

EACH: Final = 6
"""Showings of each degradation in ``./box bench``; with ``--each`` more."""

POLICY: Final = "policy"
UNION: Final = "union"


@dataclass(slots=True)
class Tally:
    """What one decoder made of everything it was shown."""

    read: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    hits_ms: list[float] = field(default_factory=list)
    misses_ms: list[float] = field(default_factory=list)

    def look(self, look: Look, frame: Frame) -> set[str]:
        """What it reads of one frame, and what that cost."""
        begun = time.thread_time_ns()
        found = look(frame)
        (self.hits_ms if found else self.misses_ms).append((time.thread_time_ns() - begun) / 1e6)
        return found

    @property
    def total(self) -> int:
        return sum(self.read.values())

    @property
    def hit_ms(self) -> float:
        """The median of the frames that it read."""
        return statistics.median(self.hits_ms) if self.hits_ms else 0.0


def policy() -> Look:
    """The decoder as the reader uses it, before a new showing, and what the mode would let out."""
    decoder = Decoder()

    def look(frame: Frame) -> set[str]:
        found = {reading.text.reveal() for reading in decoder.decode(frame, ScanMode.PICKUP)}
        return {text for text in found if admits(ScanMode.PICKUP, text, Symbology.QR) is not None}

    return look


def measured(shown: Iterable[Showing]) -> dict[str, Tally]:
    """Every decoder's tally, the union's too."""
    peers = libraries()
    tallies = {name: Tally() for name in (*peers, UNION, POLICY)}
    for showing in shown:
        looks = {**peers, POLICY: policy()}
        texts: dict[str, set[str]] = {name: set() for name in looks}
        for frame in showing.frames():
            for name, look in looks.items():
                texts[name] |= tallies[name].look(look, frame)
        texts[UNION] = set().union(*(texts[name] for name in peers))
        for name, found in texts.items():
            tally = tallies[name]
            tally.read[showing.degradation] = tally.read.get(showing.degradation, 0) + (showing.text in found)
            tally.wrong += bool(found - {showing.text})
    return tallies


def figures(each: int = EACH) -> dict[str, dict[str, float | str]]:
    """Rates beside the union's, costs beside plain zxing-cpp's."""
    tallies = measured(showings(each))
    count = each * len(DEGRADATIONS)
    union = 100 * tallies[UNION].total / count
    found: dict[str, dict[str, float | str]] = {}
    for name, tally in tallies.items():
        found[f"decode.{name}.read_rate"] = _figure(100 * tally.total / count, "%", union)
    plain = tallies["zxing"]
    mine = tallies[POLICY]
    found["decode.policy.hit_ms"] = _figure(mine.hit_ms, "ms", plain.hit_ms)
    found["decode.policy.miss_ms"] = _figure(
        statistics.fmean(mine.misses_ms or [0.0]), "ms", statistics.fmean(plain.misses_ms or [0.0])
    )
    found["decode.policy.wrong"] = {"value": mine.wrong, "unit": "", "floor": tallies[UNION].wrong, "ratio": "-"}
    found.update(one_frame.figures())
    return found


def table(tallies: dict[str, Tally], each: int) -> str:
    """Read showings of each degradation, in percent, a column for each decoder."""
    names = list(tallies)
    lines = [f"{'':14}" + "".join(f"{name:>9}" for name in names)]
    for degradation in DEGRADATIONS:
        row = (f"{100 * tallies[name].read[degradation] / each:>9.0f}" for name in names)
        lines.append(f"{degradation:14}" + "".join(row))
    count = each * len(DEGRADATIONS)
    lines.append(f"{'all, %':14}" + "".join(f"{100 * tally.total / count:>9.1f}" for tally in tallies.values()))
    lines.append(f"{'wrong texts':14}" + "".join(f"{tally.wrong:>9}" for tally in tallies.values()))
    for title, cost in (("hit, ms", _median_hit), ("miss, ms", _mean_miss)):
        lines.append(f"{title:14}" + "".join(f"{cost(tally):>9}" for tally in tallies.values()))
    return "\n".join(lines)


def _median_hit(tally: Tally) -> str:
    return f"{tally.hit_ms:.2f}" if tally.hits_ms else "-"


def _mean_miss(tally: Tally) -> str:
    return f"{statistics.fmean(tally.misses_ms):.2f}" if tally.misses_ms else "-"


def _figure(value: float, unit: str, floor: float) -> dict[str, float | str]:
    return {
        "value": round(value, 3),
        "unit": unit,
        "floor": round(floor, 3),
        "ratio": round(value / floor, 3) if floor else "-",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./box bench decode", description="Codes that are hard to read.")
    parser.add_argument("--each", type=int, default=EACH, metavar="N", help="showings of each degradation")
    parser.add_argument("--seed", type=int, default=5, help="other codes, other hands, other light")
    options = parser.parse_args(arguments)
    print(table(measured(showings(options.each, options.seed)), options.each))
    return 0


if __name__ == "__main__":
    sys.exit(main())
