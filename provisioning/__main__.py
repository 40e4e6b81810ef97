"""``abholfach-provision``. Exit codes: 0 well · 1 not done, or not ready · 2 a wrong command line."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from controller.config import ConfigurationError, load_settings
from controller.identity import Kind, load_identity
from controller.policies_file import read_policies
from controller.settings import describe
from hal.wire.codes import SecretText
from hal.wiring.moved_wires import load_map
from provisioning import arguments, staff
from provisioning.check import check
from provisioning.commissioning.dialogue import Terminal
from provisioning.commissioning.run import INTERRUPTED, Order, commission, end_as_interrupted
from provisioning.errors import ProvisioningError
from provisioning.findings import Machine, State
from provisioning.initialise import CONFIGURATION, DATA, Plan, initialise

CONFIGURATION_NAME = "abholfach.toml"


def main(words: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit code."""
    given = arguments.parser().parse_args(words)
    run = {"init": _init, "staff": _staff, "check": _check, "show": _show, "commission": _commission}[given.subcommand]
    try:
        return run(given)
    except (ProvisioningError, ConfigurationError) as error:
        sys.stderr.write(f"abholfach-provision: {error}\n")
        return 1


def _init(given: argparse.Namespace) -> int:
    if given.root is not None and (given.data or given.config):
        raise ProvisioningError("root_or_directories", "--root names both directories; leave --data and --config out")
    root: Path | None = given.root
    config = (given.config or CONFIGURATION) if root is None else root / CONFIGURATION.relative_to("/")
    data = (given.data or DATA) if root is None else root / DATA.relative_to("/")
    kind = Kind(given.kind)
    standard = (config, data) == (CONFIGURATION, DATA)
    plan = Plan(
        config=config,
        data=data,
        box=given.box,
        kind=kind,
        profile=given.profile,
        policies=given.policies,
        calendar=given.calendar,
        land=given.land,
        seen_empty_by=given.seen_empty_by,
        broker=arguments.broker(given),
        room=given.counter_room,
        phone=given.phone,
        scanner=given.scanner,
        staff_scanner=given.staff_scanner,
        card_reader=given.card_reader,
        # Relative, so that the tree is the same before and after it becomes the root.
        data_in_file="" if root is None else os.path.relpath(data, config),
        own=kind is Kind.REAL and standard,
        force=given.force,
    )
    for step in initialise(plan):
        print(f"{step.what:9} {step.path}")
    identity = load_identity(data)
    print(f"box {identity.box} ({identity.kind.value}), made {identity.created}")
    if kind is Kind.REAL and not standard:
        print("users and groups of these files are set by systemd-tmpfiles when the box starts")
    return 0


def _staff(given: argparse.Namespace) -> int:
    if given.action == "unlock":
        asyncio.run(staff.unlock(given.socket, given.id))
        print(f"{given.id} may log in again")
        return 0
    if given.action == "office-password":
        password = _pin_from_stdin() if given.password_stdin else _password_from_terminal()
        asyncio.run(staff.set_office_password(given.socket, given.id, password))
        print(f"{given.id} may log in on the office's pages, where they are switched on")
        return 0
    roles = staff.check_roles([role.strip() for role in given.roles.split(",") if role.strip()])
    staff.check_staff_id(given.id)
    pin = _pin_from_stdin() if given.pin_stdin else _pin_from_terminal()
    staff.add(given.socket, given.id, roles, pin, given.badge_out)
    print(f"registered {given.id} ({', '.join(roles)})")
    print(f"the badge is in {given.badge_out}: print it, then delete the file; whoever has it has the badge")
    return 0


def _pin_from_stdin() -> SecretText:
    return SecretText(sys.stdin.readline().rstrip("\r\n"))


def _pin_from_terminal() -> SecretText:
    return _from_terminal("PIN", staff.check_pin, "use --pin-stdin")


def _password_from_terminal() -> SecretText:
    return _from_terminal("Password", staff.check_password, "use --password-stdin")


def _from_terminal(what: str, check: Callable[[SecretText], None], otherwise: str) -> SecretText:
    try:
        first = SecretText(getpass.getpass(f"{what}: "))
        check(first)
        again = SecretText(getpass.getpass(f"{what} again: "))
    except EOFError as error:
        raise ProvisioningError("no_pin", f"there is no terminal to ask on; {otherwise}") from error
    if first != again:
        raise ProvisioningError("pins_differ", "the two are not the same; nothing was changed")
    return first


def _check(given: argparse.Namespace) -> int:
    findings = check(Machine(given.config / CONFIGURATION_NAME))
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        print(f"{finding.check:{width}}  {finding.state.value:7}  {finding.words}")
    failed = sum(finding.state is State.FAILED for finding in findings)
    warned = sum(finding.state is State.WARNING for finding in findings)
    print(f"{len(findings)} looked at, {failed} failed, {warned} to be mended")
    return 1 if failed else 0


def _commission(given: argparse.Namespace) -> int:
    only = tuple(label for label in given.only.split(",") if label)
    end_as_interrupted()
    try:
        return 0 if commission(Order(given.config, given.protocol, only), Terminal()) else 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _show(given: argparse.Namespace) -> int:
    settings = load_settings(given.config / CONFIGURATION_NAME)
    identity = load_identity(settings.paths.data)
    profile = load_map(settings.paths.cabinet, settings.paths.data)
    policies = read_policies(settings.paths.policies)
    rows = {
        "box": identity.box,
        "kind": identity.kind.value,
        "made": identity.created,
        "seen empty by": identity.seen_empty_by or "nobody",
        **describe(settings),
        "profile": f"{profile.name}, {len(profile.compartments)} compartments, {profile.profile_hash()[:16]}",
        "rules": f"{len(policies.types)} document types, {policies.sha256()[:16]}",
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        print(f"{name:{width}}  {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
