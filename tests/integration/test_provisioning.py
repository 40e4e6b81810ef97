"""``abholfach-provision`` as a process: what it makes, what it says, and what it never shows."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import zxingcpp
from PIL import Image

from controller.adapters.pin_hash import check_pin
from controller.config import load_settings
from controller.identity import load_identity
from simulator.town import Town

PIN = "582946"
Answer = dict[str, Any] | None


def provision(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "provisioning", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class AdminSocket:
    """A scripted controller: gives one answer to each request, and looks at who asks while it does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answer: Answer = {"result": {}}
        self.requests: list[dict[str, Any]] = []
        self.seen_of_caller = b""
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return  # closed
            with connection, connection.makefile("rb") as lines:
                peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
                caller, _uid, _gid = struct.unpack("3i", peer)
                for line in lines:
                    request = json.loads(line)
                    self.requests.append(request)
                    process = Path(f"/proc/{caller}")
                    self.seen_of_caller = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
                    if self.answer is None:
                        break  # goes away while it is asked
                    reply = {"jsonrpc": "2.0", "id": request["id"], **self.answer}
                    connection.sendall(json.dumps(reply).encode() + b"\n")


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[AdminSocket]:
    controller = AdminSocket(tmp_path / "admin.sock")
    yield controller
    controller.close()


def badge_text(file: Path) -> str:
    with Image.open(file) as card:
        (read,) = zxingcpp.read_barcodes(numpy.array(card))
    return str(read.text)


def add(admin: AdminSocket | Path, badge: Path, *words: str, pin: str = PIN) -> subprocess.CompletedProcess[str]:
    path = admin.path if isinstance(admin, AdminSocket) else admin
    options = words or ("--id", "m-4711", "--roles", "supervisor,loader")
    return provision("staff", "add", *options, "--badge-out", badge, "--pin-stdin", "--socket", path, stdin=f"{pin}\n")


def test_a_box_is_made_shown_and_checked_and_a_second_run_says_so(tmp_path: Path) -> None:
    words: list[str | Path] = [
        "init",
        "--root",
        tmp_path,
        "--box",
        "demo-1",
        "--kind",
        "simulated",
        "--profile",
        "gpio-12",
    ]
    words += ["--seen-empty-by", "A. Techniker", "--mqtt", "127.0.0.1:1883", "--commands", "unsigned"]
    first, second = provision(*words), provision(*words)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "made " in first.stdout
    assert "kept " not in first.stdout
    assert "kept " in second.stdout
    assert first.stdout.splitlines()[-1] == second.stdout.splitlines()[-1]
    config = tmp_path / "etc/abholfach"
    shown = provision("show", "--config", config)
    assert shown.returncode == 0
    assert "demo-1" in shown.stdout
    assert load_identity(tmp_path / "var/lib/abholfach").salt not in shown.stdout
    checked = provision("check", "--config", config)
    assert checked.returncode == 0
    assert "0 failed" in checked.stdout


def test_the_tree_of_an_image_may_be_moved(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    made = provision(
        "init", "--root", tmp_path / "image", "--box", "b-1", "--kind", "simulated", "--profile", "gpio-12"
    )
    assert made.returncode == 0, made.stderr
    (tmp_path / "image").rename(tmp_path / "root")
    settings = load_settings(tmp_path / "root/etc/abholfach/abholfach.toml")
    assert settings.paths.data == tmp_path / "root/var/lib/abholfach"


def test_check_exits_with_one_when_something_fails(tmp_path: Path) -> None:
    provision("init", "--root", tmp_path, "--box", "b-1", "--kind", "simulated", "--profile", "gpio-12")
    (tmp_path / "var/lib/abholfach/device.key").chmod(0o644)
    checked = provision("check", "--config", tmp_path / "etc/abholfach")
    assert checked.returncode == 1
    assert "others may read the device key" in checked.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--mqtt", "broker"), 'bad_broker: "broker": HOST:PORT'),
        (("--mqtt", "broker:99999"), "bad_broker"),
        (("--mqtt-ca", "ca.pem"), "mqtt_missing"),
        (("--mqtt", "b:1", "--mqtt-ca", "ca.pem"), "tls_incomplete"),
        (("--data", "elsewhere"), "root_or_directories"),
    ],
)
def test_a_wrong_option_is_said_in_words(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    made = provision("init", "--root", tmp_path, "--box", "b-1", "--kind", "simulated", "--profile", "gpio-12", *words)
    assert made.returncode == 1
    assert says in made.stderr
    assert "Traceback" not in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_staff_member_is_registered_by_hashes_alone(admin: AdminSocket, tmp_path: Path) -> None:
    file = tmp_path / "badge.png"
    done = add(admin, file)
    assert (done.returncode, done.stderr) == (0, "")
    badge = badge_text(file)
    (request,) = admin.requests
    assert request["method"] == "admin.register_staff"
    assert request["params"]["staff"] == "m-4711"
    assert request["params"]["roles"] == ["loader", "supervisor"]
    assert request["params"]["badge_sha256"] == hashlib.sha256(badge.encode()).hexdigest()
    assert request["params"]["pin_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_pin(request["params"]["pin_hash"], PIN)


def test_neither_badge_nor_pin_is_seen_by_anybody(admin: AdminSocket, tmp_path: Path) -> None:
    file = tmp_path / "badge.png"
    done = add(admin, file)
    said = done.stdout + done.stderr + json.dumps(admin.requests)
    secret = badge_text(file).removeprefix("ABHOLFACH-B-")
    assert admin.seen_of_caller
    for shown in (said, admin.seen_of_caller.decode()):
        assert secret not in shown
        assert PIN not in shown


def test_without_a_controller_it_says_so_and_leaves_no_badge(tmp_path: Path) -> None:
    file = tmp_path / "badge.png"
    done = add(tmp_path / "nobody.sock", file)
    assert done.returncode == 1
    assert "controller_not_running" in done.stderr
    assert "systemctl start abholfach-controller" in done.stderr
    assert not file.exists()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            {"error": {"code": -32000, "message": "no", "data": {"reason": "badge_taken"}}},
            "refused: the controller refused: badge_taken",
        ),
        (None, "went away while it was asked"),
    ],
)
def test_a_badge_that_was_not_registered_is_not_printed(
    admin: AdminSocket, tmp_path: Path, answer: Answer, says: str
) -> None:
    admin.answer = answer
    file = tmp_path / "badge.pdf"
    done = add(admin, file)
    assert done.returncode == 1
    assert says in done.stderr
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "pin", "says"),
    [
        ((), "1234", "guessable_pin"),
        ((), "", "bad_pin"),
        (("--id", "m-1", "--roles", "boss"), PIN, "bad_roles"),
        (("--id", "Erika Muster", "--roles", "loader"), PIN, "bad_staff_id"),
    ],
)
def test_what_is_refused_never_reaches_the_controller(
    admin: AdminSocket, tmp_path: Path, words: tuple[str, ...], pin: str, says: str
) -> None:
    done = add(admin, tmp_path / "badge.png", *words, pin=pin)
    assert done.returncode == 1
    assert says in done.stderr
    assert admin.requests == []
    assert not (tmp_path / "badge.png").exists()


def test_a_pin_on_the_command_line_is_no_option(admin: AdminSocket, tmp_path: Path) -> None:
    done = add(admin, tmp_path / "badge.png", "--id", "m-1", "--roles", "loader", "--pin", PIN)
    assert done.returncode == 2
    assert admin.requests == []


def test_a_staff_member_is_unlocked(admin: AdminSocket) -> None:
    done = provision("staff", "unlock", "--id", "m-4711", "--socket", admin.path)
    assert done.returncode == 0, done.stderr
    assert [(request["method"], request["params"]) for request in admin.requests] == [
        ("admin.unlock_staff", {"staff": "m-4711"})
    ]


def office_password(admin: AdminSocket, password: str) -> subprocess.CompletedProcess[str]:
    options = ("--id", "m-4711", "--password-stdin", "--socket", admin.path)
    return provision("staff", "office-password", *options, stdin=f"{password}\n")


def test_a_password_for_the_office_goes_hashed_and_is_nowhere_else(admin: AdminSocket) -> None:
    password = "correct horse battery staple"
    done = office_password(admin, password)
    assert done.returncode == 0, done.stderr
    ((method, params),) = [(request["method"], request["params"]) for request in admin.requests]
    assert method == "admin.office_password"
    assert params["staff"] == "m-4711"
    assert check_pin(params["password_hash"], password)
    assert password not in done.stdout + done.stderr + str(params)


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 300, "abababababab"])
def test_a_password_that_is_none_is_not_sent(admin: AdminSocket, password: str) -> None:
    done = office_password(admin, password)
    assert done.returncode == 1
    assert "bad_password" in done.stderr
    assert not password or password not in done.stderr
    assert admin.requests == []


def test_the_files_of_an_image_are_given_to_nobody_yet(tmp_path: Path) -> None:
    """The users of the box are not those of the computer that builds the image."""
    made = provision("init", "--root", tmp_path, "--box", "b-1", "--kind", "real", "--profile", "gpio-12")
    assert made.returncode == 0, made.stderr
    assert "systemd-tmpfiles" in made.stdout
    owners = {path.stat().st_uid for path in tmp_path.rglob("*")}
    assert owners == {os.getuid()}


def test_a_real_controller_takes_what_it_is_asked(tmp_path: Path) -> None:
    """The scripted one above says only what was sent; this one decides."""
    with tempfile.TemporaryDirectory(prefix="town-") as root:  # a short path: sockets have no long names
        town = Town(Path(root))
        town.provision()
        try:
            town.start_plant()
            town.start_controller()
            admin = town.sockets.paths["admin"]
            added = add(admin, tmp_path / "badge.png")
            unlocked = provision("staff", "unlock", "--id", "m-4711", "--socket", admin)
            unknown = provision("staff", "unlock", "--id", "m-4712", "--socket", admin)
            recorded = town.query("SELECT body FROM events WHERE seq > ?", 0)
        finally:
            town.stop()
    assert (added.returncode, unlocked.returncode) == (0, 0), added.stderr + unlocked.stderr
    assert (unknown.returncode, "staff_unknown" in unknown.stderr) == (1, True)
    events = [json.loads(bytes(body)) for (body,) in recorded if isinstance(body, bytes)]
    registered = [event["data"] for event in events if event["type"] == "StaffRegistered"]
    assert registered == [{"roles": ["loader", "supervisor"], "staff": "m-4711"}]
