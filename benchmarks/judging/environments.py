"""The environment of each peer: made when first needed, from the requirements beside the peer, outside this checkout.

None of them enters ``requirements.lock``; pip is asked as whoever runs the benchmark has configured it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

PEERS = ("soda_duckdb", "pandera_polars", "pointblank_polars", "dataframely_polars", "gx_pandas")
_FOLDER = Path(__file__).with_name("peers")


def requirements(peer: str) -> list[str]:
    """Return what a peer needs, pinned: ``name==version``."""
    return (_FOLDER / f"{peer}.txt").read_text(encoding="utf-8").split()


def python_of(peer: str) -> Path | None:
    """Return the Python of a peer's environment, None where it has not been made for the versions pinned now."""
    python = _environment(peer) / "bin" / "python"
    return python if (_environment(peer) / "ready").is_file() else None


def make(peer: str) -> Path:
    """Return the Python of a peer's environment, made where it is not there yet.

    Raises RuntimeError with pip's words where it cannot be made.
    """
    if (made := python_of(peer)) is not None:
        return made
    environment = _environment(peer)
    python = environment / "bin" / "python"
    _run(sys.executable, "-m", "venv", "--clear", str(environment))
    _run(str(python), "-m", "pip", "install", "--quiet", "--requirement", str(_FOLDER / f"{peer}.txt"))
    (environment / "ready").touch()
    return python


def _environment(peer: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    pinned = hashlib.sha256("\n".join([sys.version, *requirements(peer)]).encode()).hexdigest()[:8]
    return cache / "cte-benchmarks" / f"{peer}-{pinned}"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command)} failed:\n{done.stderr}"
        raise RuntimeError(message)
