"""The card reader's real process with the online function: AusweisApp and the eID service played, sockets real."""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
import time
from pathlib import Path

from hal.eid.online.service import EidHolder
from hal.eid.online.settings import normalised
from hal.reader import EXIT_UNAVAILABLE
from hal.wire import AccessKind, ChipOutcomeKind, ChipRequest
from hal.wire.codes import SecretText
from tests.integration.eid.desk import REPOSITORY, Desk, request
from tests.integration.eid.support import Readers
from tests.unit.eid_online.peers import CONVERSATIONS, AusweisAppPeer, ServicePeer

KEY = bytes(range(32))
PIN = "123456"
"""As the recorded conversations have it."""


def ask(number: int) -> ChipRequest:
    return request(
        number,
        factor="eid",
        access_kind=AccessKind.PIN,
        access=SecretText(PIN),
        key=SecretText(KEY.hex()),
        wall_ms=time.time_ns() // 1_000_000,
    )


def settings(folder: Path, service: ServicePeer, app: str) -> Path:
    given = service.settings
    assert given.forward is not None
    file = folder / "online.toml"
    file.write_text(
        "[service]\n"
        f'url = "{given.url}"\naudience = "{given.audience}"\nissuer = "{given.issuer}"\n'
        'result_key = "result.pem"\nauthority = "ca.pem"\ncertificate = "box.pem"\nkey = "key.pem"\n'
        f'forward = "{given.forward[0]}:{given.forward[1]}"\n'
        f'[ausweisapp]\nurl = "{app}"\n',
        "utf-8",
    )
    return file


def test_the_right_pin_verifies_and_the_name_stays(readers: Readers, tmp_path: Path) -> None:
    with (
        ServicePeer(tmp_path).running() as service,
        AusweisAppPeer(CONVERSATIONS["verified"]).running() as app,
        Desk(tmp_path, readers.stack.environment, tmp_path / "trust") as desk,
    ):
        desk.start_reader("--source", "pcsc", "--online", str(settings(tmp_path, service, app.url)))
        assert desk.health[-1].factors == ("emrtd", "eid")
        asked = ask(1)
        assert desk.ask(asked) == (ChipOutcomeKind.VERIFIED, "")
        (answer,) = desk.answers(asked)
        holder = normalised(EidHolder("Müller", "Erika", "19640812"))
        assert (answer.issuing_state, answer.verifiers) == ("D", (hmac.digest(KEY, holder.encode(), "sha256").hex(),))
        said = (desk.printed + json.dumps(desk.everything)).lower()
        for secret in ("müller", "mueller", "erika", "1964", PIN, KEY.hex()):
            assert secret not in said


def test_without_ausweisapp_a_person_takes_over(readers: Readers, tmp_path: Path) -> None:
    with (
        ServicePeer(tmp_path).running() as service,
        Desk(tmp_path, readers.stack.environment, tmp_path / "trust") as desk,
    ):
        file = settings(tmp_path, service, "ws://127.0.0.1:9/eID-Kernel")
        desk.start_reader("--source", "pcsc", "--online", str(file))
        assert desk.ask(ask(1)) == (ChipOutcomeKind.UNSUPPORTED, "eid_client_down")


def test_settings_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    file = tmp_path / "online.toml"
    file.write_text("[service]\nurl = 1\n")
    command = ["--source", "pcsc", "--socket", "/nowhere", "--online", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "hal.reader", *command],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=60,
        check=False,
    )
    assert done.returncode == EXIT_UNAVAILABLE
    assert done.stderr.startswith("abholfach-reader: online_settings: online.toml")
