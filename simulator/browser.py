"""A browser without pictures: gets the box's pages over HTTP, reads them, and posts their own forms.

For the demo and the panel's robots, which must run where no browser is installed. What a page looks like is for the
tests that drive Chromium.
"""

from __future__ import annotations

import asyncio
import http.client
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from simulator.people import NotSoon

_ANSWER_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.03
_LABEL = re.compile(r"\b[A-Z]{1,2}[0-9]{2,3}\b")


@dataclass(slots=True)
class Form:
    """A form as it stands on the page: where it goes, its hidden fields, what is typed into it, its button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    label: str = ""


@dataclass(slots=True)
class Page:
    """What a person sees: ``name`` of the page, its headline, all its words, what can be tapped."""

    name: str = ""
    language: str = ""
    headline: str = ""
    words: str = ""
    forms: list[Form] = field(default_factory=list)
    to_staff: bool = False
    status: int = 0

    @property
    def compartment(self) -> str:
        """The label of the compartment that the page speaks of; empty if it speaks of none."""
        found = _LABEL.search(f"{self.headline} {self.words}")
        return found[0] if found else ""

    def offers(self, action: str, **fields: str) -> bool:
        """Is there such a form? See `form`."""
        return any(form.action.endswith(f"/{action}") and fields.items() <= form.fields.items() for form in self.forms)

    def form(self, action: str, **fields: str) -> Form:
        """The form that goes to ``action`` and has these fields. Raises `NotSoon` when the page has none."""
        for form in self.forms:
            if form.action.endswith(f"/{action}") and fields.items() <= form.fields.items():
                return form
        there = ", ".join(sorted({form.action for form in self.forms})) or "none"
        raise NotSoon(f"the page {self.name} has no button {action} {fields or ''}; there is: {there}")


class _Reader(HTMLParser):
    """Reads one fragment. Words in the picture of the front and in hidden layers do not count as what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._form: Form | None = None
        self._silent = 0
        self._main = False
        self._headline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "main" and given.get("id") == "page":
            self._main = True
            self.page.name = given.get("data-page", "")
            self.page.language = given.get("lang", "")
            self.page.to_staff = "data-go" in given
        elif tag == "main":
            self._main = False
        if not self._main:
            return
        if tag == "form":
            self._form = Form(given.get("action", ""))
            self.page.forms.append(self._form)
        elif self._form is not None and tag == "input" and given.get("type") == "hidden":
            self._form.fields[given.get("name", "")] = given.get("value", "")
        elif self._form is not None and "data-field" in given:
            self._form.typed.append(given["data-field"])
        if tag == "svg" or "hidden" in given or self._silent:
            self._silent += tag not in _VOID
        elif tag == "h1" and not self.page.headline:
            self._headline = True

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent -= tag not in _VOID
        elif tag == "h1":
            self._headline = False
        if tag == "form":
            self._form = None
        elif tag == "main":
            self._main = False

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or not self._main:
            return
        if self._form is not None:
            self._form.label = f"{self._form.label} {text}".strip()
        elif self._silent:
            return
        elif self._headline:
            self.page.headline = f"{self.page.headline} {text}".strip()
        else:
            self.page.words = f"{self.page.words} {text}".strip()


#: Elements without an end tag, and the leaves of drawings: they have no depth.
_VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "path", "rect", "circle", "line", "use", "polyline"})


def read_page(html: str, status: int = 200) -> Page:
    """The page that this HTML shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.status = status
    return reader.page


class Browser:
    """One window on ``/kiosk`` or ``/staff``. Any event loop; every request is a connection of its own."""

    def __init__(self, address: str, base: str) -> None:
        """``address`` is the pages' address; ``base`` is ``/kiosk``, ``/staff`` or ``/technician``."""
        self._place = urlsplit(address)
        self._base = base

    async def look(self, place: str = "") -> Page:
        """The page that stands now; of the staff page one of its places (``clarification``), while nothing is open, of
        the technician's one of its own (``doors:3``, the fourth column).
        """
        return await self._ask("GET", f"{self._base}/fragment" + (f"?look={place}" if place else ""), None)

    async def tap(self, form: Form, **typed: str) -> Page:
        """Posts a form as the page would: its hidden fields, and what was typed. The page that comes."""
        return await self._ask("POST", form.action, urlencode({**form.fields, **typed}))

    async def until(self, seen: Callable[[Page], bool], what: str, within_s: float = 45.0, *, place: str = "") -> Page:
        """Looks until ``seen`` holds, at a ``place`` of the page if one is named. Raises `NotSoon`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while True:
            page = await self.look(place)
            if seen(page):
                return page
            if loop.time() > deadline:
                raise NotSoon(f"no {what} within {within_s:.0f} s; the page is {page.name}: {page.headline}")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def until_page(self, *names: str, within_s: float = 15.0) -> Page:
        """Looks until one of these pages stands."""
        return await self.until(lambda page: page.name in names, f"page {' or '.join(names)}", within_s)

    async def _ask(self, method: str, path: str, body: str | None) -> Page:
        return await asyncio.to_thread(self._exchange, method, path, body)

    def _exchange(self, method: str, path: str, body: str | None) -> Page:
        connection = http.client.HTTPConnection(self._place.hostname or "", self._place.port, timeout=_ANSWER_WITHIN_S)
        headers: Mapping[str, str] = {"accept": "text/html"}
        if body is not None:
            origin = f"{self._place.scheme}://{self._place.netloc}"
            headers = {"origin": origin, "content-type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return read_page(answer.read().decode(), answer.status)
        except (OSError, http.client.HTTPException):
            # The pages' process is being started anew: a person sees a page that does not change.
            return Page(name="no_answer")
        finally:
            connection.close()
