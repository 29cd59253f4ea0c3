"""A mail server and a webhook on this machine for the tests of notices; they keep what they were given."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, StreamRequestHandler, ThreadingTCPServer
from typing import Any

LOCAL = "127.0.0.1"


@dataclass
class Post:
    """A server's port, and what it was given."""

    port: int = 0
    given: list[Any] = field(default_factory=list)


@contextmanager
def mail_server(*, refuses: str = "") -> Iterator[Post]:
    """A server that takes mail; it refuses the command ``refuses`` with what such servers answer."""
    post = Post()
    refusals = {"AUTH": b"535 5.7.8 Authentication credentials invalid", "RCPT": b"550 5.1.1 No such user"}

    class Mail(StreamRequestHandler):
        def handle(self) -> None:
            self._say(b"220 mail.example.gov")
            for line in iter(self.rfile.readline, b""):
                word = line[:4].upper().decode()
                if word == refuses:
                    self._say(refusals[word])
                elif word == "EHLO":
                    self._say(b"250-mail.example.gov\r\n250 AUTH PLAIN")
                elif word == "DATA":
                    self._say(b"354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    post.given.append(message_from_string(b"".join(lines).decode(), policy=policy.default))
                    self._say(b"250 taken")
                elif word == "QUIT":
                    return self._say(b"221 bye")
                else:
                    self._say(b"235 welcome" if word == "AUTH" else b"250 ok")
            return None

        def _say(self, text: bytes) -> None:
            self.wfile.write(text + b"\r\n")

    with _serving(ThreadingTCPServer((LOCAL, 0), Mail), post):
        yield post


@contextmanager
def webhook(status: int = 200) -> Iterator[Post]:
    """A server that takes JSON and answers with a status."""
    post = Post()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            post.given.append(json.loads(content) | {"path": self.path})
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with _serving(ThreadingHTTPServer((LOCAL, 0), Hook), post):
        yield post


@contextmanager
def silent_server() -> Iterator[Post]:
    """A server that takes a call and never says anything."""
    over = threading.Event()

    class Silent(BaseRequestHandler):
        def handle(self) -> None:
            over.wait()

    post = Post()
    with _serving(ThreadingTCPServer((LOCAL, 0), Silent), post):
        yield post
        over.set()


def closed_port() -> int:
    """A port where nothing listens."""
    with closing(socket.socket()) as taken:
        taken.bind((LOCAL, 0))
        return int(taken.getsockname()[1])


@contextmanager
def _serving(server: ThreadingTCPServer, post: Post) -> Iterator[None]:
    server.daemon_threads = True
    post.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def mail_url(post: Post, user: str = "") -> str:
    """The address of the mail server for Apprise, with a secret that nobody may see."""
    return f"mailto://{user}{LOCAL}:{post.port}?mode=insecure&from=night@example.gov&to=desk@example.gov"


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return "" if body is None else body.get_content()
