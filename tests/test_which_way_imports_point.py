"""Do imports point one way? A room that looks upstairs can no longer be understood, tested or replaced by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the ground floor up: a room may import from its own floor and from those below, never from above.
FLOORS = (
    ("configuration", "markdown", "spreadsheet_text"),
    ("layouts", "schema", "code_sets"),
    (
        "layout_files",
        "own_tables",
        "equity_source",
        "indicator_definition",
        "suppression_policy",
        "suppression_keys",
        "performance_level",
        "ipeds_exception",
        "local_needs",
        "career_clusters",
        "worksheet_form",
    ),
    (
        "ledger",
        "act_tables",
        "measurement_tables",
        "history_tables",
        "public_table",
        "labor_tables",
        "reference_tables",
        "waiver_tables",
        "return_tables",
        "release_tables",
        "run_input_tables",
        "grantee",
    ),
    ("home", "warehouse", "run_book", "query"),
    ("intake",),
    ("acts", "layout_draft"),
    ("measures",),
    ("models",),
    ("provenance",),
    ("validation",),
    ("side_by_side",),
    ("car",),
    ("disclosure",),
    ("publish", "scorecard", "shareable", "sample", "desk", "returns"),
    ("reports",),
    ("notices",),
    ("night", "check", "layout_check", "status", "event_log", "faults"),
    ("asset_step",),
    ("asset_outputs",),
    ("assets",),
    ("asset_checks",),
    ("definitions", "terminal"),
    ("console", "rule_book", "data_dictionary", "replay"),
    ("docs", "bill_of_materials"),
    (
        "cli_acts",
        "cli_annotate",
        "cli_definition",
        "cli_layout",
        "cli_notices",
        "cli_publish",
        "cli_replay",
        "cli_rules",
    ),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
KNOW_DAGSTER = {
    "asset_step",
    "asset_outputs",
    "assets",
    "asset_checks",
    "definitions",
    "console",
    "event_log",
    "replay",
}
KNOW_HOW_GREAT_EXPECTATIONS_RUNS = {"validation"}


def _room(module: str) -> str:
    """Return the room of a module of ours: ``pipelines.intake.land`` lives in ``intake``."""
    name = module.split(".")[1] if "." in module else ""
    return "sample" if name.startswith("sample") else name


def _imports() -> Iterator[tuple[str, str, str]]:
    """Yield (file, room, imported module) for every import of the two packages, wherever it stands in the file."""
    for path in sorted([*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("expectations/**/*.py")]):
        parts = path.relative_to(ROOT).with_suffix("").parts
        room = "expectations" if parts[0] == "expectations" else _room(".".join(parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((str(path.relative_to(ROOT)), room, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                inside = [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "pipelines" else []
                yield from ((str(path.relative_to(ROOT)), room, name) for name in inside or [node.module])


def test_every_room_has_a_floor_so_that_a_new_one_is_placed_on_purpose() -> None:
    rooms = {room for _, room, _ in _imports() if room not in ("", "expectations", "__init__")}
    assert rooms <= set(FLOOR), f"place {sorted(rooms - set(FLOOR))} in FLOORS"


def test_no_room_imports_from_a_floor_above_its_own() -> None:
    upward = [
        f"{file}: {name}"
        for file, room, name in _imports()
        if name.startswith("pipelines.") and room in FLOOR and FLOOR.get(_room(name), 0) > FLOOR[room]
    ]
    assert upward == []


def test_the_rule_book_knows_the_schema_and_nothing_of_how_it_is_run() -> None:
    allowed = {
        "pipelines.schema",
        "pipelines.ledger",
        "pipelines.measurement_tables",
        "pipelines.reference_tables",
        "pipelines.code_sets",
    }
    strangers = [
        f"{file}: {name}"
        for file, room, name in _imports()
        if room == "expectations" and name.startswith("pipelines") and name not in allowed
    ]
    assert strangers == []


@pytest.mark.parametrize(
    ("library", "rooms"),
    [("dagster", KNOW_DAGSTER), ("great_expectations", KNOW_HOW_GREAT_EXPECTATIONS_RUNS | {"expectations"})],
)
def test_a_library_that_may_be_replaced_is_known_to_few_rooms(library: str, rooms: set[str]) -> None:
    who = {room for _, room, name in _imports() if name == library or name.startswith(f"{library}.")}
    assert who <= rooms
