"""Processes measured as they run on a box, where numpy is not installed.

sqlite-utils and others import numpy when they find it; the development environment has it for tests. A module that
cannot be imported stands in front of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def environment(directory: Path) -> Mapping[str, str]:
    """Environment variables for a child process that finds no numpy. ``directory`` gets a file."""
    hiding = directory / "as-on-a-box"
    hiding.mkdir(exist_ok=True)
    (hiding / "numpy.py").write_text('raise ImportError("numpy is not installed on a box")\n')
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(hiding), os.environ.get("PYTHONPATH", ""))))}
