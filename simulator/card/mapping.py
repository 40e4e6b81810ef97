"""PACE's mappings: from a nonce to the generator that only both sides know (ICAO 9303-11, 4.4.3.3)."""

from __future__ import annotations

from typing import TypeVar

from simulator.card.groups import Group, NotInGroup
from simulator.card.suites import Suite

Element = TypeVar("Element")

_CONSTANTS_128 = (
    bytes.fromhex("a668892a7c41e3ca739f40b057d85904"),
    bytes.fromhex("a4e136ac725f738b01c1f60217c188ad"),
)
_CONSTANTS_256 = (
    bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
    bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
)


def map_generic(group: Group[Element], nonce: bytes, shared: Element) -> Group[Element]:
    """s·G + H, or g^s · h."""
    blinded = group.power(group.generator, int.from_bytes(nonce, "big"))
    return _with(group, group.combine(blinded, shared))


def map_integrated(group: Group[Element], suite: Suite, nonce: bytes, terminal_nonce: bytes) -> Group[Element]:
    """From the pseudo-random function of both nonces into the group."""
    return _with(group, group.from_field(pseudo_random(suite, nonce, terminal_nonce, group.field_prime)))


def _with(group: Group[Element], generator: Element) -> Group[Element]:
    if group.is_neutral(generator):
        raise NotInGroup("the mapped generator is the neutral element")
    return group.with_generator(generator)


def integrated_nonce_bytes(suite: Suite) -> int:
    """Length of the chip's nonce for integrated mapping: 128 bits, or 256 with AES-192 and AES-256."""
    return 32 if suite in (Suite.AES_192, Suite.AES_256) else 16


def pseudo_random(suite: Suite, nonce: bytes, terminal_nonce: bytes, prime: int) -> int:
    """R(s, t) as a number modulo ``prime`` (4.4.3.3.2)."""
    block_bits = 8 * integrated_nonce_bytes(suite)
    next_key, output = _CONSTANTS_256 if block_bits == 256 else _CONSTANTS_128
    rounds = -(-(prime.bit_length() + 64) // block_bits)
    key = suite.encrypt(terminal_nonce, nonce)
    collected = b""
    for _ in range(rounds):
        collected += suite.encrypt(key[: suite.key_bytes], output)
        key = suite.encrypt(key[: suite.key_bytes], next_key)
    return int.from_bytes(collected, "big") % prime
