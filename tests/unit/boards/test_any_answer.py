"""Whatever a board answers, also with a right checksum: the drivers take it, or say that it is none; nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.boards import kerong_frames, modbus_rtu
from hal.boards.kerong_cu import KerongBoard
from hal.boards.serial_board import Garbled, InParts, NoAnswer, PulseUnsafe, SerialBoard
from hal.boards.waveshare_relay import WaveshareBoard
from hal.edges import SerialLine
from hal.profile import ClosedLevel, KerongBank, WaveshareBank
from simulator.boards.waveshare import crc
from tests.unit.boards.direct import DirectLine, scripted

CU = KerongBank(name="cu", supply="12V", pulse_ms=400, port="/dev/line", board=2, locks=48)
RELAYS = WaveshareBank(name="relays", supply="12V", pulse_ms=400, port="/dev/line", unit=1, relays=8, inputs=8)

of_kerong = st.builds(
    lambda board, command, data: kerong_frames.frame(board << 4, command, data),
    st.integers(0, 15),
    st.sampled_from([0x30, 0x31, 0x35, 0x37, 0x38, 0x75]),
    st.binary(max_size=6),
)
of_modbus = st.builds(
    lambda function, data: (message := bytes([1, function]) + data) + crc(message),
    st.sampled_from([1, 2, 3, 5, 6, 0x81, 0x82, 0x83, 0x85, 0x86]),
    st.binary(max_size=20),
)
answers = st.lists(st.binary(max_size=30) | of_kerong | of_modbus | st.just(b""), max_size=30)


@pytest.fixture(autouse=True)
def no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modbus_rtu, "QUIET_S", 0.0)


def everything(board: SerialBoard) -> Sequence[Callable[[SerialLine], object]]:
    """All that is ever asked of a board."""
    asks: list[Callable[[SerialLine], object]] = [board.prepare, board.poll]
    if isinstance(board, InParts):
        asks += [partial(board.poll_part, part=part) for part in range(len(board.parts))]
    if board.can_cut:
        asks.append(board.switch_off)
    return (*asks, lambda line: board.arm(line, 5, 400), lambda line: board.fire(line, 5, 400))


@given(answers)
def test_any_answer_to_a_kerong_board(said: list[bytes]) -> None:
    _ask_all(KerongBoard(CU, ClosedLevel.HIGH), said)


@given(answers)
def test_any_answer_to_a_relay_board(said: list[bytes]) -> None:
    _ask_all(WaveshareBoard(RELAYS, ClosedLevel.HIGH), said)


def _ask_all(board: SerialBoard, said: list[bytes]) -> None:
    line = DirectLine(scripted(said))
    for ask in everything(board):
        try:
            ask(line)
        except (NoAnswer, Garbled, PulseUnsafe):
            pass  # what the station above makes faults of
    fired = [sent for sent in line.written if sent[:4] in (b"\x01\x05\x02\x05", b"\x02\x25\x31\x03")]
    assert len(fired) == 1, "written once, whatever came back"
