"""Configuration: faults that name file, key and fix, and how a TOML file is read; what it means is said elsewhere."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


class ConfigurationError(Exception):
    """A fault of configuration: the message names file, key and the fix (exit code 2)."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's content. Raises ConfigurationError that names file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        msg = f"{path}: {fault}; correct the file"
        raise ConfigurationError(msg) from fault
