"""Do the schedules, the heartbeat and the notices of docs/operations.md work as they stand there?"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from acts_example import taken_in
from handbook import HOME, PAGE, PROGRAM, block, here, typed
from notices_example import configure

from pipelines.notices.channels import read_setting
from pipelines.warehouse import FILE_NAME

NIGHT, HEARTBEAT = "0 2 * * * ", "0 7 * * * "


def _cron(beginning: str, home: Path) -> str:
    """The command of a line of the crontab, as cron hands it to the shell."""
    (line,) = [line for line in block("crontab").splitlines() if line.startswith(beginning)]
    command = line.removeprefix(beginning)
    assert "%" not in command, "cron takes a percent sign for the end of the line"
    return here(command, home)


def test_the_heartbeat_is_silent_while_nights_run_and_speaks_when_one_is_missing(tmp_path: Path) -> None:
    home = taken_in(tmp_path).home
    variables = {"CTE_HOME": home}
    assert "never ended" in typed(_cron(HEARTBEAT, home), "sh", **variables).stdout
    with duckdb.connect(str(home / FILE_NAME)) as connection:
        connection.execute("update quality.run set finished_at = ?", [datetime.now(UTC).replace(tzinfo=None)])
    done = typed(_cron(HEARTBEAT, home), "sh", **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_the_line_for_cron_runs_a_night_and_writes_its_log(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "logs").mkdir()
    dagster = tmp_path / "dagster"
    dagster.mkdir()
    done = typed(_cron(NIGHT, tmp_path), "sh", CTE_HOME=tmp_path, DAGSTER_HOME=dagster)
    assert (done.stdout, done.stderr) == ("", "")
    assert f"ended with exit code {done.returncode}" in (tmp_path / "logs" / "night.log").read_text(encoding="utf-8")
    assert done.returncode in (0, 1)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_unit_and_its_timer_as_they_stand(tmp_path: Path) -> None:
    for name in ("cte-night.service", "cte-night.timer"):
        text = here(block("ini", f"# {name}\n"), tmp_path).replace("/srv/cte/program", str(tmp_path))
        (tmp_path / name).write_text(text.replace("User=cte\n", ""), encoding="utf-8")
    done = typed(f"systemd-analyze verify --man=no {tmp_path}/cte-night.service {tmp_path}/cte-night.timer 2>&1")
    about_ours = [line for line in done.stdout.splitlines() if "cte-night" in line]
    assert about_ours == []


def test_the_example_of_channels_can_be_used_as_it_stands(tmp_path: Path) -> None:
    configure(tmp_path, head=block("toml"))
    setting = read_setting(tmp_path, {"CTE_NOTICE_OREGON": "slack://a/b/c"})
    assert setting.faults == ()
    assert [(one.name, one.grantees, one.when) for one in setting.channels] == [
        ("stewards", (), "changes"), ("college liaisons", (), "always"), ("Oregon chat", ("oregon",), "blocked"),
    ]  # fmt: skip
    assert setting.desk_url == "https://desk.example.gov/reports"


def test_every_link_within_the_handbook_leads_to_a_section() -> None:
    headings = re.findall(r"^#{2,3} (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - anchors == set()


def test_the_schedules_run_the_same_program_on_the_same_home() -> None:
    assert f"ExecStart={PROGRAM}/cte run" in block("ini", "# cte-night.service")
    assert f"{PROGRAM}/cte run" in block("crontab")
    assert f"CTE_HOME={HOME}\n" in block("crontab")
