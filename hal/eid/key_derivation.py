"""From a shared secret to session keys: which cipher, hash and length (ICAO Doc 9303-11, 9.7.1; TR-03110-3, A.2.3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hal.eid.messaging import Messaging
from hal.eid.secure_messaging import SecureMessaging, SessionCipher, authenticate, pad

_ENCRYPTION: Final = 1
_AUTHENTICATION: Final = 2
_ACCESS: Final = 3
_ODD_PARITY: Final = bytes(value & 0xFE | (value.bit_count() & 1 ^ 1 ^ value & 1) for value in range(256))


@dataclass(frozen=True, slots=True)
class CipherSuite:
    """A session's cipher and the octets of its keys; what the last number of a PACE or CA protocol's OID says."""

    cipher: SessionCipher
    key_size: int

    @property
    def nonce_size(self) -> int:
        """Octets of PACE's nonce for the integrated mapping: whole blocks, not fewer than the key's."""
        return -(-self.key_size // 16) * 16

    @property
    def token_algorithm(self) -> str:
        """For people."""
        return "3DES" if self.cipher is SessionCipher.TDES else f"AES-{8 * self.key_size}"

    def derive(self, secret: bytes, counter: int) -> bytes:
        """KDF(secret, counter): SHA-1 for keys of 16 octets, SHA-256 for longer ones. 3DES keys get odd parity, which
        no cipher looks at but published examples show.
        """
        data = secret + counter.to_bytes(4, "big")
        digest = (
            hashlib.sha1(data, usedforsecurity=False).digest() if self.key_size == 16 else hashlib.sha256(data).digest()
        )
        key = digest[: self.key_size]
        return key.translate(_ODD_PARITY) if self.cipher is SessionCipher.TDES else key

    def access_key(self, secret: bytes) -> bytes:
        """The key under which the chip encrypts PACE's nonce; ``secret`` from the CAN or MRZ."""
        return self.derive(secret, _ACCESS)

    def keys(self, secret: bytes) -> SessionKeys:
        """The two keys of a session from a shared secret."""
        return SessionKeys(self, self.derive(secret, _ENCRYPTION), self.derive(secret, _AUTHENTICATION))

    def encrypt(self, key: bytes, data: bytes, iv: bytes | None = None) -> bytes:
        """CBC over whole blocks; the initialisation vector is zero unless given."""
        encryptor = self._cbc(key, iv).encryptor()
        return encryptor.update(data) + encryptor.finalize()

    def decrypt(self, key: bytes, data: bytes, iv: bytes | None = None) -> bytes:
        """CBC over whole blocks; the initialisation vector is zero unless given."""
        decryptor = self._cbc(key, iv).decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def _cbc(self, key: bytes, iv: bytes | None) -> Cipher[modes.CBC]:
        start = modes.CBC(iv if iv is not None else bytes(self.cipher.block_size))
        if self.cipher is SessionCipher.TDES:
            return Cipher(TripleDES(key + key[:8]), start)
        return Cipher(algorithms.AES(key), start)


@dataclass(frozen=True, slots=True, repr=False)
class SessionKeys:
    """Of one session, both ways."""

    suite: CipherSuite
    encryption: bytes
    authentication: bytes

    def session(self, below: Messaging, ssc: int = 0) -> SecureMessaging:
        """Secure messaging under these keys."""
        return SecureMessaging(below, self.suite.cipher, self.encryption, self.authentication, ssc)

    def token(self, public_key: bytes) -> bytes:
        """The authentication token over a public key data object."""
        cipher = self.suite.cipher
        return authenticate(
            cipher, self.authentication, pad(public_key, 8) if cipher is SessionCipher.TDES else public_key
        )


TDES = CipherSuite(SessionCipher.TDES, 16)
AES_128 = CipherSuite(SessionCipher.AES, 16)
AES_192 = CipherSuite(SessionCipher.AES, 24)
AES_256 = CipherSuite(SessionCipher.AES, 32)
#: By the last number of the OIDs of PACE and chip authentication.
CIPHER_SUITES: Final = {1: TDES, 2: AES_128, 3: AES_192, 4: AES_256}
