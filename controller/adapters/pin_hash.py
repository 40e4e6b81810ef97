"""Staff PINs: argon2id (m = 19 MiB, t = 2, one lane)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 19 * 1024
ITERATIONS = 2


def hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=ITERATIONS, memory_cost=MEMORY_KIB, parallelism=1)


def check_pin(stored: str, pin: str) -> bool:
    """Whether ``pin`` belongs to the argon2id hash. Takes some 30 ms on a Pi 4; any thread."""
    try:
        return hasher().verify(stored, pin)
    except (VerificationError, InvalidHashError):
        return False
