"""``python -m simulator.central --broker HOST:PORT --data DIR --socket PATH``: the reference central system."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from simulator.central.desk import Desk
from simulator.central.mailbox import Mailbox, Pace
from simulator.central.orders import OrderDesk
from simulator.central.store import Store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator.central", description=__doc__)
    parser.add_argument("--broker", required=True, metavar="HOST:PORT")
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="its database; holds pickup codes")
    parser.add_argument("--socket", required=True, type=Path, metavar="PATH", help="where its desk listens")
    parser.add_argument("--name", default="central", help="its name as consumer and issuer, and its client id")
    parser.add_argument("--acknowledge-every", type=int, default=50, metavar="N")
    parser.add_argument("--acknowledge-after-ms", type=int, default=100, metavar="MS")
    parser.add_argument("--resend-s", type=float, default=5.0, metavar="S", help="commands without a result")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="central: %(message)s")
    asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> None:
    host, _, port = arguments.broker.rpartition(":")
    store = Store(arguments.data, arguments.name)
    pace = Pace(arguments.acknowledge_every, arguments.acknowledge_after_ms / 1000, arguments.resend_s)
    mailbox = Mailbox(store, host, int(port), consumer=arguments.name, pace=pace, on_change=lambda: desk.changed())
    desk = Desk(store, mailbox, OrderDesk(store))
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await desk.serve(arguments.socket)
    work = asyncio.create_task(mailbox.run())
    stop = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
    finally:
        for task in (work, stop):
            task.cancel()
        await asyncio.gather(work, stop, return_exceptions=True)
        server.close()
        arguments.socket.unlink(missing_ok=True)
        store.close()


if __name__ == "__main__":
    main()
