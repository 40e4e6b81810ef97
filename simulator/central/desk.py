"""The desk of the central system: a unix socket on which JSON objects, one a line, ask for what an office does.

``{"id": 1, "verb": "announce", "box": "b1", "deposit": "d1", …}`` is answered ``{"id": 1, "ok": true, …}`` or ``{"id":
1, "ok": false, "error": "code", "message": "…"}``. ``box`` may be left out while only one is known. Verbs that command
a box wait up to ``wait_s`` (default 10) for the box's word and answer with ``command``, ``result`` (``done``,
``rejected`` or ``open``) and ``code``."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from simulator.central.mailbox import Mailbox
from simulator.central.orders import OrderDesk
from simulator.central.store import Store
from simulator.pickup_codes import Holder

LONGEST_LINE = 4 * 1024 * 1024
_LONGEST_WAIT_S = 600.0


class Refusal(Exception):
    """The request cannot be carried out; ``code`` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Desk:
    """Answers requests. One event loop."""

    def __init__(self, store: Store, mailbox: Mailbox, orders: OrderDesk) -> None:
        self._store = store
        self._mailbox = mailbox
        self._orders = orders
        self._changed = asyncio.Event()
        self._verbs: dict[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]] = {
            "announce": self._announce,
            "issue_right": self._issue_right,
            "revoke": self._revoke,
            "elsewhere": self._elsewhere,
            "cancel": self._cancel,
            "hold": self._hold,
            "report_outage": self._report_outage,
            "end_outage": self._end_outage,
            "acknowledge_help": self._acknowledge_help,
            "status": self._status,
            "events": self._events,
            "codes": self._codes,
            "wait": self._wait,
        }

    def changed(self) -> None:
        """Something was stored: whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def serve(self, path: Path) -> asyncio.Server:
        """Listens. The socket is for its owner only: over it anybody gets codes that open doors."""
        return await asyncio.start_unix_server(self._talk, sock=_private_socket(path), limit=LONGEST_LINE)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # gone, or a line without an end: the connection is over either way
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
        except ValueError:
            return {"id": None, "ok": False, "error": "not_json", "message": "the line is no JSON"}
        if not isinstance(request, dict):
            return {"id": None, "ok": False, "error": "not_json", "message": "the line is no JSON object"}
        verb = self._verbs.get(str(request.get("verb")))
        try:
            if verb is None:
                raise Refusal("verb_unknown", f"verbs are {', '.join(sorted(self._verbs))}")
            return {"id": request.get("id"), "ok": True, **await verb(request)}
        except Refusal as refusal:
            return {"id": request.get("id"), "ok": False, "error": refusal.code, "message": str(refusal)}
        except (KeyError, TypeError, ValueError) as error:
            message = f"{type(error).__name__}: {error}"
            return {"id": request.get("id"), "ok": False, "error": "request_malformed", "message": message}

    # --- commands -----------------------------------------------------------------------------------------------------

    async def _announce(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = {
            "deposit": request["deposit"],
            "orders": list(request["orders"]),
            "document_types": list(request["document_types"]),
            "size": request.get("size", "S"),
            "language": request.get("language", "de"),
            "low": bool(request.get("low", False)),
            "group": request.get("group", ""),
        }
        return await self._command(request, "order.announce", body)

    async def _cancel(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._command(request, "order.cancel", {"deposit": request["deposit"]})

    async def _hold(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = {"deposit": request["deposit"], "held": bool(request["held"])}
        return await self._command(request, "deposit.hold", body)

    async def _report_outage(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._command(request, "outage.report", {"reason": request["reason"]})

    async def _end_outage(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._command(request, "outage.end", {})

    async def _acknowledge_help(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._command(request, "help.acknowledge", {"call": request["call"]})

    async def _revoke(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return await self._command(request, "right.revoke", {"right": request["right"]})

    async def _issue_right(self, request: Mapping[str, Any]) -> dict[str, Any]:
        box = self._box(request)
        right = str(request.get("right") or f"r-{secrets.token_hex(6)}")
        id, codes = self._orders.issue_right(
            box,
            right,
            list(request["deposits"]),
            request.get("language", "de"),
            not_before_wall_ms=int(request.get("not_before_wall_ms", 0)),
            expires_wall_ms=int(request.get("expires_wall_ms", 0)),
            holder=Holder(
                str(request.get("birth_date", "")),
                str(request.get("pin", "")),
                str(request.get("surname", "")),
                str(request.get("given_names", "")),
            ),
            checked_by=str(request.get("checked_by", "")),
            salt=await self._salt(request, box) if request.get("number") else None,
        )
        made = {"right": right, "token": codes.token, "number": codes.number}
        return {**made, **await self._settled(request, box, id)}

    async def _salt(self, request: Mapping[str, Any], box: str) -> bytes:
        """The box says it with everything else that it says of itself, as soon as it is connected."""

        def told() -> dict[str, Any] | None:
            view = self._mailbox.boxes.get(box)
            connection = view.states.get("connection", {}) if view is not None else {}
            return dict(connection) if connection.get("salt") else None

        connection = await self._until(told, _wait_s(request, 10.0))
        if connection is None:
            raise Refusal("salt_unknown", f"{box} has not said its salt yet: a number cannot be made for it")
        return bytes.fromhex(connection["salt"])

    async def _elsewhere(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Of a right that was made here for any box: its codes, shown at ``box``, are answered with ``place``. Numbers
        are stretched with the salt of the box they were made for, so that only the QR code is known elsewhere.
        """
        box, right = self._box(request), str(request["right"])
        made = self._store.digests(right)
        if made is None:
            raise Refusal("right_unknown", f"no codes were made here for {right}")
        digests = [each for each in made[1] if made[0] == box or each["kind"] == "qr"]
        orders = [str(order) for order in request.get("orders", ())]
        id = self._orders.send_elsewhere(box, right, str(request["place"]), digests, orders)
        return await self._settled(request, box, id)

    async def _command(self, request: Mapping[str, Any], name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        box = self._box(request)
        return await self._settled(request, box, self._orders.add(box, name, body))

    async def _settled(self, request: Mapping[str, Any], box: str, id: str) -> dict[str, Any]:
        self._mailbox.nudge(box)

        def settled() -> dict[str, Any] | None:
            command = self._store.command(id)
            if command is None or command.state == "open":
                return None
            return {"command": id, "result": command.state, "code": command.code}

        return await self._until(settled, _wait_s(request, 10.0)) or {"command": id, "result": "open", "code": ""}

    # --- questions ----------------------------------------------------------------------------------------------------

    async def _status(self, request: Mapping[str, Any]) -> dict[str, Any]:
        chains = self._store.chains()
        boxes = {}
        for box in sorted({*chains, *self._mailbox.boxes}):
            view = self._mailbox.boxes.get(box)
            states = view.states if view is not None else {}
            chain = chains.get(box)
            boxes[box] = {
                "online": states.get("connection", {}).get("status") == "online",
                "epoch": chain.epoch if chain else 0,
                "last_seq": chain.upto if chain else 0,
                "events": self._store.count(box),
                "alarms": self._store.alarms(box),
                "faults": states.get("faults", {}).get("faults", []),
                "states": states,
            }
        return {"connected": self._mailbox.connected, "boxes": boxes}

    async def _events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        limit = min(int(request.get("limit", 500)), 5000)
        return {"events": self._store.events(self._box(request), int(request.get("since", 0)), limit)}

    async def _codes(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Every code that was made here; ``state`` is ``prepared`` until its envelopes are inside, then ``issued``,
        and what the box says of its end after that.
        """
        box = self._box(request)
        states: dict[str, str] = {}
        for event in self._store.events(box, 0, 1_000_000, ("RightIssued", "RightEnded")):
            states[event["data"]["right"]] = event["data"].get("end", "issued")
        codes = self._store.codes(box)
        return {"codes": [{**code, "state": states.get(code["right"], "prepared")} for code in codes]}

    async def _wait(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The first event after ``since`` whose type is ``type`` (or one of a list) and whose data hold ``match``."""
        box, since = self._box(request), int(request.get("since", 0))
        wanted = request["type"]
        types = (wanted,) if isinstance(wanted, str) else tuple(str(name) for name in wanted)
        match = dict(request.get("match", {}))

        def found() -> dict[str, Any] | None:
            for event in self._store.events(box, since, 100_000, types):
                if all(event["data"].get(key) == value for key, value in match.items()):
                    return {"event": event}
            return None

        answer = await self._until(found, _wait_s(request, 30.0))
        if answer is None:
            raise Refusal("timeout", f"no {' or '.join(types)} after {since} in time")
        return answer

    async def _until(self, look: Callable[[], dict[str, Any] | None], seconds: float) -> dict[str, Any] | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            changed = self._changed
            answer = look()
            left = deadline - loop.time()
            if answer is not None or left <= 0:
                return answer
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                pass  # look once more

    def _box(self, request: Mapping[str, Any]) -> str:
        if box := request.get("box"):
            return str(box)
        known = {*self._store.chains(), *self._mailbox.boxes}
        if len(known) != 1:
            raise Refusal("box_unclear", f"say which box; known are: {', '.join(sorted(known)) or 'none yet'}")
        return known.pop()


def _private_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # what a process that was killed left behind
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)  # before anybody can connect
    return listener


def _wait_s(request: Mapping[str, Any], default: float) -> float:
    return min(float(request.get("wait_s", default)), _LONGEST_WAIT_S)
