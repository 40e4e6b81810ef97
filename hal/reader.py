"""``abholfach-reader``: the sandboxed process that reads codes from one camera or scanner, or documents' chips.

``abholfach-reader --source KIND[:DEVICE][,OPTION=VALUE…] --socket PATH`` connects to the controller's ``reader-qr``
socket and reads what the controller's scan mode asks for. Frames stay in memory; texts leave over that socket only.
KIND is a camera (``picamera2``, ``v4l2``) or a scanner that decodes by itself (``serial``, ``hid``); docs/hardware.md
has the options.

``abholfach-reader --source pcsc[:NAME] --socket PATH [--trust DIRECTORY] [--online FILE]`` connects to the controller's
``reader-eid`` socket and verifies the documents that the controller asks for, in the PC/SC readers whose name contains
NAME. What a document says of its holder stays in memory.

Exit codes: 0 asked to end · 64 a wrong command line · 69 something needed is missing · 74 the camera brings no frames,
or the scanner is gone · 75 a card or its reader does not return from a command. Every message on stderr begins with a
code.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from hal.interfaces import HardwareFault
from hal.strict_toml import ConfigurationError

if TYPE_CHECKING:
    from hal.qr.capture import SourceFactory
    from hal.qr.scanner import ScannerFactory

EXIT_USAGE: Final = 64
EXIT_UNAVAILABLE: Final = 69

PrepareCamera = Callable[[str], "SourceFactory"]
"""Makes of ``DEVICE[,NAME=VALUE…]`` what opens the device. Raises ``HardwareFault`` for options that cannot be meant;
the device itself is looked for when it is opened."""


def _v4l2(text: str) -> SourceFactory:
    from hal.qr.sources import v4l2

    return v4l2.prepare(text)


def _picamera2(text: str) -> SourceFactory:
    from hal.qr.sources import raspberry

    return raspberry.prepare(text)


CAMERAS: dict[str, PrepareCamera] = {"picamera2": _picamera2, "v4l2": _v4l2}
"""The cameras that this program can drive, by the name in ``--source``. Each driver is one file in ``hal/qr/sources``.
"""

PrepareScanner = Callable[[str], "ScannerFactory"]
"""The same for a scanner that decodes by itself."""


def _serial(text: str) -> ScannerFactory:
    from hal.qr.scanners import serial_scanner

    return serial_scanner.prepare(text)


def _hid(text: str) -> ScannerFactory:
    from hal.qr.scanners import hid_scanner

    return hid_scanner.prepare(text)


SCANNERS: dict[str, PrepareScanner] = {"serial": _serial, "hid": _hid}
"""The scanners that this program can read, by the name in ``--source``. Each is one file in ``hal/qr/scanners``."""

CARD_READERS: Final = "pcsc"
"""The source that is no camera."""

TRUST: Final = Path("/var/lib/abholfach-trust")
"""The CSCA certificates of a box (``abholfach csca import``)."""

SIMULATED: Final = ("file", "directory", "synthetic")


def check_source(source: str) -> None:
    """Whether a box can read from ``source``, without opening anything. Raises ``HardwareFault``."""
    name, _, device = source.partition(":")
    if name in SCANNERS:
        SCANNERS[name](device)
    else:
        camera_factory(source)


def camera_factory(source: str) -> SourceFactory:
    """What opens the camera that ``source`` (``NAME[:DEVICE][,OPTION=VALUE…]``) names. Raises ``HardwareFault``; there
    is no fallback.
    """
    name, _, device = source.partition(":")
    if name in SIMULATED:
        raise HardwareFault(
            "source_simulated",
            source,
            "this is a simulated source, and a box reads only from real ones",
            "Name the box's camera in reader-qr.env; to try things out, use python -m simulator.reader",
        )
    if name not in CAMERAS:
        known = ", ".join(sorted((*CAMERAS, *SCANNERS)))
        raise HardwareFault(
            "source_unknown",
            source,
            f"this version has no driver for it (it has: {known})",
            "Install a version that has one, or name another camera in reader-qr.env",
        )
    return CAMERAS[name](device)


def configure_logging(level: str) -> None:
    """To stderr, without times (the journal has its own). Third-party libraries stay at warnings."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    for package in ("hal", "simulator"):
        logging.getLogger(package).setLevel(level)


def run(name: str, source: SourceFactory, socket_path: str) -> int:
    """Run the reader in this process until it is asked to end; the exit code. Shared with the simulator."""
    try:
        from hal.qr.capture import capturing
        from hal.qr.service import run_until_signal
    except ImportError as error:
        # pyzbar says this when the shared library is not there, and pip cannot bring it.
        return complain("decoder_missing", f"{error}. Install Debian's libzbar0 and the packages of requirements/")
    return run_until_signal(name, capturing(source), socket_path)


def run_scanner(name: str, source: ScannerFactory, socket_path: str) -> int:
    """The same for a scanner that decodes by itself: without the decoders of pictures."""
    from hal.qr.scanner import scanning
    from hal.qr.service import run_until_signal

    return run_until_signal(name, scanning(source), socket_path)


def run_card_reader(name: str, only: str, socket_path: str, trust: Path, online: Path | None) -> int:
    """Run the card reader in this process until it is asked to end; the exit code. ``only``: a part of the readers'
    names; ``online``: the settings of eID with eID-PIN, where that is used.
    """
    try:
        from hal.eid.process import run_until_signal
    except ImportError as error:
        return complain(
            "card_stack_missing", f"{error}. Install Debian's libpcsclite1 and the packages of requirements/"
        )
    try:
        return run_until_signal(name, only, socket_path, trust, online)
    except ConfigurationError as error:
        return complain("online_settings", str(error))


def complain(code: str, message: str) -> int:
    """Say on stderr what is missing; the exit code for it."""
    sys.stderr.write(f"abholfach-reader: {code}: {message}\n")
    return EXIT_UNAVAILABLE


class Arguments(argparse.ArgumentParser):
    """A parser that ends with ``EXIT_USAGE`` and a code."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and end the process."""
        self.exit(EXIT_USAGE, f"{self.prog}: bad_usage: {message}. Try --help\n")


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """What every reader takes."""
    parser.add_argument("--socket", required=True, metavar="PATH", help="the controller's socket for this reader")
    parser.add_argument("--name", default="qr", help="the name of this reader in the controller's status (default: qr)")
    parser.add_argument("--log-level", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point of ``abholfach-reader``."""
    parser = Arguments(prog="abholfach-reader", description="Reads codes or documents' chips for the controller.")
    parser.add_argument(
        "--source",
        required=True,
        metavar="KIND[:DEVICE]",
        help="a camera (picamera2, v4l2:/dev/video0) or scanner (serial:/dev/serial/by-id/…,"
        " hid:/dev/input/by-id/…), with options after commas; or pcsc, pcsc:PART-OF-A-NAME: card readers",
    )
    parser.add_argument(
        "--trust",
        type=Path,
        default=TRUST,
        metavar="DIRECTORY",
        help="with pcsc: the trusted CSCA certificates (default: %(default)s)",
    )
    parser.add_argument("--online", type=Path, metavar="FILE", help="with pcsc: how eID with eID-PIN is set up")
    common_arguments(parser)
    given = parser.parse_args(arguments)
    configure_logging(given.log_level)
    kind, _, device = given.source.partition(":")
    if kind == CARD_READERS:
        return run_card_reader(given.name, device, given.socket, given.trust, given.online)
    try:
        if kind in SCANNERS:
            return run_scanner(given.name, SCANNERS[kind](device), given.socket)
        return run(given.name, camera_factory(given.source), given.socket)
    except HardwareFault as fault:
        return complain(fault.code, str(fault))


if __name__ == "__main__":
    sys.exit(main())
