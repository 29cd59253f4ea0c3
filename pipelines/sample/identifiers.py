"""Identifiers of invented persons: dealt out by form, so that no two cohorts share one.

Which person has which form is drawn here too; all else about persons stands in ``sample.people``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

YEARS_IN_A_FORM = 64  # the numbers of a form are dealt out to 64 entry years, so that no two cohorts share one
FIRST_YEAR = 2000
_DIGITS = {"#": "0123456789", "+": "12345678"}  # + keeps a number from being all zeros or all nines
_STRIDE = 7_368_787  # coprime to 2 and 5, hence to every capacity: neighbors in the cohort get numbers far apart


def identifiers(forms: Sequence[str], chosen: Any, entry_year: int) -> Any:
    """Return an identifier for each person; ``chosen`` are the places of their forms."""
    texts = np.empty(len(chosen), dtype=object)
    for number, form in enumerate(forms):
        has_form = chosen == number
        texts[has_form] = deal(form, entry_year, int(has_form.sum())).to_list()
    return texts


def deal(form: str, entry_year: int, count: int) -> pl.Series:
    """Return ``count`` different identifiers of a form; no other entry year gets one of them."""
    prefix = re.split(r"[#+]", form)[0]
    bases = [len(_DIGITS[place]) for place in form[len(prefix) :]]
    capacity = int(np.prod(bases, dtype=np.int64))
    room = capacity // YEARS_IN_A_FORM
    if count > room:
        msg = (
            f"the identifier form {form!r} has room for {room} students a year, not {count}; lengthen it in sample.toml"
        )
        raise ValueError(msg)
    serial = (entry_year - FIRST_YEAR) % YEARS_IN_A_FORM * room + np.arange(count, dtype=np.int64)
    rest = serial * _STRIDE % capacity
    number = np.zeros(count, dtype=np.int64)
    for power, base in enumerate(reversed(bases)):
        number += (rest % base + (base < len(_DIGITS["#"]))) * 10**power
        rest //= base
    return prefix + pl.Series(number).cast(pl.String).str.zfill(len(bases))
