"""SQLite's own file layer, wrapped so that every write, truncation, sync and deletion is noted before it is done.

SQLite reaches the disk through a table of functions (a VFS, https://www.sqlite.org/vfs.html). A copy of the default
one with its `xOpen` and `xDelete` replaced is registered as the new default; `xOpen` lets the original open the file
and then puts a copy of the file's own table in its place, with `xWrite`, `xTruncate` and `xSync` replaced. So the
code above is the real one: the `sqlite3` module, the store, its settings and its thread. All that is recorded is
noted in the order in which it happened.

For a process of its own: the new default cannot be taken back. Only the standard library's ctypes is needed, and an
SQLite that is a shared library.
"""

from __future__ import annotations

import _sqlite3
import asyncio
import ctypes
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

import msgspec

from simulator.power_cut import write
from simulator.torn_disk import Note

_OK = 0
_FULL = 13

#: SQLITE_OPEN_CREATE, and SQLITE_OPEN_MAIN_JOURNAL or SQLITE_OPEN_WAL: what is opened with both is synced together with
#: its directory.
_CREATE = 0x4
_JOURNALS = 0x800 | 0x80000

# Names are passed on as the pointers they are: SQLite keeps them, and reads parameters that stand behind their end.
_Open = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_Delete = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_Write = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, c_void_p, c_int64)
_Sync = CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    """``sqlite3_vfs``, version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        ("others", c_void_p * 14),
    )


class _IoMethods(ctypes.Structure):
    """``sqlite3_io_methods``, version 3."""

    _fields_ = (
        ("iVersion", c_int),
        ("xClose", c_void_p),
        ("xRead", c_void_p),
        ("xWrite", c_void_p),
        ("xTruncate", c_void_p),
        ("xSync", c_void_p),
        ("others", c_void_p * 13),
    )


class _File(ctypes.Structure):
    """``sqlite3_file``: its table, then what belongs to the VFS."""

    _fields_ = (("pMethods", POINTER(_IoMethods)),)


#: SQLite holds pointers into what was installed for as long as the process lives.
_installed: list[RecordingVfs] = []


class RecordingVfs:
    """Notes what SQLite does to files. Make one, `install` it, and read its ``notes``.

    ``capacity`` is the size of the disk in bytes: writes beyond it are refused as a full disk refuses them (0: no end).
    """

    def __init__(self, capacity: int = 0) -> None:
        self.notes: list[Note] = []
        self._capacity = capacity
        self._sizes: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []
        self._tables: dict[int, tuple[_IoMethods, Callable[..., int], Callable[..., int], Callable[..., int]]] = {}

    def install(self) -> None:
        """Makes this the file layer of every database that the process opens from now on."""
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        original = library.sqlite3_vfs_find(None).contents
        wrapped = _Vfs()
        ctypes.memmove(ctypes.byref(wrapped), ctypes.byref(original), ctypes.sizeof(_Vfs))
        self._open = _Open(original.xOpen)
        self._delete = _Delete(original.xDelete)
        callbacks = (_Open(self._on_open), _Delete(self._on_delete))
        wrapped.zName = b"recording"
        wrapped.pNext = None
        wrapped.xOpen, wrapped.xDelete = (ctypes.cast(callback, c_void_p) for callback in callbacks)
        self._kept += [wrapped, callbacks]
        _installed.append(self)
        if library.sqlite3_vfs_register(ctypes.byref(wrapped), 1) != _OK:
            raise RuntimeError("SQLite refuses another file layer")

    def _on_open(self, vfs: int, name: int | None, file: int, flags: int, out: int | None) -> int:
        result = int(self._open(vfs, name, file, flags, out))
        handle = _File.from_address(file)
        if result == _OK and name is not None and handle.pMethods:
            self._names[file] = _last_part(name)
            if flags & _CREATE and flags & _JOURNALS:
                self.notes.append(Note("journal", self._names[file]))
            handle.pMethods = ctypes.pointer(self._table_for(handle.pMethods.contents))
        return result

    def _table_for(self, original: _IoMethods) -> _IoMethods:
        address = ctypes.addressof(original)
        if address not in self._tables:
            table = _IoMethods()
            ctypes.memmove(ctypes.byref(table), ctypes.byref(original), ctypes.sizeof(_IoMethods))
            write_, truncate, sync = _Write(original.xWrite), _Truncate(original.xTruncate), _Sync(original.xSync)

            def on_write(file: int, content: int, amount: int, offset: int) -> int:
                name = self._names[file]
                if self._is_full(name, offset + amount):
                    return _FULL
                self.notes.append(Note("write", name, offset, ctypes.string_at(content, amount)))
                return int(write_(file, content, amount, offset))

            def on_truncate(file: int, size: int) -> int:
                self._sizes[self._names[file]] = size
                self.notes.append(Note("truncate", self._names[file], size))
                return int(truncate(file, size))

            def on_sync(file: int, flags: int) -> int:
                result = int(sync(file, flags))
                # Noted when it has returned: until then nothing is promised.
                self.notes.append(Note("sync", self._names[file]))
                return result

            callbacks = (_Write(on_write), _Truncate(on_truncate), _Sync(on_sync))
            table.xWrite, table.xTruncate, table.xSync = (ctypes.cast(callback, c_void_p) for callback in callbacks)
            self._kept.append(callbacks)
            self._tables[address] = (table, write_, truncate, sync)
        return self._tables[address][0]

    def _is_full(self, name: str, end: int) -> bool:
        grown = {**self._sizes, name: max(end, self._sizes.get(name, 0))}
        if self._capacity and sum(grown.values()) > self._capacity:
            return True
        self._sizes = grown
        return False

    def _on_delete(self, vfs: int, name: int, sync_directory: int) -> int:
        result = int(self._delete(vfs, name, sync_directory))
        if result == _OK:
            self._sizes.pop(_last_part(name), None)
            self.notes.append(Note("delete", _last_part(name), sync_directory))
        return result


def _last_part(name: int) -> str:
    """The file's name without its directories; ``name`` is the address of a C string."""
    return Path(ctypes.string_at(name).decode()).name


def main() -> int:
    """``python -m simulator.recording_vfs DIRECTORY NOTES SEED APPENDS``: the recorded run of
    `simulator.power_cut.record`.
    """
    directory, target, seed, count = sys.argv[1:]
    vfs = RecordingVfs()
    vfs.install()
    asyncio.run(write(Path(directory) / "log.db", int(seed), int(count), vfs.notes))
    Path(target).write_bytes(msgspec.msgpack.encode(vfs.notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
