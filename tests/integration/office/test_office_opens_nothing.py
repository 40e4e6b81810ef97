"""Who may ask for what, and that nothing of it opens a door."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from controller import api
from controller.adapters.control.office_roles import ALLOWED
from controller.api import ControlClient, ControlError
from simulator.preload import Badge, Preload
from tests.integration.box.support import (
    authorised,
    envelopes,
    events,
    hall,
    load,
    page,
    pulses,
    slips,
)
from tests.integration.office.support import LENA, PASSWORD, RITA, SABINE, STAFF, TOM, OfficeTown, office_town

ITEMS, SLIPS = envelopes(3), slips(3)

#: A value for each field of a request that fits its type; `values` knows better ones.
PLAIN: dict[str, Any] = {
    "idle": False,
    "query": "AUF-0000",
    "days": 7,
    "after_seq": 0,
    "kind": "stocktake",
    "compartment": "A05",
    "deposit": "D0",
    "reason": "other",
    "task": "T1",
    "birth_date": "31.12.1990",
    "pin": "4711",
    "surname": "Mustermann",
    "given_names": "Erika",
    "checked": True,
    "until": "2027-01-31",
    "call": "H1",
    "row": api.OrderRow(0, "PA-1", "Personalausweis", birth_date="31.12.1990"),
    "rows": (api.OrderRow(2, "PA-2", "Personalausweis"),),
    "preview": "nothing",
}

#: Its box is made once, by one worker.
pytestmark = pytest.mark.xdist_group("office_opens_nothing")


@pytest.fixture(scope="module")
def office() -> Iterator[OfficeTown]:
    with office_town(Preload(ITEMS, SLIPS, STAFF)) as made:
        yield made


async def log_in(client: ControlClient, badge: Badge) -> str:
    return (await client.call(api.OfficeLogin(badge.staff, PASSWORD))).token


def asked(kind: type[api.Request[Any]], token: str) -> api.Request[Any]:
    names = [field.name for field in msgspec.structs.fields(kind)]
    return kind(**{name: token if name == "token" else PLAIN[name] for name in names})


async def outcome(client: ControlClient, request: api.Request[Any]) -> str:
    """``done``, or why not."""
    try:
        await client.call(request)
    except ControlError as error:
        return error.reason
    return "done"


def test_every_request_of_the_office_is_somebodys() -> None:
    asked_for = {kind for kind in api.OFFICE_REQUESTS if kind is not api.OfficeLogin}
    assert set(ALLOWED) == asked_for
    assert all(kind.METHOD.startswith("office.") for kind in api.OFFICE_REQUESTS)


@pytest.mark.parametrize("badge", STAFF, ids=lambda badge: badge.roles[0])
async def test_each_role_may_do_its_own_and_nothing_else(office: OfficeTown, badge: Badge) -> None:
    async with page(office.town) as client:
        token = await log_in(client, badge)
        view = await client.call(api.GetOffice(token))
        for kind, roles in ALLOWED.items():
            if kind is api.OfficeLogout:
                continue
            may = badge.roles[0] in roles
            assert (kind.METHOD in view.allowed) == may
            said = await outcome(client, asked(kind, token))
            assert (said == "role_missing") == (not may), (kind.__name__, said)
        assert await outcome(client, api.OfficeLogout(token)) == "done"
        assert await outcome(client, api.GetOffice(token)) == "office_session_over"


@pytest.mark.parametrize("token", ["", "x", "☃", "0" * 1000])
async def test_without_a_session_nothing_is_answered(office: OfficeTown, token: str) -> None:
    async with page(office.town) as client:
        for kind in ALLOWED:
            assert await outcome(client, asked(kind, token)) == "office_session_over"


async def test_a_technician_sees_doors_and_no_envelopes(office: OfficeTown) -> None:
    async with page(office.town) as client:
        view = await client.call(api.GetOffice(await log_in(client, TOM)))
        assert view.tasks == ()
        assert {compartment.state for compartment in view.front} == {""}


async def test_an_office_that_holds_every_token_opens_nothing(office: OfficeTown) -> None:
    """Every request of every page, with every office's token in every place where a token can stand, while people work
    at the box.
    """
    town = office.town
    async with page(town) as client, hall(town) as people:
        (label, *_) = await load(people, LENA, ITEMS[1])
        tokens = [await log_in(client, badge) for badge in (LENA, SABINE, TOM, RITA)]
        for kind in ("recall", "counter"):
            await client.call(api.QueueTask(tokens[0], kind, "D1", "", "because"))
        before = authorised(town), len(pulses(town))

        async def storm() -> None:
            for kind, token in itertools.product(api.UI_REQUESTS, tokens):
                if kind in (api.OfficeLogout, api.OfficeLogin, api.StaffLogin):
                    continue
                names = [field.name for field in msgspec.structs.fields(kind)]
                values = {**PLAIN, "purpose": "recall", "contents": "empty", "answer": "yes", "choice": "open_again"}
                values |= {"compartment": label, "session": token, "token": token, "revision": 1, "deposit": "D1"}
                given = {name: values.get(name, "x") for name in names}
                try:
                    await client.call(kind(**given))
                except (ControlError, TypeError):
                    pass  # refused, as it should be

        await storm()
        assert (authorised(town), len(pulses(town))) == before
        # Not even while somebody is logged in at the box: that session's token is another's.
        await people.log_in(SABINE)
        await storm()
        assert (authorised(town), len(pulses(town))) == before
        assert events(town, "TaskQueued"), "the storm was real: what the office may do, it did"
        await people.log_out()


async def test_a_password_opens_no_session_at_the_box(office: OfficeTown) -> None:
    async with page(office.town) as client:
        assert await outcome(client, api.StaffLogin(PASSWORD)) == "badge_needed"
        assert await outcome(client, api.OfficeLogin(SABINE.staff, SABINE.pin)) == "login_wrong"
