"""`python -m app`: the command line; without a command, the workstation."""

from __future__ import annotations

import sys

from app.cli import main

if __name__ == "__main__":
    sys.exit(main())
