"""Opening the header's pins on a computer, whether it has any or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import contextlib, os, pathlib, sys
from hal.gpio import open_pins
from hal.interfaces import HardwareFault
with contextlib.suppress(HardwareFault):  # this may be no Raspberry Pi
    open_pins(pathlib.Path(sys.argv[1]))
print(os.getcwd())
"""


def test_the_working_directory_is_not_moved_to_the_pipes(tmp_path: Path) -> None:
    """lgpio goes where its pipe is when it is imported; a path that was given to a command would mean another place."""
    (tmp_path / "pipes").mkdir()
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "pipes"],
        cwd=tmp_path / "here",
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == tmp_path / "here"
    assert [path.name for path in (tmp_path / "pipes").iterdir()] == [".lgd-nfy0"]
    assert list((tmp_path / "here").iterdir()) == []
