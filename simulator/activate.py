"""Hands listening sockets over as systemd does, then becomes the program: ``activate.py NAME=FD … -- PROGRAM …``.

A script of its own, because the descriptors have to be 3, 4, … and LISTEN_PID the program's own process id.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    split = sys.argv.index("--")
    names, descriptors = [], []
    for argument in sys.argv[1:split]:
        name, _, descriptor = argument.partition("=")
        names.append(name)
        descriptors.append(int(descriptor))
    for number, handed in enumerate(descriptors, start=3):
        os.dup2(handed, number, inheritable=True)
    program = sys.argv[split + 1 :]
    environment = {
        **os.environ,
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": str(len(names)),
        "LISTEN_FDNAMES": ":".join(names),
    }
    os.execve(program[0], program, environment)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    main()
