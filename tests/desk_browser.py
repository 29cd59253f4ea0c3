"""Chromium over the pages of a home: what it is started with, what it hears, and what axe says of a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (320, 390, 768, 1280, 1920)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_MORE_OF_THE_SAME = "tbody tr:nth-child(n+16)"  # rows of a table are made alike; axe takes 20 ms for each cell
_COLORS = ("color-contrast", "link-in-text-block")  # what another color scheme can change


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the system's own Chromium; skip where there is none, unless this is a build server, which has one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chromium on the path: {', '.join(NAMES)}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@dataclass
class Visit:
    """A page that is open, and what was heard of it: messages, errors, dialogs, and requests that leave the files."""

    page: Page
    heard: list[str] = field(default_factory=list)

    def findings(self, *, colors_only: bool = False) -> list[str]:
        """Return what axe finds, each as one line that says where and what to do."""
        run_only = {"type": "rule", "values": _COLORS} if colors_only else {"type": "tag", "values": WCAG}
        # preload would read the style sheets again by a request, which the policy of the pages forbids.
        options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
        found = Axe().run(self.page, context={"exclude": [[_MORE_OF_THE_SAME]]}, options=options)
        return [
            f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary']}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    def is_wider_than_its_window(self) -> bool:
        """Tell whether the page as a whole must be scrolled sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@contextmanager
def visit(started: Browser, address: str, *, serving: str = "file:", **options: Any) -> Iterator[Visit]:
    """Open a page in a window of its own. ``serving`` is how every address begins that it may ask for."""
    context = started.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options})
    page = context.new_page()
    visited = Visit(page)
    page.on("console", lambda said: visited.heard.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: visited.heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (visited.heard.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("requestfailed", lambda request: visited.heard.append(f"not there: {request.url}"))
    page.on(
        "request",
        lambda request: request.url.startswith((serving, "data:")) or visited.heard.append(f"asked: {request.url}"),
    )
    page.goto(address)
    yield visited
    context.close()


def uri(path: Path) -> str:
    """Return the address of a file."""
    return path.resolve().as_uri()
