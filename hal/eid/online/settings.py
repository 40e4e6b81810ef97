"""The online verifier as a box is set up for it: one TOML file, ``--online FILE`` of ``abholfach-reader``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec

from hal.eid.online.client import DEFAULT_URL, AusweisApp
from hal.eid.online.gateway import Gateway, GatewaySettings
from hal.eid.online.service import EidHolder
from hal.eid.online.verifier import OnlineVerifier
from hal.strict_toml import Document, read
from hal.wire.holder import spellings

_LOOPBACK = re.compile(r"ws://(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}/eID-Kernel", re.ASCII)
_ADDRESS = re.compile(r"(127\.0\.0\.1):(\d{1,5})", re.ASCII)

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class _Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Text
    audience: Text
    issuer: Text
    result_key: Text
    authority: Text
    certificate: Text
    key: Text
    forward: str = ""


class _Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str = DEFAULT_URL


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: _Service
    ausweisapp: _Client = _Client()


def load_online(file: Path) -> OnlineVerifier:
    """The verifier that ``file`` describes; paths in it are relative to it.

    Raises ``ConfigurationError`` (`hal.strict_toml`), with the line at fault. Nothing is connected yet.
    """
    document = read(file)
    given = document.convert(_File)
    if _LOOPBACK.fullmatch(given.ausweisapp.url) is None:
        raise document.error(("ausweisapp", "url"), "AusweisApp is on this computer: ws://127.0.0.1:PORT/eID-Kernel")
    try:
        gateway = Gateway(_gateway_settings(document, given.service, file.parent))
    except OSError as error:
        raise document.error(("service",), f"a key or certificate cannot be used: {error.strerror or error}") from None
    except ValueError as error:
        raise document.error(("service",), str(error)) from None
    return OnlineVerifier(lambda: AusweisApp(given.ausweisapp.url), gateway, normalised)


def normalised(holder: EidHolder) -> str:
    """The holder as whoever made the right has keyed it: the likeliest spelling. Raises ``ValueError``."""
    return spellings(holder.family_names, holder.given_names, holder.birth_date)[0]


def _gateway_settings(document: Document, service: _Service, folder: Path) -> GatewaySettings:
    forward: tuple[str, int] | None = None
    if service.forward:
        match = _ADDRESS.fullmatch(service.forward)
        if match is None or not 0 < int(match[2]) < 65536:
            raise document.error(("service", "forward"), "must be 127.0.0.1:PORT, where the service is forwarded to")
        forward = (match[1], int(match[2]))
    return GatewaySettings(
        service.url,
        service.audience,
        service.issuer,
        folder / service.result_key,
        folder / service.authority,
        folder / service.certificate,
        folder / service.key,
        forward,
    )
