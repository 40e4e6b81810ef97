"""The two clocks."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The two clocks and what is known of them. Pure reads; any thread."""

    def wall_ms(self) -> int: ...

    def mono_ms(self) -> int: ...

    def boot_id(self) -> str: ...

    def synchronised(self) -> bool:
        """Whether the operating system says that the wall clock is synchronised (adjtimex)."""
        ...
