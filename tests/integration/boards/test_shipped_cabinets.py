"""Every shipped cabinet on its emulated boards: a door on each kind of board opens, and says so.

The short form of `./box cabinets`, which tells the whole story on each.
"""

from __future__ import annotations

import pytest

from hal.profile import load_profile, shipped_profiles
from simulator.story_boards import one_of_each
from tests.fakes.boards import running_boards
from tests.fakes.boxes import Box


@pytest.mark.parametrize("name", ["kerong-48", "mixed-96", "kerong-608"])
def test_a_door_on_each_kind_of_board_opens(name: str) -> None:
    file = shipped_profiles()[name]
    with running_boards(file) as boards:
        box = Box(boards)
        for each in one_of_each(load_profile(file)):
            box.opens(each.label)
            assert len(box.coils(each.label)) == 1
        box.cabinet.close()
        assert box.faults.told == []
