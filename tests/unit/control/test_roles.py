"""Each role has its own method table: what belongs to one does not exist for another."""

from __future__ import annotations

from itertools import combinations

from controller import api
from controller.adapters.clock import SystemClock
from controller.adapters.control.admin_role import AdminRole
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.card_reader_role import CardReaderRole
from controller.adapters.control.pages_role import PagesRole
from controller.adapters.control.reader_role import ReaderRole
from controller.services.out_of_order import OutOfOrderOperations


def tables() -> dict[str, set[str]]:
    operations = OutOfOrderOperations("box-1", "simulated", "log_damaged:3", SystemClock())
    board = ViewBoard(operations, "1.0", lambda changed: None)
    return {
        "ui": set(PagesRole(operations, board, frozenset({"de"})).methods()),
        "reader-qr": set(ReaderRole(operations).methods()),
        "reader-eid": set(CardReaderRole(operations).methods()),
        "admin": set(AdminRole(operations, board).methods()),
    }


def test_every_request_of_the_api_has_its_method_and_no_other_exists() -> None:
    assert tables()["ui"] == {request.METHOD for request in api.UI_REQUESTS}
    assert tables()["admin"] == {request.METHOD for request in api.ADMIN_REQUESTS}
    scans = {"scan.report", "scan.foreign", "scan.unreadable", "document_key.report"}
    assert tables()["reader-qr"] == {*scans, "reader.health"}
    assert tables()["reader-eid"] == {"chip.answer", "chip.progress", "chip.health"}


def test_no_method_belongs_to_two_roles() -> None:
    for one, other in combinations(tables().values(), 2):
        assert not one & other


def test_what_comes_from_a_reader_cannot_be_said_by_a_page() -> None:
    """No request of the pages carries a code, a badge or an order barcode (architecture.md, authorisation)."""
    fields = {field for request in api.UI_REQUESTS for field in request.__struct_fields__}
    assert not fields & {
        "text",
        "code",
        "badge",
        "order",
        "captured_mono_ms",
        "symbology",
        "verifiers",
        "challenge",
        "outcome",
    }
