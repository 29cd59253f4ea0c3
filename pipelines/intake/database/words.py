"""What a fault of a source database means: whose turn it is, in words without a value, a password or a row.

Drivers quote what they stumble over ("invalid input syntax for type integer: ..."), so their own text is told only
where it can speak of names alone.
"""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, OperationalError

from pipelines.configuration import ConfigurationError
from pipelines.intake.database.settings import DatabaseSource, SourceUnreachable

_WRONG_PASSWORD = re.compile("password|authentication|access denied|login failed|ORA-01017", re.IGNORECASE)
_NAMES = re.compile(  # what PostgreSQL and SQLite say of a query that names something that is not there
    r'(relation|column|table|schema|type|missing FROM-clause entry for table) "?[\w.$]{1,130}"?( does not exist)?$'
    r"|no such (table|column|function): [\w.]{1,130}$"
    r'|function [\w.]{1,130}\([\w ,."]*\) does not exist$'
    r"|operator does not exist: [\w \[\]]+[^\w\s'\"]{1,3} [\w \[\]]+$"
    r'|syntax error at (or near "\w{1,63}"|end of input)$|near "\w{1,63}": syntax error$|incomplete input$'
)
_MAY_NOT, _READ_ONLY, _CANCELED, _BUSY = "42501", "25006", "57014", ("40001", "40P01", "55P03")


def about_the_connection(fault: Exception, place: str, url_env: str) -> str:
    """Return what to tell of a connection that did not come about."""
    said = str(getattr(fault, "orig", None) or "")
    if isinstance(fault, ImportError):
        return f"{place}: the driver cannot be loaded ({fault.name or 'unknown'}); install it with its libraries"
    if _WRONG_PASSWORD.search(said):
        return f"{place}: user or password is not accepted; correct them in {url_env}"
    return f"{place}: no connection ({type(fault).__name__}); see that it runs and can be reached, and {url_env}"


def about_the_query(fault: Exception, where: str, source: DatabaseSource) -> ConfigurationError | SourceUnreachable:
    """Return the fault to raise for a query that failed. ``where`` names file and key of the query."""
    driver = fault.orig if isinstance(fault, DBAPIError) else None
    state, said = _state(driver), _primary(driver)
    if unreachable := _not_now(state, said, source):
        return SourceUnreachable(source.grantee_id, f"{where}: {unreachable}")
    if blame := _blame(fault, state, said):
        return ConfigurationError(f"{where}: {blame}")
    kind = f"SQLSTATE {state}" if state else type(driver or fault).__name__
    if state.startswith("42") or _is_about_the_query(fault, state):
        fix = "correct the query; where it converts values, leave them as they are: intake reads them"
        return ConfigurationError(f"{where}: the database cannot work it out ({kind}); {fix}")
    return SourceUnreachable(source.grantee_id, f"{where}: it broke off ({kind}); see the log of the database")


def _blame(fault: Exception, state: str, said: str) -> str:
    """Return what is wrong with a query in words of its own; empty where only a code tells it."""
    if state == _READ_ONLY or "readonly database" in said:
        return "it writes, or calls a function that writes; a query only reads"
    if isinstance(fault, UnicodeError) or "Could not decode to UTF-8" in said:
        return "a column holds text that is no UTF-8; convert it in the query"
    names = said.partition("\n")[0]
    return f"{names}; correct the query, or ask who keeps the database" if _NAMES.match(names) else ""


def _not_now(state: str, said: str, source: DatabaseSource) -> str:
    """Return why a query that may be right could not be answered; empty where the query is to blame."""
    if state == _MAY_NOT:
        return "the user may not read a table of the query; grant it SELECT on them"
    if state == _CANCELED or said == "interrupted":
        return (
            f"stopped after {source.timeout_minutes} minutes; make the query faster, "
            "or raise [source] timeout_minutes in grantee.toml"
        )
    if state in _BUSY or "database is locked" in said:
        return "the database was busy with others; the next night tries again"
    return ""


def _is_about_the_query(fault: Exception, state: str) -> bool:
    """Return whether a fault without a state of its own is one of the query: not of the line or the server."""
    return state[:2] in ("22", "25", "P0", "0A") or not (state or isinstance(fault, OperationalError))


def _state(driver: BaseException | None) -> str:
    return str(getattr(driver, "sqlstate", None) or getattr(driver, "pgcode", None) or "")


def _primary(driver: BaseException | None) -> str:
    """Return the driver's sentence without the excerpt of the query that follows it."""
    diagnosis = getattr(driver, "diag", None)
    return str(getattr(diagnosis, "message_primary", None) or driver or "")
