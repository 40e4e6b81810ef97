"""``abholfach-provision check``: a look at the whole machine before it serves people."""

from __future__ import annotations

from controller import identity as identities
from controller.config import ConfigurationError, load_settings
from controller.identity import Kind
from provisioning import (
    check_chips,
    check_ears_and_hands,
    check_files,
    check_machine,
    check_readers,
    check_screen,
)
from provisioning.findings import Finding, Machine, State

_OF_A_REAL_BOX = (
    *check_machine.CHECKS,
    *check_screen.CHECKS,
    *check_ears_and_hands.CHECKS,
    *check_readers.CHECKS,
    *check_chips.CHECKS,
)


def check(machine: Machine) -> list[Finding]:
    """Every finding, in the order in which to mend them."""
    try:
        settings = load_settings(machine.configuration)
        identity = identities.load_identity(settings.paths.data)
    except ConfigurationError as error:
        return [Finding("configuration", State.FAILED, str(error))]
    findings = [Finding("configuration", State.OK, str(machine.configuration))]
    checks = [*check_files.CHECKS, *(_OF_A_REAL_BOX if identity.kind is Kind.REAL else ())]
    for look in checks:
        findings.extend(look(machine, settings, identity))
    return findings
