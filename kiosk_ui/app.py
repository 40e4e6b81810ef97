"""Puts the pages together: one FastAPI application for one box."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.requests import Request
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from kiosk_ui import languages, resident, screen, staff, technician, usage
from kiosk_ui.events import EventStream
from kiosk_ui.guard import Guard
from kiosk_ui.link import VIEWS, Link
from kiosk_ui.report import pages as report
from kiosk_ui.settings import Settings
from kiosk_ui.speech import routes as speech
from kiosk_ui.speech.speaker import Speaker

#: A controller that neither answers nor refuses does not keep the pages from starting for longer.
FIRST_ATTEMPT_S = 2.0

STATIC = languages.PACKAGE / "static"


def static_version() -> str:
    """A hash over everything static. It is part of every address, so that browsers may keep each file for ever."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def create(settings: Settings, link: Link) -> FastAPI:
    """The application. Its lifespan runs ``link``."""
    prefix = f"/static/{static_version()}"
    globals_ = {"static": lambda name: f"{prefix}/{name}"}
    offered = {tag: languages.load(tag, globals_) for tag in settings.languages}
    german = offered[languages.SOURCE_LANGUAGE]
    speaker = Speaker(settings.languages, settings.speech_cache)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(link.run())
        # Nobody is served before it is known whether the controller is there: else the first page would flicker.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(link.attempted.wait(), FIRST_ATTEMPT_S)
        yield
        link.stop()
        await task

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_middleware(Guard, port=settings.port, static_prefix=f"{prefix}/")
    # Before the routers: their ``{action}`` takes posts only, but a name of our own should not depend on that.
    for view in VIEWS:
        app.router.routes.append(Route(f"/{view}/events", EventStream(link, view), methods=["GET"]))
    app.include_router(screen.router(link))
    app.include_router(usage.router(link))
    app.include_router(resident.router(link, resident.ResidentPages(link, offered, settings.office, speaker)))
    app.include_router(speech.router(speaker))
    app.include_router(staff.router(link, staff.StaffPages(link, german)))
    app.include_router(technician.router(link, technician.TechnicianPages(link, german)))
    reports = report.ReportPages(link, german)
    # The second is for the box's own screen: it leads back to the staff page, and has no use for files.
    app.include_router(report.router(link, reports, "/report", "", report.kiosk_reader(link)))
    app.include_router(report.router(link, reports, "/staff-report", "/staff?at=box", report.kiosk_reader(link)))
    app.mount(prefix, StaticFiles(directory=STATIC))

    @app.get("/health")
    async def health() -> JSONResponse:
        """200 when the controller answers; the pages themselves work without it."""
        return JSONResponse({"controller": "away" if link.away else "connected"}, 503 if link.away else 200)

    @app.get("/panel.css")
    async def panel() -> Response:
        """The one style that depends on the screen: how many pixels a millimetre has."""
        return Response(f":root {{ --mm: {settings.px_per_mm:.3f}px; }}\n", media_type="text/css")

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, __: RequestValidationError) -> PlainTextResponse:
        """The framework's own answer repeats the input."""
        return PlainTextResponse("malformed\n", 422)

    return app
