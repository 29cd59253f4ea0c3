"""Fixtures that tests of several questions share; what one file alone needs stands in that file."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published files (IPEDS and others), which are not committed; skips where it is absent."""
    folder = Path(os.environ.get("CTE_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder} with published files; CTE_REAL_DATA names another")
    return folder
