"""Does a night that no channel and no source database was configured for open a connection to anybody?

Calls from Python are heard by an audit hook. What libraries do beneath Python is looked at by hand (docs/security.md).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import YEAR, good, text_file
from night_under_limits import Place

pytestmark = pytest.mark.slow
# Looked up by Python in every process that it starts, before anything of ours.
LISTENER = """
import sys
def listen(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"):
        with open({heard!r}, "a") as file:
            file.write(f"{{event}} {{args[1:] or args}}\\n")
sys.addaudithook(listen)
with open({heard!r}, "a") as file:
    file.write("listening\\n")
"""


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file into which every process started from here writes what it asks of a network."""
    path = tmp_path / "heard.txt"
    (tmp_path / "listener").mkdir()
    (tmp_path / "listener" / "sitecustomize.py").write_text(LISTENER.format(heard=str(path)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "listener"))
    return path


def test_a_call_would_be_heard_or_the_silence_below_would_mean_nothing(heard):
    call = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", call], check=True)
    assert "socket.connect" in heard.read_text(encoding="utf-8")


def test_a_night_asks_nothing_of_any_network_because_every_question_tells_something(heard, tmp_path):
    place = Place.made(tmp_path / "place")
    place.put(f"course_{YEAR}_small.csv", text_file(good("small")))
    ran = place.night()
    assert ran.exit_code in (0, 1), ran.output
    assert (place.home / "reports" / "index.html").is_file()
    assert set(heard.read_text(encoding="utf-8").splitlines()) == {"listening"}
