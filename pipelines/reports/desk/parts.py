"""Parts that are the same on many pages, rendered once and kept: the words of a rule, a share.

On the largest homes a rule stands on a hundred pages, and its words took most of their time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.desk.desk import Desk
from pipelines.reports.desk.page import render
from pipelines.scorecard.share import Share

if TYPE_CHECKING:
    from expectations.rule import Rule


def rule_part(desk: Desk, book: Mapping[str, Rule], place: str, *, is_long: bool = False) -> Callable[[str], Markup]:
    """Return what shows a rule by its id: title with a link, and where ``is_long``, why and repair folded below.

    ``place`` is any page of those that the part is for: they lie at the same depth.
    """

    @cache
    def part(rule_id: str) -> Markup:
        content = render(desk, "rule_part.html", place, rule_id=rule_id, rule=book.get(rule_id), is_long=is_long)
        return Markup(content)  # noqa: S704 - rendered by a template, which escapes

    return part


def share_part(desk: Desk, place: str) -> Callable[[Share], Markup]:
    """Return what shows a share with its counts."""

    @cache
    def part(share: Share) -> Markup:
        return Markup(render(desk, "share_part.html", place, told=share))  # noqa: S704 - as above

    return part
