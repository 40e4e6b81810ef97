"""``abholfach status``: how the box is, asked over the admin socket."""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from controller.api import ControlError, Disconnected, GetStatus, TechnicianView, connected

if TYPE_CHECKING:
    from controller.cli import Subcommands

ADMIN_SOCKET = Path("/run/abholfach/admin.sock")

WELL = 0
BAD_NEWS = 1
UNUSABLE = 2


def register(subcommands: Subcommands) -> None:
    """Adds the subcommand."""
    parser = subcommands.add_parser("status", help="how the box is", description="Show how the box is.")
    parser.add_argument("--socket", type=Path, default=ADMIN_SOCKET, metavar="PATH", help="default: %(default)s")
    parser.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> int:
    try:
        view = asyncio.run(_ask(options.socket))
    except (Disconnected, ControlError) as error:
        sys.stderr.write(f"abholfach: {error}\n")
        return UNUSABLE
    sys.stdout.write(describe(view))
    return WELL if view.light == "green" else BAD_NEWS


async def _ask(socket: Path) -> TechnicianView:
    async with connected(str(socket)) as client:
        return await client.call(GetStatus())


def describe(view: TechnicianView) -> str:
    """The status in lines for a terminal."""
    lines = [
        f"{view.light.upper()}  box {view.box} ({view.kind}), {view.software}",
        f"log: {view.log_seq} entries, verified to {view.log_verified_seq},"
        f" acknowledged to {view.central_acknowledged_seq}",
        f"clock: {'trusted' if view.clock_trusted else 'NOT trusted'}, starts: {view.starts}, front: {view.lease}",
    ]
    if view.out_of_order:
        lines.append(f"OUT OF ORDER: {view.out_of_order}")
    lines += [f"{device.name}: {device.state} {device.detail}".rstrip() for device in view.devices]
    for fault in view.faults:
        since = datetime.fromtimestamp(fault.since_wall_ms / 1000).astimezone()
        lines.append(f"fault {fault.code} {fault.subject} since {since:%Y-%m-%d %H:%M:%S %z}")
    doors = [f"{c.label} {c.state}{' OPEN' if c.door == 'open' else ''}" for c in view.front]
    lines.append("compartments: " + ", ".join(doors))
    return "\n".join(lines) + "\n"
