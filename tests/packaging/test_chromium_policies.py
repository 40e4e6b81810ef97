"""The browser's managed policies, obeyed by a real Chromium: in a mount namespace of the test's own, so that the
machine's Chromium keeps its settings. Each thing is tried without the policies as well: what never works proves
nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.packaging.project import ROOT

POLICIES = ROOT / "systemd" / "chromium" / "abholfach.json"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: A mount namespace: as root at once, otherwise with a user namespace around it.
NAMESPACES = ("--mount",) if os.geteuid() == 0 else ("--mount", "--map-root-user")
WITHIN_S = 60.0


class Site:
    """A web site that remembers what was asked of it."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.asked: list[str] = []
        self._changed = threading.Condition()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with site._changed:
                    site.asked.append(self.path)
                    site._changed.notify_all()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                if self.path == "/file":
                    self.send_header("content-disposition", "attachment; filename=file.bin")
                self.end_headers()
                self.wfile.write(pages.get(self.path, b"<p>nothing here"))

            def log_message(self, format: str, *args: object) -> None:
                """Not on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, path: str) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: path in self.asked, WITHIN_S), f"{path} was never asked for"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


#: Tries to get out: a frame, a window, a download, at last by leaving. Each is awaited, then the end is reported.
TRIES = """<!doctype html><title>tries</title><iframe src="{other}/frame"></iframe><script>
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {{
  await wait(700);
  const link = document.createElement("a");
  link.href = "/file"; link.download = "file.bin"; document.body.append(link); link.click();
  await wait(700);
  await fetch("/tried");
  location.href = "{other}/left";
}})();
</script>"""


@contextlib.contextmanager
def browser(page: str, home: Path, policies: Path | None, debugging_port: int) -> Iterator[None]:
    """A Chromium on ``page``. With ``policies`` they are the only ones of its world."""
    profile = home / "profile"
    profile.mkdir(parents=True)
    preferences = {"download": {"default_directory": str(home / "downloads"), "prompt_for_download": False}}
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
    chromium = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}", f"--remote-debugging-port={debugging_port}", page]
    script = 'exec "$@"'
    if policies is not None:
        script = (
            "set -e; mount -t tmpfs none /etc/chromium; mkdir -p /etc/chromium/policies/managed; "
            f'cp "{policies}" /etc/chromium/policies/managed/abholfach.json; exec "$@"'
        )
    process = subprocess.Popen(
        ["unshare", *NAMESPACES, "sh", "-c", script, "sh", *chromium],
        env=os.environ | {"HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(WITHIN_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def can_unshare() -> bool:
    command = ["unshare", *NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.e2e
@pytest.mark.parametrize("governed", [False, True], ids=["without policies", "with policies"])
def test_the_browser_stays_on_the_pages(tmp_path: Path, governed: bool) -> None:
    if not can_unshare():
        pytest.skip("this machine lets nobody make a mount namespace")
    other = Site({})
    pages = Site({"/": TRIES.format(other=other.origin).encode()})
    policies = tmp_path / "policies.json"
    shipped = json.loads(POLICIES.read_text(encoding="utf-8"))
    policies.write_text(json.dumps(shipped | {"URLAllowlist": [pages.origin]}), encoding="utf-8")
    debugging_port = free_port()
    (tmp_path / "downloads").mkdir()
    try:
        with browser(f"{pages.origin}/", tmp_path, policies if governed else None, debugging_port):
            pages.wait_for("/tried")
            if not governed:
                other.wait_for("/left")
            time.sleep(1.5)  # for what must not happen
            debugged = listens(debugging_port)
        downloaded = [path.name for path in (tmp_path / "downloads").iterdir()]
    finally:
        pages.close()
        other.close()
    if governed:
        assert (other.asked, debugged, downloaded) == ([], False, [])
    else:
        assert "/frame" in other.asked
        assert debugged
        assert downloaded  # whole or half: the download was begun


def test_every_policy_is_one_that_chromium_knows() -> None:
    """A name with a typing mistake is ignored without a word."""
    binary = next(path for path in ("/usr/lib/chromium/chromium", CHROMIUM) if Path(path).exists())
    known = Path(binary).read_bytes()
    unknown = [name for name in json.loads(POLICIES.read_text(encoding="utf-8")) if name.encode() + b"\0" not in known]
    assert unknown == []
