"""The command line: one module of `app.commands` for each command, imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

DONE, REFUSED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Command:
    """A command's name, its module under `app.commands`, and what it does in one line."""

    name: str
    module: str
    summary: str


COMMANDS = (
    Command("window", "window", "open the workstation (the default)"),
    Command("demo", "demo", "make the demonstration study on first use and open it"),
    Command("assess", "assess", "responses and decisions for response-case files"),
    Command("scan", "scan", "catalogue a folder's series, with quality findings"),
    Command("volume", "volume", "geometry and voxel statistics of one series"),
    Command("import", "import_", "import a folder into the database"),
    Command("cases", "cases", "list the cases of the database"),
    Command("export", "export", "export response tables"),
    Command("verify", "verify", "check the event log's chain"),
)


class Refusal(Exception):
    """The input was refused; the message names the file, the field and the remedy."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 input refused, 2 bad usage."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = next((c for c in COMMANDS if words and words[0] == c.name), None)
    if command is None and words and words[0] in ("-h", "--help"):
        _overview().print_help()
        return DONE
    if command is None and words and not words[0].startswith("-"):
        _overview().print_usage(sys.stderr)
        print(f"hepatrace: no command is called {words[0]!r}", file=sys.stderr)
        return BAD_USAGE
    if command is None:
        command, words = COMMANDS[0], ["window", *words]
    module = importlib.import_module(f"app.commands.{command.module}")
    parser = argparse.ArgumentParser(prog=f"hepatrace {command.name}", description=command.summary)
    module.configure(parser)
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # its warnings quote values of the file
    try:
        options = parser.parse_args(words[1:])
        return int(module.run(options))
    except SystemExit as stop:
        return DONE if stop.code in (0, None) else BAD_USAGE
    except BrokenPipeError:  # whoever reads our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Refusal as refusal:
        print(f"hepatrace {command.name}: {refusal}", file=sys.stderr)
        return REFUSED


def _overview() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hepatrace",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {c.name:8} {c.summary}" for c in COMMANDS),
    )
    parser.add_argument("command", nargs="?", help="one of the commands below; `COMMAND --help` tells its options")
    return parser
