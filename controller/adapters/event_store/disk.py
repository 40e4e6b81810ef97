"""The data directory on its disk: one controller at a time, free space, and a reserve for what is open when the disk
fills up.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.ports import LogError

#: Names inside the data directory.
DATABASE_NAME = "log.db"
LOCK_NAME = "lock"
RESERVE_NAME = "reserve"

RESERVE_BYTES = 16 * 1024 * 1024


@contextmanager
def hold_data_directory(directory: Path) -> Iterator[None]:
    """Holds the data directory for this process; to be entered before any pin is claimed, and left last.

    The lock is `flock` on ``directory/lock``: the kernel frees it when the process dies, however it dies, and a child
    that is started meanwhile does not inherit it. Raises `LogError` with ``data_directory_busy`` (another controller
    runs), ``no_data_directory`` or ``permission_denied``.
    """
    path = directory / LOCK_NAME
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LogError(
            "no_data_directory", f"{directory} does not exist: make it with abholfach-provision, or name the right one"
        ) from error
    except PermissionError as error:
        raise LogError("permission_denied", f"{path} may not be opened by this user") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise LogError(
                "data_directory_busy", f"another controller is using {directory}: there must be one only, stop it first"
            ) from error
        yield
    finally:
        os.close(lock)


def free_bytes(path: Path) -> int:
    """What an unprivileged process may still write to the file system that holds ``path``, in bytes."""
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


class ReserveFile:
    """A file that takes up space, to be given back when the disk is full: what is open can then still be finished and
    recorded.

    Both methods are blocking and touch the disk; call them at start and after an alarm, not between token and pulse.
    """

    def __init__(self, directory: Path, size: int = RESERVE_BYTES) -> None:
        self.path = directory / RESERVE_NAME
        self.size = size

    def ensure(self) -> bool:
        """Makes the file, with its blocks allocated. Returns whether it stands: ``False`` when the disk has no room
        for it.
        """
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return False
            raise
        try:
            # Not `truncate`: a sparse file reserves nothing.
            os.posix_fallocate(handle, 0, self.size)
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.release()
            return False
        finally:
            os.close(handle)
        return True

    def release(self) -> None:
        """Gives the space back. Does nothing when the file is not there."""
        self.path.unlink(missing_ok=True)
