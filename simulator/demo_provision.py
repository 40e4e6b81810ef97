"""Makes the demo's box with the command that makes real ones: ``abholfach-provision``, as an administrator would."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hal.profile import load_profile
from provisioning.initialise import find_profile
from simulator.processes import ProcessFailed
from simulator.town import Town
from simulator.townsfolk import People, StaffMember

WITHIN_S = 60.0
STAFF = (("anna", "4711", ("loader", "supervisor")), ("ben", "2589", ("technician",)))

_HEADPHONES = """
[inputs.headphones]
device = "/dev/input/by-path/platform-demo-headphones-event"
"""
_KEYPAD = """
[keypad]
device = "/dev/input/by-id/usb-Demo_Keypad-event-kbd"
"""
_SPEECH = """
[speech]
loudspeaker = "Demo"
"""


def installed(name: str, module: str) -> list[str]:
    """The installed command beside this Python; the module where the project is not installed."""
    command = Path(sys.executable).with_name(name)
    return [str(command)] if command.exists() else [sys.executable, "-m", module]


def run(arguments: Sequence[str], *, typed: str = "") -> str:
    """Runs a command to its end; what it printed. Raises `ProcessFailed` with its words."""
    done = subprocess.run(
        arguments, input=typed, capture_output=True, text=True, timeout=WITHIN_S, check=False, start_new_session=True
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise ProcessFailed(f"{Path(arguments[0]).name} ended with {done.returncode}: {words}")
    return done.stdout


def same_cabinet(town: Town) -> None:
    """Raises `ProcessFailed` when the town's box has another cabinet already: what lies inside would be lost."""
    file = town.config / "cabinet.toml"
    if file.exists():
        there, wanted = load_profile(file).name, load_profile(find_profile(town.profile)).name
        if there != wanted:
            raise ProcessFailed(
                f"{town.root} holds a box with the cabinet {there}, not {wanted}; name another directory"
            )


def provision(town: Town, broker_port: int) -> None:
    """``abholfach-provision init``. Again on the same directories: only the broker's address may change. Without a
    broker (0) the box stands alone.
    """
    arguments = [*installed("abholfach-provision", "provisioning"), "init", "--force"]
    arguments += ["--box", town.box, "--kind", "simulated", "--profile", town.profile]
    arguments += ["--config", str(town.config), "--data", str(town.data), "--seen-empty-by", "installer"]
    arguments += ["--policies", str(Path(__file__).with_name("policies.toml"))]
    arguments += ["--calendar", str(Path(__file__).with_name("calendar.toml"))]
    arguments += ["--counter-room", "E 12", "--phone", "0000 115"]
    if broker_port:
        arguments += ["--mqtt", f"127.0.0.1:{broker_port}", "--commands", "unsigned"]
    run(arguments)
    # The panel's robots and the story read the pages without a browser that could say what it shows.
    file = town.config / "abholfach.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace('heartbeat = "required"', 'heartbeat = "not_required"'), "utf-8")
    fit_out(town.config / "cabinet.toml")


def fit_out(cabinet: Path) -> None:
    """The demo's box has a keypad, headphones and sound, whatever its cabinet; they are plugged in at the panel."""
    profile = load_profile(cabinet)
    more = [
        text
        for missing, text in (
            (profile.inputs.headphones is None, _HEADPHONES),
            (profile.keypad is None, _KEYPAD),
            (not profile.speech.loudspeaker, _SPEECH),
        )
        if missing
    ]
    cabinet.write_text(cabinet.read_text("utf-8") + "".join(more), "utf-8")
    load_profile(cabinet)


def add_staff(town: Town, people: People) -> None:
    """``abholfach-provision staff add`` for everybody who has no badge yet; adds them to ``people``."""
    known = {member.id for member in people.staff}
    for id, pin, roles in STAFF:
        if id in known:
            continue
        badge = town.root / f"badge-{id}.png"
        # A card without a person is what a demo that was killed in between left behind.
        badge.unlink(missing_ok=True)
        arguments = [*installed("abholfach-provision", "provisioning"), "staff", "add", "--id", id]
        arguments += ["--roles", ",".join(roles), "--badge-out", str(badge), "--pin-stdin"]
        arguments += ["--socket", str(town.sockets.paths["admin"])]
        run(arguments, typed=f"{pin}\n")
        people.staff.append(StaffMember(id, pin, roles, str(badge)))


def give_passwords(town: Town, people: People) -> None:
    """``abholfach-provision staff office-password`` for everybody who has none yet; keeps them in ``people``."""
    for at, member in enumerate(people.staff):
        if member.password:
            continue
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        arguments = [*installed("abholfach-provision", "provisioning"), "staff", "office-password", "--id", member.id]
        arguments += ["--password-stdin", "--socket", str(town.sockets.paths["admin"])]
        run(arguments, typed=f"{password}\n")
        people.staff[at] = msgspec.structs.replace(member, password=password)


def verify_log(town: Town) -> str:
    """``abholfach log verify``: its words. Raises `ProcessFailed` when the log is damaged."""
    said = run([*installed("abholfach", "controller.cli"), "log", "verify", "--data", str(town.data)])
    return " · ".join(said.strip().splitlines())
