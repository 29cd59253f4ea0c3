"""One page of the desk: its place, its content, and how the search of the desk finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.desk.desk import Desk
from pipelines.grantee import grantee, grantee_ids
from pipelines.reports.desk import places
from pipelines.reports.page import render_page


@dataclass(frozen=True)
class Part:
    """A place on a page that the search lists by itself."""

    kind: str
    title: str
    keywords: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A page below ``reports``. ``kind`` (Rule, Institution, File ...) and ``title`` are what the search lists.

    ``keywords`` are further words that find it. A page without a kind is found through others only.
    """

    place: str
    content: str
    kind: str = ""
    title: str = ""
    keywords: str = ""
    parts: tuple[Part, ...] = ()


def render(desk: Desk, template: str, place: str, **context: Any) -> str:
    """Return a page of the desk made from a template that extends ``desk/base.html``.

    The template is given ``link(place)``, which leads from this page to another one, ``places`` and ``desk``.
    """
    root = "../" * place.count("/")
    return render_page(
        f"desk/{template}",
        fictional="the agencies named here" if desk.run.is_sample else "",
        run=desk.run if place == places.OVERVIEW else None,  # others stay as they are on nights that change nothing
        desk=desk,
        place=place,
        places=places,
        link=lambda target: root + target,
        **context,
    )


def known_grantees(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield (id, name) of the grantees that have ever sent something, by name."""
    sent = {row["grantee_id"] for row in desk.rows("select distinct grantee_id from quality.submission")}
    yield from sorted(((g, grantee(g).name) for g in grantee_ids() if g in sent), key=lambda pair: pair[1])
