"""``./box demo --auto``: the command that CI runs, in an empty directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hal.profile import load_profile, shipped_profiles
from simulator.demo_provision import installed
from simulator.story_boards import lines, one_of_each
from tests.e2e.demo.running import ROOT, still_there


def test_the_whole_story_is_told_and_the_log_it_leaves_verifies(tmp_path: Path) -> None:
    data = tmp_path / "town"
    played = subprocess.run(
        [ROOT / "box", "demo", "--auto", "--data", data],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.rstrip().endswith("all well")
    for step in ("provisioned", "badge held to the camera", "the broker is back", "started again", "settled as"):
        assert step in played.stdout, played.stdout
    assert still_there(data) == []
    verified = subprocess.run(
        [*installed("abholfach", "controller.cli"), "log", "verify", "--data", data / "data"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr
    assert "is whole" in verified.stdout


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["kerong-48", "mixed-96", "kerong-608"])
def test_every_cabinet_that_ships_tells_the_same_story(tmp_path: Path, profile: str) -> None:
    data = tmp_path / "town"
    played = subprocess.run(
        [ROOT / "box", "demo", "--auto", "--data", data, "--profile", profile],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.rstrip().endswith("all well")
    profile_file = load_profile(shipped_profiles()[profile])
    for label in (each.label for each in one_of_each(profile_file)):
        assert f"technician: {label} opened and closed" in played.stdout
    assert played.stdout.count("meanwhile") == len(lines(profile_file)) - (profile == "kerong-48")
    assert played.stdout.count("the plug is back") == len(lines(profile_file)) > 0
    assert still_there(data) == []
    # The same directory is not given another cabinet: what lies inside would be lost.
    refused = subprocess.run(
        [ROOT / "box", "demo", "--data", data, "--port", "0", "--panel-port", "0", "--office-port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert f"the cabinet {profile}, not gpio-12" in refused.stderr


def test_the_story_needs_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    refused = subprocess.run(
        [ROOT / "box", "demo", "--auto", "--data", tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 1
    assert "name another one" in refused.stderr
