"""What a replay tells its operator, in words. Counts only, and restricted: they are not protected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.replay.again import Again
from pipelines.replay.published import suppression
from pipelines.replay.why import ORDER, STATUS, Told, Why, change_of

_MOST_TOLD = 10
_NEVER_SAME = "nothing was compared: the run wrote no scorecard"


def tell_again(told: Again, out: Path | None) -> Iterator[str]:
    """Yield the lines about a replay: whether all is the same, what is not, and how the machine differs."""
    count = len(told.identical) + len(told.differing)
    if not told.differing:
        yield f"run {told.run_id}: identical, {count} files of scorecards, byte for byte" if count else _NEVER_SAME
    else:
        yield f"run {told.run_id}: {len(told.differing)} of {count} files of scorecards differ:"
        yield from (f"  {file.place.as_posix()}" for file in told.differing)
        yield from _causes(told)
    yield from (f"  not the same machine: {line}" for line in told.machine)
    if out is not None and told.identical:
        yield f"wrote {len(told.identical)} files to {out}"


def _causes(told: Again) -> Iterator[str]:
    """Yield what can have made the bytes differ, as far as it is known."""
    if told.read_otherwise:
        yield (
            f"{len(told.read_otherwise)} files had been read before the layout of this run was made and were not read "
            "again (`cte run --rebuild` does), so the run counted what an earlier layout had read:"
        )
        yield from (f"  {line}" for line in told.read_otherwise[:_MOST_TOLD])
    elif not told.machine:
        yield (
            "All files were read with the same versions of layouts, by the same packages. What can make them differ: "
            "a layout changed without a new version and no `cte run --rebuild` after it, or a file edited meanwhile"
        )


RESTRICTED = "RESTRICTED: counts that are not protected; not to be passed on"


def tell_why(told: Why, *, is_sample: bool) -> Iterator[str]:
    """Yield the lines about a figure: then and now, what each part did on top of those before, and the whole."""
    asked = told.asked
    yield RESTRICTED + ("; FICTIONAL" if is_sample else "")
    where = f", institution {asked.institution_id}" if asked.institution_id else ""
    yield f"{asked.grantee_id} {asked.program_year}, {asked.figure}{where}"
    yield f"  run {told.runs[0]}: {_numbers(told.before)}"
    yield f"  run {told.runs[1]}: {_numbers(told.after)}"
    yield f"exchanged one after another in the order {', '.join(ORDER)}:"
    for step in told.steps:
        yield f"  {' and '.join(step.parts)}: {_change(step.before, step.after)}"
    yield f"  the same in both runs: {', '.join(told.unchanged) or 'nothing'}"
    yield f"  suppression (of what was published; it changes no count above): {_suppression(told)}"
    yield f"  whole: {_change(told.before, told.after)}"


def why_json(told: Why, *, is_sample: bool) -> str:
    """Return the same as JSON, by part and number."""
    steps = [{"parts": s.parts, "before": s.before, "after": s.after, "change": s.change} for s in told.steps]
    content: dict[str, Any] = {
        "notice": RESTRICTED,
        "fictional": is_sample,
        **told.asked.request(),
        "from_run": told.runs[0],
        "to_run": told.runs[1],
        "before": told.before,
        "after": told.after,
        "order": ORDER,
        "steps": steps,
        "unchanged": told.unchanged,
        "published": {"from_run": told.published[0], "to_run": told.published[1]},
        "suppression": suppression(*told.published),
        "whole": change_of(told.before, told.after),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _suppression(told: Why) -> str:
    return "; ".join(suppression(*told.published))


def _numbers(told: Told) -> str:
    counts = [f"{name} {value}" for name, value in told.items() if name != STATUS and value is not None]
    return ", ".join([*counts, f"status {told[STATUS]}"])


def _change(before: Told, after: Told) -> str:
    parts = [f"{name} {value:+d}" for name, value in change_of(before, after).items() if value is not None]
    if before[STATUS] != after[STATUS]:
        parts.append(f"status {before[STATUS]} -> {after[STATUS]}")
    return ", ".join(parts) or "nothing that can be told in numbers"
