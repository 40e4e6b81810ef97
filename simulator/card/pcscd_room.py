"""A room of its own for one pcscd with virtual card readers: ``python -I -S pcscd_room.py DIRECTORY``.

vpcd, the driver of the virtual readers, listens on every interface of the network it finds, and whoever reaches it puts
a card in. So it gets a network in which there is nothing but its own loopback: this process moves into a fresh network
namespace (and a mount namespace, so that ``/run/pcscd`` of the machine is left alone), starts pcscd there, and opens
connections to the readers for those who may write to the socket ``cards.sock`` in DIRECTORY, whose descriptors it hands
out. Nobody else gets in. Clients of PC/SC connect to ``pcscd.comm`` in DIRECTORY: ``PCSCLITE_CSOCK_NAME``.

Started with ``--user-namespace`` it needs no privilege where ordinary users may make namespaces. It ends with its
parent, and pcscd ends with it. Requests are one JSON object for each connection, answered by one: see `_Room`.

Standard library only, and nothing of this project: it runs without site-packages.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOT_PERMITTED = 3
"""Exit code: this machine does not let us make namespaces in this way."""

DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
FIRST_PORT = 35963
SLOTS = 2
"""vpcd makes so many readers of each line in its configuration, on ports that follow each other."""

_PLACES = ("/usr/sbin/pcscd", "/usr/local/sbin/pcscd", "/usr/bin/pcscd")
_PRIVATE = Path("/run/abholfach-card-readers")
_START_WITHIN_S = 15.0
_STOP_WITHIN_S = 5.0

_CLONE_NEWNS, _CLONE_NEWUSER, _CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    encoded = kind.encode() if kind is not None else None
    _check(_libc.mount(source.encode(), target.encode(), encoded, flags, None), f"mount {target}")


def _leave_namespaces(user: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(_CLONE_NEWNS | _CLONE_NEWNET | (_CLONE_NEWUSER if user else 0)), "unshare")
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _own_run_directory() -> bool:
    """A fresh ``/run`` for pcscd, where it keeps its pid. False in a chroot, whose mounts cannot be told from those
    outside: it is empty enough as it is.
    """
    try:
        _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return False
        raise
    _mount("tmpfs", "/run", "tmpfs", 0)
    return True


def _listening_ports() -> set[int]:
    found = set()
    for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state = line.split()[:4]
        if state == "0A":
            found.add(int(local.rpartition(":")[2], 16))
    return found


class _Room:
    """``{"verb": "start", "readers": [names]}`` → ``{"pid"}``; ``kill`` (SIGKILL), ``stop`` → ``{}``; ``{"verb":
    "connect", "reader": number, "slot": number}`` → ``{}`` with a descriptor; ``status`` → ``{"pid"}``, 0 when none
    runs. What cannot be done → ``{"error": text}``.
    """

    def __init__(self, directory: Path, configuration: Path) -> None:
        self._comm = directory / "pcscd.comm"
        self._configuration = configuration
        self._pid = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_STOP_WITHIN_S)
                try:
                    request = connection.recv(65536)
                    if request:  # somebody may just have looked whether we are here
                        self._answer(connection, json.loads(request))
                except (ValueError, KeyError, TypeError, OSError) as error:
                    try:
                        connection.sendall(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
                    except OSError:
                        print("a client went away before its answer", file=sys.stderr, flush=True)

    def _answer(self, connection: socket.socket, request: Mapping[str, Any]) -> None:
        match request["verb"]:
            case "start":
                self.end(signal.SIGTERM)
                self._start(request["readers"])
                self._wait_for_readers(len(request["readers"]))
            case "kill":
                self.end(signal.SIGKILL)
            case "stop":
                self.end(signal.SIGTERM)
            case "connect":
                with socket.create_connection(("127.0.0.1", self._port(request)), _STOP_WITHIN_S) as card:
                    card.settimeout(None)
                    socket.send_fds(connection, [b"{}"], [card.fileno()])
                return
            case "status":
                self._reap()
            case other:
                raise ValueError(f"no such verb: {other}")
        connection.sendall(json.dumps({"pid": self._pid}).encode())

    @staticmethod
    def _port(request: Mapping[str, Any]) -> int:
        return FIRST_PORT + SLOTS * int(request["reader"]) + int(request["slot"])

    def _start(self, readers: list[str]) -> None:
        program = next((place for place in _PLACES if os.access(place, os.X_OK)), None)
        if program is None or not Path(DRIVER).exists():
            raise FileNotFoundError("pcscd or its virtual readers are missing: apt-get install pcscd vsmartcard-vpcd")
        lines = []
        for number, name in enumerate(readers):
            port = FIRST_PORT + SLOTS * number
            # A driver that is loaded twice has its variables once: its readers would share their cards.
            driver = shutil.copy(DRIVER, self._configuration.with_name(f"reader-{number}.so"))
            lines += [f'FRIENDLYNAME "{name}"', f"DEVICENAME /dev/null:0x{port:X}", f"LIBPATH {driver}"]
            lines += [f"CHANNELID 0x{port:X}", ""]
        (self._configuration / "readers").write_text("\n".join(lines), "utf-8")
        arguments = [program, "--foreground", "--config", str(self._configuration)]
        if self._knows_polkit(program):
            arguments.append("--disable-polkit")
        # pcscd takes a listening socket from systemd: so its clients find it where we say, and not where it was built
        # for. Nobody else holds it: once pcscd is dead, connecting is refused.
        self._comm.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self._comm))
            self._comm.chmod(0o600)
            listener.listen(16)
            self._pid = os.fork()
            if self._pid == 0:
                self._become(program, arguments, listener)

    def _wait_for_readers(self, count: int) -> None:
        """Looks for their ports in a list: a connection would be a card that comes and goes."""
        wanted = {FIRST_PORT + number for number in range(SLOTS * count)}
        deadline = time.monotonic() + _START_WITHIN_S
        while not wanted <= _listening_ports():
            self._reap()
            if not self._pid:
                raise OSError("pcscd ended as soon as it was started")
            if time.monotonic() > deadline:
                raise OSError("pcscd does not open its readers")
            time.sleep(0.005)

    def _become(self, program: str, arguments: list[str], listener: socket.socket) -> None:
        try:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.dup2(listener.fileno(), 3, inheritable=True)
            os.closerange(4, 1024)
            environment = {
                **os.environ,
                "LISTEN_FDS": "1",
                "LISTEN_PID": str(os.getpid()),
                # Where it looks for drivers of USB readers: this one has none, and takes nobody's real reader away.
                "PCSCLITE_HP_DROPDIR": str(self._configuration.with_name("none")),
            }
            os.execve(program, arguments, environment)  # noqa: S606 - a program of the system, no shell
        except BaseException as error:
            print(f"pcscd cannot be started: {error!r}", file=sys.stderr, flush=True)
        finally:
            os._exit(127)

    @staticmethod
    def _knows_polkit(program: str) -> bool:
        return b"disable-polkit" in Path(program).read_bytes()

    def end(self, how: signal.Signals) -> None:
        """Ends pcscd and waits for it."""
        self._reap()
        if not self._pid:
            return
        os.kill(self._pid, how)
        deadline = time.monotonic() + _STOP_WITHIN_S
        while self._pid:
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(0.005)
            self._reap()
        if how is not signal.SIGKILL:
            self._comm.unlink(missing_ok=True)  # a pcscd that was killed leaves its socket behind

    def _reap(self) -> None:
        if self._pid and os.waitpid(self._pid, os.WNOHANG)[0] == self._pid:
            self._pid = 0


def main(arguments: list[str]) -> int:
    directory = Path(arguments[0])
    parent = os.getppid()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(directory / "cards.sock"))
        (directory / "cards.sock").chmod(0o600)
        # What lies below /run is hidden from us in a moment: we keep hold of it.
        held = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _leave_namespaces("--user-namespace" in arguments)
            _own_run_directory()
        except PermissionError as error:
            print(error, file=sys.stderr)
            return NOT_PERMITTED
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # a new user namespace forgets what was set before
        if os.getppid() != parent:
            return 0
        private = _PRIVATE / str(os.getpid())
        configuration = private / "reader.conf.d"
        for path in (private / "none", configuration):
            path.mkdir(parents=True)
        room = _Room(Path(f"/proc/self/fd/{held}"), configuration)

        def leave(*_: object) -> None:
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, leave)
        listener.listen(16)
        try:
            room.serve(listener)
        finally:
            room.end(signal.SIGTERM)
            shutil.rmtree(private)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
