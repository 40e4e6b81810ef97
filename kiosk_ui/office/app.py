"""Puts the office pages together: an application of its own, with nothing on it that is at the box."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from kiosk_ui import languages
from kiosk_ui.link import Link
from kiosk_ui.office import intake, lists, login, orders, overview, report
from kiosk_ui.office.desk import Desk, NotHere
from kiosk_ui.office.guard import Guard
from kiosk_ui.office.listener import Listener
from kiosk_ui.settings import Office


def create(listener: Listener, port: int, link: Link, office: Office, static_version: str) -> FastAPI:
    """The application for what ``listener`` listens on, at ``port``. ``link`` is run by the pages at the box."""
    prefix = f"/static/{static_version}"
    german = languages.load(languages.SOURCE_LANGUAGE, {"static": lambda name: f"{prefix}/{name}"})
    desk = Desk(link, german.environment, office)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, hosts=listener.hosts(port), origins=listener.origins(port), static_prefix=f"{prefix}/")
    app.mount(prefix, StaticFiles(directory=languages.PACKAGE / "static"))
    for pages in (login, overview, orders, intake, lists, report):
        app.include_router(pages.router(desk))

    @app.get("/{path:path}")
    async def nothing(path: str) -> PlainTextResponse:
        """After every page: the framework's own answer is JSON."""
        return PlainTextResponse("no such page\n", 404)

    @app.exception_handler(NotHere)
    async def not_here(_: Request, answer: NotHere) -> Response:
        return answer.response

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, __: RequestValidationError) -> PlainTextResponse:
        """The framework's own answer repeats the input."""
        return PlainTextResponse("malformed\n", 422)

    return app
