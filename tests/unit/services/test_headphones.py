"""Headphones in the socket: the resident's page hears of it at once, whatever stands on it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from controller.adapters.control.kiosk_view import kiosk_view
from controller.services.front import Front
from controller.services.headphones import HeadphoneWatch
from tests.unit.services.bench import Bench, soon


class Socket:
    """Tells on a foreign thread, as the driver does."""

    def __init__(self, plugged: bool | None = None) -> None:
        self.plugged = plugged
        self.listeners: list[Callable[[bool], None]] = []

    def subscribe(self, listener: Callable[[bool], None]) -> None:
        self.listeners.append(listener)
        if self.plugged is not None:
            listener(self.plugged)

    def move(self, plugged: bool) -> None:
        for listener in self.listeners:
            thread = threading.Thread(target=listener, args=(plugged,))
            thread.start()
            thread.join()


def page(bench: Bench, front: Front) -> tuple[str, str]:
    view = kiosk_view(bench.box, front.state, bench.actor.now()).view
    return view.page, view.headphones


async def test_the_page_says_in_and_out_and_nothing_where_nothing_tells(bench: Bench) -> None:
    front, socket = Front(bench.actor, lambda tone: None), Socket()
    changes: list[str] = []
    front.on_change(lambda: changes.append(front.state.headphones))
    HeadphoneWatch(socket, front)
    assert page(bench, front) == ("start", "")
    socket.move(True)
    await soon(lambda: page(bench, front) == ("start", "in"))
    socket.move(True)
    socket.move(False)
    await soon(lambda: page(bench, front) == ("start", "out"))
    assert changes == ["in", "out"], "nothing is drawn anew for what was known"


async def test_what_was_in_before_the_controller_came_is_told(bench: Bench) -> None:
    front = Front(bench.actor, lambda tone: None)
    HeadphoneWatch(Socket(plugged=True), front)
    await soon(lambda: front.state.headphones == "in")


async def test_a_box_that_is_out_of_order_tells_it_too(bench: Bench) -> None:
    front, socket = Front(bench.actor, lambda tone: None), Socket()
    HeadphoneWatch(socket, front)
    bench.actor.halt("log_damaged:7")
    socket.move(True)
    await soon(lambda: page(bench, front) == ("out_of_order", "in"))
