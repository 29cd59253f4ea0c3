"""The operator's terminal or log file: lines as they are, and a reader who went away does not end the night.

What is said stands elsewhere; names of files and of their columns may look like markup, so nothing is markup here.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

from rich.console import Console


def write_what_it_can() -> None:
    """Let characters that the terminal or log cannot show be spelled out instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def teller(console: Console) -> Callable[[str], None]:
    """Return what prints a line as it is.

    Where nobody reads any more (``cte run | head``, a log on a full disk) it falls silent: Rich would exit with 1,
    which means "a gate closed", in the middle of the night.
    """

    def say(text: str) -> None:
        try:
            console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)
        except (OSError, SystemExit):
            fall_silent(console)

    return say


def fall_silent(console: Console) -> None:
    """Send what is said from now on, and what is still waiting to be written, nowhere."""
    console.quiet = True
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
