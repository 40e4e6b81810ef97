"""The pickup slip (Abholschein) and the proxy's slip: code, number, where, until when, and how, in the holder's
language with German beside it.

What stands here is known for as long as it takes to print it. No name, no document type; a proxy's slip says nothing of
the holder at all.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

from controller.api import SlipView
from kiosk_ui import languages
from kiosk_ui.hours import hours_in
from kiosk_ui.languages import Language
from kiosk_ui.paper.qr_code import svg
from kiosk_ui.paper.resources import sheet
from kiosk_ui.resident_pages import DATE, MONTHS
from kiosk_ui.settings import Office

#: The pictures' colours on paper; on the screen they follow the page's contrast.
_PICTURE_STYLE = (
    "<style>path,rect,circle{stroke:#171a2b;stroke-width:5;stroke-linecap:round;stroke-linejoin:round}"
    ".p-l{fill:none}.p-p{fill:#fff}.p-t{fill:#e3e7f3}.p-a,.p-a path{fill:#9fb0e0}.p-in{fill:#6b7080}"
    ".p-k,.p-k path,.p-k rect,.p-k circle{fill:#171a2b;stroke:none}.p-w{fill:#fff;stroke:none}"
    ".p-beam{fill:#f4e3a1;stroke:none}.p-lit{fill:#f7d774}.p-arrow,.p-g{fill:none;stroke:#1a2a6c;stroke-width:9}"
    "</style>"
)
STEPS = ("scan", "pull", "take", "close")


def document(slips: Sequence[SlipView], office: Office, zone: str = "", cover: Markup | None = None) -> str:
    """One page (A4) for each slip, after ``cover`` where there is one. ``zone`` is the town's time zone, this
    computer's own if empty.
    """
    german = _language(languages.SOURCE_LANGUAGE)
    pages = [page(slip, office, zone) for slip in slips]
    return german.environment.get_template("slip_document.html").render(
        pages=pages, cover=cover, base=sheet(), style=sheet("slip.css"), proxy=any(slip.proxy for slip in slips)
    )


def page(slip: SlipView, office: Office, zone: str) -> Markup:
    """One slip as a section of the document."""
    language = _language(slip.language)
    german = _language(languages.SOURCE_LANGUAGE)
    environment = language.environment
    text = environment.get_template("slip.html").render(
        slip=slip,
        number=[slip.number[start : start + 4] for start in (0, 4, 8)],
        code=_picture(svg(slip.code)),
        steps={name: _step(language, name) for name in STEPS},
        german=german if language.tag != german.tag else None,
        office=office,
        hours=hours_in(office.box_hours, language.tag).line,
        until=_date(language, slip.expires_wall_ms, zone) if slip.expires_wall_ms else "",
        until_german=_date(german, slip.expires_wall_ms, zone) if slip.expires_wall_ms else "",
    )
    return Markup(text)  # noqa: S704 - a template of ours, which escapes


@cache
def _language(tag: str) -> Language:
    """German where there is no catalog: the slip must be printed all the same."""
    known = tag if tag in languages.available() else languages.SOURCE_LANGUAGE
    return languages.load(known, {})


@cache
def _pictures() -> Callable[[str], str]:
    module = _language(languages.SOURCE_LANGUAGE).environment.get_template("pictures.html").module
    picture: Callable[[str], str] = module.picture  # type: ignore[attr-defined]
    return picture


def _step(language: Language, name: str) -> Markup:
    """The picture of a step: the ones that stand on the screen."""
    drawn = str(_pictures()(name)).replace(
        '<svg class="picture"', '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240"', 1
    )
    return _picture(drawn.replace(">", f">{_PICTURE_STYLE}", 1))


def _picture(drawn: str) -> Markup:
    encoded = base64.b64encode(drawn.encode("utf-8")).decode("ascii")
    return Markup(f"data:image/svg+xml;base64,{encoded}")  # noqa: S704 - base64


def _date(language: Language, wall_ms: int, zone: str) -> str:
    day = datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(zone) if zone else None).astimezone(
        ZoneInfo(zone) if zone else None
    )
    month = language.translate(MONTHS[day.month - 1])
    return language.say(DATE, {"day": day.day, "month": month, "year": day.year})
