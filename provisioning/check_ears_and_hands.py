"""``check``: the keypad, the headphone socket and the sound card of the profile."""

from __future__ import annotations

import grp
import stat
from collections.abc import Iterator
from pathlib import Path

from controller.config import ConfigurationError
from controller.identity import Identity
from controller.settings import Settings
from hal.presence import playback_file
from hal.profile import Profile, load_profile
from provisioning import keyboard, sound
from provisioning.device_rules import CONTROLLER_GROUP, HEADPHONES, IN_FORCE
from provisioning.findings import Check, Finding, Machine, State

_WRITTEN_BY = "abholfach-provision init --force writes it"


def _all(machine: Machine, settings: Settings, _identity: Identity) -> Iterator[Finding]:
    try:
        profile = load_profile(settings.paths.cabinet)
    except ConfigurationError:
        return  # said already
    yield _keymap(machine, profile)
    if profile.keypad is not None:
        there = (machine.root / profile.keypad.device.removeprefix("/")).exists()
        words = profile.keypad.device if there else f"{profile.keypad.device} is not there: plug it in, or name another"
        yield Finding("keypad", State.OK if there else State.WARNING, words)
    jack = profile.inputs.headphones
    if jack is not None and jack.device:
        yield _jack(machine, jack.device)
    yield from _left_over(machine, profile)
    yield from _sound(machine, profile)


def _left_over(machine: Machine, profile: Profile) -> Iterator[Finding]:
    """What an earlier profile needed goes on being in force: another layout of keys, a device that is readable."""
    jack = profile.inputs.headphones
    needed = {
        keyboard.DROP_IN: profile.keypad is not None and bool(profile.keypad.keys),
        HEADPHONES: jack is not None and bool(jack.device),
    }
    for place, is_needed in needed.items():
        if not is_needed and (machine.root / "etc" / place).exists():
            yield Finding(
                "left over", State.FAILED, f"/etc/{place} is of an earlier cabinet.toml: take it away and restart"
            )


def _keymap(machine: Machine, profile: Profile) -> Finding:
    wanted = {f"{keyboard.PLACE}/{place}": text for place, text in keyboard.shipped().items()}
    wanted |= keyboard.own({} if profile.keypad is None else profile.keypad.keys)
    for place, text in wanted.items():
        file = machine.root / "etc" / place
        if not file.is_file() or file.read_text("utf-8") != text:
            by = _WRITTEN_BY if "own" in file.name or file.suffix == ".conf" else "sh systemd/install.sh puts it there"
            return Finding("keyboard", State.FAILED, f"/etc/{place} is not what the keypad needs: {by}")
    return Finding("keyboard", State.OK, "the screen knows the keypad's keys and no others")


def _jack(machine: Machine, device: str) -> Finding:
    there = machine.root / device.removeprefix("/")
    if not there.exists():
        return Finding("headphones", State.WARNING, f"{device} is not there: plug it in, or name another")
    if not _may_read(there):
        do = f"{_WRITTEN_BY} a rule" if not (machine.root / "etc" / HEADPHONES).is_file() else IN_FORCE
        return Finding("headphones", State.FAILED, f"{device} is not the controller's to read: {do}")
    return Finding("headphones", State.OK, device)


def _may_read(device: Path) -> bool:
    found = device.stat()
    try:
        group = grp.getgrnam(CONTROLLER_GROUP)
    except KeyError:
        return False
    return found.st_gid == group.gr_gid and bool(stat.S_IMODE(found.st_mode) & 0o040)


def _sound(machine: Machine, profile: Profile) -> Iterator[Finding]:
    wanted = sound.configuration(profile.speech)
    if not wanted:
        yield Finding("sound", State.OK, "cabinet.toml has no [speech]: a sound card that is gone is not noticed")
        return
    file = machine.root / "etc" / sound.PLACE
    if not file.is_file() or file.read_text("utf-8") != wanted:
        yield Finding("sound", State.FAILED, f"/etc/{sound.PLACE} is not that of cabinet.toml: {_WRITTEN_BY}")
        return
    for place, device in (("loudspeaker", profile.speech.loudspeaker), ("headphones", profile.speech.headphones)):
        if device:
            there = (machine.root / playback_file(device).removeprefix("/")).exists()
            words = f"{place}: {device}" + ("" if there else " is not there: plug it in, or name another (aplay -l)")
            yield Finding("sound", State.OK if there else State.WARNING, words)
    if "abholfach_both" in wanted and profile.indicators.loudspeaker is None:
        words = "both cards are heard at a time: who wears headphones is overheard, unless their socket cuts the"
        words += " loudspeaker off; else give its amplifier to [indicators] loudspeaker"
        yield Finding("sound", State.WARNING, words)


CHECKS: tuple[Check, ...] = (_all,)
