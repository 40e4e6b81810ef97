"""Bodies of commands: what is meant becomes a command of the domain, everything else a code, and the documents say the
same.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.mqtt.command_bodies import BODIES, BodyRefused, parse
from controller.domain import commands as cmd
from controller.ports import PutCredential, PutElsewhere
from tests.integration.mqtt.support import validator

DIGEST = "ab" * 32
GOOD: dict[str, dict[str, Any]] = {
    "order.announce": {
        "deposit": "d1",
        "orders": ["EAT-4711", "RA-0815"],
        "document_types": ["eAT", "Führerschein"],
        "size": "S",
        "language": "zh-Hans",
        "low": True,
        "group": "family-1",
    },
    "order.cancel": {"deposit": "d1"},
    "deposit.hold": {"deposit": "d1", "held": True},
    "right.issue": {
        "right": "r1",
        "deposits": ["d1", "d2"],
        "language": "de",
        "not_before_wall_ms": 0,
        "expires_wall_ms": 1_800_000_000_000,
        "credentials": [
            {"kind": "qr", "digest": DIGEST, "verifiers": {"birth_date": "cd" * 32}},
            {"kind": "number", "digest": "ef" * 32},
        ],
    },
    "right.revoke": {"right": "r1"},
    "right.elsewhere": {
        "right": "r1",
        "place": "Bürgeramt Nord, Hauptstraße 5",
        "credentials": [{"kind": "qr", "digest": DIGEST}, {"kind": "number", "digest": "ef" * 32}],
        "orders": ["EAT-4711"],
    },
    "outage.report": {"reason": "building_closed"},
    "outage.end": {},
    "help.acknowledge": {"call": "H12"},
}


def test_each_becomes_its_command() -> None:
    parsed = {name: parse(name, "central", "c1", body) for name, body in GOOD.items()}
    assert parsed["order.announce"] == (
        cmd.AnnounceOrder(
            issuer="central",
            command="c1",
            deposit="d1",
            orders=("EAT-4711", "RA-0815"),
            document_types=("eAT", "Führerschein"),
            size="S",
            language="zh-Hans",
            low=True,
            group="family-1",
        ),
        (),
    )
    assert parsed["order.cancel"] == (cmd.CancelOrder(issuer="central", command="c1", deposit="d1"), ())
    assert parsed["deposit.hold"] == (cmd.HoldDeposit(issuer="central", command="c1", deposit="d1", held=True), ())
    assert parsed["outage.report"] == (
        cmd.CentralReportOutage(issuer="central", command="c1", reason="building_closed"),
        (),
    )
    assert parsed["outage.end"] == (cmd.CentralEndOutage(issuer="central", command="c1"), ())
    assert parsed["help.acknowledge"] == (
        cmd.CentralAcknowledgeHelp(issuer="central", command="c1", call="H12"),
        (),
    )
    assert parsed["right.revoke"] == (cmd.RevokeRight(issuer="central", command="c1", right="r1"), ())
    assert parsed["right.elsewhere"] == (
        cmd.NoteElsewhere(issuer="central", command="c1", right="r1", place="Bürgeramt Nord, Hauptstraße 5"),
        (
            PutElsewhere(bytes.fromhex(DIGEST), "qr", "r1", "Bürgeramt Nord, Hauptstraße 5", 0, 0),
            PutElsewhere(bytes.fromhex("ef" * 32), "number", "r1", "Bürgeramt Nord, Hauptstraße 5", 0, 0),
            PutElsewhere(sha256(b"EAT-4711").digest(), "order", "", "Bürgeramt Nord, Hauptstraße 5", 0, 0),
        ),
    )
    command, credentials = parsed["right.issue"]
    assert isinstance(command, cmd.IssueRight)
    assert command.deposits == ("d1", "d2")
    assert credentials == (
        PutCredential(digest=bytes.fromhex(DIGEST), kind="qr", right="r1", verifiers={"birth_date": "cd" * 32}),
        PutCredential(digest=bytes.fromhex("ef" * 32), kind="number", right="r1", verifiers={}),
    )


@pytest.mark.parametrize("name", sorted(GOOD))
def test_the_document_knows_the_same_fields(name: str) -> None:
    schema = validator(f"command-{name.replace('.', '-')}")
    schema.validate(GOOD[name])
    fields = dict.fromkeys(BODIES[name].__struct_fields__)
    document: Any = schema.schema
    assert document["properties"].keys() == fields.keys()
    assert document["additionalProperties"] is False


PROXY = {"proxy": True, "checked_by": "sabine"}


def test_a_proxys_right_says_who_checked_it() -> None:
    with_pin = [{"kind": "qr", "digest": DIGEST, "verifiers": {"pin": "cd" * 32}}]
    body = {**GOOD["right.issue"], **PROXY, "credentials": with_pin}
    validator("command-right-issue").validate(body)
    command, _ = parse("right.issue", "central", "c1", body)
    assert isinstance(command, cmd.IssueRight)
    assert (command.proxy, command.checked_by) == (True, "sabine")


def _with(**verifiers: Any) -> dict[str, Any]:
    return {"kind": "qr", "digest": DIGEST, "verifiers": verifiers}


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("factor", ["emrtd", "eid"])
def test_a_documents_holder_has_a_verifier_for_each_spelling(factor: str, count: int) -> None:
    body = {**GOOD["right.issue"], "credentials": [_with(**{factor: "cd" * 32 * count})]}
    validator("command-right-issue").validate(body)
    _, (credential,) = parse("right.issue", "central", "c1", body)
    assert isinstance(credential, PutCredential)
    assert credential.verifiers == {factor: "cd" * 32 * count}


def test_no_verifier_is_shown() -> None:
    assert "cd" * 32 not in repr(BODIES["right.issue"]) + repr(
        msgspec.convert(GOOD["right.issue"], BODIES["right.issue"])
    )


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("right.issue", {"proxy": True}, "body_contradictory"),
    ("right.issue", {"checked_by": "sabine"}, "body_contradictory"),
    ("right.issue", PROXY, "body_contradictory"),  # no PIN to ask for
    ("right.issue", {"proxy": "yes"}, "body_malformed"),
    ("right.issue", {**PROXY, "checked_by": "Sabine Muster"}, "body_malformed"),
    ("right.elsewhere", {"place": ""}, "body_malformed"),
    ("right.elsewhere", {"place": " Nord"}, "body_malformed"),
    ("right.elsewhere", {"place": "Nord\nSüd"}, "body_malformed"),
    ("right.elsewhere", {"place": "N" * 81}, "body_malformed"),
    ("right.elsewhere", {"credentials": []}, "body_malformed"),
    ("right.elsewhere", {"orders": ["eat 4711"]}, "body_malformed"),
    ("right.elsewhere", {"orders": [f"ORDER-{number}" for number in range(11)]}, "body_malformed"),
    ("right.elsewhere", {"orders": ["EAT-4711", "EAT-4711"]}, "body_contradictory"),
    ("right.elsewhere", {"credentials": [{"kind": "qr", "digest": DIGEST}] * 2}, "body_contradictory"),
    (
        "right.elsewhere",
        {"credentials": [{"kind": "qr", "digest": DIGEST, "verifiers": {"pin": "cd" * 32}}]},
        "body_malformed",
    ),
    ("order.announce", {"deposit": "../x"}, "body_malformed"),
    ("order.announce", {"deposit": "x" * 65}, "body_malformed"),
    ("order.announce", {"orders": []}, "body_malformed"),
    ("order.announce", {"orders": [f"ORDER-{number}" for number in range(11)]}, "body_malformed"),
    ("order.announce", {"orders": ["ABHOLFACH-P-X"]}, "body_malformed"),
    ("order.announce", {"orders": ["abc-1"]}, "body_malformed"),
    ("order.announce", {"orders": ["EAT-4711\n"]}, "body_malformed"),
    ("order.announce", {"orders": ["EAT-4711", "EAT-4711"]}, "body_contradictory"),
    ("order.announce", {"document_types": ["a b"]}, "body_malformed"),
    ("order.announce", {"low": 1}, "body_malformed"),
    ("order.announce", {"language": "<script>"}, "body_malformed"),
    ("order.announce", {"owner": "Erika Mustermann"}, "body_malformed"),
    ("deposit.hold", {"held": "yes"}, "body_malformed"),
    ("outage.report", {"reason": "no idea"}, "body_malformed"),
    ("outage.end", {"reason": "defective"}, "body_malformed"),
    ("help.acknowledge", {"call": ""}, "body_malformed"),
    ("help.acknowledge", {"by": "Erika"}, "body_malformed"),
    ("right.issue", {"deposits": [f"d{number}" for number in range(9)]}, "body_malformed"),
    ("right.issue", {"deposits": ["d1", "d1"]}, "body_contradictory"),
    ("right.issue", {"expires_wall_ms": -1}, "body_malformed"),
    ("right.issue", {"expires_wall_ms": 2**53}, "body_malformed"),
    ("right.issue", {"not_before_wall_ms": 5, "expires_wall_ms": 5}, "body_contradictory"),
    ("right.issue", {"credentials": []}, "body_malformed"),
    ("right.issue", {"credentials": [{"kind": "qr", "digest": "AB" * 32}]}, "body_malformed"),
    ("right.issue", {"credentials": [{"kind": "nfc", "digest": DIGEST}]}, "body_malformed"),
    ("right.issue", {"credentials": [{"kind": "qr", "digest": DIGEST}] * 2}, "body_contradictory"),
    (
        "right.issue",
        {"credentials": [{"kind": "qr", "digest": DIGEST, "verifiers": {"name": DIGEST}}]},
        "body_malformed",
    ),
    ("right.issue", {"credentials": [_with(birth_date="cd" * 64)]}, "body_malformed"),
    ("right.issue", {"credentials": [_with(emrtd="")]}, "body_malformed"),
    ("right.issue", {"credentials": [_with(emrtd="cd" * 48)]}, "body_malformed"),
    ("right.issue", {"credentials": [_with(eid="cd" * 32 * 9)]}, "body_malformed"),
    ("right.issue", {"credentials": [_with(eid=None)]}, "body_malformed"),
    ("right.revoke", {"right": None}, "body_malformed"),
]


@pytest.mark.parametrize(("name", "changes", "code"), WRONG)
def test_what_cannot_be_meant(name: str, changes: dict[str, Any], code: str) -> None:
    body = GOOD[name] | changes
    with pytest.raises(BodyRefused) as caught:
        parse(name, "central", "c1", body)
    assert caught.value.code == code
    # Neither the code nor the place quotes what was sent.
    assert "Mustermann" not in str(caught.value)
    # Python's `$` also stands before a last line feed; that of JSON Schema does not.
    if code == "body_malformed" and "\\n" not in json.dumps(changes):
        assert not validator(f"command-{name.replace('.', '-')}").is_valid(json.loads(json.dumps(body)))


def test_unknown_names() -> None:
    for name in ("open", "order.delete", "", "Erika Mustermann"):
        with pytest.raises(BodyRefused) as caught:
            parse(name, "central", "c1", {})
        assert caught.value.code == "name_unknown"
        assert "Mustermann" not in str(caught.value)


@given(
    st.sampled_from(sorted(GOOD)),
    st.dictionaries(
        st.sampled_from(["deposit", "orders", "right", "deposits", "credentials", "held", "size", "language", "x"]),
        st.recursive(
            st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)
def test_any_body_is_a_command_or_a_code(name: str, changes: dict[str, Any]) -> None:
    body = GOOD[name] | changes
    try:
        parse(name, "central", "c1", body)
    except BodyRefused as error:
        code = error.code
    else:
        code = ""
    assert code in {"", "body_malformed", "body_contradictory"}
    if not code:
        validator(f"command-{name.replace('.', '-')}").validate(body)
