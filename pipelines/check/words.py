"""How a check is told: as text for people, as CSV for spreadsheets, as JSON for programs. Nothing is decided here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields

from pipelines.check.faults import Fault
from pipelines.check.judging import Judgement
from pipelines.spreadsheet_text import plain

Say = Callable[[str], None]
_SEVERITIES = ("critical", "warning", "info")


def say_text(faults: Sequence[Fault], judgement: Judgement, say: Say) -> None:
    """Say every fault with its place and fix, then what each rule came to and whether a gate would close."""
    for fault in faults:
        say(_fault_text(fault))
    counts = ", ".join(f"{sum(f.severity == word for f in faults)} {word}" for word in _SEVERITIES)
    say(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}: {counts}")
    for result in judgement.results:
        gate = "a gate would close" if result.closes_gate else "no gate would close"
        allowed = f"{result.failed} of {result.population} fail, {result.threshold}: " if result.failed else ""
        say(f"[{result.rule_id}] {result.severity}: {allowed}{gate} ({result.because})")
    if judgement.not_checked:
        tables = sorted({table for lacks in judgement.not_checked.values() for table in lacks})
        count = len(judgement.not_checked)
        rules = "1 rule needs" if count == 1 else f"{count} rules need"
        lacks = ", ".join(table.removeprefix("core.") for table in tables)
        say(f"not checked, because no file given says it: {rules} {lacks}")
    closes = judgement.would_close_gate
    say("a gate would close: repair what is critical before you submit" if closes else "no gate would close")


def say_csv(faults: Sequence[Fault], _judgement: Judgement, say: Say) -> None:
    """Say every fault as a line of CSV below a header; a spreadsheet takes no value for a formula."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[f.name for f in fields(Fault)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in asdict(fault).items()} for fault in faults)
    say(text.getvalue().rstrip("\n"))


def say_json(faults: Sequence[Fault], judgement: Judgement, say: Say) -> None:
    """Say faults, results of rules, and what was not checked, as one JSON object."""
    content = {
        "faults": [asdict(fault) for fault in faults],
        "rules": [asdict(result) for result in judgement.results],
        "not_checked": sorted(judgement.not_checked),
        "would_close_gate": judgement.would_close_gate,
    }
    say(json.dumps(content, indent=2, ensure_ascii=False))


FORMS: Mapping[str, Callable[[Sequence[Fault], Judgement, Say], None]] = {
    "text": say_text,
    "csv": say_csv,
    "json": say_json,
}


def _fault_text(fault: Fault) -> str:
    place = f"{fault.file}: line {fault.line}" if fault.line else fault.file
    place += f" ({fault.cell})" if fault.cell else ""
    name = fault.column_in_file or fault.column
    column = f": {name}" + (f" = {fault.value!r}" if fault.value else "") if name else ""
    ours = f" [{fault.column}]" if fault.column_in_file and fault.column_in_file != fault.column else ""
    rule = f" [{fault.rule_id}]" if fault.rule_id else ""
    lines = [f"{place}{column}{ours}: {fault.severity}: {fault.message}{rule}"]
    lines += [f"    why: {fault.why}"] if fault.why else []
    lines += [f"    fix: {fault.fix}"] if fault.fix else []
    return "\n".join(lines)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, str) else value
