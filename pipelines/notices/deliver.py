"""Delivers notices through Apprise, each in a process of its own that is ended where it takes too long.

A process, because a thread that waits for a server which says nothing would keep the night from ending. The address
goes to it through its standard input: arguments and environments of processes can be read by others. What Apprise logs
may quote an address, so it is read for the cause and never passed on.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

SECONDS = 20  # for all channels together, because they are served at once
TIMED_OUT = f"no answer within {SECONDS} seconds; it may have arrived all the same. Is the service up?"
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


def deliver(letters: Sequence[Letter]) -> list[str | None]:
    """Send letters, all at once; return for each why it was not delivered, or None. Takes ``SECONDS`` at the most."""
    until = time.monotonic() + SECONDS
    started = [_start(letter) for letter in letters]
    return [_ended(process, max(0.0, until - time.monotonic())) for process in started]


def _start(letter: Letter) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipelines.notices.deliver"]
    # The grantees' keys are none of its business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTE_")}
    process = subprocess.Popen(  # noqa: S603 - our own module under the Python that runs
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    if process.stdin is not None:
        with suppress(BrokenPipeError):  # it has ended already, and says nothing
            process.stdin.write(json.dumps([letter.url, letter.subject, letter.text]))
            process.stdin.close()
        process.stdin = None
    return process


def _ended(process: subprocess.Popen[str], seconds: float) -> str | None:
    try:
        said, _ = process.communicate(timeout=seconds)
        answer = json.loads(said)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return TIMED_OUT
    except ValueError:
        return "the sending broke off; `cte notices test` tries it again"
    return str(answer) if answer is not None else None


def _send(url: str, subject: str, text: str) -> str | None:
    """Send a letter in this process; return why it was not accepted, or None."""
    from apprise import Apprise, AppriseAsset, NotifyFormat
    from apprise.url import URLBase

    said: list[str] = []
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    URLBase.socket_connect_timeout = URLBase.socket_read_timeout = _SOCKET_SECONDS
    # Nothing is kept on the disk, no module is loaded from it, and no picture is asked for from elsewhere.
    asset = AppriseAsset(
        app_id="CTE data quality", app_desc="CTE data quality", app_url="", storage_mode="memory", http_redirects=False,
        image_url_mask="", image_url_logo="", image_path_mask="", pgp_autogen=False, pem_autogen=False,
        interpret_emojis=False, async_mode=False, language="en", timezone="UTC",
    )  # fmt: skip
    try:
        service = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if service is None:
            return "the url is none that Apprise knows; see docs/operations.md, Notices"
        if service.notify(body=text, title=subject, body_format=NotifyFormat.TEXT):
            return None
    except Exception as fault:  # noqa: BLE001 - a service's own code; whatever it is, its words may hold the address
        said.append(f"{type(fault).__name__}: {fault}")
    return cause_of("\n".join(said))


def cause_of(said: str) -> str:
    """Return in words of ours why a delivery failed, by what was logged."""
    return next((words for pattern, words in _CAUSES if re.search(pattern, said)), _NOT_ACCEPTED)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_send(*json.load(sys.stdin))))
