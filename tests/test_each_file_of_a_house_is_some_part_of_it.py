"""Is a change of a file told as what it is to its owners: a rule, a layout, what people said, or the program?"""

from __future__ import annotations

import pytest

from pipelines.provenance.house import PARTS, House, part_of
from pipelines.replay.why import DATA, ORDER


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("expectations/student_identity.py", "rules"),
        ("pipelines/grantees/udc/waivers.toml", "rules"),
        ("own_grantees/somewhere/thresholds.toml", "rules"),
        ("pipelines/grantees/udc/layout_2023.toml", "layouts"),
        ("pipelines/house/layout.toml", "layouts"),
        ("pipelines/grantees/udc/grantee.toml", "definitions"),
        ("own_grantees/somewhere/grantee.toml", "definitions"),
        ("pipelines/codes/sex.csv", "reference"),
        ("pipelines/grantees/udc/ratings.toml", "people"),
        ("own_grantees/somewhere/plan.toml", "people"),
        ("inbox/udc/agreements.toml", "people"),
        ("own_rubric/rubric.toml", "people"),
        ("pipelines/scorecard/rubric.toml", "code"),
        ("sql/mart/indicator.sql", "code"),
        ("pipelines/cli.py", "code"),
    ],
)
def test_a_file_belongs_to_the_part_that_its_owner_would_name(path: str, part: str):
    assert part_of(path) == part


def test_why_exchanges_every_part_once_and_the_code_last():
    assert (DATA, *PARTS) == ORDER, "a part that is never exchanged would hide what it did"


def test_no_file_of_a_house_is_in_two_parts_or_in_none():
    paths = ("sql/a.sql", "inbox/udc/plan.toml", "pipelines/codes/sex.csv", "expectations/a.py")
    house = House(dict.fromkeys(paths, b""))
    parts = [house.part(name) for name in PARTS]
    assert sorted(path for part in parts for path in part) == sorted(house.files)
