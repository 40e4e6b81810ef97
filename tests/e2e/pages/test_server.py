"""The UI process as a client of HTTP sees it: real process, real sockets, scripted controller."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from controller import api
from tests.e2e.pages import staff_views, views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.scripted import Refusal

ACTIONS = (
    *(f"/kiosk/{name}" for name in ("language", "declare", "factor", "confirm", "more_time", "cancel", "dismiss")),
    *(
        f"/staff/{name}"
        for name in ("login", "logout", "obstructed", "answer_loading", "request_opening", "drop_request", "report")
    ),
    "/technician/test",
)


def shown(html: str, attribute: str = "page") -> str:
    match = re.search(rf'data-{attribute}="([^"]*)"', html[html.index('id="page"') :])
    assert match is not None
    return match[1]


@asynccontextmanager
async def stream(client: httpx.AsyncClient, path: str = "/kiosk/events") -> AsyncIterator[AsyncIterator[str]]:
    async with client.stream("GET", path) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield (line.removeprefix("data: ") async for line in response.aiter_lines() if line.startswith("data: "))


async def test_headers_of_a_page_and_of_a_static_file(stand: Stand) -> None:
    async with stand.client() as client:
        page = await client.get("/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "style=" not in page.text
        assert "onclick" not in page.text
        script = re.search(r'src="(/static/[^"]+pages\.js)"', page.text)
        assert script is not None
        static = await client.get(script[1])
        assert static.headers["cache-control"] == "public, max-age=31536000, immutable"
        other = await client.get(re.sub(r"/static/\w+/", "/static/0000/", script[1]))
        assert other.status_code == 404
        assert other.headers["cache-control"] == "no-store"


async def test_everything_a_page_loads_stays_small(stand: Stand) -> None:
    """Nothing from elsewhere, and at most 800 KB, nearly all of it fonts and KERN, once. Fonts with a range of
    letters are loaded by the pages that need them: at most 160 KB more for each script."""
    async with stand.client() as client:
        page = await client.get("/")
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        local = [address for address in addresses if not address.startswith("data:")]
        assert all(address.startswith("/") for address in local)
        weight = len(page.content)
        scripts: Counter[str] = Counter()
        for address in local:
            answer = await client.get(address)
            assert answer.status_code == 200
            weight += len(answer.content)
            if address.endswith("fonts.css"):
                for face in re.findall(r"@font-face {(.*?)}", answer.text, re.DOTALL):
                    (font,) = re.findall(r'url\("([^"]+)"\)', face)
                    loaded = await client.get(str(answer.url.join(font)))
                    assert loaded.status_code == 200
                    if "unicode-range" in face:
                        (family,) = re.findall(r'font-family: "([^"]+)"', face)
                        scripts[family] += len(loaded.content)
                    else:
                        weight += len(loaded.content)
        assert weight < 800_000
        assert set(scripts) == {"Noto Sans Arabic", "Noto Sans Ethiopic"}
        assert max(scripts.values()) < 160_000
        assert len((await client.get("/kiosk/fragment")).content) < 30_000


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:80", ""])
async def test_a_foreign_host_is_refused(stand: Stand, host: str) -> None:
    async with stand.client() as client:
        answer = await client.get("/", headers={"host": host})
        assert answer.status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "https://127.0.0.1"])
async def test_a_post_from_another_origin_is_refused(stand: Stand, origin: str) -> None:
    async with httpx.AsyncClient(base_url=stand.ui.origin) as client:
        for path in ACTIONS:
            answer = await client.post(path, json={"revision": "1"}, headers={"origin": origin} if origin else {})
            assert answer.status_code == 403
    assert stand.controller.requests == []


async def test_a_long_body_and_one_of_unknown_length_are_refused(stand: Stand) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"{}"

    async with stand.client() as client:
        assert (await client.post("/kiosk/cancel", content=b"x" * 5000)).status_code == 413
        assert (await client.post("/kiosk/cancel", content=chunks())).status_code == 411


async def test_form_and_json_reach_the_controller_with_session_and_revision(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("confirm"))
    async with stand.client() as client:
        tag = shown((await client.get("/kiosk/fragment")).text, "tag")
        fields = {"session": views.SESSION, "revision": tag, "choice": "everything"}
        assert (await client.post("/kiosk/confirm", json=fields)).status_code == 200
        assert (await client.post("/kiosk/confirm", data=fields)).status_code == 200
    revision = stand.controller.kiosk.revision
    wanted = {"session": views.SESSION, "revision": revision, "choice": "everything"}
    assert stand.controller.asked("resident.confirm") == [wanted, wanted]


async def test_every_action_of_staff_and_technician_reaches_the_controller(stand: Stand) -> None:
    posts = {
        "/staff/login": ({"pin": "1234"}, "staff.login"),
        "/staff/logout": ({}, "staff.logout"),
        "/staff/obstructed": ({}, "staff.obstructed"),
        "/staff/answer_loading": ({"deposit": "D-9", "answer": "yes"}, "staff.answer_loading"),
        "/staff/request_opening": (
            {"compartment": "A05", "purpose": "clarification", "reason": "jam"},
            "staff.request_opening",
        ),
        "/staff/drop_request": ({}, "staff.drop_request"),
        "/staff/report": ({"contents": "empty", "deposit_end": "missing"}, "staff.report"),
        "/technician/test": ({"compartment": "A01"}, "technician.test"),
    }
    async with stand.client() as client:
        for path, (fields, method) in posts.items():
            answer = await client.post(path, json={"session": "P-3", "revision": "1", **fields})
            assert answer.status_code == 200, path
            (asked,) = stand.controller.asked(method)
            assert asked == ({"session": "P-3"} | fields if method != "staff.login" else fields)


async def test_a_stale_post_gets_409_and_the_page_that_stands(stand: Stand) -> None:
    def stale(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("take"))
        raise Refusal("stale", api.STALE)

    stand.controller.answers["resident.cancel"] = stale
    async with stand.client() as client:
        answer = await client.post("/kiosk/cancel", json={"session": views.SESSION, "revision": "1"})
        assert answer.status_code == 409
        assert shown(answer.text) == "take"
        # A tag of another generation is stale without asking the controller.
        stand.controller.requests.clear()
        answer = await client.post("/kiosk/cancel", json={"session": views.SESSION, "revision": "99-1"})
        assert answer.status_code == 409
        assert stand.controller.requests == []


async def test_a_date_that_does_not_exist_costs_no_try(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("birth"))
    async with stand.client() as client:
        fields = {"session": views.SESSION, "revision": "2", "day": "31", "month": "02", "year": "1990"}
        answer = await client.post("/kiosk/factor", json=fields)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "Dieses Datum gibt es nicht" in answer.text
        assert stand.controller.requests == []
        answer = await client.post("/kiosk/factor", json={**fields, "month": "1", "day": "3"})
        assert stand.controller.asked("resident.factor")[0]["value"] == "19900103"


async def test_unknown_page_is_out_of_order(stand: Stand) -> None:
    stand.controller.show("kiosk", api.KioskView(revision=1, page="something_new"))
    async with stand.client() as client:
        assert shown((await client.get("/kiosk/fragment")).text) == "out_of_order"


async def test_the_stream_carries_tags_and_nothing_else(stand: Stand) -> None:
    async with stand.client() as client, stream(client) as events:
        first = await anext(events)
        for page in ("birth", "opening", "take"):
            revision = stand.controller.show("kiosk", views.kiosk(page))
            tag = await anext(events)
            assert re.fullmatch(r"[0-9]+-[0-9]+", tag)
            assert tag == f"{first.partition('-')[0]}-{revision}"
        stand.controller.show("staff", staff_views.staff("pin"))  # another view's revision is not told here
        revision = stand.controller.show("kiosk", views.kiosk("done"))
        assert (await anext(events)).endswith(f"-{revision}")


async def test_a_controller_that_dies_is_said_so_and_found_again(stand: Stand) -> None:
    async with stand.client() as client, stream(client) as events:
        before = await anext(events)
        await stand.controller.stop()
        away = await anext(events)
        assert away != before
        fragment = await client.get("/kiosk/fragment")
        assert fragment.status_code == 503
        assert shown(fragment.text) == "reconnecting"
        assert (await client.get("/health")).status_code == 503
        assert (await client.get("/staff/fragment")).status_code == 503
        assert (await client.get("/technician/fragment")).status_code == 503
        post = await client.post("/kiosk/dismiss", json={"revision": "1"})
        assert post.status_code == 503
        stand.controller.kiosk = views.kiosk("interrupted")
        await stand.controller.start()
        while (tag := await anext(events)) == away or tag.endswith(("-0",)):
            pass
        assert shown((await client.get("/kiosk/fragment")).text) == "interrupted"
        assert (await client.get("/health")).json() == {"controller": "connected"}


async def test_without_a_controller_for_long_the_page_is_out_of_order(stand: Stand) -> None:
    await stand.controller.stop()
    async with stand.client() as client, stream(client) as events:
        while not (await anext(events)).endswith("-1"):
            pass
        html = (await client.get("/kiosk/fragment")).text
        assert shown(html) == "out_of_order"
        # Nobody knows who stands there: German and English.
        assert "Gestört" in html
        assert "Out of order" in html
    await stand.controller.start()


async def test_ends_by_itself_with_streams_open(stand: Stand) -> None:
    """The streams are ended, not cut: a client sees the end of the answer, not an error."""
    async with stand.client() as client, stream(client) as kiosk, stream(client, "/staff/events") as staff:
        await anext(kiosk)
        await anext(staff)
        async with asyncio.timeout(20):
            assert await stand.ui.terminate() == 0
        assert [tag async for tag in kiosk] in ([], ["1-1"])


SECRETS = ("31129999", "990231", "PIN-9f3a", "４５６７", "12345678901234567890", "19870229x", "0000\n7777")


async def test_no_answer_and_no_log_repeats_what_was_typed(stand: Stand) -> None:
    """Malformed codes, dates and PINs to every route, in every way; then a search through answers and the log at
    DEBUG.
    """
    answers: list[str] = []
    async with stand.client() as client:
        for path in (*ACTIONS, "/kiosk/unknown", "/kiosk/fragment", "/nowhere"):
            for secret in SECRETS:
                for fields in (
                    {"value": secret},
                    {"pin": secret},
                    {"day": secret, "month": secret, "year": secret},
                    {"session": secret, "revision": secret},
                    {secret: secret},
                    {"revision": "1", "session": "x", "value": secret, "choice": secret, "answer": secret},
                ):
                    answers.append((await client.post(path, json=fields)).text)
                    answers.append((await client.post(path, data=fields)).text)
                content = {"content-type": "application/json"}
                for body in (f'{{"value": {secret}', json.dumps([secret]), json.dumps({"value": [secret]})):
                    answers.append((await client.post(path, content=body.encode(), headers=content)).text)
                answers.append((await client.post(path, content=secret.encode())).text)
    await stand.ui.terminate()
    for secret in SECRETS:
        assert not any(secret in answer for answer in answers), secret
        assert not any(secret in line for line in stand.ui.output), secret


async def test_a_wrong_factor_reaches_no_log_either(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("pin"))

    def wrong(_: dict[str, object]) -> None:
        stand.controller.show("kiosk", views.kiosk("pin_wrong"))
        raise Refusal("factor_wrong", tries_left=2)

    stand.controller.answers["resident.factor"] = wrong
    async with stand.client() as client:
        answer = await client.post("/kiosk/factor", json={"session": "S", "revision": "1", "value": "83517264"})
        assert answer.status_code == 422
        assert shown(answer.text) == "pin_wrong"
        assert "83517264" not in answer.text
    assert stand.controller.asked("resident.factor")[0]["value"] == "83517264"
    assert not any("83517264" in line for line in stand.ui.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "0.0.0.0"), "loopback"),
        (("--host", "192.0.2.7"), "TLS"),
        (("--languages", "de,xx"), "'xx'"),
        (("--office", "nowhere.toml"), "nowhere.toml"),
    ],
)
async def test_refuses_to_start_and_says_why(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "kiosk_ui", "--socket", str(tmp_path / "s"), "--port", "0", *arguments),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert said in errors.decode()
    assert "Traceback" not in errors.decode()
