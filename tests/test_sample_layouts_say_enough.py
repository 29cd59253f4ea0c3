"""Can every grantee's layout say what we need, and do names, codes and widths leave no doubt?"""

import pytest

from pipelines.code_sets import codes_of
from pipelines.grantee import FOLDER, grantee, grantee_ids
from pipelines.layout_files import file_layouts
from pipelines.sample.plan import plan
from pipelines.sample.records import cohorts, records
from pipelines.sample.render import code_map, expressible, render, said
from pipelines.sample.writing import lines_above
from pipelines.schema import content_columns, core_table, core_tables

YEARS = ("2022-23", "2023-24")
LAYOUTS = [
    pytest.param(g, layout, id=f"{g}-{layout.layout_version}-{layout.name}")
    for g in grantee_ids()
    for layout in grantee(g).layouts
]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_every_required_table_has_a_file_and_no_two_layouts_want_the_same_records(grantee_id: str, year: str) -> None:
    layouts = [f for f in grantee(grantee_id).layouts if f.is_effective(year)]
    assert {f.table for f in layouts} >= {t.name for t in core_tables() if not t.info["optional"]}
    for layout in layouts:
        name = layout.file_name.format(program_year=year, term_code="fall", vintage="eot")
        same = [other for other in layouts if other.matches(name)]
        assert {other.file_name for other in same} == {layout.file_name}
        assert len({(other.sheet, other.record) for other in same}) == len(same)


@pytest.mark.parametrize(("grantee_id", "layout"), LAYOUTS)
def test_required_columns_are_sent_or_constant_and_codes_are_ours(grantee_id, layout) -> None:
    table = core_table(layout.table)
    said_here = {c.to for c in layout.columns} | set(layout.constants)
    required = {c.name for c in content_columns(table) if not c.nullable and not c.info["states"]}
    assert required - {"student_id_kind"} <= said_here
    assert layout.column_to("program_year") is not None
    for column in layout.columns:
        if column.codes:
            assert set(code_map(table.columns[column.to], column).values()) <= set(codes_of(table.columns[column.to]))


@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_what_a_layout_can_say_it_says_in_its_own_codes_and_widths(grantee_id: str) -> None:
    entered = cohorts(plan(grantee_id), 3, 600, range(2023, 2024))
    frames = records(plan(grantee_id), entered, 2023, 2023)
    for layout in grantee(grantee_id).layouts:
        frame = expressible(frames[layout.table], layout)
        assert frame.equals(expressible(frame, layout)), "what can be said once can be said again"
        texts = said(frame, layout)
        for column in layout.columns:
            if column.codes and not column.separator:
                assert set(texts[column.name]) <= {*column.codes, *column.nulls, ""}
            if column.width:
                assert texts[column.name].str.len_chars().max() <= column.width
        if layout.kind == "workbook":
            continue
        lines = render(frame, layout, "FICTIONAL").decode(layout.encoding).split(layout.line_end)
        assert len(lines) == lines_above(layout) + len(frame) + bool(layout.trailer_record) + 1
        if layout.kind == "fixed_width":
            rows = lines[lines_above(layout) :][: len(frame)]
            assert {len(line) for line in rows} == {sum(c.width for c in layout.columns)}


def test_the_template_is_a_grantee_that_can_be_read_and_is_none_that_is_run() -> None:
    assert "_template" not in grantee_ids()
    assert grantee("_template").layouts == file_layouts(FOLDER / "_template")


@pytest.mark.parametrize("grantee_id", grantee_ids())
def test_what_people_decide_and_say_ships_empty(grantee_id: str) -> None:
    for name in ("waivers", "thresholds", "ratings", "plan", "agreements", "owners"):
        lines = (FOLDER / grantee_id / f"{name}.toml").read_text(encoding="utf-8").splitlines()
        assert all(line.startswith("#") for line in lines)
