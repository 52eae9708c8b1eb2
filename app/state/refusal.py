"""The one way an edit is turned down."""

from __future__ import annotations


class EditRefused(Exception):
    """An edit that the record cannot take; `reason` is one sentence for the person who made it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
