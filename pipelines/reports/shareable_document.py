"""A shareable scorecard as JSON, from which pages of several grantees can be made: published numbers and codes alone.

``schemas/scorecard-shareable-1.json`` describes it. Nothing in it changes while the release stays the same.
"""

from __future__ import annotations

import json
from typing import Any

from pipelines.reports.forms.form import Form
from pipelines.reports.forms.plain import plain_sections
from pipelines.shareable.card import Shareable

FORMAT = "cte-scorecard-shareable/1"


def shareable_json(card: Shareable, form: Form) -> str:
    """Return the shareable edition of a scorecard, and of which grantee, year and release it speaks."""
    head = card.heading
    document: dict[str, Any] = {
        "format": FORMAT,
        "edition": form.edition,
        "notice": form.notice,
        "fictional": form.fictional or None,
        "grantee_id": head.grantee_id,
        "grantee_name": head.grantee_name,
        "eligible_agency": head.eligible_agency,
        "program_year": head.program_year,
        "release": {
            "release_id": head.release_id,
            "number": head.number,
            "released_on": head.released_at.date().isoformat() if head.released_at else None,
        },
        "sections": plain_sections(form.sections),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
