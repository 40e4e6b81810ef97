"""How long the state machines search: seconds by default, minutes with ``ABHOLFACH_HYPOTHESIS=thorough``."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

THOROUGH = os.environ.get("ABHOLFACH_HYPOTHESIS") == "thorough"

#: The short search is the same every time, so that a failure belongs to the change that made it.
SEARCH = settings(
    max_examples=3000 if THOROUGH else 80,
    stateful_step_count=120 if THOROUGH else 50,
    derandomize=not THOROUGH,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)

#: A thorough search outlasts the ordinary limit of a test.
PATIENCE_S = 7200 if THOROUGH else 180
