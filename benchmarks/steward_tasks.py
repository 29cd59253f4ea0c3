"""A steward's morning, walked through the pages by visible links alone: `python -m benchmarks.steward_tasks HOME`.

Seconds are of two kinds, told apart in the table. The machine's are measured: from the click until the page stands. A
person's are a model, not a measurement: the keystroke-level model (Card, Moran and Newell, 1980) for each click, and
238 words a minute (Brysbaert, 2019) for what must be read to know the answer. It supposes somebody who knows the desk
and goes wrong nowhere; no one was watched.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.page import aligned

THINK, POINT, PRESS = 1.35, 1.1, 0.2  # seconds to make up one's mind, to move the pointer, to press its button
WORDS_A_SECOND = 238 / 60
_LINK = "a[href*='{}']:visible"


@dataclass(frozen=True)
class Task:
    """A question of a steward, the links that lead to its answer, one after the other, and where the answer stands."""

    question: str
    links: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Walked:
    """What a task took. ``answer`` is what was read."""

    task: Task
    clicks: int
    machine_seconds: float
    answer: str

    @property
    def person_seconds(self) -> float:
        """Seconds of a person by the model, without the machine's."""
        return self.clicks * (THINK + POINT + PRESS) + len(self.answer.split()) / WORDS_A_SECOND


# Each task begins where the one before has ended; a steward does not go back to the first page in between.
TASKS = (
    Task("Did the night go well?", (), ".head"),
    Task("What is the worst new problem?", (".contents a[href='#worst']",), "#worst tbody tr >> nth=0 >> th"),
    Task("What does its rule ask, and how is it repaired?", ("#worst tbody th a",), "h1, #meaning"),
    Task("Which rows fail?", (f"main {_LINK.format('/rows/')}",), "main tbody tr:not(.group) >> nth=0"),
    Task("What goes back to the college?", ("main tr.group a", "main a[href$='.xlsx']"), "#returns tbody tr >> nth=0"),
    Task("Which waiver ends next?", ("nav a[href$='waivers.html']",), "main section :is(tbody tr, p) >> nth=0"),
)


def walk(page: Page, tasks: Sequence[Task] = TASKS) -> Iterator[Walked]:
    """Walk the tasks from the page that is open, and yield what each took."""
    for task in tasks:
        began = time.perf_counter()
        for link in task.links:
            _click(page, page.locator(link).first)
        seconds = time.perf_counter() - began
        read = " ".join(page.locator(task.answer).all_inner_texts())
        yield Walked(task, len(task.links), seconds, read)


def _click(page: Page, link: Locator) -> None:
    if (link.get_attribute("href") or "").endswith(".xlsx"):
        with page.expect_download():
            link.click()
        return
    link.click()
    page.wait_for_load_state("load")


def table(walked: Sequence[Walked]) -> str:
    """Return what was walked as a Markdown table, the sum last."""
    rows = [("Question", "Clicks", "Words to read", "Machine, measured", "Person, by the model")]
    for one in walked:
        figures = (f"{one.machine_seconds:.1f} s", f"{one.person_seconds:.0f} s")
        rows.append((one.task.question, str(one.clicks), str(len(one.answer.split())), *figures))
    rows.append((
        "All",
        str(sum(one.clicks for one in walked)),
        str(sum(len(one.answer.split()) for one in walked)),
        f"{sum(one.machine_seconds for one in walked):.1f} s",
        f"{sum(one.person_seconds for one in walked):.0f} s",
    ))  # fmt: skip
    return aligned(rows, texts=(0,))


def main(home: Path) -> None:
    """Walk the tasks on the pages of a home and print the table, and the answers that were read."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((home / "reports" / "index.html").resolve().as_uri())
        if not page.locator("#worst tbody tr").count():
            sys.exit(f"{home}: its last night found nothing new, so no problem is the worst; take a home of one night")
        walked = list(walk(page))
        browser.close()
    print(table(walked))
    for one in walked:
        print(f"\n{one.task.question} {' '.join(one.answer.split())}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
