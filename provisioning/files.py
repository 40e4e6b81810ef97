"""Files that are whole or not there: written beside their place, synced, then put there."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from provisioning.errors import ProvisioningError


@dataclass(frozen=True, slots=True)
class Owner:
    """A file's user and group. ``None`` in place of an owner: whoever runs this."""

    uid: int
    gid: int


def make_directory(path: Path, mode: int, owner: Owner | None) -> bool:
    """Make ``path`` with ``mode`` (and what is above it); ``True`` if it was not there. An existing one keeps its mode.

    Raises ``ProvisioningError`` (``not_a_directory``, ``cannot_write``).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=mode)
    except FileExistsError:
        if not path.is_dir():
            raise ProvisioningError("not_a_directory", f"{path} is in the way: it is no directory") from None
        return False
    except OSError as error:
        raise _cannot_write(path, error) from error
    path.chmod(mode)  # whatever the umask says
    _give(path, owner)
    return True


def write_new(path: Path, content: bytes, mode: int, owner: Owner | None) -> bool:
    """Write ``path`` unless it is there; ``True`` if it was written. Durable when it returns.

    A run that dies midway leaves the whole file or none. Raises ``ProvisioningError`` (``cannot_write``).
    """
    beside = _write_beside(path, content, mode, owner)
    try:
        os.link(beside, path)  # unlike a rename, it never replaces
    except FileExistsError:
        return False
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        beside.unlink()
    _sync_directory(path.parent)
    return True


def replace(path: Path, content: bytes, mode: int, owner: Owner | None) -> None:
    """Write ``path``, keeping what was there as ``path.old``. Raises ``ProvisioningError`` (``cannot_write``)."""
    beside = _write_beside(path, content, mode, owner)
    try:
        if path.exists():
            path.rename(path.with_name(path.name + ".old"))
        beside.rename(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    _sync_directory(path.parent)


def _write_beside(path: Path, content: bytes, mode: int, owner: Owner | None) -> Path:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            if owner is not None:
                os.fchown(stream.fileno(), owner.uid, owner.gid)
            os.fsync(stream.fileno())
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    return beside


def _give(path: Path, owner: Owner | None) -> None:
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(path: Path, error: OSError) -> ProvisioningError:
    hint = "; run it as root (sudo)" if isinstance(error, PermissionError) else ""
    return ProvisioningError("cannot_write", f"{path}: {error.strerror}{hint}")
