"""``check`` of a box whose policies have chips read: each thing that is missing, and what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.identity import Kind
from hal.eid.trust_manifest import MANIFEST, Anchor, Manifest, Piece, RevocationEntry, manifest_bytes
from provisioning.check import check
from provisioning.errors import ProvisioningError
from provisioning.findings import Finding, Machine, State
from provisioning.initialise import Plan, initialise
from provisioning.templates import SERVICE_USERS

THEN = datetime(2026, 1, 1, tzinfo=UTC)
PIECE = Piece("00", 0, 1, "00" * 32)
ANCHOR = Anchor(PIECE, "root", "DE", "CN=CSCA", "00", THEN, THEN)
LIST = RevocationEntry(piece=PIECE, country="DE", issuer="CN=CSCA", key_id="00", this_update=THEN, next_update=None)
TRUST = "var/lib/abholfach-trust"
DROP_IN = "etc/systemd/system/abholfach-reader@eid.service.d/pcsc.conf"
POLICY = """
format = 1
[[types]]
name = "Reisepass"
factor = "emrtd"
declarations = []
holding_days = 28
reason = "The old passport opens the box for the new one"
paragraph = "§ 15 PassG"
legal_basis = "Art. 6"
approved_by = "A. B."
approved_on = 2026-01-31
"""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A real box that reads chips, and on which everything is there for it."""
    uids = {user: 900 + at for at, user in enumerate(sorted({*SERVICE_USERS.values(), "abholfach-controller"}))}
    monkeypatch.setattr("pwd.getpwnam", lambda name: SimpleNamespace(pw_uid=uids[name]))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    policies = tmp_path / "policies.toml"
    policies.write_text(POLICY, "utf-8")
    plan = Plan(
        config=tmp_path / "etc/abholfach",
        data=tmp_path / "data",
        box="musterstadt-1",
        kind=Kind.REAL,
        profile="gpio-12",
        policies=policies,
        card_reader="pcsc:Contactless",
    )
    initialise(plan)
    for name in ("usr/sbin/pcscd", DROP_IN):
        _write(name)(tmp_path)
    _trust(Manifest(1, (ANCHOR,), (), (LIST,)))(tmp_path)
    return Machine(plan.config / "abholfach.toml", tmp_path)


def _write(name: str, text: str = "") -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")

    return write


def _remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


def _mode(name: str, mode: int) -> Callable[[Path], None]:
    return lambda root: (root / name).chmod(mode)


def _trust(manifest: Manifest) -> Callable[[Path], None]:
    return _write(f"{TRUST}/{MANIFEST}", manifest_bytes(manifest).decode())


def of_chips(machine: Machine) -> dict[str, Finding]:
    return {one.check: one for one in check(machine) if one.check in ("chip checks", "trust store", "card readers")}


def test_a_box_that_has_everything(box: Machine) -> None:
    found = of_chips(box)
    assert {name: one.state for name, one in found.items()} == dict.fromkeys(
        ("chip checks", "trust store", "card readers"), State.OK
    )
    assert found["chip checks"].words == "Reisepass"
    assert found["trust store"].words == "1 CSCA certificates, 1 revocation lists"
    settings = (box.configuration.parent / "reader-eid.env").read_text("utf-8").splitlines()
    assert settings[1:] == ["ABHOLFACH_READER_SOURCE=pcsc:Contactless"]


@pytest.mark.parametrize(
    ("change", "what", "says"),
    [
        (_remove("etc/abholfach/reader-eid.env"), "chip checks", "--card-reader pcsc"),
        (_write("etc/abholfach/reader-eid.env", "ABHOLFACH_READER_SOURCE=v4l2\n"), "chip checks", "one setting"),
        (
            _write("etc/abholfach/reader-eid.env", "ABHOLFACH_READER_SOURCE=pcsc\nPCSCLITE_CSOCK_NAME=/tmp/x\n"),
            "chip checks",
            "one setting",
        ),
        (_remove("usr/sbin/pcscd"), "chip checks", "apt-get install pcscd"),
        (_remove(DROP_IN), "chip checks", "systemd/install.sh"),
        (_write("usr/share/polkit-1/actions/org.debian.pcsc-lite.policy"), "chip checks", "polkit"),
        (_trust(Manifest()), "trust store", "abholfach csca import"),
        (_remove(f"{TRUST}/{MANIFEST}"), "trust store", "abholfach csca import"),
        (_write(f"{TRUST}/{MANIFEST}", "{"), "trust store", "damaged"),
        (_mode(f"{TRUST}/{MANIFEST}", 0o666), "trust store", "chmod go-w"),
        (_mode(TRUST, 0o777), "trust store", "chmod go-w"),
        (_write("etc/reader.conf.d/mine", "LIBPATH /opt/libifdvpcd.so\n"), "card readers", "/etc/reader.conf.d/mine"),
        (_write("usr/local/lib/pcsc/drivers/libifdvpcd.so.0.9"), "card readers", "vsmartcard-vpcd"),
        (_write("usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8"), "card readers", "vsmartcard-vpcd"),
    ],
)
def test_what_is_missing_is_found_and_says_what_to_do(
    box: Machine, change: Callable[[Path], None], what: str, says: str
) -> None:
    change(box.root)
    (finding,) = [one for one in of_chips(box).values() if one.state is not State.OK]
    assert (finding.check, finding.state) == (what, State.FAILED)
    assert says in finding.words


def test_without_a_revocation_list_a_policy_that_asks_for_one_refuses_everybody(box: Machine) -> None:
    _trust(Manifest(1, (ANCHOR,)))(box.root)
    assert of_chips(box)["trust store"].state is State.WARNING
    policies = box.configuration.parent / "policies.toml"
    policies.write_text(policies.read_text("utf-8") + 'revocation = "optional"\n', "utf-8")
    assert of_chips(box)["trust store"].state is State.OK


def test_a_box_that_reads_no_chips_is_not_asked_for_any_of_it(box: Machine) -> None:
    policies = box.configuration.parent / "policies.toml"
    text = POLICY.replace('"emrtd"', '"birth_date"')
    policies.write_text("\n".join(line for line in text.splitlines() if "approved" not in line), "utf-8")
    for name in ("usr/sbin/pcscd", DROP_IN, "etc/abholfach/reader-eid.env", f"{TRUST}/{MANIFEST}"):
        _remove(name)(box.root)
    found = of_chips(box)
    assert "trust store" not in found
    assert (found["chip checks"].state, found["chip checks"].words) == (
        State.OK,
        "no type of document asks for one",
    ), json.dumps({name: one.words for name, one in found.items()})


@pytest.mark.parametrize("source", ["v4l2", "pcsc\nPCSCLITE_CSOCK_NAME=/tmp/x", "vpcd"])
def test_a_card_reader_that_is_none_is_refused_before_anything_is_written(tmp_path: Path, source: str) -> None:
    plan = Plan(config=tmp_path / "c", data=tmp_path / "d", box="musterstadt-1", kind=Kind.REAL, profile="gpio-12")
    with pytest.raises(ProvisioningError) as caught:
        initialise(replace(plan, card_reader=source))
    assert caught.value.code == "no_such_card_reader"
    assert list(tmp_path.iterdir()) == []
