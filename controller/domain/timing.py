"""How long things may take, in milliseconds. Values of the design that are not yet a municipality's setting."""

from __future__ import annotations

from typing import Final

BADGE_VALID: Final = 30_000
TWO_PERSONS_WITHIN: Final = 60_000
REQUEST_VALID: Final = 60_000
STAFF_IDLE: Final = 120_000
#: When one lock is tested, another door that opens within so long of the first was opened by the same pulse.
DOORS_OF_ONE_PULSE: Final = 3_000
#: A staff session that let a resident go first waits this long for the badge that resumes it.
SUSPENDED: Final = 600_000

ENTRY: Final = 60_000
CONFIRMATION: Final = 45_000
JAM_PAGE: Final = 12_000
MAX_EXTENSIONS: Final = 10

#: After an authorised door was opened: reminder to the person, call for staff, alarm; then the box serves on with the
#: alarm standing.
LEFT_OPEN_STAGES: Final = (("reminder", 30_000), ("staff", 60_000), ("alarm", 180_000))
LEFT_OPEN_ABANDONED: Final = 300_000

#: How long a call for help stands: nobody has answered yet; somebody said that they are coming; nobody is there.
HELP_PENDING: Final = 900_000
HELP_ACKNOWLEDGED: Final = 1_800_000
HELP_UNSTAFFED: Final = 120_000

#: Whoever has to find a document and the digits on it has longer for each step.
CHIP_ENTRY: Final = 120_000
#: How long the card reader has for one answer, by factor, and how much longer the session waits for it.
CHIP_ANSWER: Final = {"emrtd": 15_000, "eid": 90_000}
CHIP_GRACE: Final = 5_000
#: How often the card reader is asked in one session, and how often of these with digits that do not open the chip.
CHIP_CHECKS: Final = 10
ACCESS_TRIES: Final = 5
#: How long a person is waited for who looks at the document.
STAFF_CHECK: Final = 300_000
#: The badge that confirmed an inspection, read again within so long, is the same presentation.
SAME_PRESENTATION: Final = 5_000

FACTORS_PER_SESSION: Final = 3
FACTORS_PER_RIGHT: Final = 5
STAFF_PINS: Final = 5
REOPENINGS: Final = 2
DAY: Final = 86_400_000
