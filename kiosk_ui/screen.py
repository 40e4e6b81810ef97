"""The screen's heartbeat: which revision of the resident's page has been painted, as the page itself says."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller import api
from kiosk_ui.answers import tell
from kiosk_ui.forms import Form, FormError, read_form
from kiosk_ui.link import Link


def router(link: Link) -> APIRouter:
    """``POST /kiosk/shown``: 204 when the controller knows, 409 when the revision is one of another connection, 422
    malformed, 503 when the controller is away. Never a page: it comes every two seconds.
    """
    routes = APIRouter()

    @routes.post("/kiosk/shown")
    async def shown(request: Request) -> Response:
        try:
            generation, revision = (await read_form(request, Form)).shown()
        except FormError:
            return Response(status_code=422)
        if generation is not None and not link.is_this_generation(generation):
            return Response(status_code=409)
        return await tell(link, api.ScreenShown(revision))

    return routes
