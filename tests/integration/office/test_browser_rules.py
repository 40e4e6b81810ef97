"""Sessions, forms, headers and cookies of the office's pages, as a browser on the network meets them."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import httpx
import pytest

from simulator.town import Town
from tests.integration.box.support import events
from tests.integration.office.support import NAME, PASSWORD, Browser, OfficeTown, office_town

#: Its box is made once, by one worker.
pytestmark = pytest.mark.xdist_group("office_browser_rules")

PAGES = (
    "/",
    "/search",
    "/expiring",
    "/inside",
    "/results",
    "/outage",
    "/orders/new",
    "/import",
    "/report",
    "/notfallliste.pdf",
    "/nachweis.pdf",
    "/aushang.pdf",
)
MORE = ("/live", "/ergebnisse.csv", "/order/d-1")
POSTS = (
    "/logout",
    "/tasks/queue",
    "/tasks/drop",
    "/help/acknowledge",
    "/help/end",
    "/outage/report",
    "/outage/end",
    "/orders/new",
    "/import/preview",
    "/import/apply",
    *(
        f"/order/d-1/{step}"
        for step in ("hold", "release", "extend", "counter", "recall", "revoke-proxies", "reissue", "proxy", "cancel")
    ),
)


@pytest.fixture(scope="module")
def office() -> Iterator[OfficeTown]:
    with office_town() as made:
        yield made


@pytest.fixture
def browser(office: OfficeTown) -> Iterator[Browser]:
    with office.browser() as made:
        yield made


@pytest.fixture
def sabine(browser: Browser) -> Browser:
    assert browser.log_in("sabine").headers["location"] == "/"
    return browser


def test_every_answer_keeps_itself_to_itself(sabine: Browser) -> None:
    answers = [sabine.get(path) for path in (*PAGES, *MORE, "/login", "/nothing")]
    answers += [sabine.post("/outage/report", {}), sabine.post("/nothing", {}), sabine.get("/", host="elsewhere.test")]
    for answer in answers:
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "server" not in headers
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert " on" + "click=" not in answer.text


def test_what_is_static_may_be_kept_and_nothing_else_is_there(sabine: Browser) -> None:
    path = re.search(r'href="(/static/[0-9a-f]{16}/desk\.css)"', sabine.get("/").text)
    assert path is not None
    found = sabine.get(path[1])
    assert found.status_code == 200
    assert "immutable" in found.headers["cache-control"]
    assert sabine.get(path[1].replace("desk.css", "../app.py")).status_code == 404


def test_cookies_are_the_browsers_alone(browser: Browser) -> None:
    browser.get("/login")
    answer = browser.log_in("sabine")
    assert answer.status_code == 303
    for cookie in answer.headers.get_list("set-cookie"):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-abholfach")
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts
        assert not any(part.startswith("domain") for part in parts)
    first = browser.cookies["__Host-abholfach"]
    assert len(first) >= 40
    with_another = httpx.Cookies(browser.cookies)
    assert with_another["__Host-abholfach"] == first
    browser.submit("/", "/logout")
    assert "__Host-abholfach" not in browser.cookies
    browser.log_in("sabine")
    assert browser.cookies["__Host-abholfach"] != first, "a session's token is made at the login"


def test_a_session_that_was_ended_is_over_for_whoever_kept_the_cookie(office: OfficeTown, sabine: Browser) -> None:
    kept = sabine.cookies["__Host-abholfach"]
    assert sabine.get("/").status_code == 200
    sabine.submit("/", "/logout")
    with office.browser() as thief:
        answer = thief.get("/", cookie=f"__Host-abholfach={kept}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?said=office_session_over")


@pytest.mark.parametrize("cookie", ["", "x", '"\\303\\244"', "x" * 5000, "../../etc/passwd", "null"])
def test_a_cookie_that_is_none_of_ours_is_no_session(browser: Browser, cookie: str) -> None:
    for path in (*PAGES, *MORE):
        headers = {"cookie": f"__Host-abholfach={cookie}"} if cookie else {}
        answer = browser.get(path, **headers)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", POSTS)
def test_a_post_wants_the_pages_own_token_origin_and_name(office: OfficeTown, sabine: Browser, path: str) -> None:
    before = len(events(office.town))
    form = sabine.form()
    content = {"reason": "other", "kind": "stocktake", "compartment": "A01"}
    for given in ({}, {"form": ""}, {"form": "0" * 64}, {"form": form[:-1]}):
        answer = (
            sabine.upload(path, given, b"x") if path.endswith("preview") else sabine.post(path, {**content, **given})
        )
        assert answer.status_code == 422 or path == "/logout"
        assert "Das Formular passt nicht mehr" in answer.text or path == "/logout"
    fields = {"form": form, **content}
    for origin in ("", "null", "https://elsewhere.test", sabine.origin.replace("https", "http"), f"{sabine.origin}0"):
        assert sabine.post(path, fields, origin=origin).status_code == 403
    for host in ("elsewhere.test", "127.0.0.1", f"{NAME}.elsewhere.test", NAME):
        assert sabine.post(path, fields, host=host).status_code == 421
    assert sabine.get("/").status_code == 200, "nobody was logged out by it"
    assert len(events(office.town)) == before


def test_a_login_form_of_another_page_logs_nobody_in(browser: Browser) -> None:
    fields = {"staff": "sabine", "password": PASSWORD}
    assert browser.post("/login", fields).status_code == 422
    form = browser.form("/login")
    for forged in ({**fields, "form": "0" * 64}, {**fields, "form": ""}):
        answer = browser.post("/login", forged)
        assert answer.status_code == 422
        assert "__Host-abholfach" not in {name for name in browser.cookies if not name.endswith("visitor")}
    assert browser.post("/login", {**fields, "form": form}, origin="https://elsewhere.test").status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"a", b"form=%FF", b"form=1&form=2", b"&".join(b"f%d=1" % n for n in range(60)), b"password=" + b"x" * 3000],
)
def test_what_no_form_sends_is_refused_and_not_repeated(sabine: Browser, body: bytes) -> None:
    for path in ("/login", "/outage/report", "/orders/new"):
        answer = sabine._client.post(
            path,
            content=body,
            headers={"origin": sabine.origin, "content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 422
        assert "xxxx" not in answer.text


def test_what_is_too_long_is_not_read(sabine: Browser) -> None:
    assert sabine.post("/outage/report", {"reason": "x" * 9000}).status_code == 413
    assert sabine.upload("/import/preview", {}, b"x" * 140_000).status_code == 413
    answer = sabine.upload("/import/preview", {"form": sabine.form("/import")}, b"x" * 100_000)
    assert answer.status_code == 422


def test_passwords_are_nowhere(office: OfficeTown, browser: Browser) -> None:
    wrong = "Kennwort-das-niemand-hat-4711"
    answer = browser.submit("/login", "/login", staff="nobody-here", password=wrong)
    assert answer.status_code == 422
    assert "Name oder Passwort ist falsch" in answer.text
    assert wrong not in answer.text
    town = office.town
    logs = "".join(path.read_text("utf-8", "replace") for path in town.logs.glob("*.log"))
    assert wrong not in logs
    assert PASSWORD not in logs
    stored = b"".join(path.read_bytes() for path in town.data.iterdir() if path.is_file())
    assert wrong.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_nothing_of_the_box_is_here_and_nothing_of_the_office_is_at_the_box(
    office: OfficeTown, sabine: Browser
) -> None:
    at_the_box = (
        "/kiosk/fragment",
        "/kiosk/events",
        "/staff",
        "/staff/fragment",
        "/technician",
        "/health",
        "/panel.css",
    )
    for path in at_the_box:
        assert sabine.get(path).status_code == 404, path
    form = sabine.form()
    for path in ("/kiosk/confirm", "/kiosk/number", "/staff/login", "/staff/request_opening", "/technician/test"):
        assert sabine.post(path, {"form": form}).status_code in (404, 405), path
    with httpx.Client(base_url=office.town.pages_address, timeout=20) as kiosk:
        origin = office.town.pages_address.rstrip("/")
        for path in ("/login", "/search", "/orders/new", "/import", "/inside", "/results", "/notfallliste.pdf"):
            assert kiosk.get(path).status_code == 404, path
        for path in ("/login", "/tasks/queue", "/import/apply", "/outage/report", "/order/d-1/reissue"):
            assert kiosk.post(path, headers={"origin": origin}).status_code in (404, 405), path


def test_plain_http_and_old_tls_are_not_spoken(office: OfficeTown) -> None:
    with socket.create_connection(("127.0.0.1", office.port), timeout=30) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in plain.recv(1000)
    old = office.trusting()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", office.port), timeout=30) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line, server_hostname=NAME)


def test_the_box_knows_who_came_but_not_with_what(office: OfficeTown, sabine: Browser) -> None:
    logins = events(office.town, "OfficeLoggedIn")
    assert {event["data"]["staff"] for event in logins} == {"sabine"}
    assert sabine.cookies["__Host-abholfach"] not in str(events(office.town))


def test_a_box_that_is_away_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with office_town() as office, office.browser() as browser:
        browser.log_in("sabine")
        box: Town = office.town
        box.stop_controller()
        answer = browser.get("/")
        assert answer.status_code == 503
        assert "Die Box antwortet nicht" in answer.text
