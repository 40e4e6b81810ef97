"""What all pages share in answering: fragments with their tag, and a post's way to the controller and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from controller.api import ControlError, Disconnected
from controller.api import Request as ControlRequest
from kiosk_ui.forms import Form, FormError, read_form
from kiosk_ui.link import Link

#: Makes the fragment that stands now. The argument is a code of what to say on it, empty for nothing.
Fragment = Callable[[str, dict[str, str | int]], Awaitable[tuple[str, bool]]]

#: Action → its form, and the control request made of it.
Actions = dict[str, tuple[type[Form], Callable[[Any], ControlRequest[Any]]]]


async def answer(fragment: Fragment, status: int = 200, reason: str = "", **details: str | int) -> HTMLResponse:
    """The current fragment; 503 instead of ``status`` when the controller is away."""
    text, away = await fragment(reason, details)
    return HTMLResponse(text, 503 if away else status)


async def act(
    link: Link, actions: Actions, action: str, request: Request, fragment: Fragment, done: str = ""
) -> HTMLResponse:
    """Carries out a post: 404 unknown action, 409 stale, 422 refused or malformed, 503 controller away; with the
    current fragment. ``done`` is the code of what to say on it when the post had its effect.
    """
    if action not in actions:
        return HTMLResponse("unknown action\n", 404)
    form_type, to_request = actions[action]
    try:
        form = await read_form(request, form_type)
        generation, _ = form.shown()
        if generation is not None and not link.is_this_generation(generation):
            return await answer(fragment, 409)
        control_request = to_request(form)
    except FormError as error:
        return await answer(fragment, 422, error.reason)
    try:
        await link.call(control_request)
    except ControlError as error:
        if error.stale:
            return await answer(fragment, 409)
        return await answer(fragment, 422, error.reason, **error.details)
    except Disconnected:
        return await answer(fragment, 503)
    return await answer(fragment, 200, done)


async def tell(link: Link, request: ControlRequest[Any]) -> Response:
    """Passes on what a page says by itself, with no page in the answer: 204 the controller knows, 409 stale, 422
    refused, 503 away.
    """
    try:
        await link.call(request)
    except ControlError as error:
        return Response(status_code=409 if error.stale else 422)
    except Disconnected:
        return Response(status_code=503)
    return Response(status_code=204)
