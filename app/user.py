"""Who is at the computer."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """The name under which this user is known to the computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without an entry in the password database
        return "import"
