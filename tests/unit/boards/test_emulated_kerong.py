"""The emulated KERONG boards: they understand what is published, whatever is around it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.profile import KerongBank, load_profile
from simulator.boards.cabinet import EmulatedBoards
from simulator.boards.faults import Noise, Standing
from simulator.boards.kerong import KerongBoard, KerongLine
from simulator.boards.protocol import BoardsError, Break, Mend
from tests.fakes.boards import kerong_bank, serial_profile
from tests.unit.boards.direct import HandWires

STATUS, UNLOCK = bytes.fromhex("02 20 30 03 55"), bytes.fromhex("02 21 31 03 57")
TIME, SET_TIME = bytes.fromhex("02 20 37 03 5c"), bytes.fromhex("02 20 37 00 28 03 84")


def line() -> KerongLine:
    bank = KerongBank(name="east", supply="12V", pulse_ms=400, port="/dev/line", board=2, locks=12)
    return KerongLine([KerongBoard(bank, HandWires({"east:0": 1, "east:11": 1, "east:12": 1}))])


def answers(line: KerongLine, data: bytes) -> list[str]:
    return [request.act().hex(" ") for request in line.hear(data)]


def test_it_answers_as_published() -> None:
    boards = line()
    assert answers(boards, STATUS) == ["02 20 35 01 08 00 00 03 63"], "twelve locks, whatever is on the thirteenth"
    assert answers(boards, TIME) == ["02 20 37 00 32 03 8e"]
    assert answers(boards, SET_TIME) == ["02 20 37 00 28 03 84"]
    assert answers(boards, TIME) == ["02 20 37 00 28 03 84"]
    assert answers(boards, bytes.fromhex("02 30 30 03 65")) == [], "for somebody else"


@given(pieces=st.lists(st.sampled_from([STATUS, TIME]), min_size=1, max_size=5), cut=st.integers(1, 7))
def test_requests_come_in_any_pieces(pieces: list[bytes], cut: int) -> None:
    boards = line()
    stream = b"".join(pieces)
    heard = [one for at in range(0, len(stream), cut) for one in answers(boards, stream[at : at + cut])]
    assert len(heard) == len(pieces)


@given(st.binary(max_size=200))
def test_after_any_noise_it_understands_again(noise: bytes) -> None:
    boards = line()
    for request in boards.hear(noise.replace(b"\x31", b"\x00")):
        request.act()
    list(boards.hear(bytes(7)))  # at the latest when what had begun cannot go on
    assert answers(boards, STATUS) == ["02 20 35 01 08 00 00 03 63"]


@given(seed=st.integers(0, 1_000), message=st.binary(min_size=1, max_size=9))
def test_noise_is_the_same_with_the_same_seed_and_leaves_the_rest_whole(seed: int, message: bytes) -> None:
    assert Noise(seed).touch(message) == Noise(seed).touch(message)
    assert Noise(seed, rate=0.0).touch(message) == message


def test_a_fault_so_many_times_and_then_no_more() -> None:
    faults = Standing()
    faults.begin("lost_reply", 2)
    assert [faults.strikes("lost_reply") for _ in range(3)] == [True, True, False]
    faults.begin("dead", None)
    assert faults.names() == ["dead"]
    faults.end(None)
    assert not faults.strikes("dead")


async def test_what_nobody_has_cannot_break(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(kerong_bank("east"), {"A01": ("east", 0)}), encoding="utf-8")
    boards = EmulatedBoards(load_profile(file), HandWires({}), tmp_path / "ports")
    try:
        for request, code in (
            (Break(id=1, on="west", fault="dead"), "unknown_subject"),
            (Break(id=1, on="east", fault="unplugged"), "unknown_fault"),
            (Break(id=1, on="/dev/serial/by-id/kerong", fault="dead"), "unknown_fault"),
            (Break(id=1, on="east", fault="swapped", what="handle"), "bad_request"),
        ):
            with pytest.raises(BoardsError) as refused:
                boards.break_it(request)
            assert refused.value.code == code
        with pytest.raises(BoardsError):
            boards.mend(Mend(id=1, on="west"))
        assert boards.status().boards[0].faults == []
    finally:
        boards.close()
    assert not list((tmp_path / "ports").iterdir())
