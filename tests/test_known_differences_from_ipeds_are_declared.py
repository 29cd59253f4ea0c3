"""Is a known difference from IPEDS declared with reason, approver and end, or refused before it could hide another?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.configuration import ConfigurationError
from pipelines.grantee import FOLDER, OWN_FOLDER, Grantee, all_grantees, read_grantee
from pipelines.ipeds_exception import IpedsException
from pipelines.measures.ipeds_exceptions import load_ipeds_exceptions

BLOCK = """
[[ipeds_exception]]
unitid = "131399"
first_program_year = "2021-22"
last_program_year = "2023-24"
reason = "IPEDS counts the whole university"
approved_by = "A. Steward, 2026-03-01"
"""


@pytest.fixture
def said(tmp_path: Path) -> Callable[[str], Grantee]:
    """Read a grantee whose folder says this besides what the template says."""

    def read(blocks: str) -> Grantee:
        path = tmp_path / "grantee.toml"
        text = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
        path.write_text(text + blocks, encoding="utf-8")
        return read_grantee(path)

    return read


def test_an_exception_without_field_and_level_speaks_of_all(said: Callable[[str], Grantee]) -> None:
    assert said(BLOCK).ipeds_exceptions == (
        IpedsException(
            "131399", "2021-22", "2023-24", "IPEDS counts the whole university", "A. Steward, 2026-03-01"
        ),
    )  # fmt: skip


def test_no_bundled_grantee_excuses_itself_before_anybody_approved_it() -> None:
    assert [grantee.id for grantee in all_grantees() if grantee.ipeds_exceptions] == []


def test_the_block_that_the_template_shows_is_one_that_is_read(said: Callable[[str], Grantee]) -> None:
    template = (FOLDER / "_template" / "grantee.toml").read_text(encoding="utf-8")
    (shown,) = re.findall(r"# \[\[ipeds_exception\]\]\n(?:# \w+ = .*\n)+", template)
    (found,) = said("\n" + shown.replace("# [[", "[[").replace("\n# ", "\n")).ipeds_exceptions
    assert (found.cip_code, found.award_level_code) == ("51.3801", "03")


def test_exceptions_become_a_table_in_which_null_stands_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(FOLDER / "oregon", folder)
    path = folder / "grantee.toml"
    text = path.read_text(encoding="utf-8").replace('id = "oregon"', 'id = "mine"', 1)
    path.write_text(f'{text}{BLOCK}{BLOCK}cip_code = "51.3801"\naward_level_code = "03"\n', encoding="utf-8")
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path))
    with duckdb.connect() as connection:
        load_ipeds_exceptions(connection)
        columns = "grantee_id, unitid, cip_code, award_level_code, last_program_year, approved_by"
        assert connection.execute(f"select {columns} from reference.ipeds_exception order by all").fetchall() == [
            ("mine", "131399", "51.3801", "03", "2023-24", "A. Steward, 2026-03-01"),
            ("mine", "131399", None, None, "2023-24", "A. Steward, 2026-03-01"),
        ]


@pytest.mark.parametrize(
    ("was", "said_instead", "complaint"),
    [
        ('unitid = "131399"', 'unitid = "1313"', "unitid is '1313'"),
        ('unitid = "131399"', "unitid = 131399", "unitid is 131399"),
        ('first_program_year = "2021-22"', 'first_program_year = "2021"', "first_program_year is '2021'"),
        ('last_program_year = "2023-24"', 'last_program_year = "2020-21"', "last_program_year is before"),
        ('last_program_year = "2023-24"\n', "", "last_program_year"),
        ('reason = "IPEDS counts the whole university"', 'reason = " "', "reason is ' '"),
        ('approved_by = "A. Steward, 2026-03-01"', 'approved_by = ""', "approved_by is ''"),
        ('unitid = "131399"', 'unitid = "131399"\ncip_code = "51.38"', "cip_code is '51.38'"),
        ('unitid = "131399"', 'unitid = "131399"\naward_level_code = "3"', "award_level_code is '3'"),
        ('unitid = "131399"', 'unitid = "131399"\naward_level_code = ["03"]', r"award_level_code is \['03'\]"),
        ('unitid = "131399"', 'unitid = "131399"\nyears = "all"', "years"),
    ],
)
def test_a_block_that_could_excuse_something_else_is_refused_by_its_key(
    said: Callable[[str], Grantee], was: str, said_instead: str, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=rf"grantee.toml: \[\[ipeds_exception\]\] number 1.*{complaint}"):
        said(BLOCK.replace(was, said_instead))
