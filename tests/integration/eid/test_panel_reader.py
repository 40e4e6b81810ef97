"""The card reader in the demo's panel: documents go in, slip out, are swapped; a real PC/SC client sees them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from simulator.demo_furnish import documents
from simulator.processes import wait_for
from simulator.townsfolk import People, write_people
from tests.fakes.plant import GPIO_12, running_plant
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers
from tests.integration.eid.test_card_stack import SELECT, transmit


@pytest.fixture
def panel(readers: Readers, tmp_path: Path) -> Iterator[httpx.Client]:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cabinet.toml").write_bytes(GPIO_12.read_bytes())
    write_people(tmp_path, People(documents=documents(datetime.now(UTC))))
    with running_plant() as plant:
        command = [sys.executable, "-m", "simulator.panel", "--town", str(tmp_path), "--plant", str(plant.socket)]
        command += ["--cards", str(readers.stack.directory)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[1].rstrip("/")
            with httpx.Client(base_url=address, headers={"origin": address}, timeout=30) as http:
                yield http
        finally:
            process.terminate()
            assert process.wait(20) == 0
            if process.stdout is not None:
                process.stdout.close()


def reader_of(panel: httpx.Client) -> dict[str, object]:
    found: dict[str, object] = panel.get("/state").json()["card_reader"]
    return found


def test_documents_go_in_slip_out_and_are_swapped(readers: Readers, panel: httpx.Client) -> None:
    assert reader_of(panel) == {"there": True, "inside": "", "last": ""}
    shown = {each["id"]: each for each in panel.get("/state").json()["documents"]}
    assert shown["osei-passport"]["can"] == "271828"
    assert shown["novak-passport"]["can"] == ""
    assert shown["novak-passport"]["lines"].startswith("P<UTONOVAK<<JAN<")

    slips = {"document": "osei-passport", "forgery": "clone", "pull_after": 2}
    assert panel.post("/card/insert", json=slips).json() == {"ok": True}
    assert "clone" in str(reader_of(panel)["inside"])
    answers = [transmit(readers.names[0], SELECT)[1] for _ in range(3)]
    assert [bool(answer) for answer in answers] == [True, True, False]
    wait_for(lambda: reader_of(panel)["inside"] == "", NOTICED_WITHIN_S, "empty reader")
    assert "out after 3 commands" in str(reader_of(panel)["last"])

    for document in ("osei-permit", "weber-passport"):
        assert panel.post("/card/insert", json={"document": document}).json() == {"ok": True}
        assert transmit(readers.names[0], SELECT)[1]
    assert reader_of(panel)["inside"] == "Ms Weber's passport"
    assert panel.post("/card/remove").json() == {"ok": True}
    assert reader_of(panel)["inside"] == ""

    assert panel.post("/card/insert", json={"document": "nobodys"}).status_code == 404
    wrong = panel.post("/card/insert", json={"document": "osei-passport", "forgery": "painted"})
    assert wrong.status_code == 422
    held = panel.post("/camera/hold", json={"what": "page", "name": "osei-passport"})
    assert held.json() == {"ok": True}
    wait_for(lambda: panel.get("/state").json()["camera"]["kind"] == "document", NOTICED_WITHIN_S, "page")

    readers.stack.kill()
    refused = panel.post("/card/insert", json={"document": "osei-passport"})
    assert (refused.status_code, refused.json()["error"]) == (503, "away")
