"""An office in a town: people with passwords, and a browser that is httpx."""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import trustme

from controller.adapters.pin_hash import hasher
from controller.api import SetOfficePassword, connected
from simulator.preload import Badge, Preload, new_code
from simulator.town import Town
from tests.integration.box.support import town

NAME = "box.office.test"
LENA = Badge("lena", new_code("B"), "4711", ("loader",))
SABINE = Badge("sabine", new_code("B"), "0815", ("supervisor",))
TOM = Badge("tom", new_code("B"), "1234", ("technician",))
RITA = Badge("rita", new_code("B"), "9876", ("auditor",))
STAFF = (LENA, SABINE, TOM, RITA)
PASSWORD = "correct horse battery staple"

FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')


@dataclass
class OfficeTown:
    """A box whose pages serve the office too. ``authority`` is who signed its certificate."""

    town: Town
    authority: trustme.CA

    @property
    def port(self) -> int:
        return urlsplit(self.town.office_address).port or 0

    @property
    def origin(self) -> str:
        return self.town.office_address.rstrip("/")

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def browser(self) -> Browser:
        return Browser(self)


class Browser:
    """Keeps cookies, sends the Origin with posts, follows nothing by itself. The name is resolved by the test."""

    def __init__(self, office: OfficeTown) -> None:
        self.origin = office.origin
        self._client = httpx.Client(
            verify=office.trusting(), timeout=60, transport=_Resolving(office.trusting()), base_url=office.origin
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._client.cookies)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._client.get(path, headers=headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        return self._client.post(path, data=fields, headers={"origin": self.origin, **headers})

    def upload(self, path: str, fields: dict[str, str], content: bytes) -> httpx.Response:
        files = {"file": ("orders.csv", content, "text/csv")}
        return self._client.post(path, data=fields, files=files, headers={"origin": self.origin})

    def form(self, path: str = "/") -> str:
        """The token of the forms on a page."""
        found = FORM.search(self.get(path).text)
        assert found is not None, f"no form on {path}"
        return found[1]

    def submit(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Fills in a form that stands on ``page``."""
        return self.post(path, {"form": self.form(page), **fields})

    def log_in(self, staff: str, password: str = PASSWORD) -> httpx.Response:
        return self.submit("/login", "/login", staff=staff, password=password)


class _Resolving(httpx.HTTPTransport):
    """`NAME` is this computer; the certificate and the Host header are the name's."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return super().handle_request(here)


def tls_files(folder: Path, authority: trustme.CA, name: str = NAME) -> list[str]:
    """The options for a certificate of ``name``."""
    made = authority.issue_cert(name)
    certificate, key = folder / "office.pem", folder / "office.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    return ["--tls-certificate", str(certificate), "--tls-key", str(key), "--lan-name", name]


@contextmanager
def office_town(what: Preload | None = None, broker_port: int = 0) -> Iterator[OfficeTown]:
    """A box that stands alone (unless there is a broker), with everybody's password set and the office's pages on."""
    folder = Path(tempfile.mkdtemp(prefix="office-"))
    try:
        with town(what or Preload(badges=STAFF), broker_port=broker_port) as made:
            authority = trustme.CA()
            asyncio.run(set_passwords(made))
            made.start_pages(arguments=["--lan", "127.0.0.1:0", *tls_files(folder, authority)])
            yield OfficeTown(made, authority)
    finally:
        shutil.rmtree(folder)


async def set_passwords(of: Town) -> None:
    hashed = hasher().hash(PASSWORD)
    async with connected(str(of.sockets.paths["admin"])) as admin:
        for member in STAFF:
            await admin.call(SetOfficePassword(member.staff, hashed))
