"""Starting a virtual machine and hearing how it went; qemu is a script here."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.kernel.machine import NEVER_CAME_TO_IT, Machine

MACHINE = Machine(Path("/boot/vmlinuz"), b"busybox", {"virtio": b"one", "gpio_sim": b"two"})


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the script goes; ``$status`` in it is the file behind the second serial line."""
    program = tmp_path / "qemu-system-x86_64"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return program


def becomes(program: Path, does: str) -> None:
    program.write_text(f"#!/bin/sh\nfor status; do :; done\nstatus=${{status#file:}}\n{does}\n")
    program.chmod(0o755)


def test_the_commands_exit_status_is_heard(qemu: Path, tmp_path: Path) -> None:
    becomes(qemu, f'echo "$@" >{tmp_path}/words; printf "3\\r\\n" >"$status"')
    assert MACHINE.run(["true"], tmp_path, 60) == 3
    words = (tmp_path / "words").read_text()
    assert "accel=tcg" in words
    assert "readonly=on" in words
    assert "-nic none" in words


@pytest.mark.parametrize("does", ["exit 1", 'echo "Kernel panic" >"$status"'])
def test_a_machine_that_says_nothing_has_failed(qemu: Path, tmp_path: Path, does: str) -> None:
    becomes(qemu, does)
    assert MACHINE.run(["true"], tmp_path, 60) == NEVER_CAME_TO_IT


def test_a_machine_that_hangs_is_switched_off(qemu: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    becomes(qemu, "exec sleep 600")
    assert MACHINE.run(["true"], tmp_path, 0.1) == NEVER_CAME_TO_IT
    assert "switched off" in capsys.readouterr().out


def test_words_arrive_as_they_were_given(qemu: Path, tmp_path: Path) -> None:
    """By way of the settings that the first process reads, as it reads them."""
    becomes(qemu, f'for word; do case $word in */initramfs) cp "$word" {tmp_path}/initramfs ;; esac; done')
    words = ["printf", "%s|", "-k", "door or 'lock'", 'a"b$c`d', "tests/kernel"]
    MACHINE.run(words, tmp_path / "a place", 60)
    archive = (tmp_path / "initramfs").read_bytes()
    begin = archive.index(b"MODULES=")
    settings = archive[begin : archive.index(b"\n", archive.index(b"COMMAND=")) + 1].decode()
    said = subprocess.run(
        ["sh", "-c", f'{settings}echo "$MODULES:$DIRECTORY"; eval "env -i $COMMAND"'],
        capture_output=True,
        text=True,
        check=True,
    )
    place = tmp_path / "a place"
    assert said.stdout == f"virtio gpio_sim:{place}\n" + "".join(f"{word}|" for word in words[2:])
    assert shlex.quote(str(place)) in settings
