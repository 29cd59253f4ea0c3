"""Fixtures that tests of several questions share; what one file alone needs stands in that file."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipelines import grantee as grantees

ROOT = Path(__file__).parents[1]
# The same examples in every run, so that what was green stays green; no clock decides. CTE_NEW_EXAMPLES=1 draws others.
settings.register_profile(
    "house",
    deadline=None,
    derandomize="CTE_NEW_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name bytes by their length: archives hold the time at which they were packed, and ids must not change by it."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published files (IPEDS and others), which are not committed; skips where it is absent."""
    folder = Path(os.environ.get("CTE_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder} with published files; CTE_REAL_DATA names another")
    return folder


@pytest.fixture(scope="session")
def plain_grantees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled grantees with the plain Oregon of ``tests/grantees`` in place of the one with vintages."""
    folder = tmp_path_factory.mktemp("grantees")
    own = ROOT / "tests" / "grantees"
    for path in sorted(grantees.FOLDER.iterdir()):
        (folder / path.name).symlink_to(own / path.name if (own / path.name).is_dir() else path)
    return folder


@pytest.fixture(scope="module", autouse=True)
def plain_oregon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give Oregon its plain files in every test module that takes something from ``intake_example``.

    Processes of their own know nothing of this: they see the bundled Oregon.
    """
    takes = {getattr(value, "__module__", "") for value in vars(request.module).values()}
    if not takes & {"intake_example", "tests.intake_example"}:
        yield
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(grantees, "FOLDER", request.getfixturevalue("plain_grantees"))
        yield


@dataclass(frozen=True)
class Ran:
    """A night that a process of its own ran: where, how it ended, what it said."""

    home: Path
    exit_code: int
    output: str


def run_cte(*arguments: str | Path, home: Path, seconds: int = 600) -> Ran:
    """Run the command as an operator would, in a process of its own, with Dagster's state below the home."""
    state = home / "dagster"
    state.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "dagster_home" / "dagster.yaml", state)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CTE_")}
    environment |= {"DAGSTER_HOME": str(state), "CTE_HOME": str(home), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
        capture_output=True, text=True, env=environment, check=False, timeout=seconds, cwd=ROOT,
    )  # fmt: skip
    return Ran(home, done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A home after one night on the committed sample, one for all processes of tests: read it, or copy it first."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    home, told = place / "demonstration", place / "demonstration.json"
    with (place / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            home.mkdir()
            ran = run_cte("run", "--inbox", ROOT / "sample_data", home=home)
            told.write_text(json.dumps([ran.exit_code, ran.output]), encoding="utf-8")
    exit_code, output = json.loads(told.read_text(encoding="utf-8"))
    return Ran(home, exit_code, output)
