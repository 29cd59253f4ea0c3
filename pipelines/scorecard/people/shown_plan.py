"""What of a plan a scorecard shows, and what it costs: sums in exact dollars. Nothing is read from tables here."""

from __future__ import annotations

from decimal import Decimal

from pipelines.scorecard.people.plan_file import DONE, DROPPED, PLANNED, STARTED, Item, Plan

STATUSES = (PLANNED, STARTED, DONE, DROPPED)


def shown(plan: Plan | None, program_year: str) -> Plan | None:
    """Return the plan where the scorecard of a program year shows it: from the year on that it answers."""
    return plan if plan is not None and plan.program_year <= program_year else None


def accepted(plan: Plan | None) -> tuple[Item, ...]:
    """Return the items that were not dropped, in the order of the plan."""
    return tuple(item for item in plan.items if item.status != DROPPED) if plan else ()


def cost(items: tuple[Item, ...], status: str = "") -> Decimal:
    """Return what items cost, those of one status where it is named."""
    return sum((item.cost for item in items if status in ("", item.status)), Decimal(0))


def dollars(amount: Decimal) -> str:
    """Return an amount in words: ``$12,500`` or ``$12,500.50``."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"
