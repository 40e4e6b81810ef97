"""What a scanner says of a photo page: taken in the mode that asks for it, checked again, never repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
import pytest

from controller.adapters.control.reader_role import ReaderRole
from controller.adapters.control.server import Connection, RequestError
from controller.domain.decision import Refusal
from controller.ports import Operations

INFORMATION = "L898902C3674081221204159"


@dataclass
class Box:
    """The operations as far as a photo page needs them."""

    mode: str = "DOCUMENT_KEY"
    refusal: Refusal | None = None
    taken: list[tuple[str, int]] = field(default_factory=list)

    def scan_mode(self) -> str:
        return self.mode

    def document_key(self, information: str, captured_mono_ms: int) -> Refusal | None:
        self.taken.append((information, captured_mono_ms))
        return self.refusal


async def said(box: Box, **changes: Any) -> object:
    params = {"information": INFORMATION, "captured_mono_ms": 17, "source": "qr", **changes}
    handler = ReaderRole(cast(Operations, box)).methods()["document_key.report"]
    return await handler(cast(Connection, None), msgspec.Raw(msgspec.json.encode(params)))


async def test_it_is_handed_on_in_its_mode_only() -> None:
    box = Box()
    assert await said(box) == {"accepted": True}
    assert box.taken == [(INFORMATION, 17)]
    for mode in ("PICKUP", "BADGE", "LOADING", "OFF"):
        assert await said(Box(mode)) == {"accepted": False, "reason": "not_in_this_mode"}


async def test_a_refusal_is_told_to_the_reader() -> None:
    assert await said(Box(refusal=Refusal("stale_scan"))) == {"accepted": False, "reason": "stale_scan"}


@pytest.mark.parametrize("information", ["", "L898902C4674081221204159", "ERIKSSON<<ANNA<MARIA", INFORMATION + "<"])
async def test_what_does_not_hold_its_check_digits_is_not_taken(information: str) -> None:
    box = Box()
    with pytest.raises(RequestError) as caught:
        await said(box, information=information)
    assert not box.taken
    assert not information or information not in str(caught.value)
