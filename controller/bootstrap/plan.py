"""What the configuration says the box is."""

from __future__ import annotations

from datetime import UTC, datetime

from controller.adapters.public_holidays import public_holidays
from controller.calendar_file import load_calendar
from controller.domain.events import CompartmentPlan
from controller.domain.model import LockRules
from controller.identity import Identity
from controller.policies_file import load_policies
from controller.services.startup import Plan
from controller.settings import Settings
from hal.profile import Profile


def plan_of(identity: Identity, profile: Profile, settings: Settings, software: str, wall_ms: int) -> Plan:
    """Raises ``ConfigurationError``. ``wall_ms`` is the time of the start: public holidays are written out from its
    year on.
    """
    policies_sha256, policies = load_policies(settings.paths.policies)
    calendar_sha256, calendar = "", None
    if settings.paths.calendar is not None:
        year = datetime.fromtimestamp(wall_ms / 1000, UTC).year
        calendar_sha256, calendar = load_calendar(settings.paths.calendar, public_holidays, year)
    compartments = tuple(
        CompartmentPlan(
            item.label, item.size.value, item.height_mm, item.column, item.row, profile.pulse_ms(item.label), "no"
        )
        for item in profile.compartments
    )
    return Plan(
        box=identity.box,
        kind=identity.kind.value,
        software=software,
        profile_sha256=profile.profile_hash(),
        compartments=compartments,
        rules=LockRules(),
        policies_sha256=policies_sha256,
        policies=policies,
        calendar_sha256=calendar_sha256,
        calendar=calendar,
        seen_empty_by=identity.seen_empty_by,
    )
