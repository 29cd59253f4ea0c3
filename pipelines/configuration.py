"""Configuration: faults that name file, key and fix, and how a TOML file is read; what it means is said elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any


class ConfigurationError(Exception):
    """A fault of configuration: the message names file, key and the fix (exit code 2)."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's content. Raises ConfigurationError that names file and line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        msg = f"{path}: {fault}; correct the file"
        raise ConfigurationError(msg) from fault


def hold_keys(kind: type, block: object, where: str) -> None:
    """Hold a block to the fields of a dataclass. Raises ConfigurationError that names keys missing and keys unknown.

    ``where`` names file and block.
    """
    if not isinstance(block, Mapping):
        msg = f"{where}: write a block of keys, below its name in double brackets"
        raise ConfigurationError(msg)
    known = {one.name: one.default is MISSING and one.default_factory is MISSING for one in fields(kind)}
    missing = [key for key, is_needed in known.items() if is_needed and key not in block]
    faults = [f"{', '.join(missing)}: not said, and needed"] if missing else []
    faults += [f"{key!r} is no key" for key in block if key not in known]
    if faults:
        msg = f"{where}: {'; '.join(faults)}; the keys are {', '.join(known)}"
        raise ConfigurationError(msg)
