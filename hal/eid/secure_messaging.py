"""Secure messaging: every command and answer encrypted and authenticated (ICAO Doc 9303-11, 9.8; TR-03110-3, F).

Encrypt, then MAC. The send sequence counter goes up before each command and before each answer, so that an answer that
is replayed or comes out of order has the wrong MAC. Nothing of an answer is used, decrypted or believed before its MAC
was compared; whatever is wrong with it, a bare status word too, is one and the same failure and ends the session.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.constant_time import bytes_eq

from hal.eid import tlv
from hal.eid.apdu import EXTENDED_EXPECTED, SHORT_EXPECTED, CommandApdu, ResponseApdu
from hal.eid.messaging import Messaging
from hal.eid.outcome import NotAccepted, Reason

_CRYPTOGRAM: Final = 0x87
_CRYPTOGRAM_ODD: Final = 0x85
_EXPECTED: Final = 0x97
_STATUS: Final = 0x99
_CHECKSUM: Final = 0x8E
_CHECKSUM_SIZE: Final = 8
_ANSWER_OVERHEAD: Final = 4 + 10
"""DO99 and DO8E."""


class SessionCipher(StrEnum):
    """Of a session. For AES the key's length says which."""

    TDES = "3DES"
    AES = "AES"

    @property
    def block_size(self) -> int:
        return 8 if self is SessionCipher.TDES else 16


class SecureMessaging:
    """One protected session over ``below`` (which stays usable, for the session that chip authentication starts).

    ``ssc`` is the send sequence counter at the start: 0 after PACE and chip authentication, the random one after BAC.
    Keys: 16 bytes for two-key 3DES, 16, 24 or 32 for AES. After the first failure every exchange fails.
    """

    def __init__(self, below: Messaging, cipher: SessionCipher, k_enc: bytes, k_mac: bytes, ssc: int = 0) -> None:
        self._below = below
        self._cipher = cipher
        self._k_enc = k_enc
        self._k_mac = k_mac
        self._ssc = ssc
        self._alive = True

    def __repr__(self) -> str:
        return f"SecureMessaging({self.algorithm}, alive={self._alive})"

    @property
    def below(self) -> Messaging:
        """What it speaks over."""
        return self._below

    @property
    def algorithm(self) -> str:
        """For people: ``3DES``, ``AES-128`` …"""
        return self._cipher.value if self._cipher is SessionCipher.TDES else f"AES-{8 * len(self._k_enc)}"

    @property
    def extended_length(self) -> bool:
        return self._below.extended_length

    @property
    def largest_answer(self) -> int:
        return self._largest(self._below.largest_answer - _ANSWER_OVERHEAD)

    @property
    def largest_command(self) -> int:
        return self._largest(self._below.largest_command - 4 - 10)

    def _largest(self, room: int) -> int:
        """The most plain bytes whose cryptogram fits in ``room``: tag, length, padding indicator, whole blocks, of
        which padding takes at least one byte.
        """
        framing = 1 + (2 if room < 0x103 else 3) + 1
        return (room - framing) // self._cipher.block_size * self._cipher.block_size - 1

    def exchange(self, command: CommandApdu) -> ResponseApdu:
        if not self._alive:
            raise NotAccepted(Reason.SECURE_MESSAGING_FAILED, "this session has ended")
        self._alive = False
        answer = self._unprotect(command, self._below.exchange(self._protect(command)))
        self._alive = True
        return answer

    def _protect(self, command: CommandApdu) -> CommandApdu:
        if not command.data and command.expected is None:
            raise ValueError("a command without data and without answer has nothing to protect")
        self._ssc += 1
        cla = command.cla | 0x0C
        header = bytes((cla, command.ins, command.p1, command.p2))
        body = b""
        if command.data:
            cryptogram = self._encrypt(self._pad(command.data))
            body = (
                tlv.encode(_CRYPTOGRAM_ODD, cryptogram)
                if command.ins & 1
                else tlv.encode(_CRYPTOGRAM, b"\x01" + cryptogram)
            )
        if command.expected is not None:
            size = 1 if command.expected <= SHORT_EXPECTED else 2
            body += tlv.encode(_EXPECTED, (command.expected & (0xFF if size == 1 else 0xFFFF)).to_bytes(size, "big"))
        data = body + tlv.encode(_CHECKSUM, self._checksum(self._pad(header) + body))
        return CommandApdu(cla, command.ins, command.p1, command.p2, data, self._outer_expected(command))

    def _outer_expected(self, command: CommandApdu) -> int:
        """Everything that a short answer holds; with extended length where the protected answer may need it."""
        long = (command.expected or 0) > self._largest(SHORT_EXPECTED - _ANSWER_OVERHEAD)
        return EXTENDED_EXPECTED if long and self.extended_length else SHORT_EXPECTED

    def _unprotect(self, command: CommandApdu, answer: ResponseApdu) -> ResponseApdu:
        try:
            elements = list(tlv.parse(answer.data))
        except tlv.TlvError as error:
            raise _failed(str(error)) from None
        cryptogram_tag = _CRYPTOGRAM_ODD if command.ins & 1 else _CRYPTOGRAM
        tags = [element.tag for element in elements]
        if tags not in ([_STATUS, _CHECKSUM], [cryptogram_tag, _STATUS, _CHECKSUM]):
            raise _failed("an answer that is not protected, or not as it should be")
        checksum = elements.pop()
        self._ssc += 1
        if not bytes_eq(checksum.value, self._checksum(b"".join(element.encoded for element in elements))):
            raise _failed("an answer that is not authentic")
        status = elements.pop().value
        if status != answer.status.to_bytes(2, "big"):
            raise _failed("two different status words")
        data = self._plain(cryptogram_tag, elements[0].value) if elements else b""
        if len(data) > (command.expected or 0):
            raise _failed("more than was asked for")
        return ResponseApdu(data, answer.status)

    def _plain(self, tag: int, value: bytes) -> bytes:
        if tag == _CRYPTOGRAM:
            if value[:1] != b"\x01":
                raise _failed("an unknown padding")
            value = value[1:]
        if not value or len(value) % self._cipher.block_size:
            raise _failed("a cryptogram that is no whole number of blocks")
        padded = self._decrypt(value)
        stripped = padded.rstrip(b"\x00")
        if stripped[-1:] != b"\x80" or len(padded) - len(stripped) >= self._cipher.block_size:
            raise _failed("wrong padding")
        return stripped[:-1]

    def _pad(self, data: bytes) -> bytes:
        return pad(data, self._cipher.block_size)

    def _checksum(self, message: bytes) -> bytes:
        counter = self._ssc.to_bytes(self._cipher.block_size, "big")
        return authenticate(self._cipher, self._k_mac, self._pad(counter + message))

    def _encrypt(self, padded: bytes) -> bytes:
        encryptor = self._block_cipher().encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def _decrypt(self, cryptogram: bytes) -> bytes:
        decryptor = self._block_cipher().decryptor()
        return decryptor.update(cryptogram) + decryptor.finalize()

    def _block_cipher(self) -> Cipher[modes.CBC]:
        if self._cipher is SessionCipher.TDES:
            return Cipher(TripleDES(self._k_enc + self._k_enc[:8]), modes.CBC(bytes(8)))
        first = Cipher(algorithms.AES(self._k_enc), modes.ECB()).encryptor()  # noqa: S305 (one block: the IV)
        return Cipher(algorithms.AES(self._k_enc), modes.CBC(first.update(self._ssc.to_bytes(16, "big"))))


def pad(data: bytes, block_size: int) -> bytes:
    """ISO/IEC 9797-1 padding method 2: one bit, then zeros to a whole block; a whole block where it was one already."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block_size)


def authenticate(cipher: SessionCipher, key: bytes, message: bytes) -> bytes:
    """The 8-byte MAC. 3DES: retail MAC (ISO/IEC 9797-1 algorithm 3) over whole blocks; AES: CMAC cut to 8 bytes."""
    if cipher is SessionCipher.AES:
        mac = CMAC(algorithms.AES(key))
        mac.update(message)
        return mac.finalize()[:_CHECKSUM_SIZE]
    return retail_mac(key, message)


def retail_mac(key: bytes, message: bytes) -> bytes:
    """ISO/IEC 9797-1 MAC algorithm 3 with DES over ``message``, which is padded already; ``key`` is 16 bytes.

    DES in CBC mode under the first half; then the last block is decrypted under the second and encrypted under the
    first. OpenSSL has single DES only in its legacy provider, so it is 3DES with one key three times; what follows
    the last block's encryption is a 3DES of that block with both halves.
    """
    if len(key) != 16 or not message or len(message) % 8:
        raise ValueError("a 16-byte key and whole blocks are needed")
    head, last = message[:-8], message[-8:]
    chain = bytes(8)
    if head:
        single = Cipher(TripleDES(key[:8] * 3), modes.CBC(chain)).encryptor()
        chain = (single.update(head) + single.finalize())[-8:]
    double = Cipher(TripleDES(key + key[:8]), modes.CBC(chain)).encryptor()
    return double.update(last) + double.finalize()


def _failed(message: str) -> NotAccepted:
    return NotAccepted(Reason.SECURE_MESSAGING_FAILED, message)
