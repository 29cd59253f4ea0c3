"""A grantee's folder whose waivers and thresholds a test writes, and waivers made in memory."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import grantee as grantees
from pipelines.validation import thresholds, waiver_file
from pipelines.validation.waiver_file import Waiver
from pipelines.validation.waivers import Standing, standing_of

RULE, YEAR = "student_age_plausible", "2023-24"
FIRST, LAST = date(2026, 9, 1), date(2027, 6, 30)
BLOCK: dict[str, Any] = {
    "rule_id": RULE, "program_year": YEAR, "tolerance_count": 10, "reason": "The old system lost them",
    "author": "Ana Diaz", "approved_by": "Bo Lee", "approved_at": FIRST, "expires": LAST,
}  # fmt: skip


def waiver(**other: Any) -> Waiver:
    """A waiver of UDC for ten rows, unless something else is said."""
    return Waiver(**{"grantee_id": "udc", **BLOCK, **other})


def standing(today: date, failed: int, **other: Any) -> Standing:
    """How such a waiver stands where so many of 1,000 rows fail."""
    return standing_of(waiver(**other), today, 1000, failed)


def own_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """UDC's folder, copied, in place of all that is bundled."""
    shutil.copytree(grantees.FOLDER / "udc", root / "udc")
    monkeypatch.setattr(grantees, "FOLDER", root)
    for module in (thresholds, waiver_file):
        monkeypatch.setattr(module, "grantee", grantees.grantee)
    return root / "udc"


def write(path: Path, name: str, *blocks: dict[str, Any]) -> None:
    """Write blocks as TOML; None leaves a key out."""
    lines = [
        line
        for block in blocks
        for line in (f"[[{name}]]", *(f"{key} = {_toml(value)}" for key, value in block.items() if value is not None))
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(value)
        if isinstance(value, int | float)
        else f'"{value}"'
    )
