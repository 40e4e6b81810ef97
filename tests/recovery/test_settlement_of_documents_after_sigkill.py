"""A document is checked, and the controller is killed in the middle: the row "session, nothing authorised" with a chip
and with a person who looks (docs/recovery.md).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.api import EnterFactor
from controller.domain.model import DepositStatus, RightStatus
from simulator.people import Hall
from simulator.people_chip import ChipReader
from simulator.preload import Preload
from tests.integration.box.documents import CAN, ERIKA, holder, slip
from tests.recovery.conftest import MakeBox
from tests.recovery.killed_box import ANNA, KilledBox, Script
from tests.recovery.killed_box import envelope as plain


def with_documents(make_box: MakeBox) -> KilledBox:
    """A box with one envelope; its document type asks for a chip from the next start on."""
    box = make_box(Preload(stored=[plain(0)], slips=[slip(0)], badges=[ANNA]))
    policies = box.town.config / "policies.toml"
    text = policies.read_text(encoding="utf-8")
    approval = 'legal_basis = "simulation"\napproved_by = "simulation"\napproved_on = 2026-11-22\n'
    head = 'name = "Personalausweis"\nfactor = '
    asked = text.replace(f'{head}"none"\n', f'{head}"emrtd"\n{approval}')
    assert asked != text
    policies.write_text(asked, encoding="utf-8")
    return box


def lays_the_right_document(code: str) -> Script:
    async def script(hall: Hall) -> None:
        async with await ChipReader.connect(hall.sockets["reader-eid"]) as desk:
            await desk.lay()
            assert await hall.scanner.show(code) == ""
            view = await hall.until_kiosk("chip_can")
            await hall.page.call(EnterFactor(view.session, view.revision, CAN))
            await desk.finds(await desk.question(), holder(ERIKA))
            await hall.collect_at_door()

    return script


def lays_a_copy(code: str) -> Script:
    async def script(hall: Hall) -> None:
        async with await ChipReader.connect(hall.sockets["reader-eid"]) as desk:
            await desk.lay()
            assert await hall.scanner.show(code) == ""
            view = await hall.until_kiosk("chip_can")
            await hall.page.call(EnterFactor(view.session, view.revision, CAN))
            await desk.answer(await desk.question(), "refused", "cloned")
            await hall.until_kiosk("staff_check")
            assert await hall.scanner.show(ANNA.text) == ""
            await hall.until_kiosk("opening", "take")

    return script


@pytest.mark.parametrize(
    ("at", "script", "tries"),
    [
        ("append.after.ChipCheckBegan:1", lays_the_right_document, 0),
        pytest.param("append.before.FactorTried:1", lays_the_right_document, 0, marks=pytest.mark.slow),
        ("append.after.FactorTried:1", lays_the_right_document, 1),
        pytest.param("append.before.FactorVerified:1", lays_the_right_document, 1, marks=pytest.mark.slow),
        ("append.after.StaffCheckAsked:1", lays_a_copy, 0),
        pytest.param("append.before.DocumentInspected:1", lays_a_copy, 0, marks=pytest.mark.slow),
    ],
)
def test_killed_while_a_document_is_checked(
    make_box: MakeBox, at: str, script: Callable[[str], Script], tries: int
) -> None:
    box = with_documents(make_box)
    box.live(script(box.codes["R0"]), at)
    _, rows = box.restart()
    assert rows == [], "nothing was authorised"
    assert box.deposit(0).status is DepositStatus.STORED
    right = box.box.rights["R0"]
    assert (right.status, right.failed_factors) == (RightStatus.ISSUED, tries)
    assert not box.box.help_calls, "nobody comes for a session that is over"
    box.play(lays_the_right_document(box.codes["R0"]))
    assert "R0" not in box.box.rights
    box.stop()


def test_killed_right_after_the_chip_was_verified(make_box: MakeBox) -> None:
    """One commit holds the answer, the factor and the authorisation: the holder tries once more."""
    box = with_documents(make_box)
    box.live(lays_the_right_document(box.codes["R0"]), "append.after.ChipChecked:1")
    _, rows = box.restart()
    assert rows == [f"pickup not opened, closed {box.where['D0']}"]
    assert box.deposit(0).tries_left == 1
    box.play(lays_the_right_document(box.codes["R0"]))
    assert "R0" not in box.box.rights
    box.stop()
