"""Accounts that cost no time: what they do is what those of the program do."""

from __future__ import annotations

from app.storage.passwords import Cost

QUICK = Cost(n=2, r=1, p=1)
PASSWORD = "a-test-password"
