"""What ``./box kernel`` makes before it boots: packages, module, initramfs."""

from __future__ import annotations

import lzma
import stat
from pathlib import Path

import pytest

from tests.kernel import debian, module
from tests.kernel.initramfs import Modules, cpio, directory, needed_by, program

DEPENDS = """linux-headers-6.1.0-56-amd64
  Depends: linux-headers-6.1.0-56-common
 |Depends: linux-kbuild-6.1
  Depends: <linux-compiler-gcc-12-x86>
    gcc-12
  Depends: gcc-12
"""


def test_dependencies_are_read_from_what_apt_prints() -> None:
    assert debian.dependencies_in(DEPENDS) == ["linux-headers-6.1.0-56-common", "linux-kbuild-6.1", "gcc-12"]
    assert debian.dependencies_in("") == []


def test_unpacked_headers_find_each_other(tmp_path: Path) -> None:
    headers = tmp_path / "usr/src/linux-headers-6.1.0-56-amd64"
    headers.mkdir(parents=True)
    (headers / "Makefile").write_text("include /usr/src/linux-headers-6.1.0-56-common/Makefile\n")
    assert debian.relocate_headers(tmp_path, "6.1.0-56-amd64") == headers
    assert (headers / "Makefile").read_text() == (
        f"include {tmp_path}/usr/src/linux-headers-6.1.0-56-common/Makefile\n"
    )


def test_another_driver_than_the_one_that_is_known_is_refused() -> None:
    known = "\n".join(module.INSTEAD)
    assert module.observed(known) == "\n".join(module.INSTEAD.values())
    for text in (known.replace("gpio_sim_free", "gpio_sim_release"), known * 2, ""):
        with pytest.raises(ValueError, match="not once"):
            module.observed(text)


def a_module(*needs: str) -> bytes:
    return b"\x7fELF\0license=GPL\0depends=" + ",".join(needs).encode() + b"\0retpoline=Y\0"


def test_modules_come_after_what_they_need(tmp_path: Path) -> None:
    (tmp_path / "gpio-sim.ko").write_bytes(a_module("config-fs", "shared"))
    (tmp_path / "config-fs.ko.xz").write_bytes(lzma.compress(a_module("shared")))
    (tmp_path / "shared.ko").write_bytes(a_module())
    (tmp_path / "other.ko").write_bytes(a_module())
    modules = Modules(tmp_path.iterdir())
    found = modules.with_dependencies(["gpio_sim", "shared"])
    assert list(found) == ["shared", "config_fs", "gpio_sim"]
    assert found["config_fs"] == a_module("shared")
    with pytest.raises(KeyError, match="nowhere"):
        modules.with_dependencies(["nowhere"])


def test_what_is_built_into_the_kernel_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "9p.ko").write_bytes(a_module("net-core"))
    modules = Modules(tmp_path.iterdir(), "kernel/net/net-core.ko\nkernel/drivers/virtio/virtio_pci.ko\n")
    assert list(modules.with_dependencies(["virtio_pci", "9p"])) == ["9p"]


def test_a_module_that_says_nothing_needs_nothing() -> None:
    assert needed_by(b"\x7fELF") == []
    assert needed_by(a_module()) == []


def unpacked(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """What is in a ``newc`` archive, read as the kernel's documentation has it (initramfs buffer format)."""
    found: dict[str, tuple[int, bytes]] = {}
    place = 0
    while True:
        header = archive[place : place + 110]
        assert header[:6] == b"070701"
        fields = [int(header[6 + 8 * index : 14 + 8 * index], 16) for index in range(13)]
        name = archive[place + 110 : place + 110 + fields[11] - 1].decode()
        assert archive[place + 109 + fields[11]] == 0
        begin = (place + 110 + fields[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], archive[begin : begin + fields[6]])
        place = (begin + fields[6] + 3) // 4 * 4


@pytest.mark.parametrize("size", range(5))
def test_an_archive_holds_what_was_put_into_it(size: int) -> None:
    entries = {"bin": directory(), "bin/ä" + "x" * size: program(b"y" * size), "init": program(b"#!/bin/sh\n")}
    archive = cpio(entries)
    assert len(archive) % 4 == 0
    assert unpacked(archive) == entries
    assert stat.S_ISDIR(entries["bin"][0])
    assert stat.S_IMODE(entries["init"][0]) == 0o755
