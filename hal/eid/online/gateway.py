"""The eID service over HTTPS: a small JSON interface in front of the municipality's eID server, and its signed results.

TR-03130's own interface (SOAP with WS-Security) is the server's affair; in front of it stands what most services offer
in some form: begin a session, fetch a signed result. The interface is written down in docs/document-chips.md. The
result is a JWS (RFC 7515) by a key that was pinned when the service was set up, so that neither the network nor whoever
forwards the connection can say who somebody is.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hal.eid.online.service import DocumentInvalid, EidHolder, EidSession, ResultWrong, ServiceDown
from hal.wire import SecretText

MAX_ANSWER = 64 * 1024
#: How far the clocks of box and service may be apart, and how old a result may be.
LEEWAY_MS = 120_000
MAX_AGE_MS = 300_000

_BIRTH_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_STATE = re.compile(r"[A-Z]{1,3}", re.ASCII)
_SESSION = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)
_CLAIMS = ("iss", "aud", "iat", "challenge", "session", "outcome")


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """``url``: ``https://…``, the interface's base. ``audience``: this box, as the service names it in its results.
    ``issuer``: the service.

    ``result_key``: the public key (PEM) of its results: Ed25519, P-256, P-384 or RSA of 2048 bits and more.
    ``authority``: who signed its TLS certificate. ``certificate``, ``key``: who this box is to it. ``forward``: where
    to connect instead of the host itself (this process may have no network of its own); TLS is checked against the
    host's name all the same.
    """

    url: str
    audience: str
    issuer: str
    result_key: Path
    authority: Path
    certificate: Path
    key: Path
    forward: tuple[str, int] | None = None


class Gateway:
    """An `hal.eid.online.service.EidService`. A connection for each request; any thread, one request at a time.

    Raises ``ValueError`` or ``OSError`` when made with files that cannot be used.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        parts = urlsplit(settings.url)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.username:
            raise ValueError("the eID service's url must be https://host/path")
        self._settings = settings
        self._host, self._port, self._base = parts.hostname, parts.port or 443, parts.path.rstrip("/")
        self._key, self._algorithm = _result_key(settings.result_key.read_bytes())
        self._tls = ssl.create_default_context(cafile=str(settings.authority))
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._tls.load_cert_chain(settings.certificate, settings.key)

    def begin(self, challenge: str, timeout_s: float) -> EidSession:
        status, body = self._ask("POST", "/sessions", {"challenge": challenge}, timeout_s)
        if status != 201:
            raise ServiceDown(f"beginning a session was answered with {status}")
        answer = _object(body)
        session, url = answer.get("session"), answer.get("tc_token_url")
        if not isinstance(session, str) or _SESSION.fullmatch(session) is None:
            raise ServiceDown("the session has no id of the form agreed")
        if not isinstance(url, str) or len(url) > 2000 or urlsplit(url).scheme != "https":
            raise ServiceDown("the tcTokenURL is no https address")
        return EidSession(SecretText(session), url)

    def result(self, session: EidSession, challenge: str, at_wall_ms: int, timeout_s: float) -> EidHolder:
        status, body = self._ask("GET", f"/sessions/{session.id.reveal()}/result", None, timeout_s)
        if status != 200:
            raise ServiceDown(f"fetching a result was answered with {status}")
        claims = self._claims(body)
        if claims["challenge"] != challenge or claims["session"] != session.id.reveal():
            raise ResultWrong("it is another session's")
        issued = claims["iat"]
        if type(issued) is not int or not at_wall_ms - MAX_AGE_MS <= issued * 1000 <= at_wall_ms + LEEWAY_MS:
            raise ResultWrong("it is too old, or from the future")
        if claims["outcome"] == "document_invalid":
            raise DocumentInvalid
        if claims["outcome"] != "ok":
            raise ResultWrong("it is negative")
        return _holder(claims)

    def _claims(self, body: bytes) -> Mapping[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                body,
                self._key,
                algorithms=[self._algorithm],  # the key decides, never what is received
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                # Times are judged by the clock that the controller trusts, not by this process's.
                options={"require": list(_CLAIMS), "verify_iat": False, "verify_exp": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError as error:
            raise ResultWrong(f"it is not signed as agreed ({type(error).__name__})") from None
        return claims

    def _ask(self, method: str, path: str, body: Mapping[str, str] | None, timeout_s: float) -> tuple[int, bytes]:
        connection = _Connection(self._host, self._port, self._tls, timeout_s, self._settings.forward)
        try:
            connection.request(
                method,
                self._base + path,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json", "Accept": "application/json, application/jose"},
            )
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            raise ServiceDown(f"the eID service cannot be reached ({type(error).__name__})") from None
        finally:
            connection.close()
        if len(answer) > MAX_ANSWER:
            raise ServiceDown("an answer is longer than 64 KiB")
        return response.status, answer


class _Connection(http.client.HTTPSConnection):
    """HTTPS to a host that is reached through somebody who forwards bytes."""

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext, timeout_s: float, forward: tuple[str, int] | None
    ) -> None:
        super().__init__(host, port, timeout=timeout_s, context=tls)
        self._tls = tls
        self._forward = forward

    def connect(self) -> None:
        """Connects to the forwarder, if there is one, and speaks TLS with the host itself."""
        plain = socket.create_connection(self._forward or (self.host, self.port), self.timeout)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _result_key(pem: bytes) -> tuple[Any, str]:
    key = load_pem_public_key(pem)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key, "EdDSA"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1"):
        return key, {"secp256r1": "ES256", "secp384r1": "ES384"}[key.curve.name]
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return key, "PS256"
    raise ValueError("the key of the results must be Ed25519, P-256, P-384, or RSA of 2048 bits and more")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ServiceDown("an answer is not JSON") from None
    if not isinstance(answer, dict):
        raise ServiceDown("an answer is not an object")
    return answer


def _holder(claims: Mapping[str, Any]) -> EidHolder:
    family, given, born, state = (
        claims.get(name, "") for name in ("family_names", "given_names", "birth_date", "issuing_state")
    )
    if not isinstance(family, str) or not isinstance(given, str) or not 0 < len(family) + len(given) <= 400:
        raise ResultWrong("it has no name")
    if not isinstance(born, str) or _BIRTH_DATE.fullmatch(born) is None:
        raise ResultWrong("it has no birth date of the form agreed")
    if not isinstance(state, str) or (state and _STATE.fullmatch(state) is None):
        raise ResultWrong("its issuing state is none")
    return EidHolder(family, given, born, state)
