"""The pages' HTTP interface as an OpenAPI document, made from the forms that the pages read: for the fuzzing of it.

The pages serve no such document themselves: nobody but their own script is meant to post to them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kiosk_ui import resident, staff, technician
from kiosk_ui.answers import Actions
from kiosk_ui.forms import Form

AREAS: dict[str, Actions] = {
    "/kiosk": resident.ACTIONS,
    "/staff": staff.ACTIONS,
    "/technician": technician.ACTIONS,
}
PAGES = ("/", "/staff", "/technician", "/kiosk/fragment", "/staff/fragment", "/technician/fragment")

_HTML = {"text/html": {"schema": {"type": "string"}}}
_PLAIN = {"text/plain": {"schema": {"type": "string"}}}
_PAGE = {"description": "the page that stands now", "content": _HTML}
#: What the guard answers before anything is read (`kiosk_ui.guard`).
_GUARDED = {
    "403": {"description": "not from this page", "content": _PLAIN},
    "411": {"description": "length required", "content": _PLAIN},
    "413": {"description": "too long", "content": _PLAIN},
    "421": {"description": "unknown host", "content": _PLAIN},
}


def openapi() -> dict[str, Any]:
    """OpenAPI 3.1: every page, and every action with its form as JSON and as form fields."""
    paths: dict[str, Any] = {path: {"get": _operation({"200": _PAGE})} for path in PAGES}
    for base, actions in AREAS.items():
        for action, (form, _) in actions.items():
            paths[f"{base}/{action}"] = {"post": _posting(form)}
    paths["/kiosk/shown"] = {"post": _posting(Form, ok="204")}
    return {"openapi": "3.1.0", "info": {"title": "pages", "version": "1"}, "paths": paths}


def _operation(responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    away = {"503": {"description": "the controller is away", "content": _HTML}}
    return {"responses": {**responses, **away, **_GUARDED}, **more}


def _posting(form: type[Form], ok: str = "200") -> dict[str, Any]:
    schema = msgspec.json.schema(form)
    fields = schema["$defs"][form.__name__]
    body = {"content": {kind: {"schema": fields} for kind in ("application/json", "application/x-www-form-urlencoded")}}
    answers = {ok: _PAGE if ok == "200" else {"description": "heard"}}
    for status, words in (("409", "stale"), ("422", "refused or malformed")):
        answers[status] = _PAGE | {"description": words} if ok == "200" else {"description": words}
    return _operation(answers, requestBody={**body, "required": True})
