"""The command line of ``abholfach-provision``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from controller.calendar_file import Land
from controller.settings import CommandTrust
from provisioning.errors import ProvisioningError
from provisioning.initialise import CONFIGURATION, DATA, DEFAULT_SCANNER
from provisioning.staff import ADMIN_SOCKET
from provisioning.templates import CALENDAR, POLICIES, Broker


class _Strict(argparse.ArgumentParser):
    """Takes whole words only: ``--pin`` must not pass for ``--pin-stdin``. Its subcommands are of the same class."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)


def parser() -> argparse.ArgumentParser:
    """All subcommands. A PIN is on no command line: it would be in the process list and in the shell's history."""
    top = _Strict(prog="abholfach-provision", description="Makes a machine a box, and looks after it.")
    subcommands = top.add_subparsers(dest="subcommand", required=True, metavar="init|staff|check|show|commission")
    _init(subcommands.add_parser("init", help="directories, identity, configuration; may be run again"))
    staff = subcommands.add_parser("staff", help="badges and PINs").add_subparsers(
        dest="action", required=True, metavar="add|unlock|office-password"
    )
    _staff_add(staff.add_parser("add", help="register or replace a staff member, and make the badge"))
    unlock = staff.add_parser("unlock", help="after too many wrong PINs")
    unlock.add_argument("--id", required=True, help="the staff member's id")
    _socket(unlock)
    password = staff.add_parser("office-password", help="for the office's pages; ends this person's sessions there")
    password.add_argument("--id", required=True, help="the staff member's id")
    password.add_argument("--password-stdin", action="store_true", help="read it from standard input")
    _socket(password)
    check = subcommands.add_parser("check", help="is this machine ready? Exit code 1 if it is not")
    _configuration(check)
    _configuration(subcommands.add_parser("show", help="what box this is"))
    commission = subcommands.add_parser(
        "commission",
        help="fire each lock of an empty box, find wrong wires, write a protocol; the controller is stopped",
    )
    commission.add_argument("--protocol", required=True, type=Path, metavar="FILE", help="the PDF to write")
    commission.add_argument("--only", default="", metavar="LABELS", help="these compartments, with commas between")
    _configuration(commission)
    return top


def broker(given: argparse.Namespace) -> Broker | None:
    """The broker that the options of ``init`` name. Raises ``ProvisioningError``."""
    files = (given.mqtt_ca, given.mqtt_certificate, given.mqtt_key)
    if given.mqtt is None:
        if any(files):
            raise ProvisioningError("mqtt_missing", "certificates without a broker: give --mqtt HOST:PORT too")
        return None
    if any(files) and not all(files):
        raise ProvisioningError("tls_incomplete", "--mqtt-ca, --mqtt-certificate and --mqtt-key go together")
    for file in filter(None, files):
        if not file.is_file():
            raise ProvisioningError("no_such_file", f"there is no file {file}")
    host, port = _host_and_port(given.mqtt)
    return Broker(
        host=host,
        port=port,
        consumer=given.mqtt_consumer,
        commands=CommandTrust(given.commands),
        tls=(given.mqtt_ca.absolute(), given.mqtt_certificate.absolute(), given.mqtt_key.absolute())
        if all(files)
        else None,
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ProvisioningError("bad_broker", f'"{text}": HOST:PORT, like broker.example:8883')
    return host.removeprefix("[").removesuffix("]"), int(port)


def _init(init: argparse.ArgumentParser) -> None:
    init.add_argument("--root", type=Path, metavar="DIR", help="make the box's tree below DIR (an image)")
    init.add_argument("--data", type=Path, metavar="DIR", help=f"data directory (default: {DATA})")
    init.add_argument("--config", type=Path, metavar="DIR", help=f"configuration directory (default: {CONFIGURATION})")
    init.add_argument("--box", required=True, metavar="ID", help="the box's id: a-z, 0-9, -; never changed later")
    init.add_argument("--kind", required=True, choices=("real", "simulated"), help="never changed later")
    init.add_argument("--profile", required=True, metavar="NAME|FILE", help="the cabinet: a shipped profile or a file")
    init.add_argument("--policies", type=Path, default=POLICIES, metavar="FILE", help="default: those that ship")
    init.add_argument("--calendar", type=Path, default=CALENDAR, metavar="FILE", help="default: the one that ships")
    lands = [land.value for land in Land]
    init.add_argument("--land", default="none", choices=lands, help="whose public holidays count in calendar.toml")
    init.add_argument("--seen-empty-by", default="", metavar="NAME", help="who looked into every compartment")
    init.add_argument("--counter-room", default="", metavar="TEXT", help="where people go when the box cannot help")
    init.add_argument("--phone", default="", metavar="TEXT", help="whom they call")
    init.add_argument("--scanner", default=DEFAULT_SCANNER, metavar="KIND[:DEVICE]", help="what reads codes")
    init.add_argument(
        "--staff-scanner",
        default="",
        metavar="NAME:DEVICE",
        help="a barcode scanner of the staff's own, if there is one",
    )
    init.add_argument(
        "--card-reader",
        default="",
        metavar="pcsc[:PART-OF-A-NAME]",
        help="what reads documents' chips; without it the box reads none",
    )
    init.add_argument("--mqtt", metavar="HOST:PORT", help="the central system's broker; without it the box works alone")
    init.add_argument("--mqtt-ca", type=Path, metavar="FILE", help="who signed the broker's certificate (PEM)")
    init.add_argument("--mqtt-certificate", type=Path, metavar="FILE", help="this box's certificate (PEM)")
    init.add_argument("--mqtt-key", type=Path, metavar="FILE", help="its key (PEM)")
    init.add_argument("--mqtt-consumer", default="central", metavar="NAME", help="who reads the log and may command")
    init.add_argument("--commands", default="refused", choices=[trust.value for trust in CommandTrust])
    init.add_argument("--force", action="store_true", help="write the configuration anew; never identity, key or log")


def _staff_add(add: argparse.ArgumentParser) -> None:
    add.add_argument("--id", required=True, help="a personnel id, no name: it stands in the log")
    add.add_argument("--roles", required=True, help="loader, supervisor, technician, auditor; several with commas")
    add.add_argument("--badge-out", required=True, type=Path, metavar="FILE", help="the badge to print: .png or .pdf")
    add.add_argument("--pin-stdin", action="store_true", help="read the PIN from standard input, not from the terminal")
    _socket(add)


def _socket(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, default=ADMIN_SOCKET, metavar="PATH", help=f"default: {ADMIN_SOCKET}")


def _configuration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=CONFIGURATION, metavar="DIR", help=f"default: {CONFIGURATION}")
