"""What all requests have in common."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

import msgspec

ResultT = TypeVar("ResultT")


class Nothing(msgspec.Struct, frozen=True):
    """The result of a request that only does something."""


class Request(msgspec.Struct, Generic[ResultT], frozen=True, forbid_unknown_fields=True):
    """Base of all requests. None shows its fields: most carry the token of a session, some what was typed."""

    METHOD: ClassVar[str] = ""
    RESULT: ClassVar[type] = Nothing

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"
