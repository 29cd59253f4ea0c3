"""The lines of the Consolidated Annual Report, one file a version of the form: read, checked, and as a model.

What is counted on them stands in ``sql/mart/worksheet_line.sql``, how they are held to add up in the room ``car``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError, read_toml

FOLDER = Path(__file__).parent / "worksheet_forms"
RULES = ("total", "partition", "part", "cover")
_LINE_KEYS = {"line", "label", "codes", "dimension", "is_on_form"}
_ORDER_OF_SECTION = 1000
_HEADER = """\
-- The lines of the Consolidated Annual Report, a row for each code that a line holds, from the files of the form.
-- grain: form_version, line_code, subgroup_code
-- column form_version: Version of the form.
-- column effective_from: First program year that is reported on it.
-- column effective_until: First program year that is reported on the next version; null for the latest.
-- column section: Section of the form.
-- column section_title: The section in words.
-- column section_rule: total, partition, part or cover: how its lines add up to the grand total.
-- column line_order: Place of the line on the form.
-- column line_code: The line.
-- column line_label: The line in words.
-- column is_on_form: Whether the form has the line; the others show what it has no line for.
-- column subgroup_dimension: What the people of the line are told by.
-- column subgroup_code: The subgroup that is counted on the line.
"""
_COLUMNS = tuple(line.split()[2].rstrip(":") for line in _HEADER.splitlines() if line.startswith("-- column"))


@dataclass(frozen=True)
class FormLine:
    """A line of the form and the codes of a dimension that are counted on it, all together."""

    code: str
    label: str
    dimension: str
    codes: tuple[str, ...]
    is_on_form: bool


@dataclass(frozen=True)
class Section:
    """Lines that are told by one thing, and the rule (one of ``RULES``) by which they add up to the grand total."""

    code: str
    title: str
    rule: str
    lines: tuple[FormLine, ...]


@dataclass(frozen=True)
class Form:
    """A version of the form. ``confirm`` says what of it nobody has checked against the real one."""

    version: str
    effective_from: str
    source: str
    confirm: str
    sections: tuple[Section, ...]


@cache
def all_forms() -> tuple[Form, ...]:
    """Return all versions, the earliest first. Raises ConfigurationError that names file and key."""
    found = (read_form(path) for path in sorted(FOLDER.glob("*.toml")))
    return tuple(sorted(found, key=lambda form: form.effective_from))


def read_form(path: Path) -> Form:
    """Return the form of a file. Raises ConfigurationError that names the file, the line and the key."""
    content = read_toml(path)
    try:
        sections = tuple(_section(block, path) for block in content.pop("section"))
        form = Form(**content, sections=sections)
    except (KeyError, TypeError) as fault:
        msg = f"{path}: {fault}; write it like the other forms are"
        raise ConfigurationError(msg) from fault
    codes = [line.code for section in sections for line in section.lines]
    if doubled := sorted({code for code in codes if codes.count(code) > 1}):
        msg = f"{path}: {', '.join(doubled)}: two lines of this name; give each its own"
        raise ConfigurationError(msg)
    return form


def form_query() -> str:
    """Return the text of the model ``mart.form_line``: the files as rows."""
    forms = all_forms()
    until = {form.version: later.effective_from for form, later in pairwise(forms)}
    rows = ",\n".join(f"({', '.join(map(_literal, row))})" for form in forms for row in _rows(form, until))
    return f"{_HEADER}select * from (values\n{rows}\n) as form_line ({', '.join(_COLUMNS)})"


def _section(block: dict[str, Any], path: Path) -> Section:
    name, rule = block["section"], block["rule"]
    if rule not in RULES:
        msg = f"{path}: section {name}: rule is {rule!r}; write one of {', '.join(RULES)}"
        raise ConfigurationError(msg)
    labels = code_set(block["code_set"]) if "code_set" in block else {}
    dimension = block.get("dimension", "")
    listed = [
        # Named as a line off the form would be, so that a code has one line through all versions.
        {"line": f"{dimension}:{code}", "label": labels[code].label, "codes": [code]}
        for code in block.get("codes", [])
    ]
    lines = tuple(_line(one, dimension, rule, path) for one in (*listed, *block["lines"]))
    return Section(name, block["title"], rule, lines)


def _line(one: dict[str, Any], dimension: str, rule: str, path: Path) -> FormLine:
    where = f"{path}: line {one['line']}"
    if unknown := sorted(set(one) - _LINE_KEYS):
        msg = f"{where}: {', '.join(unknown)}: no such key; there are {', '.join(sorted(_LINE_KEYS))}"
        raise ConfigurationError(msg)
    if rule == "cover" and len(one["codes"]) != 1:
        msg = f"{where}: codes: people with two of them would count twice; give each code a line of its own"
        raise ConfigurationError(msg)
    found = one.get("dimension", dimension)
    if not found:
        msg = f"{where}: dimension: neither the line nor its section says what people are told by; add it"
        raise ConfigurationError(msg)
    return FormLine(one["line"], one["label"], found, tuple(one["codes"]), one.get("is_on_form", True))


def _rows(form: Form, until: dict[str, str]) -> list[tuple[object, ...]]:
    return [
        (
            form.version, form.effective_from, until.get(form.version), section.code, section.title, section.rule,
            _ORDER_OF_SECTION * number + place, line.code, line.label, line.is_on_form, line.dimension, code,
        )
        for number, section in enumerate(form.sections, start=1)
        for place, line in enumerate(section.lines, start=1)
        for code in line.codes
    ]  # fmt: skip


def _literal(value: object) -> str:
    """Return a value as SQL. Nulls have a type, because a column of a version alone may hold nothing else."""
    if value is None:
        return "cast(null as varchar)"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
