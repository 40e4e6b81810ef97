"""``python -m simulator.reader``: the box's reader process, with a simulated camera.

Everything but the camera is the code of a box: ``hal.qr`` decodes, filters and reports. The frames come from a picture
file, a directory of pictures, or from what people hold before the camera of the plant.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hal.interfaces import FrameSource
from hal.reader import Arguments, common_arguments, configure_logging, run
from simulator.scene.sources import DirectorySource, FileSource
from simulator.scene.synthetic import PlantFeed, SyntheticSource

if TYPE_CHECKING:
    import argparse

SIZES = {"640x480": (640, 480), "1280x720": (1280, 720)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point; exit codes as in ``hal.reader``."""
    parser = Arguments(prog="simulator.reader", description="The reader process with a simulated camera.")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--plant", type=Path, metavar="SOCKET", help="render what is before the plant's camera")
    source.add_argument("--file", type=Path, metavar="PICTURE", help="see one PNG or JPEG again and again")
    source.add_argument("--directory", type=Path, metavar="DIRECTORY", help="see its pictures in the order of names")
    parser.add_argument("--once", action="store_true", help="with --directory: an empty hall after the last picture")
    parser.add_argument("--size", choices=tuple(SIZES), default="640x480", help="of the camera's frames")
    common_arguments(parser)
    given = parser.parse_args(arguments)
    configure_logging(given.log_level)
    return run(given.name, lambda: _open(given), given.socket)


def _open(given: argparse.Namespace) -> FrameSource:
    size = SIZES[given.size]
    if given.file is not None:
        return FileSource(given.file, *size)
    if given.directory is not None:
        return DirectorySource(given.directory, *size, loop=not given.once)
    return SyntheticSource(PlantFeed(given.plant), *size)


if __name__ == "__main__":
    sys.exit(main())
