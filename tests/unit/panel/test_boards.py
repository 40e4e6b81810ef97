"""The panel's hand on the plugs of lock boards that run as a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fakes.boards import kerong_bank, running_boards, serial_profile
from tests.unit.panel.conftest import RunningPanel, running_panel
from tests.unit.panel.test_panel import until

PORT = "/dev/serial/by-id/usb-east"


def board(state: dict[str, Any]) -> tuple[bool, list[str]]:
    """Is the line plugged in, and what is wrong with the board?"""
    (line,), (bank,) = state["boards"]["ports"], state["boards"]["boards"]
    assert (line["name"], bank["line"], bank["bank"]) == ("usb-east", "usb-east", "east")
    return line["plugged"], bank["faults"]


def press(panel: RunningPanel, on: str, action: str) -> int:
    return panel.http.post("/boards", json={"on": on, "action": action}).status_code


def test_plugs_are_pulled_power_is_cut_and_both_are_put_right(tmp_path: Path) -> None:
    profile = tmp_path / "cabinet.toml"
    profile.write_text(serial_profile(kerong_bank("east", port=PORT, locks=12), {"A01": ("east", 0)}), "utf-8")
    town = tmp_path / "town"
    town.mkdir()
    with (
        running_boards(profile) as boards,
        running_panel(town, boards.plant, profile, "--ports", str(boards.ports)) as panel,
    ):
        state = until(panel, lambda state: bool(state["compartments"] and state["boards"]["boards"]))
        assert board(state) == (True, [])
        assert state["compartments"][0]["says_open"] is False, "this board says 1 for a closed door"
        assert press(panel, PORT, "unplug") == 200
        until(panel, lambda state: board(state) == (False, []))
        assert press(panel, PORT, "mend") == 200
        assert press(panel, "east", "cut") == 200
        until(panel, lambda state: board(state) == (True, ["dead"]))
        assert press(panel, "east", "mend") == 200
        until(panel, lambda state: board(state) == (True, []))
        assert press(panel, "west", "cut") == 422
        assert press(panel, "east", "explode") == 422


def test_a_cabinet_without_boards_has_no_plugs(panel: RunningPanel) -> None:
    assert panel.http.get("/state").json()["boards"] == {"boards": [], "ports": []}
    assert press(panel, "east", "cut") == 503
