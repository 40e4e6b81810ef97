"""The little file system a kernel starts with: a busybox, the modules in their order, and one script."""

from __future__ import annotations

import lzma
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

_ALIGNMENT = 4


def cpio(entries: Mapping[str, tuple[int, bytes]]) -> bytes:
    """An archive as the kernel unpacks it (``newc``): by name the mode, with its file type, and the content."""
    archive = bytearray()
    for number, (name, (mode, content)) in enumerate([*entries.items(), ("TRAILER!!!", (0, b""))], 1):
        words = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name.encode()) + 1, 0)
        archive += b"070701" + b"".join(b"%08X" % word for word in words) + name.encode() + b"\0"
        archive += b"\0" * (-len(archive) % _ALIGNMENT)
        archive += content
        archive += b"\0" * (-len(archive) % _ALIGNMENT)
    return bytes(archive)


def directory() -> tuple[int, bytes]:
    """An entry of an archive."""
    return stat.S_IFDIR | 0o755, b""


def program(content: bytes) -> tuple[int, bytes]:
    """An entry of an archive that can be run."""
    return stat.S_IFREG | 0o755, content


class Modules:
    """A kernel's modules, by the names the kernel calls them."""

    def __init__(self, files: Iterable[Path], built_in: str = "") -> None:
        """``files``: ``.ko`` or ``.ko.xz``, the later one of a name instead of the earlier. ``built_in``: the text of
        ``modules.builtin``, which names the files of those that need no loading.
        """
        self._files = {_name(file): file for file in files}
        self._built_in = {_name(Path(line)) for line in built_in.splitlines()}

    def with_dependencies(self, names: Iterable[str]) -> dict[str, bytes]:
        """Modules by name, each after those it needs, without what is built in. Raises ``KeyError``: there is none of
        this name.
        """
        found: dict[str, bytes] = {}
        for name in names:
            self._add(name, found)
        return found

    def _add(self, name: str, found: dict[str, bytes]) -> None:
        if name in found or name in self._built_in:
            return
        file = self._files[name]
        content = file.read_bytes()
        if file.suffix == ".xz":
            content = lzma.decompress(content)
        for needed in needed_by(content):
            self._add(needed, found)
        found[name] = content


def _name(file: Path) -> str:
    return file.name.split(".")[0].replace("-", "_")


def needed_by(module: bytes) -> list[str]:
    """Which modules have to be there before ``module``: what modpost wrote into it."""
    begin = module.find(b"\0depends=")
    if begin < 0:
        return []
    begin += len(b"\0depends=")
    names = module[begin : module.index(b"\0", begin)].decode("ascii")
    return [name.replace("-", "_") for name in names.split(",") if name]
