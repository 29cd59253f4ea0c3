"""The check of files before they are submitted, from the call to the exit code.

Reading is that of the night (``intake.preview``); what is judged stands in ``judging``, how it is told in ``words``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from pipelines.check.faults import faults_of
from pipelines.check.judging import judge
from pipelines.check.words import FORMS
from pipelines.configuration import ConfigurationError
from pipelines.grantee import grantee
from pipelines.intake.inbox import is_program_year, program_year_in
from pipelines.night import GATE_CLOSED, NO_GATE_CLOSED, SYSTEM_FAILED


def check_files(
    paths: Sequence[Path], grantee_id: str, program_year: str | None, form: str, say: Callable[[str], None]
) -> int:
    """Print every fault of the files and return the exit code: 1 where a gate would close, 3 where a rule broke.

    Raises ConfigurationError for an unknown grantee, two files of one name, or where the program year cannot be told.
    """
    from pipelines.intake.preview import preview

    owner = grantee(grantee_id)
    _refuse_one_name_twice(paths)
    year = _year(paths, program_year)
    with preview(owner.id, year, paths) as connection:
        judgement = judge(connection, grantee_id, year)
        faults = faults_of(connection, owner, judgement)
    FORMS[form](faults, judgement, say)
    if judgement.is_broken:
        return SYSTEM_FAILED
    return GATE_CLOSED if judgement.would_close_gate else NO_GATE_CLOSED


def _refuse_one_name_twice(paths: Sequence[Path]) -> None:
    """Of two files with one name the second replaces the first, whose faults nobody would see."""
    for name, count in Counter(path.name for path in paths).items():
        if count > 1:
            msg = f"{name}: given {count} times; check one file of a name at a time, the later replaces the earlier"
            raise ConfigurationError(msg)


def _year(paths: Sequence[Path], given: str | None) -> str:
    years = {given} if given else {program_year_in(path) for path in paths}
    year = years.pop() if len(years) == 1 else None
    if year is None or not is_program_year(year):
        msg = "which program year are the files of? Their folders and names do not say one; add --program-year 2023-24"
        raise ConfigurationError(msg)
    return year
