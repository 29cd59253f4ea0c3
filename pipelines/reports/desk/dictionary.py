"""The desk's pages: dictionary."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.desk.desk import Desk
from pipelines.reports.desk.page import Page


def pages(_desk: Desk) -> Iterator[Page]:
    """Yield the pages."""
    yield from ()
