"""The handbook for operators, ``docs/operations.md``, and its blocks as a person would copy them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PROGRAM, HOME = "/srv/cte/program/.venv/bin", "/srv/cte/home"  # as the page writes them
_BIN = str(Path(sys.executable).parent)


def block(language: str, beginning: str = "") -> str:
    """The page's only block of that language that begins so."""
    blocks = re.findall(rf"^```{language}\n({re.escape(beginning)}.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"{len(blocks)} blocks of {language} begin with {beginning!r}"
    return blocks[0]


def here(text: str, home: Path) -> str:
    """A text of the page with this machine's paths in place of the page's."""
    return text.replace(PROGRAM, _BIN).replace(HOME, str(home))


def typed(commands: str, shell: str = "bash", **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """Run commands in a shell that knows little more than cron's does."""
    environment = {"PATH": f"{_BIN}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(Path.home())}
    environment |= {name: str(value) for name, value in variables.items()}
    return subprocess.run(
        [shell, "-c", commands], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
