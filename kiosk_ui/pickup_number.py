"""The pickup number that people type: eleven random digits and a check digit."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[0-9]{12}", re.ASCII)


def is_pickup_number(text: str) -> bool:
    """Whether ``text`` is twelve digits whose last is the check digit of ISO/IEC 7064 MOD 11,10. It finds every single
    wrong digit and nearly every swap of two neighbours.
    """
    if not _NUMBER.fullmatch(text):
        return False
    product = 10
    for digit in text[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (product + int(text[-1])) % 10 == 1
