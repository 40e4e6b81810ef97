"""How the office's pages are switched on: with everything, or not at all."""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from kiosk_ui.office import listener
from kiosk_ui.office.cookies import form_token, is_our_form
from kiosk_ui.office.listener import Listener, add_arguments, read_arguments
from kiosk_ui.settings import SettingsError


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made = trustme.CA().issue_cert("box.test")
    certificate, key = folder / "box.pem", folder / "box.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    return certificate, key


def parse(*arguments: str) -> Listener | None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return read_arguments(parser.parse_args(arguments))


def test_they_are_off_unless_asked_for() -> None:
    assert parse() is None


def test_a_name_and_tls_are_what_it_takes(files: tuple[Path, Path]) -> None:
    certificate, key = files
    tls = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    made = parse("--lan", "192.0.2.10:8443", *tls, "--lan-name", "Box.Test", "--lan-name", "box")
    assert made == Listener("192.0.2.10", 8443, certificate, key, ("box.test", "box"))
    assert made.origins(8443) == {"https://box.test:8443", "https://box:8443"}
    assert made.hosts(443) == {"box.test", "box"}
    assert parse("--lan", "[::1]:0", *tls, "--lan-name", "box") == Listener("::1", 0, certificate, key, ("box",))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lan", "0.0.0.0:8443"), "--tls-certificate is missing"),
        (("--lan", "0.0.0.0:8443", "--tls-certificate", "C"), "--tls-key is missing"),
        (("--lan", "0.0.0.0:8443", "--tls-certificate", "C", "--tls-key", "K"), "--lan-name is missing"),
        (("--lan", "0.0.0.0", "--tls-certificate", "C", "--tls-key", "K", "--lan-name", "b"), "HOST:PORT"),
        (("--lan", ":8443", "--tls-certificate", "C", "--tls-key", "K", "--lan-name", "b"), "HOST:PORT"),
        (("--lan", "a:99999", "--tls-certificate", "C", "--tls-key", "K", "--lan-name", "b"), "HOST:PORT"),
        (
            ("--lan", "a:1", "--tls-certificate", "C", "--tls-key", "K", "--lan-name", "a b"),
            "not the name of a host",
        ),
        (("--lan", "a:1", "--tls-certificate", "C", "--tls-key", "C", "--lan-name", "b"), "cannot be used"),
        (("--lan", "a:1", "--tls-certificate", "/none", "--tls-key", "K", "--lan-name", "b"), "cannot be used"),
        (("--lan-name", "box"), "--lan HOST:PORT, which is missing"),
        (("--tls-key", "K"), "--lan HOST:PORT, which is missing"),
    ],
)
def test_what_is_missing_or_wrong_is_named(files: tuple[Path, Path], arguments: tuple[str, ...], words: str) -> None:
    given = [{"C": str(files[0]), "K": str(files[1])}.get(word, word) for word in arguments]
    with pytest.raises(SettingsError, match=re.escape(words)):
        parse(*given)


def test_the_pages_do_not_start_half_way(tmp_path: Path) -> None:
    """Neither the office's nor those at the box: whoever configured it must see it."""
    command = [sys.executable, "-m", "kiosk_ui", "--socket", str(tmp_path / "ui.sock"), "--port", "0"]
    done = subprocess.run([*command, "--lan", "127.0.0.1:0"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "--tls-certificate is missing" in done.stderr
    assert "abholfach-ui: http" not in done.stdout


def test_a_forms_token_belongs_to_one_cookie() -> None:
    token = form_token("cookie")
    assert is_our_form("cookie", token)
    for cookie, given in (("cookie", ""), ("cookie", token[:-1]), ("other", token), ("", form_token("")), ("", "")):
        assert not is_our_form(cookie, given)
    assert is_our_form("cookie", "ä" * 64) is False


async def test_silent_connections_of_the_network_never_fill_the_process(
    monkeypatch: pytest.MonkeyPatch, files: tuple[Path, Path]
) -> None:
    """The pages at the box need files too. Who has not said anything counts: TLS waits a minute for a first word."""
    monkeypatch.setattr(listener, "MOST_OPEN", 2)
    at = Listener("127.0.0.1", 0, *files, ("box.test",))
    server = await asyncio.start_server(lambda _, __: None, sock=at.bind(), ssl=listener.context(at))
    port = server.sockets[0].getsockname()[1]

    async def comes() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", port)

    async def is_hung_up_on() -> bool:
        reader, writer = await comes()
        try:
            async with asyncio.timeout(0.2):
                return await reader.read(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        finally:
            writer.close()

    async with server:
        (_, first), (_, second) = await comes(), await comes()
        assert await is_hung_up_on()
        first.close()
        second.close()
        for _ in range(50):
            if not await is_hung_up_on():
                return
        pytest.fail("whoever goes makes room")
