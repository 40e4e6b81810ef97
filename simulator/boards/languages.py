"""Which kinds of lock boards are emulated on serial lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hal.profile import Bank, KerongBank, WaveshareBank
from simulator.boards.kerong import KerongLine
from simulator.boards.line import Language
from simulator.boards.waveshare import WaveshareLine
from simulator.boards.wires import PlantLines

LANGUAGES: dict[type[Bank], Callable[[Sequence[Bank], PlantLines], Language]] = {
    KerongBank: KerongLine.of,
    WaveshareBank: WaveshareLine.of,
}
"""Kind of bank → what makes the boards on one line."""
