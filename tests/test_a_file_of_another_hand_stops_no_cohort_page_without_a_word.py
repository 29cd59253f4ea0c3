"""Is a file among shareable scorecards that is none named with the fix, whatever it holds?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.configuration import ConfigurationError
from pipelines.reports.cohort import FORMAT, write_cohort

HEAD = {"format": FORMAT, "grantee_id": "a", "grantee_name": "A", "program_year": "2023-24", "fictional": None}
WHOLE = {**HEAD, "sections": []}


@pytest.mark.parametrize("key", sorted(set(WHOLE)))
def test_a_scorecard_without_its_heading_is_named(tmp_path: Path, key: str) -> None:
    (tmp_path / "scorecard.json").write_text(json.dumps({k: v for k, v in WHOLE.items() if k != key}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"scorecard\.json: .*(take the file away|publish it anew)"):
        write_cohort(tmp_path)


@pytest.mark.parametrize("content", [b"\xff", b"[]", b"5", b"[" * 99_999, json.dumps(WHOLE | {"sections": 5}).encode(),
                                     json.dumps(WHOLE | {"grantee_id": ["a"]}).encode()])  # fmt: skip
def test_what_is_no_scorecard_at_all_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "scorecard.json").write_bytes(content)
    with pytest.raises(ConfigurationError, match="this is no shareable scorecard"):
        write_cohort(tmp_path)
