"""The place of a replay: a folder below ``tmp`` of the home with the house of then and a home of its own, and no more.

The archive is linked and not copied. What is run there stands in ``inside``; what for, in ``again`` and ``why``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.grantee import OWN_FOLDER
from pipelines.home import SAMPLE_MARKER, make_private, write_private
from pipelines.provenance.house import INBOX, OWN_GRANTEES, OWN_RUBRIC, RUBRIC_VARIABLE, House
from pipelines.provenance.made import Made
from pipelines.warehouse import FILE_NAME

REPLAYED_DAY = "CTE_REPLAYED_DAY"
_LINES_TOLD = 12


class ReplayFailed(Exception):  # noqa: N818 - a state of the replay
    """The program of then did not come to its end; the message is what it said last."""


@dataclass(frozen=True)
class Script:
    """What is replayed: a house, the ledger and moment of a run, for which grantees and years, and what is asked.

    ``asked`` is empty where scorecards are to be written, else a figure and its place.
    """

    house: House
    made: Made
    ledger: Sequence[Mapping[str, str | None]]
    grantees: Sequence[str]
    years: Sequence[str]
    asked: Mapping[str, str | None] = field(default_factory=dict)


@contextmanager
def staged(script: Script) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Replay a script; yield the home that it has filled, and its answer, and take both away. The home is locked.

    Raises ReplayFailed where the program of then breaks off.
    """
    home = script.made.home
    with tempfile.TemporaryDirectory(dir=make_private(home / "tmp"), prefix="replay-") as folder:
        stage = Path(folder)
        _unpack(script.house, stage / "house", script.made.code_version)
        own = _home(home, stage / "home", script)
        inbox = make_private(stage / "house" / INBOX)
        if script.made.is_sample:
            (inbox / SAMPLE_MARKER).write_text("FICTIONAL\n", encoding="utf-8")
        request = _request(script, own, inbox)
        write_private(stage / "request.json", json.dumps(request).encode("utf-8", "surrogatepass"))
        _run(stage, _environment(script, stage / "house"))
        yield own, json.loads((stage / "answer.json").read_text(encoding="utf-8"))


def _unpack(house: House, folder: Path, code_version: str) -> None:
    """Write the files of a house, and a note of the version that its program bore, which scorecards name."""
    note = f"cte_data_quality-{code_version}.dist-info/METADATA"
    metadata = f"Metadata-Version: 2.1\nName: cte-data-quality\nVersion: {code_version}\n".encode()
    for path, content in (*house.files.items(), (note, metadata)):
        target = folder / path
        make_private(target.parent)
        target.write_bytes(content)


def _home(real: Path, own: Path, script: Script) -> Path:
    """Make the home of the replay. Nights look for grantees and years at hand in the folders of scorecards."""
    make_private(own)
    (own / "archive").symlink_to(real / "archive", target_is_directory=True)
    shutil.copytree(real / "keys", make_private(own / "keys"), dirs_exist_ok=True)
    shutil.copy(real / "kind.txt", own)
    for grantee_id in script.grantees:
        for year in script.years:
            make_private(own / "scorecards" / grantee_id / year)
    return own


def _request(script: Script, own: Path, inbox: Path) -> dict[str, Any]:
    return {
        "home": str(own),
        "inbox": str(inbox),
        "source": str(script.made.home / FILE_NAME),
        "run_id": script.made.run_id,
        "started_at": script.made.started_at.isoformat(),
        "ledger": list(script.ledger),
        "grantees": list(script.grantees),
        "years": list(script.years),
        **script.asked,
    }


def _environment(script: Script, house: Path) -> dict[str, str]:
    """Return the environment of then as far as it matters: keys are handed on, sources of records are not."""
    told = script.made.environment()
    kept = {k: v for k, v in os.environ.items() if k.startswith("CTE_KEY_") or not k.startswith(("CTE_", "DAGSTER_"))}
    kept |= dict(told["settings"])
    kept |= {
        "PYTHONPATH": str(house),
        "PYTHONDONTWRITEBYTECODE": "1",
        REPLAYED_DAY: script.made.started_at.date().isoformat(),
    }
    if (house / OWN_GRANTEES).is_dir():
        kept[OWN_FOLDER] = str(house / OWN_GRANTEES)
    if told.get("rubric"):
        kept[RUBRIC_VARIABLE] = str(house / OWN_RUBRIC / told["rubric"])
    return kept


def _run(stage: Path, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "pipelines.replay.inside", str(stage / "request.json")]
    done = subprocess.run(  # noqa: S603 - our own module; the path is an argument and no shell reads it
        command, cwd=stage / "house", env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReplayFailed("\n".join(done.stderr.splitlines()[-_LINES_TOLD:]) or "it said nothing")
