"""Files of a trust store: written whole or not at all, one writer at a time, readable by everybody."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hal.eid.trust_manifest import MANIFEST, OBJECTS, Manifest, TrustStoreError, manifest_bytes

_LOCK = ".lock"
_PARTIAL = ".partial-"
_FILE_MODE = 0o644
_DIRECTORY_MODE = 0o755


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Makes the directory where it is missing and keeps other writers out. Readers are never kept waiting.

    Raises `TrustStoreError`: ``busy`` while another program writes, ``cannot_write``.
    """
    try:
        for place in (directory, directory / OBJECTS):
            if not place.is_dir():
                place.mkdir(parents=True)
                place.chmod(_DIRECTORY_MODE)
        handle = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _cannot_write(error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TrustStoreError("busy", f"another program is changing {directory}: try again") from None
        try:
            yield
        except OSError as error:
            raise _cannot_write(error) from error
    finally:
        os.close(handle)


def keep_object(directory: Path, content: bytes) -> str:
    """Writes an object durably unless it is there already; returns its name. Raises OSError."""
    name = hashlib.sha256(content).hexdigest()
    path = directory / OBJECTS / name
    if not path.exists() or path.read_bytes() != content:
        _write(path, content)
    return name


def replace_manifest(directory: Path, manifest: Manifest) -> None:
    """The step by which a change becomes true: before it the old store, after it the new one. Raises OSError."""
    _write(directory / MANIFEST, manifest_bytes(manifest))


def sweep(directory: Path, *manifests: Manifest) -> None:
    """Removes what none of ``manifests`` names: objects of earlier lists, files of a writer that died. Raises
    OSError.
    """
    named = {anchor.piece.object for manifest in manifests for anchor in manifest.anchors}
    named |= {entry.piece.object for manifest in manifests for entry in manifest.revocation_lists}
    for path in (directory / OBJECTS).iterdir():
        if path.name not in named:
            path.unlink()
    for path in directory.glob(f"{_PARTIAL}*"):
        path.unlink()


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{_PARTIAL}{secrets.token_hex(6)}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(stream.fileno(), _FILE_MODE)
        os.fsync(stream.fileno())
    partial.replace(path)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(error: OSError) -> TrustStoreError:
    hint = "; run it as root (sudo)" if isinstance(error, PermissionError) else ""
    return TrustStoreError("cannot_write", f"{error.filename or 'the trust store'}: {error.strerror}{hint}")
