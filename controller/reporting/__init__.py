"""The monthly report: a fold over the log, like everything else. Pure: no I/O, no clock.

`Ledger` takes the events in the order of the log, once, and remembers figures of months, never of persons: no id of a
resident's session, of an envelope or of a member of staff leaves it. docs/council-report.md says what each figure is.
"""

from __future__ import annotations

from controller.reporting.ledger import Ledger
from controller.reporting.months import Month, MonthError

__all__ = ["Ledger", "Month", "MonthError"]
