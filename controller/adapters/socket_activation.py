"""The control sockets as systemd hands them over (``sd_listen_fds(3)``): made beforehand, listening, one for each role.

Because the role *is* the listener, a socket that is missing, is called something else or is not what it should be stops
the controller: it never makes one of its own. The simulator's supervisor hands its sockets over in the same way.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, MutableMapping
from typing import Final

ROLES: Final = ("ui", "reader-qr", "reader-eid", "admin")
"""The names of the control sockets: ``FileDescriptorName=`` in ``systemd/*.socket``."""

FIRST_DESCRIPTOR: Final = 3

_VARIABLES: Final = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
_START: Final = "start it with: systemctl start abholfach-controller.service (to try things out: ./box demo)"


class SocketActivationError(Exception):
    """The control sockets are not what they have to be. ``code`` is stable; ``str()`` says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def listening_sockets(
    names: Collection[str] = ROLES,
    environment: MutableMapping[str, str] | None = None,
    first_descriptor: int = FIRST_DESCRIPTOR,
) -> dict[str, socket.socket]:
    """The sockets by name: exactly those of ``names``, each a listening unix stream socket, not inherited by children.

    Call it once, at start, before any other descriptor is opened. The variables are taken out of ``environment`` (by
    default the process's own), so that no child believes that the sockets are for it.

    Raises ``SocketActivationError``: ``no_sockets`` (not started by systemd), ``sockets_of_another_process``,
    ``bad_socket_list``, ``unknown_socket``, ``missing_socket``, ``bad_socket``. Every descriptor handed over is closed
    then.
    """
    variables = os.environ if environment is None else environment
    pid, count, given = (variables.pop(name, "") for name in _VARIABLES)
    if not pid or not count:
        raise SocketActivationError("no_sockets", f"the control sockets were not handed over; {_START}")
    if pid != str(os.getpid()):
        # A wrapper in between: the descriptors may be anything, so none of them is touched.
        raise SocketActivationError(
            "sockets_of_another_process",
            f"LISTEN_PID is {pid}, this process is {os.getpid()}: nothing may stand between systemd and this program;"
            f" {_START}",
        )
    if not count.isdecimal() or not 0 < int(count) <= 1000:
        raise SocketActivationError(
            "bad_socket_list", f"LISTEN_FDS is {count!r}, which is no number of sockets; {_START}"
        )
    descriptors = range(first_descriptor, first_descriptor + int(count))
    try:
        return _adopt(dict(_pair(given, descriptors)), names)
    except SocketActivationError:
        for descriptor in descriptors:
            _close(descriptor)
        raise


def _pair(given: str, descriptors: range) -> list[tuple[str, int]]:
    found = given.split(":") if given else []
    if len(found) != len(descriptors):
        raise SocketActivationError(
            "bad_socket_list",
            f"{len(descriptors)} sockets with {len(found)} names ({given!r}): every .socket unit needs its"
            " FileDescriptorName=",
        )
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise SocketActivationError(
            "bad_socket_list", f"{', '.join(twice)} came more than once: each .socket unit has one ListenStream="
        )
    return list(zip(found, descriptors, strict=True))


def _adopt(descriptors: dict[str, int], names: Collection[str]) -> dict[str, socket.socket]:
    unknown = sorted(set(descriptors) - set(names))
    if unknown:
        raise SocketActivationError(
            "unknown_socket",
            f"{', '.join(unknown)}: this version has {', '.join(sorted(names))}; install its own units",
        )
    missing = sorted(set(names) - set(descriptors))
    if missing:
        units = " ".join(f"abholfach-{name}.socket" for name in missing)
        raise SocketActivationError("missing_socket", f"{', '.join(missing)}: systemctl enable --now {units}")
    for name, descriptor in descriptors.items():
        _check(name, descriptor)
    return {name: socket.socket(fileno=descriptor) for name, descriptor in descriptors.items()}


def _check(name: str, descriptor: int) -> None:
    """Look at the descriptor without owning it yet."""
    os_error: OSError | None = None
    try:
        os.set_inheritable(descriptor, False)
        probe = socket.socket(fileno=os.dup(descriptor))
        with probe:
            right = (
                probe.family == socket.AF_UNIX
                and probe.type == socket.SOCK_STREAM
                and probe.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
            )
    except OSError as error:
        right, os_error = False, error
    if not right:
        raise SocketActivationError(
            "bad_socket", f"{name} (descriptor {descriptor}) is no listening unix stream socket: ListenStream=/run/…"
        ) from os_error


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError as error:
        if error.errno != errno.EBADF:  # it was announced but never there
            raise
