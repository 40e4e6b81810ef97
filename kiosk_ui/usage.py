"""Which reading modes are on: told to the controller, which counts them over many sessions and keeps nothing of one."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller import api
from kiosk_ui.answers import tell
from kiosk_ui.forms import Form, FormError, read_form
from kiosk_ui.link import Link


class ModesForm(Form, frozen=True):
    """``modes`` are names with commas between them."""

    modes: str = ""


def router(link: Link) -> APIRouter:
    """``POST /kiosk/modes``: 204 when the controller knows, 409 when the session is another one, 422 malformed, 503
    when the controller is away. Never a page.
    """
    routes = APIRouter()

    @routes.post("/kiosk/modes")
    async def modes(request: Request) -> Response:
        try:
            form = await read_form(request, ModesForm)
        except FormError:
            return Response(status_code=422)
        named = tuple(name for name in form.modes.split(",") if name)
        return await tell(link, api.TellModes(form.session, named))

    return routes
