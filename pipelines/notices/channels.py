"""Who is told about a night, and how: ``notices.toml`` of a home, read and checked channel by channel.

A block that cannot be used is a fault of its own and stops no other channel. What is said stands in ``notice``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.configuration import ConfigurationError, read_toml
from pipelines.grantee import grantee_ids

FILE_NAME = "notices.toml"
WHEN = ("always", "changes", "blocked", "failed")
_KEYS, _CHANNEL_KEYS = {"channel", "desk_url"}, {"name", "url", "url_env", "grantees", "when"}
_WEB = ("https://", "http://", "file://")
_MOST_CHARACTERS = 40  # of a channel's name, which stands on a page


@dataclass(frozen=True)
class Channel:
    """A way to some people. ``url`` is a secret; without ``grantees`` they are told about all of them."""

    name: str
    url: str
    grantees: tuple[str, ...]
    when: str

    def __repr__(self) -> str:
        """Return the name alone: a traceback or a log must not show the address."""
        return f"Channel({self.name!r})"


@dataclass(frozen=True)
class Fault:
    """Why a channel, or the file as a whole, cannot be used, and the fix. Never with an address."""

    channel: str
    message: str


@dataclass(frozen=True)
class Setting:
    """What ``notices.toml`` says. ``desk_url`` is where readers reach the folder ``reports``; empty where nowhere."""

    channels: tuple[Channel, ...] = ()
    faults: tuple[Fault, ...] = ()
    desk_url: str = ""


def read_setting(home: Path, environment: Mapping[str, str] = os.environ) -> Setting:
    """Return the channels of a home, none where it has no ``notices.toml``. Raises nothing: faults are told in it."""
    path = home / FILE_NAME
    try:
        if not path.is_file():
            return Setting()
        return _setting(_content(path), environment)
    except (ConfigurationError, OSError) as fault:
        return Setting(faults=(Fault(FILE_NAME, str(fault)),))


def _content(path: Path) -> dict[str, Any]:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        msg = f"{FILE_NAME}: others may read it (mode {mode:04o}), and it holds secrets; `chmod 600` it. Not used"
        raise ConfigurationError(msg)
    content = read_toml(path)
    if unknown := sorted(set(content) - _KEYS):
        msg = f"{FILE_NAME}: {', '.join(unknown)}: no such key; there are {', '.join(sorted(_KEYS))}"
        raise ConfigurationError(msg)
    return content


def _setting(content: Mapping[str, Any], environment: Mapping[str, str]) -> Setting:
    desk_url, blocks = content.get("desk_url", ""), content.get("channel", [])
    if not isinstance(desk_url, str) or (desk_url and not desk_url.startswith(_WEB)):
        msg = f'{FILE_NAME}: desk_url: write the address of the folder reports, such as "https://desk.example.gov/"'
        raise ConfigurationError(msg)
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        msg = f"{FILE_NAME}: channel: write each channel as a block [[channel]]"
        raise ConfigurationError(msg)
    read = list(_channels(blocks, environment))
    return Setting(
        tuple(one for one in read if isinstance(one, Channel)),
        tuple(one for one in read if isinstance(one, Fault)),
        desk_url.rstrip("/"),
    )


def _channels(blocks: list[dict[str, Any]], environment: Mapping[str, str]) -> Iterator[Channel | Fault]:
    names: set[str] = set()
    for number, block in enumerate(blocks, 1):
        given = block.get("name")
        name = given if isinstance(given, str) and given.strip() else f"channel {number}"
        name = name.strip()[:_MOST_CHARACTERS]
        try:
            if name in names:
                msg = "name: another channel has it; give each its own"
                raise ConfigurationError(msg)
            yield _channel(block, name, environment)
        except ConfigurationError as fault:
            while name in names:  # each line of quality.notice has a name of its own
                name += "*"
            yield Fault(name, f"{FILE_NAME}: channel {number}: {fault}")
        names.add(name)


def _channel(block: Mapping[str, Any], name: str, environment: Mapping[str, str]) -> Channel:
    """Return a channel. Raises ConfigurationError that names the key and the fix, and never a value of ``url``."""
    if unknown := sorted(set(block) - _CHANNEL_KEYS):
        msg = f"{', '.join(unknown)}: no such key; there are {', '.join(sorted(_CHANNEL_KEYS))}"
        raise ConfigurationError(msg)
    if not isinstance(block.get("name"), str) or not block["name"].strip():
        msg = 'name: give it one, such as name = "stewards"'
        raise ConfigurationError(msg)
    when, grantees = block.get("when", "changes"), block.get("grantees", [])
    if when not in WHEN:
        msg = f"when: write one of {', '.join(WHEN)}"
        raise ConfigurationError(msg)
    if not isinstance(grantees, list) or (unknown := sorted({str(one) for one in grantees} - set(grantee_ids()))):
        msg = f"grantees: write a list of ids; there are {', '.join(grantee_ids())}"
        raise ConfigurationError(msg)
    return Channel(name, _url(block, environment), tuple(grantees), when)


def _url(block: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    if ("url" in block) == ("url_env" in block):
        msg = "write either url, or url_env with the name of the environment variable that holds it"
        raise ConfigurationError(msg)
    if "url" in block:
        url = block["url"]
    else:
        url = environment.get(str(block["url_env"]), "")
        if not url:
            msg = "url_env: the environment of the night has no such variable; set it where the night is started"
            raise ConfigurationError(msg)
    if not isinstance(url, str) or "://" not in url:
        msg = 'url: write it as Apprise does, such as "mailtos://user:password@mail.example.gov?to=desk@example.gov"'
        raise ConfigurationError(msg)
    return url
