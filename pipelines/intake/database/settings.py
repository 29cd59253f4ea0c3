"""Which database a grantee's files come from, as ``[source]`` of its ``grantee.toml`` and the environment say.

The URL with its password comes from the environment alone. What is done with it stands in ``session``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipelines.configuration import ConfigurationError
from pipelines.grantee import Grantee

_MOST_YEARS = 30
_MOST_MINUTES = 24 * 60


class SourceUnreachable(Exception):  # noqa: N818 - a state of the source, not a mistake in a file
    """A grantee's database cannot be read now: a fault of the system for this grantee, the night of others goes on.

    The message names the grantee, the place and the fix; it holds neither password nor value.
    """

    def __init__(self, grantee_id: str, message: str) -> None:
        super().__init__(f"{grantee_id}: source database: {message}")
        self.grantee_id = grantee_id


@dataclass(frozen=True)
class DatabaseSource:
    """Where a grantee's database is named, and how long it may take.

    ``url_env`` is the environment variable with the URL. ``years`` is how many program years are asked for, the current
    one and those before it. ``timeout_minutes`` is the most that one statement may take. Both are house defaults.
    """

    grantee_id: str
    url_env: str
    years: int = 2
    timeout_minutes: int = 15

    @property
    def timeout_seconds(self) -> int:
        """The most that one statement may take."""
        return self.timeout_minutes * 60


def source_of(grantee: Grantee) -> DatabaseSource | None:
    """Return the database that a grantee's files come from; None where no layout of its own asks for one.

    Raises ConfigurationError that names file and key.
    """
    if not any(layout.kind == "database" for layout in grantee.layouts):
        return None
    said, where = dict(grantee.source), f"{grantee.folder}/grantee.toml: [source]"
    known = [f.name for f in fields(DatabaseSource)][1:]
    if "url" in said:
        msg = f"{where} url: a URL holds a password and never stands in a file; name its variable with url_env"
        raise ConfigurationError(msg)
    if unknown := sorted(set(said) - set(known)):
        msg = f"{where} {', '.join(unknown)}: no such key; there are {', '.join(known)}"
        raise ConfigurationError(msg)
    for key, most in (("years", _MOST_YEARS), ("timeout_minutes", _MOST_MINUTES)):
        number = said.get(key, 1)
        if type(number) is not int or not 1 <= number <= most:
            msg = f"{where} {key} = {number!r}: write a whole number from 1 to {most}"
            raise ConfigurationError(msg)
    url_env = said.pop("url_env", f"CTE_SOURCE_{grantee.id.upper().replace('-', '_')}")
    if not isinstance(url_env, str) or not url_env.isidentifier():
        msg = f"{where} url_env: write the name of an environment variable, such as CTE_SOURCE_OREGON"
        raise ConfigurationError(msg)
    return DatabaseSource(grantee_id=grantee.id, url_env=url_env, **said)


def url_of(source: DatabaseSource, environment: Mapping[str, str]) -> URL:
    """Return the URL of a source database. Raises SourceUnreachable where the environment does not give one."""
    text = environment.get(source.url_env, "").strip()
    if not text:
        msg = f"the environment variable {source.url_env} is not set; give it the URL, like postgresql://user@host/name"
        raise SourceUnreachable(source.grantee_id, msg)
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        msg = f"{source.url_env} holds no URL that can be read; write it like postgresql://user:password@host:5432/name"
    raise SourceUnreachable(source.grantee_id, msg)  # outside, so that no cause quotes the URL


def place_of(url: URL) -> str:
    """Return where a database is, without user, password and options."""
    host = url.host or url.query.get("host") or ""
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()} {host if isinstance(host, str) else host[0]}{port}/{url.database or ''}"
