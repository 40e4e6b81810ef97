"""The control sockets, open to their peers: one listener and one method table for each role."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from controller.adapters.control.admin_role import AdminRole
from controller.adapters.control.board import ViewBoard
from controller.adapters.control.card_reader_role import CardReaderRole
from controller.adapters.control.pages_report import Reporting
from controller.adapters.control.pages_role import PagesRole
from controller.adapters.control.reader_role import ReaderRole
from controller.adapters.control.server import Connection, RoleServer
from controller.api import ViewChanged
from controller.bootstrap.outside import Outside
from controller.ports import OfficeDesk, Operations, TechnicianDesk
from controller.settings import Settings
from hal.wire import MODE_METHOD, ScanMode, mode_params

#: The pages' languages of this version.
LANGUAGES = frozenset({"de", "de-simple", "en", "tr", "uk", "ru", "ar", "fa", "ro", "pl", "bg", "ku", "fr", "sq", "ti"})


@contextlib.asynccontextmanager
async def control_sockets(
    operations: Operations,
    settings: Settings,
    outside: Outside,
    reporting: Reporting | None = None,
    office: OfficeDesk | None = None,
    technician: TechnicianDesk | None = None,
) -> AsyncIterator[None]:
    """The control sockets, open to their peers. A box without ``reporting``, ``office`` and ``technician`` is out of
    order.
    """
    servers: list[RoleServer] = []

    def announce(changed: ViewChanged) -> None:
        for server in servers:
            if server.role == "ui":
                server.broadcast(ViewChanged.METHOD, changed)

    board = ViewBoard(operations, outside.software, announce, technician, LANGUAGES)

    def introduce(connection: Connection) -> None:
        for view in board.all():
            connection.notify(ViewChanged.METHOD, view)

    pages = PagesRole(operations, board, LANGUAGES, reporting, office, technician)
    reader = ReaderRole(operations, technician)
    card_reader = CardReaderRole(operations)
    admin = AdminRole(operations, board, office, technician)
    peers = settings.sockets
    servers += [
        RoleServer(
            "ui",
            outside.sockets["ui"],
            pages.methods(),
            peers.of("ui"),
            on_joined=introduce,
        ),
        RoleServer(
            "reader-qr",
            outside.sockets["reader-qr"],
            reader.methods(),
            peers.of("reader-qr"),
            on_joined=reader.joined,
            on_left=reader.left,
        ),
        RoleServer(
            "reader-eid",
            outside.sockets["reader-eid"],
            card_reader.methods(),
            peers.of("reader-eid"),
            on_left=card_reader.left,
        ),
        RoleServer("admin", outside.sockets["admin"], admin.methods(), peers.of("admin")),
    ]
    mode = [operations.scan_mode()]

    def follow_mode() -> None:
        now = operations.scan_mode()
        if now != mode[0]:
            mode[0] = now
            servers[1].broadcast(MODE_METHOD, mode_params(ScanMode(now)))

    operations.on_change(follow_mode)
    try:
        for server in servers:
            await server.start()
        yield
    finally:
        for server in servers:
            await server.close()
