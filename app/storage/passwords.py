"""Passwords as they are kept: scrypt with a salt of their own, and the cost they were made with beside them."""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass

SHORTEST = 8
"""Characters of the shortest password that is taken."""
_SALT_BYTES, _HASH_BYTES = 16, 32
_LONGEST_WAIT_S = 30.0
_FREE_TRIES = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters of scrypt: `n` iterations of blocks of size `r`, `p` times. Memory is 128 n r bytes."""

    n: int = 2**15
    r: int = 8
    p: int = 3

    @property
    def memory(self) -> int:
        return 128 * self.n * self.r * 2 + 2**20


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """What is kept of a password; it has no text form, so that no message or log can show it."""

    salt: bytes
    digest: bytes
    cost: Cost


def fault_of(password: str) -> str:
    """Why this is no password, in one sentence; empty where it is one."""
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters."
    if len(set(password)) < 3:
        return "A password has more than two different characters."
    return ""


def secret_of(password: str, cost: Cost) -> Secret:
    """A new secret with a random salt. It takes long on purpose: not on the thread of the window."""
    salt = os.urandom(_SALT_BYTES)
    return Secret(salt, _digest(password, salt, cost), cost)


def matches(password: str, secret: Secret) -> bool:
    """Is this the password? The comparison takes as long for a near miss as for any other."""
    return hmac.compare_digest(_digest(password, secret.salt, secret.cost), secret.digest)


def wait_s(wrong_in_a_row: int) -> float:
    """Seconds from a wrong password to the next that is looked at: two are free, then 1, 2, 4 ... up to 30."""
    if wrong_in_a_row < _FREE_TRIES:
        return 0.0
    return min(_LONGEST_WAIT_S, 2.0 ** min(wrong_in_a_row - _FREE_TRIES, 10))


def _digest(password: str, salt: bytes, cost: Cost) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(text, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=cost.memory, dklen=_HASH_BYTES)
