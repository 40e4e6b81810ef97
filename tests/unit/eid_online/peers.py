"""The two that the online verifier speaks with: AusweisApp as a recorded conversation over a real WebSocket, and an eID
service over real HTTPS.
"""

from __future__ import annotations

import http.server
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import trustme
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from hal.eid.online.gateway import GatewaySettings

VECTORS = Path(__file__).parents[2] / "vectors" / "ausweisapp" / "conversations.json"
CONVERSATIONS: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text())["conversations"]


class AusweisAppPeer:
    """Plays a conversation. ``faults``: what the client said that does not fit; ``finished``: the last line was
    reached.
    """

    def __init__(self, conversation: list[dict[str, Any]]) -> None:
        self._conversation = conversation
        self.faults: list[str] = []
        self.finished = threading.Event()
        self.url = ""

    def _play(self, connection: ServerConnection) -> None:
        try:
            for line in self._conversation:
                if "say" in line:
                    connection.send(json.dumps(line["say"]))
                elif "close" in line:
                    connection.close()
                elif "raw" in line:
                    connection.send(line["raw"])
                else:
                    said = json.loads(connection.recv(timeout=10))
                    if said != line["expect"]:
                        self.faults.append(f"{said} instead of {line['expect']}")
                        return
            self.finished.set()
            while True:  # nothing is said after the end
                self.faults.append(f"unexpected {connection.recv(timeout=10)!r}")
        except (ConnectionClosed, TimeoutError):
            pass  # the other end has what it needs

    @contextmanager
    def running(self) -> Iterator[AusweisAppPeer]:
        with serve(self._play, "127.0.0.1", 0) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            self.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/eID-Kernel"
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


class ServicePeer:
    """An eID service: ``claims`` go into its next result, ``sign`` makes the JWS, ``begin_status`` answers a new
    session.
    """

    HOST = "eid.example"

    def __init__(self, folder: Path) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.authority = trustme.CA()
        self.challenge = ""
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(claims, self.key, "EdDSA")
        self.begin_status = 201
        self.begin_answer: object = {"session": "s-1", "tc_token_url": "https://eid.example/token"}
        self._port = 0
        box = self.authority.issue_cert("box-1")
        (folder / "result.pem").write_bytes(
            self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        self.authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        box.private_key_pem.write_to_path(str(folder / "key.pem"))
        (folder / "box.pem").write_bytes(b"".join(blob.bytes() for blob in box.cert_chain_pems))
        self._folder = folder

    @property
    def settings(self) -> GatewaySettings:
        at = self._folder
        return GatewaySettings(
            f"https://{self.HOST}/v1/",
            "box-1",
            "https://eid.example",
            at / "result.pem",
            at / "ca.pem",
            at / "box.pem",
            at / "key.pem",
            ("127.0.0.1", self._port),
        )

    def good_claims(self) -> dict[str, Any]:
        return {
            "iss": "https://eid.example",
            "aud": "box-1",
            "iat": int(time.time()),
            "challenge": self.challenge,
            "session": "s-1",
            "outcome": "ok",
            "family_names": "Müller",
            "given_names": "Erika",
            "birth_date": "19640812",
            "issuing_state": "D",
        } | self.claims

    @contextmanager
    def running(self) -> Iterator[ServicePeer]:
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                peer.challenge = asked["challenge"]
                assert self.path == "/v1/sessions"
                self._answer(peer.begin_status, json.dumps(peer.begin_answer))

            def do_GET(self) -> None:
                assert self.path == "/v1/sessions/s-1/result"
                self._answer(200, peer.sign(peer.good_claims()))

            def _answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert(self.HOST).configure_cert(tls)
        self.authority.configure_trust(tls)
        tls.verify_mode = ssl.CERT_REQUIRED
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        self._port = server.server_port
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
