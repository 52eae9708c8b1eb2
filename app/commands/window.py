"""`window`: the workstation."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from app.cli import DONE, Refusal
from app.commands.database_option import add_database_option
from app.locations import default_database_url
from app.user import user_name

if TYPE_CHECKING:
    from app.demo.study import Variant


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--import", dest="folder", metavar="FOLDER", default="", help="import a folder on opening")
    parser.add_argument("--case", metavar="ID", default="", help="open this case")
    add_database_option(parser)


def run(options: argparse.Namespace) -> int:
    return open_window(options.database, folder=options.folder, case_id=options.case)


def open_window(url: str | None, folder: str = "", demo: Variant | None = None, case_id: str = "") -> int:
    """Open the workstation on a database and stay until it is closed.

    Raises
    ------
    Refusal
        If the database cannot be opened.
    """
    if sys.platform.startswith("linux") and not _has_screen():
        raise Refusal("there is no screen (DISPLAY and WAYLAND_DISPLAY are empty). Try `demo --headless`.")
    from app.bootstrap import Starter

    starter = Starter(url or default_database_url(), user_name(), folder, demo, case_id)
    starter.run()
    if starter.failure:
        raise Refusal(starter.failure)
    return DONE


def _has_screen() -> bool:
    import os

    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(chosen or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
