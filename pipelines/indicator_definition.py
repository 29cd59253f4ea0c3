"""What participant, concentrator and the indicators mean: the ``[[definition]]`` blocks of a ``grantee.toml``, checked.

The words that a block may use and their defaults stand here. How they become tables stands in
``measures.definitions``, what they do to records in ``sql/mart``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.code_sets import code_set
from pipelines.configuration import ConfigurationError, hold_keys

UNKNOWN = "unknown"  # in a list of codes: records that do not say count too
NOT_PLACED = ("not_engaged", UNKNOWN)  # codes of placement_status that are no placement
ONE_OF = {
    "credits_window": ("cumulative", "reporting_year"),
    "counting_courses": ("program", "program_and_general_education"),
    "completer_basis": ("exit", "award", "exit_or_award"),
    "denominator_1p1": ("completed", "exited"),
    "denominator_2p1": ("completed", "exited", "concentrators"),
    "denominator_3p1": ("nontraditional_programs", "concentrators"),
    "status_as_of": ("ever", "at_entry", "latest"),
    "nontraditional_list": ("supplied", "computed"),
}
BETWEEN = {
    "participant_courses": (1, 20),
    "credential_window_months": (0, 60),
    "follow_up_quarters": (1, 8),
    "cohort_lag_1p1": (0, 5),
    "cohort_lag_2p1": (0, 5),
    "cohort_lag_3p1": (0, 5),
    "youth_age_max": (0, 99),
}
LISTS = {
    "credit_statuses": "credit_status",
    "placement_statuses": "placement_status",
    "placement_sources": "placement_source",
    "credential_types": "credential_type",
    "credential_evidence": "evidence_source",
    "matchable_identifier_kinds": "student_id_kind",
}
_TEXTS = ("version", "effective_from", "evidence")
_NUMBERS = ("concentrator_credits", "semester_credits_per_quarter_credit", "clock_hours_per_semester_credit")
_MATCHABLE = ("ssn", "state")
_MAY_BE_MATCHED = (*_MATCHABLE, "local", "other")  # never a person who may not be sent, never a number of nobody
_LARGEST, _FINEST = Decimal(10_000), Decimal("0.01")  # of credits and hours: what the columns of the table hold
_MOST_PARTS = 100
_YEAR = re.compile(r"([0-9]{4})-([0-9]{2})")
# Python reads digits of all scripts and underscores, too, which no database has to.
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?(/[0-9]+)?")


@dataclass(frozen=True)
class Definition:
    """What participant, concentrator and the indicators mean, from a program year on. Numbers are decimal strings.

    ``is_proposed``: never in force by itself, to be computed beside the one that is. ``youth_age_max`` is the age in
    years, on the first day of the program year, up to which a student is a youth. What each key does to records stands
    in ``grantees/_template/grantee.toml``.
    """

    version: str
    effective_from: str
    evidence: str
    concentrator_credits: str
    credits_window: str
    counting_courses: str
    semester_credits_per_quarter_credit: str
    clock_hours_per_semester_credit: str
    cohort_lag_1p1: int
    cohort_lag_2p1: int
    cohort_lag_3p1: int
    youth_age_max: int = 24
    is_proposed: bool = False
    participant_courses: int = 1
    credit_statuses: tuple[str, ...] = tuple(code_set("credit_status"))
    completer_basis: str = "exit"
    denominator_1p1: str = "completed"
    denominator_2p1: str = "completed"
    denominator_3p1: str = "nontraditional_programs"
    placement_statuses: tuple[str, ...] = tuple(c for c in code_set("placement_status") if c not in NOT_PLACED)
    placement_sources: tuple[str, ...] = tuple(code_set("placement_source"))
    credential_types: tuple[str, ...] = tuple(code_set("credential_type"))
    credential_evidence: tuple[str, ...] = (*code_set("evidence_source"), UNKNOWN)
    credential_window_months: int = 12
    follow_up_quarters: int = 2
    matchable_identifier_kinds: tuple[str, ...] = _MATCHABLE
    status_as_of: str = "ever"
    nontraditional_list: str = "supplied"


def words_of(key: str) -> tuple[str, ...]:
    """Return the words that a list of codes may hold."""
    codes = tuple(code_set(LISTS[key]))
    if key == "placement_statuses":
        return tuple(code for code in codes if code not in NOT_PLACED)
    if key == "matchable_identifier_kinds":
        return _MAY_BE_MATCHED
    return (*codes, UNKNOWN) if key == "credential_evidence" else codes


def definitions_of(blocks: Sequence[dict[str, Any]], path: Path) -> tuple[Definition, ...]:
    """Return the definitions that blocks declare. Raises ConfigurationError that names file, version, key and words."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        msg = f"{path}: definition: write each as a block of its own that begins with [[definition]]"
        raise ConfigurationError(msg)
    found = tuple(_definition(block, number, path) for number, block in enumerate(blocks, start=1))
    in_force = [one.effective_from for one in found if not one.is_proposed]
    for key, values in (("version", [one.version for one in found]), ("effective_from", in_force)):
        doubled = sorted(value for value, count in Counter(values).items() if count > 1)
        if doubled:
            msg = f"{path}: [[definition]] {key} = {', '.join(doubled)}: stands twice; give one block another"
            raise ConfigurationError(msg)
    return found


def _definition(block: dict[str, Any], number: int, path: Path) -> Definition:
    where = f"{path}: definition {block.get('version', f'number {number}')}"
    values: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in block.items()}
    hold_keys(Definition, values, where)
    found = Definition(**values)
    for key, check in _checks().items():
        complaint = check(key, getattr(found, key))
        if complaint:
            msg = f"{where}: {key} is {getattr(found, key)!r}; {complaint}"
            raise ConfigurationError(msg)
    return found


def _checks() -> dict[str, Callable[[str, Any], str]]:
    """Return, by key, what says the fault of a value: empty text where there is none."""
    return {
        **dict.fromkeys(_TEXTS, _no_text),
        **dict.fromkeys(_NUMBERS, _no_number),
        "is_proposed": lambda _, value: "" if isinstance(value, bool) else "write true or false",
        **dict.fromkeys(ONE_OF, _no_word),
        **dict.fromkeys(BETWEEN, _not_between),
        **dict.fromkeys(LISTS, _no_list),
        "effective_from": _no_program_year,
    }


def _no_text(_key: str, value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "write a text"


def _no_program_year(_key: str, value: Any) -> str:
    """Return what is wrong with a program year: they are compared as texts, so that 2023 would rank before 2019-20."""
    found = _YEAR.fullmatch(value) if isinstance(value, str) else None
    follows = found and int(found[2]) == (int(found[1]) + 1) % 100
    return "" if follows else "write a program year such as 2023-24"


def _no_word(key: str, value: Any) -> str:
    return "" if value in ONE_OF[key] else f"write one of {', '.join(ONE_OF[key])}"


def _not_between(key: str, value: Any) -> str:
    least, most = BETWEEN[key]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_number and least <= value <= most else f"write a whole number from {least} to {most}"


def _no_list(key: str, value: Any) -> str:
    """Return what is wrong with a list of codes. An empty one would make an indicator that nobody can ever meet."""
    known = words_of(key)
    is_list = isinstance(value, tuple) and all(one in known and value.count(one) == 1 for one in value)
    is_empty = not value and key != "matchable_identifier_kinds"
    return "" if is_list and not is_empty else f"write a list, each once, of {', '.join(known)}"


def _no_number(key: str, value: Any) -> str:
    """Return what is wrong with a number: it must be text, or 2/3 and 61.53 would be floats that decide nothing."""
    try:
        number = Fraction(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None
        exact = Decimal(value) if number is not None and "/" not in value else None
    except (ValueError, ZeroDivisionError, InvalidOperation):
        number = exact = None
    if key == "semester_credits_per_quarter_credit":
        fits = number is not None and 0 < number.numerator <= _MOST_PARTS >= number.denominator
        return "" if fits else f'write a fraction of whole numbers up to {_MOST_PARTS} as text, such as "2/3"'
    fits = exact is not None and 0 < exact < _LARGEST and exact % _FINEST == 0
    return "" if fits else 'write a number above 0 with at most two decimals as text, such as "12"'
