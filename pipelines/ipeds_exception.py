"""Known differences from IPEDS: the ``[[ipeds_exception]]`` blocks of a ``grantee.toml``, read and checked.

Each says where the two are known to differ, why, for how long, and who approved it. What is done with them stands in
``sql/mart/completions_agreement.sql``; that a rule fails for another reason is a waiver, and none of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError, hold_keys

_PATTERNS = {
    "unitid": r"\d{6}",
    "cip_code": r"(\d{2}\.\d{4})?",
    "first_program_year": r"\d{4}-\d{2}",
    "last_program_year": r"\d{4}-\d{2}",
    "reason": r".*\S.*",
    "approved_by": r".*\S.*",
}


@dataclass(frozen=True)
class IpedsException:
    """Awards of an institution that are known to differ from IPEDS, from one program year to another, both inclusive.

    An empty ``cip_code`` stands for all fields, an empty ``award_level_code`` for all levels.
    """

    unitid: str
    first_program_year: str
    last_program_year: str
    reason: str
    approved_by: str
    cip_code: str = ""
    award_level_code: str = ""


def ipeds_exceptions(blocks: Sequence[dict[str, Any]], path: Path) -> tuple[IpedsException, ...]:
    """Return the exceptions that blocks declare. Raises ConfigurationError that names file, block and key."""
    return tuple(
        _exception(block, f"{path}: [[ipeds_exception]] number {n}") for n, block in enumerate(blocks, start=1)
    )


def _exception(block: dict[str, Any], where: str) -> IpedsException:
    hold_keys(IpedsException, block, where)
    found = IpedsException(**block)
    for key, pattern in _PATTERNS.items():
        said = getattr(found, key)
        if not isinstance(said, str) or not re.fullmatch(pattern, said, re.DOTALL):
            msg = f'{where}: {key} is {said!r}; write texts like unitid = "131399", cip_code = "51.3801", "2022-23"'
            raise ConfigurationError(msg)
    levels = code_set("award_level")
    if found.award_level_code not in ("", *levels):
        msg = f"{where}: award_level_code is {found.award_level_code!r}; write one of {', '.join(levels)}, or none"
        raise ConfigurationError(msg)
    if found.last_program_year < found.first_program_year:
        msg = f"{where}: last_program_year is before first_program_year; an exception ends, and not before it begins"
        raise ConfigurationError(msg)
    return found
