"""Does a notice that cannot be delivered leave the night as it ended, and is it told why, without the address?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from notice_servers import closed_port, mail_server, mail_url, silent_server, webhook
from notices_example import configure, send

from pipelines.cli import main
from pipelines.intake.database.settings import SourceUnreachable
from pipelines.night import GATE_CLOSED, Settings, close_book, open_night
from pipelines.notices.channels import read_setting
from pipelines.notices.deliver import TIMED_OUT, Letter, deliver
from pipelines.warehouse import open_warehouse

SECRET = "token-which-nobody-may-see"


def test_each_failure_is_told_in_words_that_say_what_to_do_while_the_other_channels_are_served() -> None:
    with (
        webhook() as good, webhook(404) as gone, webhook(403) as forbidden, webhook(302) as elsewhere,
        mail_server(refuses="AUTH") as no_password, mail_server(refuses="RCPT") as no_mailbox,
    ):  # fmt: skip
        causes = {
            f"json://127.0.0.1:{closed_port()}/{SECRET}": "nothing answers at that host and port",
            f"json://127.0.0.1:{gone.port}/{SECRET}": "was the webhook taken away?",
            f"json://127.0.0.1:{forbidden.port}/{SECRET}": "refused the name, password or token",
            f"json://127.0.0.1:{elsewhere.port}/{SECRET}": "did not accept it",
            f"jsons://127.0.0.1:{good.port}/{SECRET}": "no trusted encryption",
            mail_url(no_password, f"ana:{SECRET}@"): "refused the name, password or token",
            mail_url(no_mailbox): "refused the sender or a recipient",
            f"nonsense://{SECRET}": "none that Apprise knows",
        }
        urls = [*causes, f"json://127.0.0.1:{good.port}"]
        *failed, delivered = deliver([Letter(url, "Subject", "Text") for url in urls])
    assert delivered is None
    assert [one["title"] for one in good.given] == ["Subject"]
    assert [(why, words) for why, words in zip(failed, causes.values(), strict=True) if words not in str(why)] == []
    assert SECRET not in str(failed)
    assert "127.0.0.1" not in str(failed)


def test_a_server_that_never_answers_holds_the_night_up_for_seconds_and_nobody_elses_notice() -> None:
    with silent_server() as silent, webhook() as good:
        began = time.monotonic()
        letters = [Letter(url, "Subject", "Text") for url in (mail_url(silent), f"json://127.0.0.1:{good.port}")]
        outcomes = deliver(letters, seconds=3)
        assert time.monotonic() - began < 30  # 3 s, and the start of a process on a busy machine
    assert outcomes == [TIMED_OUT, None]


def test_a_night_ends_as_its_data_say_when_nobody_can_be_told_and_cte_status_names_the_channel(
    tmp_path: Path,
) -> None:
    home, inbox, said = tmp_path / "home", tmp_path / "inbox", []
    inbox.mkdir()
    configure(home, f'name = "chat"\nurl = "json://127.0.0.1:{closed_port()}/{SECRET}"\nwhen = "always"')
    with open_night(Settings(home, inbox, say=said.append)) as night:
        code = close_book(night, "v", refused_count=1)
    with open_warehouse(home) as connection:
        ends = connection.execute("select exit_code from quality.run").fetchall()
    assert code == GATE_CLOSED
    assert ends == [(GATE_CLOSED,)]
    told = CliRunner().invoke(main, ["status", "--home", str(home)])
    for text in ("\n".join(said), told.output, (home / "reports" / "notices.html").read_text(encoding="utf-8")):
        assert "nothing answers at that host and port" in text.lower()
        assert SECRET not in text
    assert told.exit_code == 0


def test_a_run_that_broke_off_is_told_as_a_fault_of_the_system_and_never_of_the_data(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with webhook() as post:
        configure(tmp_path / "home", f'name = "chat"\nurl = "json://127.0.0.1:{post.port}"\nwhen = "failed"')
        with pytest.raises(OSError, match="No space left"), open_night(Settings(tmp_path / "home", inbox)):
            raise OSError(28, "No space left on device")
    assert "broke off: the system failed. This says nothing about the data" in post.given[0]["message"]


def test_a_source_database_that_could_not_be_read_is_told_to_those_whom_it_concerns(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with webhook() as oregon, webhook() as florida:
        blocks = (
            f'name = "{name}"\nurl = "json://127.0.0.1:{post.port}"\nwhen = "failed"\ngrantees = ["{name}"]'
            for name, post in (("oregon", oregon), ("florida", florida))
        )
        configure(tmp_path / "home", *blocks)
        with open_night(Settings(tmp_path / "home", inbox)) as night:
            night.faults.append(SourceUnreachable("oregon", "no route"))
            close_book(night, "v")
    assert "Oregon HECC: the source database could not be read" in oregon.given[0]["message"]
    assert florida.given == []


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ('url = "json://x"', "name: give it one"),
        ('name = "a"\nurl = "json://x"\nurl_env = "X"', "write either url, or url_env"),
        ('name = "a"\nurl_env = "NO_SUCH_VARIABLE"', "url_env: the environment of the night has no such variable"),
        ('name = "a"\nurl = "json://x"\nwhen = "sometimes"', "when: write one of always, changes, blocked, failed"),
        ('name = "a"\nurl = "json://x"\ngrantees = ["utah"]', "grantees: write a list of ids; there are alabama"),
        ('name = "a"\nurl = "json://x"\nto = "desk@example.gov"', "to: no such key; there are"),
        (f'name = "a"\nurl = "{SECRET}"', "url: write it as Apprise does"),
    ],
    ids=["name", "two addresses", "variable", "when", "grantee", "unknown key", "url"],
)
def test_a_block_that_is_wrong_is_told_by_key_and_fix_and_stops_no_other_channel(
    tmp_path: Path, block: str, told: str
) -> None:
    configure(tmp_path, block, 'name = "chat"\nurl = "json://y"')
    setting = read_setting(tmp_path)
    assert [channel.name for channel in setting.channels] == ["chat"]
    (fault,) = setting.faults
    assert told in fault.message
    assert "notices.toml: channel 1" in fault.message
    assert SECRET not in repr(setting)


def test_a_file_that_others_may_read_is_not_used_because_it_holds_secrets(tmp_path: Path) -> None:
    with webhook() as post:
        configure(tmp_path, f'name = "chat"\nurl = "json://127.0.0.1:{post.port}"')
        (tmp_path / "notices.toml").chmod(0o640)
        _, rows = send(tmp_path)
    assert post.given == []
    assert "chmod 600" in rows[0]["message"]


def test_cte_notices_test_tries_every_channel_and_exits_by_what_came_of_it(tmp_path: Path) -> None:
    runner, call = CliRunner(), ["notices", "test", "--home", str(tmp_path)]
    with webhook() as good:
        working = f'name = "chat"\nurl = "json://127.0.0.1:{good.port}"'
        configure(tmp_path, working)
        assert (runner.invoke(main, call).exit_code, len(good.given)) == (0, 1)
        configure(tmp_path, working, f'name = "mail"\nurl = "mailto://127.0.0.1:{closed_port()}?to=a@example.gov"')
        failed = runner.invoke(main, call)
        configure(tmp_path, working, 'name = "mail"')
        wrong = runner.invoke(main, call)
    assert failed.exit_code == 1
    assert "mail: not delivered" in failed.output
    assert "chat: delivered" in failed.output
    assert wrong.exit_code == 2
    assert "channel 2" in wrong.output
    (tmp_path / "notices.toml").unlink()
    assert runner.invoke(main, call).exit_code == 2
    assert read_setting(tmp_path).faults == ()  # a home without the file has simply nobody to tell
