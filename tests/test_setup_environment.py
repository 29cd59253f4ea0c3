"""Does set-up install when it must, only when it must, and say what is missing?

A stub stands for Python: it writes its calls to a log and answers what each test needs, so no registry is asked.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STUB = """#!/bin/sh
echo "$*" >>"$STUB_LOG"
case "$*" in
--version) echo "Python ${STUB_VERSION:-3.11.9}" ;;
*version_info*) [ "${STUB_VERSION:-3.11.9}" != 3.9.2 ] ;;
*ensurepip*) [ -z "${STUB_NO_ENSUREPIP:-}" ] ;;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
*--require-hashes*) exit "${STUB_PIP:-0}" ;;
esac
"""


class Checkout:
    """A folder with the set-up script, a lock and a stub for Python."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        (folder / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "setup", folder / ".ci" / "setup")
        (folder / "requirements.lock").write_text("one==1\n", encoding="utf-8")
        (folder / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
        self.python = folder / "python-stub"
        self.python.write_text(STUB, encoding="utf-8")
        self.python.chmod(0o755)

    def set_up(self, **answers: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("", encoding="utf-8")
        environment = {**os.environ, "PYTHON": str(self.python), "STUB_LOG": str(self.log), **answers}
        return subprocess.run(
            [self.folder / ".ci" / "setup"], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def did(self, call: str) -> bool:
        return any(call in line for line in self.log.read_text(encoding="utf-8").splitlines())


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


def test_a_fresh_machine_gets_the_lock_with_hashes_and_then_the_command(checkout: Checkout) -> None:
    done = checkout.set_up()
    assert done.returncode == 0
    assert checkout.did("--require-hashes --requirement requirements.lock")
    assert checkout.did("--no-deps --no-build-isolation --editable .")


def test_a_second_call_costs_nothing_and_says_nothing(checkout: Checkout) -> None:
    checkout.set_up()
    done = checkout.set_up()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not checkout.did("pip")


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed_into_the_environment_that_is_there(checkout: Checkout, file: str) -> None:
    checkout.set_up()
    with (checkout.folder / file).open("a", encoding="utf-8") as lock:
        lock.write("# two==2\n")
    checkout.set_up()
    assert checkout.did("--require-hashes")
    assert not checkout.did("-m venv")


def test_an_installation_that_broke_off_is_never_taken_for_a_whole_one(checkout: Checkout) -> None:
    failed = checkout.set_up(STUB_PIP="1")
    assert failed.returncode == 1
    assert "registry" in failed.stderr
    leftover = checkout.folder / ".venv" / "half-installed"
    leftover.touch()
    assert checkout.set_up().returncode == 0
    assert checkout.did("-m venv")
    assert not leftover.exists()


def test_an_update_that_broke_off_is_never_taken_for_a_whole_one(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.folder / "requirements.lock").write_text("one==2\n", encoding="utf-8")
    checkout.set_up(STUB_PIP="1")
    checkout.set_up()
    assert checkout.did("-m venv")


def test_an_environment_whose_python_was_removed_is_made_anew(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.folder / ".venv" / "bin" / "python").unlink()
    assert checkout.set_up().returncode == 0
    assert checkout.did("-m venv")


def test_a_moved_checkout_does_not_run_the_commands_of_the_old_place(checkout: Checkout, tmp_path: Path) -> None:
    checkout.set_up()
    moved = tmp_path / "moved here"
    checkout.folder.rename(moved)
    checkout.folder, checkout.log, checkout.python = moved, moved / "calls", moved / "python-stub"
    assert checkout.set_up().returncode == 0
    assert checkout.did("-m venv")


def test_an_old_python_is_named_with_the_command_that_helps(checkout: Checkout) -> None:
    done = checkout.set_up(STUB_VERSION="3.9.2")
    assert done.returncode == 1
    assert "3.11" in done.stderr
    assert "PYTHON=" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_an_old_python3_on_the_path_does_not_hide_a_newer_one(checkout: Checkout) -> None:
    path = checkout.folder / "path"
    path.mkdir()
    for name, recent in (("python3", "3.9.2"), ("python3.12", "3.12.1")):
        (path / name).write_text(f'#!/bin/sh\nSTUB_VERSION={recent} exec {checkout.python} "$@"\n', encoding="utf-8")
        (path / name).chmod(0o755)
    done = checkout.set_up(PYTHON="", PATH=f"{path}:/usr/bin:/bin")
    assert done.returncode == 0
    assert "Python 3.12.1" in done.stdout


def test_a_path_with_old_pythons_only_says_what_it_has_and_what_to_install(checkout: Checkout) -> None:
    path = checkout.folder / "path"
    path.mkdir()
    for tool in ("dirname", "cat", "cksum", "sed", "grep", "rm"):
        (path / tool).symlink_to(str(shutil.which(tool)))
    (path / "python3").write_text(f'#!/bin/sh\nSTUB_VERSION=3.9.2 exec {checkout.python} "$@"\n', encoding="utf-8")
    (path / "python3").chmod(0o755)
    done = checkout.set_up(PYTHON="", PATH=str(path))
    assert done.returncode == 1
    assert "has Python 3.9.2" in done.stderr
    assert "apt install" in done.stderr


def test_a_python_without_ensurepip_names_the_package_to_install(checkout: Checkout) -> None:
    done = checkout.set_up(STUB_NO_ENSUREPIP="1")
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
