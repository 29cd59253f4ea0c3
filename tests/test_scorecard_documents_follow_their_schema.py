"""Is the JSON of a scorecard what its schema promises to the programs that read it?"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from forms_example import internal_card, shareable_card

from pipelines.reports.document import FORMAT, scorecard_json
from pipelines.reports.forms.shareable import shareable_form
from pipelines.reports.shareable_document import FORMAT as SHAREABLE_FORMAT
from pipelines.reports.shareable_document import shareable_json

SCHEMAS = {FORMAT: "scorecard-3.json", SHAREABLE_FORMAT: "scorecard-shareable-1.json"}
Document = dict[str, Any]


def schema(name: str) -> Document:
    found = json.loads(files("pipelines.reports").joinpath("schemas", SCHEMAS[name]).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    shared = shareable_card(tmp_path_factory.mktemp("shared"))
    return {
        FORMAT: json.loads(scorecard_json(internal_card())),
        SHAREABLE_FORMAT: json.loads(shareable_json(shared, shareable_form(shared))),
    }


def faults(document: Document) -> list[str]:
    checker = jsonschema.Draft202012Validator(schema(document["format"]), format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(document)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_document_follows_its_schema(name: str, documents: dict[str, Document]) -> None:
    assert documents[name]["format"] == name
    assert faults(documents[name]) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_row_has_a_cell_for_each_column(name: str, documents: dict[str, Document]) -> None:
    for section in documents[name]["sections"]:
        for table in section["tables"]:
            assert {len(row) for row in table["rows"]} <= {len(table["columns"])}, table["id"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_query_that_is_named_exists(name: str, documents: dict[str, Document]) -> None:
    folder = Path(__file__).parents[1] / "sql" / "queries"
    named = {table["query"] for section in documents[name]["sections"] for table in section["tables"]} - {""}

    assert [query for query in sorted(named) if not (folder / f"{query}.sql").is_file()] == []


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("lost", ["population", "source", "as_of"])
def test_a_table_that_does_not_say_what_its_numbers_are_of_is_refused(
    name: str, lost: str, documents: dict[str, Document]
) -> None:
    broken = json.loads(json.dumps(documents[name]))
    next(section for section in broken["sections"] if section["tables"])["tables"][0][lost] = ""

    assert faults(broken)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_key_that_no_schema_promises_is_refused(name: str, documents: dict[str, Document]) -> None:
    assert faults({**documents[name], "overall_score": 3})


def test_a_document_of_samples_says_that_it_is_fictional(documents: dict[str, Document]) -> None:
    assert all(document["fictional"].startswith("FICTIONAL") for document in documents.values())
