"""espeak-ng as a subprocess: a text in, the sound of it out."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import struct

from kiosk_ui.speech.voices import Voice

PROGRAM = "espeak-ng"
#: A sentence takes 10 to 40 ms on a desktop processor. Whatever takes this long will not become anything.
DEADLINE_S = 3.0
#: How many may run at once: a page is said one sentence after the other.
AT_ONCE = 2

_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")


class Unspeakable(Exception):
    """The text could not be made into sound; the message says why, without the text."""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


class Espeak:
    """Renders one text at a time (two at most). For one event loop."""

    def __init__(self, program: str = PROGRAM, deadline_s: float = DEADLINE_S) -> None:
        self._program = program
        self._deadline_s = deadline_s
        self._free = asyncio.Semaphore(AT_ONCE)

    async def render(self, text: str, voice: Voice) -> bytes:
        """A WAV file (22 050 Hz, 16 bit, one channel). Raises `Unspeakable`."""
        async with self._free:
            # By its input, not its arguments: those can be read by every process of the machine.
            arguments = ("-v", voice.name, "-s", str(voice.words_per_minute), "-b", "1", "--stdin", "--stdout")
            try:
                process = await asyncio.create_subprocess_exec(
                    self._program,
                    *arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError as error:
                raise Unspeakable(f"{self._program} cannot be started: {error}") from error
            try:
                async with asyncio.timeout(self._deadline_s):
                    sound, _ = await process.communicate(text.encode() + b"\n")
            except TimeoutError:
                raise Unspeakable(f"{self._program} took longer than {self._deadline_s:.0f} s") from None
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        if process.returncode != 0:
            raise Unspeakable(f"{self._program} ended with {process.returncode}")
        return with_lengths(sound)


def with_lengths(sound: bytes) -> bytes:
    """Writes the true lengths into the head of a WAV file: written to a pipe, espeak-ng could not know them.

    Raises `Unspeakable` when it is no WAV file, or holds no sound.
    """
    head = bytearray(sound)
    try:
        riff, _, wave = _RIFF.unpack_from(head)
        place = _RIFF.size
        while (chunk := _CHUNK.unpack_from(head, place))[0] != b"data":
            place += _CHUNK.size + chunk[1]
    except struct.error:
        raise Unspeakable("no WAV file came") from None
    data = len(head) - place - _CHUNK.size
    if (riff, wave) != (b"RIFF", b"WAVE") or data <= 0:
        raise Unspeakable("no sound came")
    _RIFF.pack_into(head, 0, b"RIFF", len(head) - 8, b"WAVE")
    _CHUNK.pack_into(head, place, b"data", data)
    return bytes(head)
