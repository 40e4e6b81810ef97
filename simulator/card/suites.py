"""The symmetric side: key derivation, block ciphers and message authentication of 3DES and AES suites.

Sources: ICAO 9303-11, 9.7 (keys), 9.8 (ciphers); ISO/IEC 9797-1 padding method 2 and MAC algorithm 3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

COUNTER_ENCRYPTION = 1
COUNTER_AUTHENTICATION = 2
COUNTER_PASSWORD = 3


@dataclass(frozen=True, slots=True)
class _Shape:
    block: int
    key: int
    digest: str


class Suite(Enum):
    """A cipher with its key size: the last arc of the object identifiers of PACE and chip authentication."""

    TRIPLE_DES = _Shape(block=8, key=16, digest="sha1")
    AES_128 = _Shape(block=16, key=16, digest="sha1")
    AES_192 = _Shape(block=16, key=24, digest="sha256")
    AES_256 = _Shape(block=16, key=32, digest="sha256")

    @property
    def block(self) -> int:
        """Block size in bytes; also the size of the send sequence counter."""
        return self.value.block

    @property
    def key_bytes(self) -> int:
        """Key size in bytes."""
        return self.value.key

    def derive(self, secret: bytes, counter: int) -> bytes:
        """KDF(secret, counter)."""
        key = hashlib.new(self.value.digest, secret + counter.to_bytes(4, "big")).digest()[: self.key_bytes]
        return bytes(map(_with_odd_parity, key)) if self is Suite.TRIPLE_DES else key

    def encrypt(self, key: bytes, plain: bytes, iv: bytes | None = None) -> bytes:
        """CBC without padding; the IV is zero when none is given."""
        context = self._cipher(key, iv).encryptor()
        return context.update(plain) + context.finalize()

    def decrypt(self, key: bytes, encrypted: bytes, iv: bytes | None = None) -> bytes:
        """CBC without padding."""
        context = self._cipher(key, iv).decryptor()
        return context.update(encrypted) + context.finalize()

    def _cipher(self, key: bytes, iv: bytes | None) -> Cipher[modes.CBC]:
        algorithm = TripleDES(key + key[:8]) if self is Suite.TRIPLE_DES else AES(key)
        return Cipher(algorithm, modes.CBC(iv or bytes(self.block)))

    def authenticate(self, key: bytes, message: bytes) -> bytes:
        """Eight bytes of MAC. For 3DES ``message`` must fill whole blocks: padding is up to who calls."""
        if self is Suite.TRIPLE_DES:
            return _retail_mac(key, message)
        mac = CMAC(AES(key))
        mac.update(message)
        return mac.finalize()[:8]

    def token(self, key: bytes, message: bytes) -> bytes:
        """Authentication token: for 3DES padded here, AES-CMAC pads by itself."""
        return self.authenticate(key, self.pad(message) if self is Suite.TRIPLE_DES else message)

    def pad(self, data: bytes) -> bytes:
        """ISO/IEC 9797-1 padding method 2."""
        return data + b"\x80" + bytes(-(len(data) + 1) % self.block)


def unpad(data: bytes) -> bytes:
    """Takes padding method 2 away; ValueError when there is none."""
    stripped = data.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise ValueError("no padding")
    return stripped[:-1]


def _with_odd_parity(byte: int) -> int:
    return byte & 0xFE | (byte >> 1).bit_count() + 1 & 1


def _retail_mac(key: bytes, message: bytes) -> bytes:
    """MAC algorithm 3 with DES: CBC with the first half of the key, 3DES for the last block."""
    first = Cipher(TripleDES(key[:8] * 3), modes.CBC(bytes(8))).encryptor()
    chained = (bytes(8) + first.update(message[:-8]))[-8:]
    last = Cipher(TripleDES(key + key[:8]), modes.CBC(chained)).encryptor()
    return last.update(message[-8:])
