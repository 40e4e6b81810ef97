"""``check``: the screen. A browser that is not held by its policies is a way out of the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from controller.identity import Identity
from controller.settings import Settings
from provisioning.findings import Check, Finding, Machine, State

_PROGRAMS = ("usr/bin/cage", "usr/bin/chromium")
_SPEECH = "usr/bin/espeak-ng"
POLICIES = "etc/chromium/policies/managed/abholfach.json"
#: What must stand in the policies, whatever else does (systemd/chromium/abholfach.json).
HELD = {"URLBlocklist": ["*"], "DeveloperToolsAvailability": 2, "RemoteDebuggingAllowed": False}


def _browser(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    missing = [f"/{name}" for name in _PROGRAMS if not (machine.root / name).exists()]
    if missing:
        words = f"{', '.join(missing)} not there: apt-get install --no-install-recommends cage chromium"
        yield Finding("screen", State.WARNING, words)
        return
    wrong = _wrong_policies(machine)
    if wrong:
        words = f"/{POLICIES}: {wrong}: sh systemd/install.sh puts the shipped one there"
        yield Finding("screen", State.FAILED, words)
    else:
        yield Finding("screen", State.OK, "cage and Chromium, held by their policies")


def _wrong_policies(machine: Machine) -> str:
    """What is wrong with the browser's policies; empty when nothing is."""
    file = machine.root / POLICIES
    if not file.is_file():
        return "not there, and the browser would show any address"
    try:
        policies = json.loads(file.read_text("utf-8"))
    except ValueError:
        return "not JSON, and the browser ignores it"
    if not isinstance(policies, dict):
        return "not a JSON object"
    for name, value in HELD.items():
        if policies.get(name) != value:
            return f"{name} must be {json.dumps(value)}"
    allowed = policies.get("URLAllowlist")
    if not isinstance(allowed, list) or not allowed or any(not _is_loopback(str(each)) for each in allowed):
        return "URLAllowlist must name the pages' address on 127.0.0.1 and nothing else"
    return ""


def _is_loopback(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname == "127.0.0.1"


def _speech(machine: Machine, _settings: Settings, _identity: Identity) -> Iterator[Finding]:
    if (machine.root / _SPEECH).exists():
        yield Finding("reading aloud", State.OK, "espeak-ng")
    else:
        words = "no espeak-ng, so no page can be read aloud: apt-get install --no-install-recommends espeak-ng"
        yield Finding("reading aloud", State.FAILED, words)


CHECKS: tuple[Check, ...] = (_browser, _speech)
