"""The pages' HTTP interface as an OpenAPI document, made from the forms that the pages read: for the fuzzing of it.

The pages serve no such document themselves: nobody but their own script is meant to post to them.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kiosk_ui import resident, staff_actions, technician
from kiosk_ui.answers import Actions
from kiosk_ui.forms import Form
from kiosk_ui.report import pages as report
from kiosk_ui.technician_log import ExportForm
from kiosk_ui.usage import ModesForm

AREAS: dict[str, Actions] = {
    "/kiosk": resident.ACTIONS,
    "/staff": staff_actions.ACTIONS,
    "/technician": technician.ACTIONS,
    "/report/{month}": report.ACTIONS,
}
#: Page → the names in its query.
PAGES: dict[str, tuple[str, ...]] = {
    "/": (),
    "/kiosk/fragment": (),
    "/staff": ("at", "look"),
    "/staff/fragment": ("look",),
    "/staff/front": ("since",),
    "/technician": ("at", "look"),
    "/technician/fragment": ("look",),
    "/technician/log": ("before", "group", "compartment", "day", "text"),
    "/report": (),
    "/report/{month}": (),
    "/report/{month}/fragment": (),
    "/report/{month}/bericht.csv": (),
    "/report/{month}/bericht.pdf": (),
    "/speech/{name}.wav": (),
}

_HTML = {"text/html": {"schema": {"type": "string"}}}
_PLAIN = {"text/plain": {"schema": {"type": "string"}}}
_PAGE = {"description": "the page that stands now", "content": _HTML}
_NOT_FOR_YOU = {
    "403": {"description": "nobody is logged in who may"},
    "404": {"description": "there is nothing of that name"},
    "422": {"description": "malformed"},
}
#: What the guard answers before anything is read (`kiosk_ui.guard`).
_GUARDED = {
    "403": {"description": "not from this page", "content": _PLAIN},
    "411": {"description": "length required", "content": _PLAIN},
    "413": {"description": "too long", "content": _PLAIN},
    "421": {"description": "unknown host", "content": _PLAIN},
}


def openapi() -> dict[str, Any]:
    """OpenAPI 3.1: every page with its query, and every action with its form, as JSON and as form fields."""
    paths: dict[str, Any] = {}
    for path, query in PAGES.items():
        paths[path] = {"get": _operation(path, {"200": _PAGE, **_NOT_FOR_YOU}, query)}
    for base, actions in AREAS.items():
        for action, (form, _) in actions.items():
            paths[f"{base}/{action}"] = {"post": _posting(f"{base}/{action}", form)}
    for path, form in (("/kiosk/shown", Form), ("/kiosk/modes", ModesForm)):
        paths[path] = {"post": _posting(path, form, ok="204")}
    for path, form in (("/technician/export", ExportForm), ("/technician/bundle", Form)):
        paths[path] = {"post": _posting(path, form)}
    return {"openapi": "3.1.0", "info": {"title": "pages", "version": "1"}, "paths": paths}


def _operation(path: str, responses: dict[str, Any], query: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    text = {"type": "string", "maxLength": 40}
    parts = [{"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"{(\w+)}", path)]
    parts += [{"name": name, "in": "query", "schema": text} for name in query]
    away = {"503": {"description": "the controller is away"}}
    return {"parameters": parts, "responses": {**responses, **away, **_GUARDED}, **more}


def _posting(path: str, form: type[Form], ok: str = "200") -> dict[str, Any]:
    fields = msgspec.json.schema(form)["$defs"][form.__name__]
    body = {"content": {kind: {"schema": fields} for kind in ("application/json", "application/x-www-form-urlencoded")}}
    answers = {ok: _PAGE if ok == "200" else {"description": "heard"}}
    answers |= {"409": {"description": "stale"}, "422": {"description": "refused or malformed"}}
    return _operation(path, answers, requestBody={**body, "required": True})
