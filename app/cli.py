"""The command line: one module of `app.commands` for each command, imported only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from typing import Any

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
    Command("protocols", "protocols", "study protocols; --check a file of your own"),
    Command("scan", "scan", "catalogue a folder's series, with quality findings"),
    Command("volume", "volume", "geometry and voxel statistics of one series"),
    Command("measure", "measure", "assisted diameters of the lesion at a place"),
    Command("import", "import_", "import a folder into the database"),
    Command("import-sr", "import_sr", "other programs' SR and SEG files as proposals"),
    Command("clinical", "clinical", "laboratory values from a table into a case"),
    Command("cases", "cases", "list the cases of the database"),
    Command("export", "export", "cases into files: tables, SDTM, case files"),
    Command("survival", "survival", "Kaplan-Meier, medians and log-rank of a table"),
    Command("cohort", "cohort", "rates, endpoints and agreement of many cases; import of a table"),
    Command("readers", "readers", "who signs with a password; take a lost one away"),
    Command("verify", "verify", "check the event log's chain"),
)


class Refusal(Exception):
    """The input was refused; the message names the file, the field and the remedy."""


class _Output:
    """Standard output, whose failure is told apart from that of every other file."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with _refused_output():
            return int(self._stream.write(text))

    def flush(self) -> None:
        with _refused_output():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _refused_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _OutputRefused(f"standard output cannot be written ({why}). Free space, then try again.") from error


class _OutputRefused(Refusal):
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 input refused, 2 bad usage.

    Whatever the system does not let a command read or write, standard output included, is a refusal too.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    said = f" {words[0]}" if words and words[0] in {c.name for c in COMMANDS} else ""
    try:
        if sys.stdout is None:  # started without a console
            return _run(words)
        with redirect_stdout(_Output(sys.stdout)):
            status = _run(words)
            sys.stdout.flush()
            return status
    except BrokenPipeError:  # whoever reads our output has read enough
        _drop_output()
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except _OutputRefused as refusal:
        _drop_output()
        why = str(refusal)
    except Refusal as refusal:
        why = str(refusal)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        why = f"{named}{error.strerror or error}. Allow access or free space, then try again."
    print(f"hepatrace{said}: {why}", file=sys.stderr)
    return REFUSED


def _run(words: list[str]) -> int:
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
        return int(module.run(parser.parse_args(words[1:])))
    except SystemExit as stop:
        return DONE if stop.code in (0, None) else BAD_USAGE


def _drop_output() -> None:
    """What is still buffered goes nowhere, so that the interpreter does not fail on it once more at its end."""
    with suppress(OSError, ValueError):  # a stream without a file descriptor keeps nothing back
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _overview() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hepatrace",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {c.name:9} {c.summary}" for c in COMMANDS),
    )
    parser.add_argument("command", nargs="?", help="one of the commands below; `COMMAND --help` tells its options")
    return parser
