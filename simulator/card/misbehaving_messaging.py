"""Protected answers that no honest chip sends."""

from __future__ import annotations

from collections.abc import Callable

from simulator.card import tlv
from simulator.card.command import Status
from simulator.card.image import Misbehaviour
from simulator.card.secure_channel import STATUS, SecureChannel


class Spoiler:
    """Protects the answers of one power-on, and spoils them as ``misbehaviour`` says."""

    def __init__(self, misbehaviour: frozenset[Misbehaviour]) -> None:
        self._first: bytes | None = None
        spoilers: dict[Misbehaviour, Callable[[SecureChannel, bytes, int, bool], bytes]] = {
            Misbehaviour.SM_PLAIN_STATUS: lambda *_: Status.OK.to_bytes(2, "big"),
            Misbehaviour.SM_PLAIN_ERROR: lambda *_: Status.MESSAGING_OBJECTS_WRONG.to_bytes(2, "big"),
            Misbehaviour.SM_PLAIN_DATA: lambda _channel, data, status, _odd: data + status.to_bytes(2, "big"),
            Misbehaviour.SM_REPLAYED: self._replay,
            Misbehaviour.SM_REORDERED: self._count_wrongly,
            Misbehaviour.SM_OBJECTS_REORDERED: _reorder_objects,
            Misbehaviour.SM_STATUS_DIFFERENT: _say_other_status,
            Misbehaviour.SM_STATUS_MISSING: _leave_status_out,
            Misbehaviour.SM_PADDING_WRONG: _pad_with_zeros,
            Misbehaviour.SM_MAC_WRONG: lambda *arguments: _flip(_honest(*arguments)),
            Misbehaviour.SM_TRUNCATED: lambda *arguments: _cut(_honest(*arguments)),
            Misbehaviour.SM_TRAILING_BYTES: lambda *arguments: _lengthen(_honest(*arguments)),
        }
        chosen = [spoil for name, spoil in spoilers.items() if name in misbehaviour]
        self._protect = chosen[0] if chosen else _honest

    def protect(self, channel: SecureChannel, data: bytes, status: int, *, odd: bool = False) -> bytes:
        """The response APDU."""
        return self._protect(channel, data, status, odd)

    def _replay(self, channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
        answer = _honest(channel, data, status, odd)
        self._first = self._first or answer
        return self._first

    def _count_wrongly(self, channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
        if self._first is None:
            self._first = _honest(channel, data, status, odd)
            return self._first
        channel.counter -= 2
        answer = _honest(channel, data, status, odd)
        channel.counter += 2
        return answer


def _honest(channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
    return channel.protect(data, status, odd=odd)


def _status_object(status: int) -> bytes:
    return tlv.encode(STATUS, status.to_bytes(2, "big"))


def _reorder_objects(channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
    channel.count()
    return channel.seal(_status_object(status) + (channel.encrypted_object(data, odd=odd) if data else b""), status)


def _say_other_status(channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
    return channel.protect(data, Status.NOT_FOUND, odd=odd)[:-2] + status.to_bytes(2, "big")


def _leave_status_out(channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
    channel.count()
    return channel.seal(channel.encrypted_object(data, odd=odd) if data else b"", status)


def _pad_with_zeros(channel: SecureChannel, data: bytes, status: int, odd: bool) -> bytes:
    channel.count()
    block = channel.suite.block
    body = _status_object(status)
    if data:
        body = channel.encrypted_padded(data + bytes(block - len(data) % block), odd=odd) + body
    return channel.seal(body, status)


def _flip(answer: bytes) -> bytes:
    """The last bit of the MAC."""
    return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]


def _cut(answer: bytes) -> bytes:
    return answer[:-3] + answer[-2:]


def _lengthen(answer: bytes) -> bytes:
    return answer[:-2] + b"\0\0" + answer[-2:]
