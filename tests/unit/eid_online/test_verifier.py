"""One authentication with the online function, by its conversation with AusweisApp, over a real WebSocket."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal.eid.online.client import AusweisApp
from hal.eid.online.gateway import Gateway
from hal.eid.online.service import EidHolder
from hal.eid.online.verifier import OnlineRequest, OnlineVerifier
from hal.eid.outcome import Outcome, Reason, Refused, Retry, Unsupported, Verified
from hal.wire import SecretText
from tests.unit.eid_online.peers import CONVERSATIONS, AusweisAppPeer, ServicePeer

KEY = bytes(range(32))
CHALLENGE = "fedc" * 8
PIN = "123456"


def normalised(holder: EidHolder) -> str:
    return f"{holder.family_names}|{holder.given_names}|{holder.birth_date}".upper()


def request(pin: str = PIN, within_s: float = 20) -> OnlineRequest:
    now = time.time_ns() // 1_000_000
    return OnlineRequest(CHALLENGE, SecretText(pin), KEY, int(time.monotonic() * 1000 + within_s * 1000), now)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServicePeer]:
    with ServicePeer(tmp_path).running() as running:
        yield running


def verifier(url: str, service: ServicePeer) -> OnlineVerifier:
    return OnlineVerifier(lambda: AusweisApp(url), Gateway(service.settings), normalised)


def played(conversation: str, service: ServicePeer, asked: OnlineRequest | None = None) -> Outcome:
    with AusweisAppPeer(CONVERSATIONS[conversation]).running() as app:
        outcome = verifier(app.url, service).verify(asked or request())
        assert app.finished.wait(5), f"the conversation did not reach its end: {app.faults}"
    assert app.faults == []
    return outcome


VERIFIED = Verified("D", (hmac.digest(KEY, "MÜLLER|ERIKA|19640812".encode(), "sha256"),))


@pytest.mark.parametrize("conversation", ["verified", "paused"])
def test_the_right_pin_verifies(conversation: str, service: ServicePeer) -> None:
    assert played(conversation, service) == VERIFIED


def test_on_a_reader_with_a_keypad_no_pin_is_sent(service: ServicePeer) -> None:
    assert played("keypad", service, request(pin="")) == VERIFIED


@pytest.mark.parametrize(
    ("conversation", "outcome"),
    [
        ("pin_wrong", Retry(Reason.EID_PIN_WRONG, tries_left=1)),
        ("pin_wrong_keypad", Retry(Reason.EID_PIN_WRONG, tries_left=1)),
        ("pin_wrong_leaves_one", Refused(Reason.EID_PIN_LAST_TRY)),
        ("last_try", Refused(Reason.EID_PIN_LAST_TRY)),
        ("last_try_asked_for_pin", Refused(Reason.EID_PIN_LAST_TRY)),
        ("blocked", Refused(Reason.EID_PIN_BLOCKED)),
        ("deactivated", Unsupported(Reason.EID_SWITCHED_OFF)),
        ("reads_too_much", Unsupported(Reason.EID_SERVICE_DOWN)),
        ("reads_no_name", Unsupported(Reason.EID_SERVICE_DOWN)),
        ("rights_stay", Unsupported(Reason.EID_CLIENT_DOWN)),
        ("card_removed", Retry(Reason.CARD_REMOVED)),
        ("card_removed_older", Retry(Reason.CARD_REMOVED)),
        ("can_allowed", Unsupported(Reason.PROTOCOL_UNSUPPORTED)),
        ("no_channel", Unsupported(Reason.EID_SERVICE_DOWN)),
        ("recorded_1_26_2_no_channel", Unsupported(Reason.EID_SERVICE_DOWN)),
        ("document_invalid", Refused(Reason.DOCUMENT_EXPIRED)),
        ("cancelled_by_service", Retry(Reason.CANCELLED)),
        ("reader_timeout", Retry(Reason.DEADLINE_EXCEEDED)),
        ("chip_not_authentic", Unsupported(Reason.CARD_FAILED)),
        ("busy", Unsupported(Reason.EID_CLIENT_DOWN)),
        ("bad_url", Unsupported(Reason.EID_CLIENT_DOWN)),
        ("ok_without_pin", Refused(Reason.EID_RESULT_WRONG)),
        ("pin_refused", Unsupported(Reason.PROTOCOL_UNSUPPORTED)),
        ("not_json", Unsupported(Reason.EID_CLIENT_DOWN)),
    ],
)
def test_every_other_end_has_its_reason(conversation: str, outcome: Outcome, service: ServicePeer) -> None:
    assert played(conversation, service) == outcome


def test_every_conversation_is_played() -> None:
    asked = {"verified", "paused", "keypad"}
    marks = test_every_other_end_has_its_reason.pytestmark  # type: ignore[attr-defined]
    asked |= {row[0] for row in marks[0].args[1]}
    assert asked == set(CONVERSATIONS)


def test_a_transport_pin_is_not_tried(service: ServicePeer) -> None:
    unreachable = verifier("ws://127.0.0.1:9/eID-Kernel", service)
    assert unreachable.verify(request(pin="12345")) == Unsupported(Reason.EID_PIN_INITIAL)


def test_without_ausweisapp_it_is_said(service: ServicePeer) -> None:
    assert verifier("ws://127.0.0.1:9/eID-Kernel", service).verify(request()) == Unsupported(Reason.EID_CLIENT_DOWN)


def test_ausweisapp_that_ends_meanwhile_is_said(service: ServicePeer) -> None:
    with AusweisAppPeer([*CONVERSATIONS["verified"][:12], {"close": True}]).running() as app:
        assert verifier(app.url, service).verify(request()) == Unsupported(Reason.EID_CLIENT_DOWN)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [(10, Reason.NO_CARD), (12, Reason.DEADLINE_EXCEEDED)],
    ids=["nothing laid there", "silent card"],
)
def test_the_deadline_ends_it_and_lets_the_card_go(lines: int, reason: Reason, service: ServicePeer) -> None:
    conversation = [*CONVERSATIONS["verified"][:lines], {"expect": {"cmd": "CANCEL"}}]
    with AusweisAppPeer(conversation).running() as app:
        assert verifier(app.url, service).verify(request(within_s=1.5)) == Retry(reason)
        assert app.finished.wait(5), app.faults


def test_a_session_that_ended_cancels_it(service: ServicePeer) -> None:
    conversation = [*CONVERSATIONS["verified"][:11], {"expect": {"cmd": "CANCEL"}}]
    seen: list[bool] = []
    with AusweisAppPeer(conversation).running() as app:
        outcome = verifier(app.url, service).verify(request(), cancelled=lambda: False in seen, card_seen=seen.append)
        assert app.finished.wait(5), app.faults
    assert outcome == Retry(Reason.CANCELLED)
    assert seen == [False]


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": "f" * 32},
        {"session": "s-2"},
        {"aud": "box-2"},
        {"iss": "https://somebody.example"},
        {"iat": 1_000_000_000},
        {"iat": 9_000_000_000},
        {"iat": "now"},
        {"outcome": "denied"},
        {"birth_date": "12.08.1964"},
        {"family_names": "", "given_names": ""},
        {"family_names": 7},
        {"issuing_state": "Deutschland"},
    ],
)
def test_a_result_that_is_not_for_this_session_is_refused(changes: dict[str, object], service: ServicePeer) -> None:
    service.claims = changes
    assert played("verified", service) == Refused(Reason.EID_RESULT_WRONG)


def test_an_invalid_document_is_refused_as_such(service: ServicePeer) -> None:
    service.claims = {"outcome": "document_invalid"}
    assert played("verified", service) == Refused(Reason.DOCUMENT_EXPIRED)


def forged(service: ServicePeer) -> list[Callable[[dict[str, object]], str]]:
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = service.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def by_another(claims: dict[str, object]) -> str:
        return jwt.encode(claims, ed25519.Ed25519PrivateKey.generate(), "EdDSA")

    def unsigned(claims: dict[str, object]) -> str:
        return jwt.encode(claims, "", "none")

    def by_the_public_key_as_secret(claims: dict[str, object]) -> str:
        import base64
        import json

        def part(content: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

        signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        tag = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
        return f"{signed}.{tag}"

    def with_a_claim_changed(claims: dict[str, object]) -> str:
        head, _, tail = jwt.encode(claims, service.key, "EdDSA").split(".")
        other = jwt.encode(claims | {"given_names": "Emma"}, service.key, "EdDSA").split(".")[1]
        return f"{head}.{other}.{tail}"

    def nothing(claims: dict[str, object]) -> str:
        return ""

    return [by_another, unsigned, by_the_public_key_as_secret, with_a_claim_changed, nothing]


@pytest.mark.parametrize("which", range(5))
def test_a_forged_result_is_refused(which: int, service: ServicePeer) -> None:
    service.sign = forged(service)[which]
    assert played("verified", service) == Refused(Reason.EID_RESULT_WRONG)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (503, {}),
        (201, {}),
        (201, []),
        (201, {"session": "../x", "tc_token_url": "https://eid.example/token"}),
        (201, {"session": "s-1", "tc_token_url": "http://eid.example/token"}),
    ],
)
def test_a_service_that_does_not_begin_is_said(status: int, answer: object, service: ServicePeer) -> None:
    service.begin_status, service.begin_answer = status, answer
    assert verifier("ws://127.0.0.1:9/x", service).verify(request()) == Unsupported(Reason.EID_SERVICE_DOWN)


def test_neither_pin_nor_name_reaches_a_log_or_a_text(service: ServicePeer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asked = request()
    outcomes = [played(name, service, asked) for name in ("verified", "pin_wrong", "reads_too_much")]
    service.claims = {"family_names": 7}
    outcomes.append(played("verified", service, asked))
    said = "".join(record.getMessage() for record in caplog.records if record.name != "websockets.server")
    said += repr(outcomes) + repr(asked)
    for secret in (PIN, "Müller", "MÜLLER", "Erika", "19640812", KEY.hex(), repr(KEY)):
        assert secret not in said
    assert "other data: Address" in said  # which rights a service wants is said
