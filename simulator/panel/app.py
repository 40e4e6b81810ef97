"""The panel's application: its page, its stream, and what its buttons do."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.requests import Request
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from hal.profile import load_profile
from simulator.boards.protocol import BoardsError
from simulator.central import CentralError
from simulator.panel import requests as ask
from simulator.panel.boards import BoardPlugs
from simulator.panel.camera import scene_for
from simulator.panel.card_reader import PanelCardReader, PanelDocument
from simulator.panel.guard import Guard
from simulator.panel.pictures import BadPicture, qr_picture, scene_of_photograph, what_the_camera_sees
from simulator.panel.robots import Robots
from simulator.panel.sources import Away, Office, PlantWatch, Supervisor
from simulator.panel.state import PanelState
from simulator.panel.stream import Stream
from simulator.plant.protocol import PlantError, PlantGone
from simulator.townsfolk import Letter, Resident, write_people

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything is. ``town`` is the demo's directory; without ``central``, ``supervisor``, ``pages``,
    ``cards`` or ``ports`` the panel does without what they are for.
    """

    town: Path
    plant: Path
    port: int
    central: Path | None = None
    supervisor: Path | None = None
    pages: str = ""
    cards: Path | None = None
    ports: Path | None = None


def create(places: Places) -> FastAPI:
    """The application; its lifespan runs what watches the others."""
    office, supervisor = Office(places.central), Supervisor(places.supervisor)
    plant = PlantWatch(places.plant, lambda: state.changed())
    profile = load_profile(places.town / "config" / "cabinet.toml")
    state = PanelState(places.town, profile, plant, office, supervisor)
    robots = state.robots = Robots(places.plant, places.pages, state.changed)
    card_reader = state.card_reader = PanelCardReader(places.cards, state.changed)
    boards = state.boards = BoardPlugs(places.ports, state.changed)
    stopping = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(plant.run()), asyncio.create_task(state.run())]
        yield
        stopping.set()
        await robots.stop()
        await card_reader.remove()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.stopping = stopping
    app.add_middleware(Guard, port=places.port)
    app.router.routes.append(Route("/events", Stream(state, stopping), methods=["GET"]))
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(HERE / "panel.html", media_type="text/html; charset=utf-8")

    @app.get("/state")
    async def now() -> Response:
        return JSONResponse(await state.gather())

    @app.get("/pages-address")
    async def pages_address() -> JSONResponse:
        return JSONResponse({"address": places.pages})

    # --- the camera ---------------------------------------------------------------------------------------------------

    @app.get("/camera.png")
    async def seen() -> Response:
        scene = plant.status.scene.scene if plant.status is not None else None
        return Response(await asyncio.to_thread(what_the_camera_sees, scene), media_type="image/png")

    @app.post("/camera/hold")
    async def hold(request: Request) -> Response:
        wanted = await _read(request, ask.Hold)
        scene = scene_for(wanted, state.codes, state.people())
        await plant.client.set_scene(scene)
        return _done()

    @app.post("/camera/away")
    async def take_away() -> Response:
        await plant.client.set_scene(None)
        return _done()

    @app.post("/camera/picture")
    async def photograph(request: Request) -> Response:
        scene = await asyncio.to_thread(scene_of_photograph, await request.body())
        await plant.client.set_scene(scene)
        return _done()

    @app.get("/codes/{right}.png")
    async def code(right: str) -> Response:
        known = state.codes.get(right)
        if known is None:
            return _refused(404, "no_such_code", "there is no code of this right")
        return Response(qr_picture(known["token"]), media_type="image/png")

    # --- the card reader ----------------------------------------------------------------------------------------------

    @app.post("/card/insert")
    async def insert(request: Request) -> Response:
        wanted = await _read(request, ask.Insert)
        document = state.people().document(wanted.document)
        if document is None:
            return _refused(404, "no_such_document", "nobody has such a document")
        await card_reader.insert(document, wanted)
        return _done()

    @app.post("/card/remove")
    async def remove() -> Response:
        await card_reader.remove()
        return _done()

    # --- hands on the doors -------------------------------------------------------------------------------------------

    @app.post("/doors/{label}/{action}")
    async def door(label: str, action: str, request: Request) -> Response:
        wanted = await _read(request, ask.Door)
        client = plant.client
        match action:
            case "pull":
                moved = await client.pull(label)
            case "press":
                moved = await client.press(label)
            case "close":
                moved = await client.close_door(label)
            case "take":
                state.hand.extend(await client.take(label))
                state.changed()
                return _done()
            case "put":
                await client.put(label, wanted.item)
                if wanted.item in state.hand:
                    state.hand.remove(wanted.item)
                state.changed()
                return _done()
            case "break":
                await client.fault(label, wanted.fault, wanted.other or None)
                return _done()
            case "mend":
                await client.clear_fault(label, wanted.fault or None)
                return _done()
            case _:
                return _refused(404, "no_such_action", "pull, press, close, take, put, break or mend")
        return JSONResponse({"ok": True, "moved": moved.moved, "door": moved.door})

    @app.post("/boards")
    async def board(request: Request) -> Response:
        wanted = await _read(request, ask.Board)
        await boards.act(wanted.on, wanted.action)
        return _done()

    @app.post("/around/contact")
    async def contact(request: Request) -> Response:
        wanted = await _read(request, ask.Contact)
        await plant.client.set_contact(wanted.name, wanted.active)
        return _done()

    @app.post("/around/thing")
    async def thing(request: Request) -> Response:
        wanted = await _read(request, ask.Thing)
        await plant.client.set_thing(wanted.name, wanted.there)
        return _done()

    @app.post("/around/gauge")
    async def gauge(request: Request) -> Response:
        wanted = await _read(request, ask.Gauge)
        await plant.client.set_gauge(wanted.name, wanted.value)
        return _done()

    # --- the office ---------------------------------------------------------------------------------------------------

    @app.post("/office/announce")
    async def announce(request: Request) -> Response:
        wanted = await _read(request, ask.Announce)
        deposit = f"D-{secrets.token_hex(3)}"
        async with office.desk() as desk:
            answer = await desk.announce(deposit, [wanted.order], [wanted.document_type], size=wanted.size)
        if answer["result"] == "rejected":
            return _refused(422, answer["code"], f"the box refuses this order: {answer['code']}")
        people = state.people()
        people.letters.append(Letter(deposit, wanted.order, wanted.document_type))
        write_people(places.town, people)
        state.changed()
        return JSONResponse({"ok": True, "deposit": deposit, "result": answer["result"]})

    @app.post("/office/issue")
    async def issue(request: Request) -> Response:
        wanted = await _read(request, ask.Issue)
        right = f"R-{secrets.token_hex(3)}"
        async with office.desk() as desk:
            answer = await desk.issue_right(
                list(wanted.deposits),
                right=right,
                language=wanted.language,
                birth_date=wanted.birth_date,
                pin=wanted.pin,
                surname=wanted.surname,
                given_names=wanted.given_names,
                number=True,
            )
        if answer["result"] == "rejected":
            return _refused(422, answer["code"], f"the box refuses this right: {answer['code']}")
        people = state.people()
        people.residents.append(
            Resident(
                right,
                wanted.name or right,
                tuple(wanted.deposits),
                wanted.birth_date,
                wanted.pin,
                wanted.surname,
                wanted.given_names,
            )
        )
        write_people(places.town, people)
        state.changed()
        return JSONResponse({"ok": True, "right": right, "result": answer["result"]})

    @app.post("/office/revoke")
    async def revoke(request: Request) -> Response:
        wanted = await _read(request, ask.Revoke)
        async with office.desk() as desk:
            answer = await desk.revoke(wanted.right)
        if answer["result"] == "rejected":
            return _refused(422, answer["code"], f"the box refuses: {answer['code']}")
        state.changed()
        return _done()

    # --- processes and robots -----------------------------------------------------------------------------------------

    @app.post("/processes/{name}/{verb}")
    async def process(name: str, verb: str) -> Response:
        await supervisor.ask(verb, name)
        state.changed()
        return _done()

    @app.post("/robots/collect")
    async def collects(request: Request) -> Response:
        wanted = await _read(request, ask.Collect)
        known = state.codes.get(wanted.right)
        if known is None:
            return _refused(404, "no_such_code", "there is no code of this right")
        people = state.people()
        resident = people.resident(wanted.right)
        owned = people.carried_by(wanted.right)
        document = PanelDocument(card_reader, owned) if owned is not None else None
        robots.collect(resident.name if resident else "a resident", known["token"], resident, document)
        return _done()

    @app.post("/robots/load")
    async def loads(request: Request) -> Response:
        wanted = await _read(request, ask.Load)
        people = state.people()
        loaders = [member for member in people.staff if "loader" in member.roles]
        letters = [letter for each in wanted.deposits if (letter := people.letter(each))]
        if not loaders or not letters:
            return _refused(422, "nothing_to_load", "there is nobody who loads, or no envelope")
        robots.load(loaders[0], letters)
        return _done()

    @app.exception_handler(ask.Malformed)
    async def malformed(_: Request, error: Exception) -> Response:
        return _refused(422, "malformed", str(error))

    @app.exception_handler(ValueError)
    async def refused_value(_: Request, error: Exception) -> Response:
        return _refused(422, "refused", str(error))

    @app.exception_handler(BadPicture)
    async def no_picture(_: Request, error: Exception) -> Response:
        return _refused(422, "bad_picture", str(error))

    @app.exception_handler(PlantError)
    async def impossible(_: Request, error: Exception) -> Response:
        return _refused(409, getattr(error, "code", "impossible"), str(error))

    @app.exception_handler(BoardsError)
    async def no_such_board(_: Request, error: Exception) -> Response:
        return _refused(422, getattr(error, "code", "refused"), str(error))

    @app.exception_handler(CentralError)
    async def office_refuses(_: Request, error: Exception) -> Response:
        return _refused(422, getattr(error, "code", "refused"), str(error))

    @app.exception_handler(Away)
    async def away(_: Request, error: Exception) -> Response:
        return _refused(503, "away", str(error))

    @app.exception_handler(PlantGone)
    async def gone(_: Request, __: Exception) -> Response:
        return _refused(503, "away", "the simulated cabinet does not answer")

    return app


async def _read(request: Request, kind: type[ask.Wanted]) -> ask.Wanted:
    """The body as ``kind``. Raises `ask.Malformed`."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except msgspec.DecodeError as error:
        raise ask.Malformed(str(error)) from error


def _done() -> Response:
    return JSONResponse({"ok": True})


def _refused(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": code, "message": message}, status)
