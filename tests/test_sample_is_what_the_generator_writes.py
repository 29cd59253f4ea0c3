"""Is the committed sample what the generator writes, on every machine, and does it say that it is invented?"""

from pathlib import Path

import pytest

from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee_ids
from pipelines.sample.submissions import write_samples

SAMPLE = Path(__file__).parents[1] / "sample_data"


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    write_samples(out)
    return out


def test_the_committed_sample_is_byte_for_byte_what_the_generator_writes(made: Path) -> None:
    committed, generated = contents(SAMPLE), contents(made)
    assert sorted(committed) == sorted(generated)
    assert [name for name in committed if committed[name] != generated[name]] == []


def test_the_committed_sample_stays_small_enough_to_be_cloned_without_a_thought() -> None:
    sizes = [len(content) for content in contents(SAMPLE).values()]
    assert sum(sizes) < 3_000_000
    assert max(sizes) < 500_000


def test_every_grantee_of_the_sample_is_said_to_be_fictional_in_the_readme() -> None:
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert all(f"`{grantee_id}`: FICTIONAL, not data of" in text for grantee_id in grantee_ids())
    assert (SAMPLE / "FICTIONAL.txt").is_file()


def test_one_grantee_asked_for_alone_gets_the_same_files_as_in_company(made: Path, tmp_path: Path) -> None:
    write_samples(tmp_path, grantees=["udc"])
    assert contents(tmp_path / "udc") == contents(made / "udc")


def test_another_seed_is_another_population(made: Path, tmp_path: Path) -> None:
    write_samples(tmp_path, grantees=["udc"], seed=1)
    path = next(tmp_path.glob("udc/2022-23/spbpers_*"))
    assert path.read_bytes() != (made / path.relative_to(tmp_path)).read_bytes()


def test_a_grantee_copied_from_the_template_has_sample_files_without_a_line_of_code(tmp_path: Path) -> None:
    assert write_samples(tmp_path, grantees=["_template"]).file_count == 2
    text = (tmp_path / "_template/2022-23/institution_2022-23.csv").read_text(encoding="utf-8")
    assert "(fictional)" in text


def test_a_program_year_that_is_none_is_refused_with_the_way_to_write_it(tmp_path: Path) -> None:
    for year in ("2023", "2023-25", "23-24"):
        with pytest.raises(ConfigurationError, match="write it like 2023-24"):
            write_samples(tmp_path, program_years=[year])
