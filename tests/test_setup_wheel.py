"""Does an installed wheel carry everything that a checkout has?

The wheel goes into an environment of its own that borrows the installed libraries; nothing is run from the checkout.
"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# where a folder of the checkout stands inside site-packages
PLACES = {
    "pipelines": "pipelines",
    "expectations": "expectations",
    "sql": "pipelines/_sql",
    "sample_data": "pipelines/_sample_data",
}

pytestmark = pytest.mark.slow


def call(*words: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of an environment in which only the wheel, and no checkout, is installed."""
    room = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", room)
    environment = room / "environment"
    venv.create(environment, with_pip=False)
    site_packages(environment).joinpath("borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "--disable-pip-version-check")
    call(*pip, "install", "--quiet", "--no-index", "--no-deps", "--ignore-installed", next(room.glob("*.whl")))
    return environment


def site_packages(environment: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@pytest.mark.parametrize(("here", "there"), PLACES.items())
def test_a_folder_left_out_of_the_wheel_would_be_missed_only_in_production(
    installed: Path, here: str, there: str
) -> None:
    if not (ROOT / here).is_dir():
        pytest.skip(f"no {here} in this checkout")
    assert files_below(ROOT / here)
    assert files_below(ROOT / here) <= files_below(site_packages(installed) / there)


def test_the_packages_come_from_the_wheel_and_not_from_this_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import expectations, pipelines; print(expectations.__file__, pipelines.__file__)"
    printed = call(installed / "bin" / "python", "-c", code, cwd=tmp_path)
    assert [Path(file).is_relative_to(installed) for file in printed.split()] == [True, True]


def test_the_models_of_an_installed_wheel_are_its_own(installed: Path, tmp_path: Path) -> None:
    code = "from pipelines.models import sql_root; print(sql_root())"
    printed = call(installed / "bin" / "python", "-c", code, cwd=tmp_path)
    assert Path(printed.strip()) == site_packages(installed) / "pipelines" / "_sql"


def test_the_installed_command_starts_outside_any_checkout(installed: Path, tmp_path: Path) -> None:
    assert "run" in call(installed / "bin" / "cte", "--help", cwd=tmp_path)
