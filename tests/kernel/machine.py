"""A virtual machine that runs one command on Debian's kernel, with this computer's files, read-only, as its root.

Everything is emulated (no KVM, so it runs wherever qemu runs), there is no network, and nothing is written outside it.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kernel.initramfs import cpio, directory, program

INIT = Path(__file__).with_name("init.sh")

NEVER_CAME_TO_IT = 70
"""The exit status when the command was not run to its end: the kernel or its start failed, or the time was up."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a virtual machine is started with. The first modules are those of the root file system."""

    kernel: Path
    busybox: bytes
    modules: dict[str, bytes]
    processors: int = 2
    memory_mib: int = 1024

    def run(self, command: Sequence[str], directory_: Path, timeout_s: float) -> int:
        """Run ``command`` in ``directory_``; what it writes goes to standard output. Its exit status."""
        with tempfile.TemporaryDirectory(prefix="abholfach-kernel-") as folder:
            initramfs, status = Path(folder) / "initramfs", Path(folder) / "status"
            initramfs.write_bytes(cpio(self._files(command, directory_)))
            status.touch()
            process = subprocess.Popen(self._qemu(initramfs, status), stdin=subprocess.DEVNULL)
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                print(f"the virtual machine is switched off: it is not done within {timeout_s:.0f} s", flush=True)
            finally:
                process.kill()
                process.wait()
            said = status.read_text(encoding="ascii", errors="replace").strip()
        return int(said) if said.isdecimal() else NEVER_CAME_TO_IT

    def _files(self, command: Sequence[str], directory_: Path) -> dict[str, tuple[int, bytes]]:
        settings = (
            f"MODULES={shlex.quote(' '.join(self.modules))}\n"
            f"DIRECTORY={shlex.quote(str(directory_))}\n"
            f"COMMAND={shlex.quote(shlex.join(command))}\n"
        )
        files = {name: directory() for name in ("bin", "dev", "proc", "sys", "host", "modules")}
        files["init"] = program(INIT.read_bytes())
        files["bin/busybox"] = program(self.busybox)
        files["settings.sh"] = program(settings.encode())
        for name, content in self.modules.items():
            files[f"modules/{name}.ko"] = program(content)
        return files

    def _qemu(self, initramfs: Path, status: Path) -> list[str]:
        arguments = {
            "machine": "q35,accel=tcg",
            "cpu": "max",
            "smp": str(self.processors),
            "m": str(self.memory_mib),
            "kernel": str(self.kernel),
            "initrd": str(initramfs),
            "append": "console=ttyS0 quiet loglevel=3 panic=-1",
            "virtfs": "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
            "display": "none",
            "vga": "none",
            "nic": "none",
        }
        words = [word for name, value in arguments.items() for word in (f"-{name}", value)]
        return [
            "qemu-system-x86_64",
            "-nodefaults",
            "-no-reboot",
            *words,
            "-serial",
            "stdio",
            "-serial",
            f"file:{status}",
        ]
