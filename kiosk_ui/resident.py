"""The residents' pages: the view the controller gives, written in the resident's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from controller import api
from kiosk_ui.answers import Actions, act, answer
from kiosk_ui.forms import NUMBER_TYPO, AccessForm, ConfirmForm, DeclareForm, FactorForm, Form, LanguageForm, NumberForm
from kiosk_ui.front_plan import resident_plan
from kiosk_ui.hours import Hours, hours_in
from kiosk_ui.languages import PSEUDO_NAMES, SOURCE_LANGUAGE, Language
from kiosk_ui.languages import deferred as _
from kiosk_ui.link import Link
from kiosk_ui.resident_pages import CALLS, DATE, MONTHS, NUMBER_BUTTON, PAGES, PROBLEMS, Call
from kiosk_ui.resident_pages.parts import BACK
from kiosk_ui.settings import Office
from kiosk_ui.speech.speaker import Speaker

#: Shown beside German when nobody knows which language the person reads.
SECOND_LANGUAGE = "en"

#: A sentence with such a place is left out while nobody knows when.
_DATED = re.compile(r"%\((?:date|time)\)s")
#: Code of a post that had its effect although the page stays.
KNOCKED = "knocked"
ALERTS = {
    "no_such_date": _("Dieses Datum gibt es nicht. Bitte prüfen Sie Tag, Monat und Jahr."),
    KNOCKED: _("Wir haben dem Team Bescheid gesagt."),
}
#: Pages that say what came of something: a code, a number, a no.
ANSWERS = frozenset(name for name, page in PAGES.items() if page.buttons == BACK or page.body == "countdown")
NOT_DONE = _("Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.")


def _revision(form: Form) -> int:
    return form.shown()[1]


ACTIONS: Actions = {
    "language": (LanguageForm, lambda f: api.ChooseLanguage(_revision(f), f.language)),
    "declare": (DeclareForm, lambda f: api.Declare(f.session, _revision(f), f.declaration, f.answer)),
    "factor": (FactorForm, lambda f: api.EnterFactor(f.session, _revision(f), f.factor())),
    "access": (AccessForm, lambda f: api.ChooseAccess(f.session, _revision(f), f.kind)),
    "staff_check": (Form, lambda f: api.AskStaffCheck(f.session, _revision(f))),
    "confirm": (ConfirmForm, lambda f: api.Confirm(f.session, _revision(f), f.choice)),
    "more_time": (Form, lambda f: api.MoreTime(f.session, _revision(f))),
    "cancel": (Form, lambda f: api.Cancel(f.session, _revision(f))),
    "dismiss": (Form, lambda f: api.Dismiss(_revision(f))),
    "number": (NumberForm, lambda f: api.EnterNumber(_revision(f), f.checked())),
    "help": (Form, lambda f: api.CallHelp(_revision(f))),
    "knock": (Form, lambda f: api.Knock(_revision(f))),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Headline and sentences in one language."""

    language: Language
    headline: str
    text: tuple[str, ...]


class ResidentPages:
    """Writes fragments and the page around them. For one event loop."""

    def __init__(self, link: Link, languages: Mapping[str, Language], office: Office, speaker: Speaker) -> None:
        self._link = link
        self._languages = languages
        self._office = office
        self._speaker = speaker
        self._last_language = SOURCE_LANGUAGE

    async def view(self) -> tuple[api.KioskView, str]:
        """What stands now, and its tag. While the controller is away it is a page of our own."""
        try:
            view = await self._link.call(api.GetKiosk())
        except (api.Disconnected, api.ControlError):
            page = "reconnecting" if self._link.patient else "out_of_order"
            return api.KioskView(revision=0, page=page, language=self._last_language), self._link.away_tag()
        self._last_language = view.language
        if view.page not in PAGES:
            view = api.KioskView(revision=view.revision, page="out_of_order", language=view.language)
        return view, self._link.tag(view.revision)

    async def fragment(self, reason: str, details: dict[str, str | int]) -> tuple[str, bool]:
        """The fragment, and whether the controller is away."""
        view, tag = await self.view()
        return self.render(view, tag, reason), self._link.away

    async def shell(self) -> tuple[str, bool]:
        """The whole page, with the fragment that stands now and the words for a server that has gone."""
        view, tag = await self.view()
        language = self._language(view)
        gone = api.KioskView(revision=0, page="out_of_order")
        html = language.environment.get_template("shell.html").render(
            fragment=self._render(view, tag),
            gone=[self._words(each, gone) for each in self._two_languages()],
            base="/kiosk",
            title=language.say(_("Abholstation"), {}),
        )
        return self._speaker.annotate(html, language.tag), self._link.away

    def render(self, view: api.KioskView, tag: str, reason: str = "") -> str:
        """The fragment, with the names of what it says aloud."""
        return self._speaker.annotate(self._render(view, tag, reason), self._language(view).tag)

    def _render(self, view: api.KioskView, tag: str, reason: str = "") -> str:
        language, spec = self._language(view), PAGES[view.page]
        beside: list[Words] = []
        if spec.binding and language.tag != SOURCE_LANGUAGE:
            beside = [self._words(self._languages[SOURCE_LANGUAGE], view)]
        elif view.language not in self._languages or (self._link.away and language.tag == SOURCE_LANGUAGE):
            beside = [self._words(each, view) for each in self._two_languages() if each is not language]
        context: dict[str, Any] = {
            "view": view,
            "tag": tag,
            "voiced": self._speaker.reads(language.tag),
            "spec": spec,
            "words": self._words(language, view),
            "beside": beside,
            "binding": spec.binding,
            "entry": spec.body in ("birth", "pin") and "factor" in view.actions,
            "buttons": [
                button for button in (NUMBER_BUTTON, *spec.buttons) if not button.needs or button.needs in view.actions
            ],
            "problems": PROBLEMS,
            "call": self._call(language, view),
            "typo": reason == NUMBER_TYPO,
            "counter": self._office_lines(language),
            "plan": resident_plan(
                view.front, language.say(_("Fach %(compartment)s"), {"compartment": view.compartment})
            )
            if spec.front
            else "",
            "languages": tuple(
                each
                for each in self._languages.values()
                if each.tag not in PSEUDO_NAMES and (not view.languages or each.tag in view.languages)
            ),
            "hours": hours_in(self._office.box_hours, language.tag) if view.page == "closed" else None,
            "alert": self._alert(language, reason, view),
            "alert_tone": "good" if reason == KNOCKED else "attention",
        }
        return language.environment.get_template("page.html").render(context)

    def _language(self, view: api.KioskView) -> Language:
        return self._languages.get(view.language, self._languages[SOURCE_LANGUAGE])

    def _two_languages(self) -> list[Language]:
        return [self._languages[tag] for tag in (SOURCE_LANGUAGE, SECOND_LANGUAGE) if tag in self._languages]

    def _words(self, language: Language, view: api.KioskView) -> Words:
        spec = PAGES[view.page]
        values = {
            "compartment": view.compartment,
            "number": view.number,
            "total": view.total,
            "date": _date(language, view.date_wall_ms),
            "time": f"{_local(view.date_wall_ms):%H:%M}",
        }
        sentences = spec.text
        if spec.with_number and "number" in view.actions:
            sentences = spec.with_number
        if spec.undated and not view.date_wall_ms:
            sentences = spec.undated
        if spec.without_door and not view.compartment:
            sentences = spec.without_door
        text = [language.say(each, values) for each in sentences if view.date_wall_ms or not _DATED.search(each)]
        if view.tries_left:
            left = language.translate_count("Noch %(n)s Versuch.", "Noch %(n)s Versuche.", view.tries_left)
            text.insert(0, left % {"n": view.tries_left})
        if view.total > 1 and view.number and view.page in ("opening", "take", "take_return"):
            text.append(language.say(_("Umschlag %(number)s von %(total)s."), values))
        return Words(language, language.say(spec.headline, values), tuple(text))

    def _call(self, language: Language, view: api.KioskView) -> Call | None:
        """What the box says about a call for help; None when none was made."""
        said = CALLS.get(view.help)
        if said is None:
            return None
        text = tuple(language.translate(sentence) for sentence in said.text)
        return replace(said, headline=language.translate(said.headline), text=text)

    def _office_lines(self, language: Language) -> dict[str, str | Hours]:
        lines: dict[str, str | Hours] = {
            "room": self._office.counter_room,
            "hours": hours_in(self._office.counter_hours, language.tag),
            "phone": self._office.phone,
        }
        return {key: line for key, line in lines.items() if line}

    def _alert(self, language: Language, reason: str, view: api.KioskView) -> str:
        if not reason or reason in ("factor_wrong", "factor_denied", "factor_blocked", NUMBER_TYPO):
            return ""  # the page itself says it
        if reason not in ALERTS and not view.session and view.page in ANSWERS:
            return ""  # what was done has its answer: a page of its own
        return language.translate(ALERTS.get(reason, NOT_DONE))


def _local(wall_ms: int) -> datetime:
    return datetime.fromtimestamp(wall_ms / 1000, UTC).astimezone()


def _date(language: Language, wall_ms: int) -> str:
    day = _local(wall_ms)
    return language.say(DATE, {"day": day.day, "month": language.say(MONTHS[day.month - 1], {}), "year": day.year})


def router(link: Link, pages: ResidentPages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    async def shell() -> HTMLResponse:
        html, away = await pages.shell()
        return HTMLResponse(html, 503 if away else 200)

    @routes.get("/kiosk/fragment")
    async def fragment() -> HTMLResponse:
        return await answer(pages.fragment)

    @routes.post("/kiosk/{action}")
    async def post(action: str, request: Request) -> HTMLResponse:
        return await act(link, ACTIONS, action, request, pages.fragment, KNOCKED if action == "knock" else "")

    return routes
