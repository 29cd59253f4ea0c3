"""More faults that samples are spoilt with: stays, credentials and placements. Data only, in the words of ``faults``.

The faults of identity, courses and structure stand in ``faults``; ``planting`` takes both lists as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipelines.sample.faults import Fault

_IS_GONE = (pl.col("exit_reason") == "withdrew") & (pl.col("reported_concentrator_status") == "no")
_IS_NEW = pl.col("entry_year") == pl.col("start_year")
_IS_OWN = pl.col("evidence_source") == "award_record"  # awarded soon after an exit of the year
_IS_CERTIFICATE = pl.col("credential_type") == "certificate"
_IS_CERTIFIED = pl.col("credential_type") == "industry_certification"

# Which rows a fault may be planted in, where the rows of ``faults.ROWS`` would break another rule too.
OUTCOME_ROWS: Mapping[str, pl.Expr] = {
    "came and went": _IS_GONE & _IS_NEW,
    "went, came before": _IS_GONE & ~_IS_NEW,
    "new, earned nothing": _IS_NEW & (pl.col("reported_participant_status") == "no"),
    "own award": _IS_OWN,
    "own degree": _IS_OWN & (pl.col("credential_type") == "degree"),  # of a program that takes longer than a year
    "certificate for credit": _IS_CERTIFICATE & pl.col("award_level_code").is_in(["01", "02"]),
    "certified": _IS_CERTIFIED,
    "certified later": _IS_CERTIFIED & (pl.col("evidence_source") == "issuer_verified"),
    "in wage records": pl.col("placement_source") == "wage_record",
    "in the clearinghouse": pl.col("placement_source") == "clearinghouse",
}  # fmt: skip


def _new_year(start_year: int) -> date:
    return date(start_year, 1, 1)


def _new_year_within(start_year: int) -> date:
    return date(start_year + 1, 1, 1)


def _long_ago(start_year: int) -> date:
    return date(start_year - 15, 9, 1)


def _before_the_year(start_year: int) -> date:
    return date(start_year, 6, 28)


def _after_the_year(start_year: int) -> date:
    return date(start_year + 1, 7, 2)


OUTCOME_FAULTS: tuple[Fault, ...] = (
    Fault("program_enrollment_exit_in_year", "program_enrollment", "exit_date", value=_before_the_year,
          among="went, came before"),
    Fault("program_enrollment_entry_date_no_default", "program_enrollment", "entry_date", value=_new_year,
          among="came and went"),
    Fault("program_enrollment_entry_not_long_ago", "program_enrollment", "entry_date", value=_long_ago,
          among="came and went"),
    Fault("program_enrollment_concentrator_status_known", "program_enrollment", "reported_concentrator_status",
          value="unknown", among="gone"),
    Fault("program_enrollment_others_completed_no_course", "program_enrollment", "reported_participant_status",
          value="no", among="gone this year"),
    Fault("program_enrollment_participant_completed_course", "program_enrollment", "reported_participant_status",
          value="yes", among="new, earned nothing"),
    Fault("credential_certification_has_no_level", "credential", "award_level_code", value="02",
          among="certified later"),
    Fault("credential_award_has_level", "credential", "award_level_code", value=None, among="own award"),
    Fault("credential_level_fits_kind", "credential", "award_level_code", value="03", among="certificate for credit"),
    Fault("credential_noncredit_of_noncredit_program", "credential", "award_level_code", value="noncredit",
          among="certificate for credit"),
    Fault("credential_not_sent_under_two_kinds", "credential", "credential_type", value="apprenticeship",
          among="certificate for credit", does="add", marks="copies"),
    Fault("credential_certification_is_named", "credential", "credential_title", "", among="certified"),
    Fault("credential_award_date_by_year_end", "credential", "award_date", value=_after_the_year, among="own award"),
    Fault("credential_award_date_no_default", "credential", "award_date", value=_new_year_within, among="own degree"),
    Fault("credential_evidence_source_known", "credential", "evidence_source", value=None, among="own award"),
    Fault("credential_names_its_program", "credential", "program_id", value=None, among="own award"),
    Fault("placement_wage_records_know_employment", "placement", "placement_status", value="military",
          among="in wage records"),
    Fault("placement_clearinghouse_knows_enrollment", "placement", "placement_status", value="not_engaged",
          among="in the clearinghouse"),
    Fault("placement_quarter_is_over", "placement", "reference_quarter", "2099Q4", among="leaver",
          also=(("placement_in_second_quarter_after_exit", "reference_quarter"),)),
)  # fmt: skip
