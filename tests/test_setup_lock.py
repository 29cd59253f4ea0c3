"""Does the lock say all that gets installed, and nothing about the machine that wrote it?"""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]


def pins() -> list[tuple[Requirement, int]]:
    """The pinned requirements of the lock, each with its number of hashes."""
    text = "\n".join(line for line in LOCK.splitlines() if not line.lstrip().startswith("#"))
    entries = re.split(r"\n(?=\S)", text.strip())
    return [(Requirement(entry.split("\\\n")[0].strip()), entry.count("--hash=sha256:")) for entry in entries]


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_a_dependency_that_was_added_without_make_lock_would_be_missing_on_every_other_machine(
    asked: Requirement,
) -> None:
    pinned = [pin for pin, _ in pins() if pin.name == asked.name]
    assert pinned, f"run `make lock`: {asked.name} is in pyproject.toml and not in requirements.lock"
    assert all(next(iter(pin.specifier)).version in asked.specifier for pin in pinned)


def test_every_pin_has_a_hash_so_that_a_tampered_mirror_is_refused() -> None:
    assert [str(pin) for pin, hashes in pins() if hashes == 0] == []
    assert all([s.operator for s in pin.specifier] == ["=="] for pin, _ in pins())


def test_the_lock_names_no_index_and_no_path_so_that_it_works_behind_any_registry() -> None:
    assert re.findall(r"://|--(?:index|extra-index|find|trusted)[^\s]*| @ |(?:^|\s)\.?\.?/\S*", LOCK) == []


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_what_is_tested_here_is_what_others_install(asked: Requirement) -> None:
    here = [pin for pin, _ in pins() if pin.name == asked.name and (pin.marker is None or pin.marker.evaluate())]
    assert [next(iter(pin.specifier)).version for pin in here] == [version(asked.name)]


def test_the_build_backend_is_in_the_lock_because_set_up_builds_without_isolation() -> None:
    system = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert {Requirement(line).name for line in system["requires"]} <= {pin.name for pin, _ in pins()}
