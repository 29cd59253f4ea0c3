"""Delivers notices through Apprise, in a process of its own that is ended where it takes too long.

A process, because a thread that waits for a server which says nothing would keep the night from ending. The addresses
go to it through its standard input: arguments and environments of processes can be read by others. What Apprise logs
may quote an address, so it is read for the cause and never passed on.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

SECONDS = 20  # for all channels together, because they are served at once
_SECONDS_TO_START = 30  # the most that loading Apprise may take besides; 1 s where the machine has nothing else to do
TIMED_OUT = f"no answer within {SECONDS} seconds; it may have arrived all the same. Is the service up?"
_BROKE_OFF = "the sending broke off; `cte notices test` tries it again"
_SOCKET_SECONDS = 10.0  # for each answer of a service
_NOT_ACCEPTED = "the service did not accept it; check the url with the service's own instructions"
# Why a delivery failed, by what Apprise or the system says; the first that fits is told.
_CAUSES = (
    (r"timed out|timeout", "no answer in time; is the service up, and the port right?"),
    (r"Connection refused", "nothing answers at that host and port; is the service up, and the port right?"),
    (r"Name or service not known|name resolution|nodename nor servname|getaddrinfo", "no such host; check the url"),
    (r"unreachable|No route to host", "there is no way to that host from this machine; ask whoever runs the network"),
    (r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|WRONG_VERSION_NUMBER|SSLError|STARTTLS",
     "no trusted encryption with that host; check its certificate, and mailto:// or mailtos://"),
    (r"\(53[045]\b|\b53[045] |uthenticat|error=40[13]\b", "the service refused the name, password or token; renew it"),
    (r"recipient .* refused|RecipientsRefused|\b55[0134]\b", "the service refused the sender or a recipient"),
    (r"error=(404|410)\b", "the service knows no such address; was the webhook taken away?"),
    (r"error=429\b", "the service gets too many messages"),
    (r"error=5\d\d\b", "the service itself failed; the next night tries again"),
)  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """A notice to a channel. ``url`` is a secret and is not shown."""

    url: str
    subject: str
    text: str

    def __repr__(self) -> str:
        """Return the subject alone."""
        return f"Letter({self.subject!r})"


def deliver(letters: Sequence[Letter], seconds: float = SECONDS) -> list[str | None]:
    """Send letters, all at once; return for each why it was not delivered, or None. Ends after a minute at the most."""
    if not letters:
        return []
    # The grantees' keys are none of its business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTE_")}
    asked = json.dumps([seconds, [[letter.url, letter.subject, letter.text] for letter in letters]])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.notices.deliver"],
            input=asked, capture_output=True, text=True, env=environment, check=False,
            timeout=seconds + _SECONDS_TO_START, start_new_session=True,  # who stops the night is told of it, too
        )  # fmt: skip
        answers = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        answers = [TIMED_OUT] * len(letters)
    except ValueError:
        answers = [_BROKE_OFF] * len(letters)
    return [str(answer) if answer is not None else None for answer in answers]


def _answer() -> None:
    """Do in a process of its own what its input asks for, answer, and end, whoever is still being waited for."""
    seconds, letters = json.load(sys.stdin)
    _configure()
    answers: list[str | None] = [TIMED_OUT] * len(letters)

    def send(number: int) -> None:
        answers[number] = _send(*letters[number])

    threads = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(len(letters))]
    until = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    sys.stdout.write(json.dumps(answers))
    sys.stdout.flush()
    os._exit(0)


class _Said(logging.Handler):
    """What Apprise says in each thread, which serves one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int | None, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.setdefault(record.thread, []).append(record.getMessage())


_SAID = _Said()


def _configure() -> None:
    from apprise.url import URLBase

    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(_SAID)
    URLBase.socket_connect_timeout = URLBase.socket_read_timeout = _SOCKET_SECONDS


def _send(url: str, subject: str, text: str) -> str | None:
    """Send a letter; return why it was not accepted, or None."""
    from apprise import Apprise, AppriseAsset, NotifyFormat

    # Nothing is kept on the disk, no module is loaded from it, and no picture is asked for from elsewhere.
    asset = AppriseAsset(
        app_id="CTE data quality", app_desc="CTE data quality", app_url="", storage_mode="memory", http_redirects=False,
        image_url_mask="", image_url_logo="", image_path_mask="", pgp_autogen=False, pem_autogen=False,
        interpret_emojis=False, language="en", timezone="UTC",
    )  # fmt: skip
    raised = ""
    try:
        service = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if service is None:
            return "the url is none that Apprise knows; see docs/operations.md, Notices"
        if service.notify(body=text, title=subject, body_format=NotifyFormat.TEXT):
            return None
    except Exception as fault:  # noqa: BLE001 - a service's own code; whatever it is, its words may hold the address
        raised = f"{type(fault).__name__}: {fault}"
    return cause_of("\n".join([*_SAID.lines.get(threading.get_ident(), ()), raised]))


def cause_of(said: str) -> str:
    """Return in words of ours why a delivery failed, by what was logged."""
    return next((words for pattern, words in _CAUSES if re.search(pattern, said)), _NOT_ACCEPTED)


if __name__ == "__main__":
    _answer()
