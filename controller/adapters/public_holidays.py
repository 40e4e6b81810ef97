"""Public holidays of the Länder, by the `holidays` package."""

from __future__ import annotations

import datetime
from collections.abc import Collection


def public_holidays(land: str, years: Collection[int]) -> tuple[datetime.date, ...]:
    """The public holidays of a Land (``BY``) in these years, in order. Holidays of single municipalities (Augsburg, or
    Assumption Day in Bavaria) are closed days of the calendar's own.
    """
    # Only now: the package is large, and a box whose calendar names no Land needs it never.
    from holidays.countries.germany import Germany

    return tuple(sorted(Germany(subdiv=land, years=years)))
