"""What is made of a typed pickup number before anything is compared: argon2id with the box's salt."""

from __future__ import annotations

from argon2.low_level import Type, hash_secret_raw

from controller.domain.pickup_number import ITERATIONS, MEMORY_KIB, TAG_BYTES


def number_tag(number: str, salt: bytes) -> bytes:
    """The tag of ``number`` (twelve ASCII digits) in the box whose salt this is (`controller.identity.Identity.salt`).

    Takes some 60 ms on a Pi 4 and 19 MiB; any thread.
    """
    return hash_secret_raw(
        number.encode("ascii"),
        salt,
        time_cost=ITERATIONS,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=TAG_BYTES,
        type=Type.ID,
    )
