"""A scorecard as JSON: the same content as its page, for programs. One key, ``run``, changes from night to night.

``schemas`` describes both editions. The parts of the internal edition stand twice: as they are, and as sections.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pipelines.reports.forms.internal import internal_sections
from pipelines.reports.forms.plain import plain_sections
from pipelines.scorecard.card import Evidence, Scorecard
from pipelines.scorecard.edition import EDITION, NOTICE
from pipelines.scorecard.share import Share

FORMAT = "cte-scorecard/3"


def scorecard_json(scorecard: Scorecard) -> str:
    """Return the internal edition of a scorecard as JSON; shares hold both counts, and words where there is none."""
    left_out = ("run", "is_sample", "sections")
    content = {f.name: _plain(getattr(scorecard, f.name)) for f in fields(scorecard) if f.name not in left_out}
    run = scorecard.run
    started_at = run.started_at.isoformat() if run.started_at else None
    document = {
        "format": FORMAT,
        "edition": EDITION,
        "notice": NOTICE,
        "fictional": fictional(scorecard),
        **content,
        "sections": plain_sections(internal_sections(scorecard)),
        "inputs": [{"file_name": f.file_name, "sha256": f.sha256} for f in scorecard.files],
        "run": {"run_id": run.run_id, "started_at": started_at},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def fictional(scorecard: Scorecard) -> str | None:
    """Return what a scorecard made from samples must say of itself; None for real data."""
    return f"FICTIONAL, not data of {scorecard.grantee_name}" if scorecard.is_sample else None


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        return {"numerator": value.numerator, "denominator": value.denominator, "percent": value.percent}
    if isinstance(value, Evidence):
        told = {f.name: getattr(value, f.name) for f in fields(value)}
        return told | {"percent": value.share.percent if value.denominator is not None else None}
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
