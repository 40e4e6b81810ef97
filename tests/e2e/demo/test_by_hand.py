"""The demo as people use it: it starts, looks after its processes, ends with Ctrl-C, and goes on where it was."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from simulator.demo_town import DemoError, make_run_directory, run_directory
from tests.e2e.demo.running import ROOT, Demo, demo, still_there, until


def panel_state(running: Demo) -> dict[str, object]:
    state: dict[str, object] = httpx.get(f"{running.address('panel')}state", timeout=20).json()
    return state


def press(running: Demo, path: str, body: dict[str, object] | None = None) -> httpx.Response:
    panel = running.address("panel").rstrip("/")
    return httpx.post(f"{panel}{path}", json=body or {}, headers={"origin": panel}, timeout=20)


def test_it_ends_with_ctrl_c_and_goes_on_with_the_same_codes(tmp_path: Path) -> None:
    data = tmp_path / "town"
    with demo(data, tmp_path / "first") as first:
        assert "pickup-code.png" in first.said()
        assert (data / "pickup-code.png").stat().st_mode & 0o777 == 0o600
        assert len(still_there(data)) >= 7
        assert first.interrupt() == 0
    assert still_there(data) == []
    with demo(data, tmp_path / "second") as second:
        assert "loads" not in second.said()
        # The code that was printed by the first one still opens the door behind which the envelope still lies.
        assert press(second, "/robots/collect", {"right": "R-yildiz"}).status_code == 200
        until(lambda: "goes home with D-0101" in json.dumps(panel_state(second)), "the resident goes home")
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(60) == 0
    assert still_there(data) == []


def test_a_box_that_stands_alone_has_an_office_and_no_central_system(tmp_path: Path) -> None:
    data = tmp_path / "town"
    with demo(data, tmp_path / "output", "--standalone") as running:
        said = running.said()
        password = re.search(r"on the office page: anna, password (\S+)", said)
        address = re.search(r"office page +(https://localhost:\d+/)", said)
        assert password is not None
        assert address is not None
        trusting = ssl.create_default_context(cafile=str(data / "office-certificate.pem"))
        with httpx.Client(base_url=address[1], verify=trusting, timeout=60, follow_redirects=True) as office:
            form = re.search(r'name="form" value="([0-9a-f]{64})"', office.get("/login").text)
            assert form is not None
            fields = {"form": form[1], "staff": "anna", "password": password[1]}
            overview = office.post("/login", data=fields, headers={"origin": address[1].rstrip("/")}).text
        assert "Vorgang erfassen" in overview
        assert not (data / "central").exists()
        assert running.interrupt() == 0
    assert still_there(data) == []


def test_whoever_is_killed_is_started_again_and_the_broker_when_asked(tmp_path: Path) -> None:
    data = tmp_path / "town"
    with demo(data, tmp_path / "output") as running:
        before = panel_state(running)["processes"]
        assert isinstance(before, dict)
        victims = ("controller", "reader", "pages", "card service", "card reader")
        for name in victims:
            os.kill(before[name], signal.SIGKILL)
        for name in victims:
            running.until_said(f"{name} was killed by SIGKILL;")
        assert "outputs made safe, started again" in running.said()
        assert press(running, "/robots/collect", {"right": "R-novak"}).status_code == 200
        until(lambda: "goes home with D-0102" in json.dumps(panel_state(running)), "the resident goes home")
        assert press(running, "/robots/collect", {"right": "R-osei"}).status_code == 200
        until(lambda: "goes home with D-0107" in json.dumps(panel_state(running)), "who has the right passport, too")

        os.kill(running_processes(running)["cabinet"], signal.SIGKILL)
        running.until_said("the computer goes down with it")
        until(lambda: running.said().count("outputs made safe, started again") == 2, "the computer is up again")
        assert press(running, "/robots/collect", {"right": "R-yildiz"}).status_code == 200
        until(lambda: "goes home with D-0101" in json.dumps(panel_state(running)), "its doors open again")

        assert press(running, "/processes/broker/kill").status_code == 200
        assert press(running, "/processes/nobody/kill").status_code == 422
        until(lambda: dict(running_processes(running))["broker"] == 0, "the broker is dead")
        assert press(running, "/processes/broker/start").status_code == 200
        until(lambda: dict(running_processes(running))["broker"] > 0, "the broker is back")

        second = subprocess.run(
            [sys.executable, "-m", "simulator.demo", "--data", str(data)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert "runs on" in second.stderr
    assert still_there(data) == []


def running_processes(running: Demo) -> dict[str, int]:
    processes = panel_state(running)["processes"]
    assert isinstance(processes, dict)
    return processes


def test_a_port_that_was_asked_for_and_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "simulator.demo", "--data", str(tmp_path / "town"), "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert refused.returncode == 1
    assert f"port {port} cannot be used" in refused.stderr


def test_without_mosquitto_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.broker._PLACES", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    from simulator import demo as command

    assert command.main(["--auto", "--data", str(tmp_path / "town")]) == 1


def test_a_path_too_long_for_sockets_moves_them_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    far = tmp_path / ("long" * 30)
    short = make_run_directory(far)
    assert short.parent == tmp_path
    assert short.stat().st_mode & 0o777 == 0o700
    assert run_directory(far) == short != run_directory(tmp_path / ("gone" * 30))
    assert run_directory(Path("/srv/a")) == Path("/srv/a/run")
    short.chmod(0o777)
    with pytest.raises(DemoError, match="somebody else"):
        make_run_directory(far)
