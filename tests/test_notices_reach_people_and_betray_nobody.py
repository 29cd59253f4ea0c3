"""Do notices reach those who asked for them, saying what changed, without a word about any person?"""

from __future__ import annotations

from pathlib import Path

import pytest
from notice_servers import Post, mail_server, mail_url, text_of, webhook
from notices_example import GATE, OPENED, PERSON, TONIGHT, configure, nights, send

from pipelines.desk.desk import open_desk
from pipelines.notices.channels import WHEN
from pipelines.notices.facts import facts_of
from pipelines.notices.notice import write_notice
from pipelines.notices.send import send_notices
from pipelines.reports.desk.notices import pages

SECRET = "hook-token-which-nobody-may-see"


def hook(name: str, post: Post, more: str = "") -> str:
    return f'name = "{name}"\nurl = "json://127.0.0.1:{post.port}/{SECRET}"\n{more}'


def test_a_notice_reaches_a_mailbox_and_a_webhook_and_says_what_changed_and_what_is_blocked(tmp_path: Path) -> None:
    with mail_server() as mail, webhook() as post:
        head = 'desk_url = "https://desk.example.gov/reports/"\n'
        configure(tmp_path, f'name = "stewards"\nurl = "{mail_url(mail)}"', hook("chat", post), head=head)
        said, rows = send(tmp_path)
    text = text_of(mail.given[0])
    assert "Arrived: 1 file, 1 of them late" in text
    lines = text.splitlines()
    assert lines[lines.index("  Gates closed tonight:") + 1].endswith(f"[{GATE}]")
    assert lines[lines.index("  Gates opened:") + 1].endswith(f"[{OPENED}]")
    assert "https://desk.example.gov/reports/grantees/oregon.html" in text
    assert post.given[0]["message"].splitlines() == lines
    assert mail.given[0]["Subject"] == post.given[0]["title"] == rows[0]["subject"]
    assert [(row["channel"], row["status"], row["message"]) for row in rows] == [
        ("chat", "delivered", None), ("stewards", "delivered", None),
    ]  # fmt: skip
    assert said == ["notice to stewards: delivered", "notice to chat: delivered"]


def test_what_leaves_by_mail_holds_no_value_no_file_name_no_institution_and_no_small_count(tmp_path: Path) -> None:
    with webhook() as post:
        configure(tmp_path, hook("chat", post))
        said, rows = send(tmp_path)
    text = post.given[0]["message"]
    assert "Reference sources and strays\n  Arrived: 1 file, 1 refused" in text  # in a folder named by a number
    assert "fewer than 10 critical, 41 warning" in text  # three findings are three persons, perhaps
    everything = f"{post.given} {said} {rows}"
    assert PERSON not in everything
    assert "Smith" not in everything
    assert " 3 " not in text
    assert "900" not in text


def test_a_channel_is_told_what_concerns_its_grantees_and_nothing_of_the_others(tmp_path: Path) -> None:
    with webhook() as oregon, webhook() as florida:
        both = {"oregon": oregon, "florida": florida}
        configure(tmp_path, *(hook(name, post, f'grantees = ["{name}"]') for name, post in both.items()))
        send(tmp_path)
    assert "Oregon" in oregon.given[0]["message"]
    assert "Florida" not in oregon.given[0]["message"]
    assert florida.given == []  # its gate was closed the night before, too


@pytest.mark.parametrize(
    ("is_quiet", "exit_code", "told"),
    [
        (True, 0, ("always",)),
        (True, 1, ("always",)),  # a gate that stays closed is no news
        (False, 1, ("always", "changes", "blocked")),
        (True, 3, ("always", "changes", "blocked", "failed")),
    ],
    ids=["nothing happened", "gate still closed", "gate closed", "system failed"],
)
def test_people_are_told_as_often_as_they_asked_for(
    tmp_path: Path, is_quiet: bool, exit_code: int, told: tuple[str, ...]
) -> None:
    with nights(tmp_path, is_quiet=is_quiet, exit_code=exit_code) as connection:
        notice = write_notice(facts_of(connection, TONIGHT), (), "", {})
    assert tuple(when for when in WHEN if notice.is_for(when)) == told


def test_an_address_in_the_environment_serves_as_well_as_one_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as post:
        monkeypatch.setenv("CTE_CHAT", f"json://127.0.0.1:{post.port}/{SECRET}")
        configure(tmp_path, 'name = "chat"\nurl_env = "CTE_CHAT"')
        send(tmp_path)
    assert post.given[0]["path"] == f"/{SECRET}"


def test_the_desk_shows_which_notices_were_sent_and_which_did_not_arrive(tmp_path: Path) -> None:
    with webhook() as post, webhook(404) as gone:
        configure(tmp_path, hook("chat", post), hook("<script>old</script>", gone))
        with nights(tmp_path) as connection:
            send_notices(connection, tmp_path, TONIGHT, lambda _line: None)
            (page,) = pages(open_desk(connection, tmp_path, TONIGHT))
    assert "1 of 2 notices of Nov 22, 2026 did not arrive" in page.content
    assert "was the webhook taken away?" in page.content
    assert "&lt;script&gt;old" in page.content
    assert "<script>old" not in page.content
    assert SECRET not in page.content
