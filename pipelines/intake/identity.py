"""Pseudonyms: who a record is about, without saying it. Keys, kinds of identifier, placeholders, HMAC-SHA-256 in SQL.

One key per grantee. An identifier is brought to one form (no blanks, no hyphens, upper case), its kind is told, and
placeholders are refused before hashing: the hash of 999999999 would make one person of thousands. So are numbers that
no Social Security card has ever had: they are typing errors, and two of them are two persons or one. How a key is
changed stands in ``acts.rotate``.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.configuration import ConfigurationError
from pipelines.home import make_private, write_private
from pipelines.intake.source import Supplier
from pipelines.warehouse import quoted

_BLOCK_SIZE = 64  # of SHA-256, RFC 2104
_SHORTEST_KEY = 16
# What systems write when they have no identifier: zeros (also behind a prefix such as 99 or FL), nines, the number of
# every form's example, and words.
PLACEHOLDER = (
    r"^([A-Z]{0,3}|99)0+$|^9{4,}$|^X{4,}$|^[A-Z]{0,3}123456789$|^987654321$"
    r"|^(UNKNOWN|NONE|NULL|N/?A|NAN|TEST|TBD|MISSING)$"
)

# Social Security Administration: no number has area 000, 666 or 900 to 999, group 00 or serial 0000.
IMPOSSIBLE = r"^(000|666|9\d\d)\d{6}$|^\d{3}00\d{4}$|^\d{5}0000$"
NO_PERSON = ("blank", "placeholder", "impossible")  # kinds that get no pseudonym
SSN = "ssn"
CHANGE = "CTE_KEY_CHANGE"  # set within the process that changes a key, and nowhere else


def key_of(home: Path, grantee_id: str, environment: Mapping[str, str] = os.environ) -> bytes:
    """Return a grantee's key: from ``CTE_KEY_<GRANTEE>``, else from its file in the home, made on first use.

    Raises ConfigurationError where the key is too short, open to others, or not the one that the home began with:
    another key would quietly make a new person of everybody.
    """
    folder = make_private(make_private(home) / "keys")
    _refuse_amid_change(folder / f"{grantee_id}.changing", grantee_id, environment)
    name = key_variable(grantee_id)
    given = environment.get(name)
    key = _parsed(given.encode(), name) if given else _from_file(folder, grantee_id)
    mark = folder / f"{grantee_id}.key-id"
    if not mark.exists():
        write_private(mark, key_id(key).encode())
    elif mark.read_text(encoding="utf-8") != key_id(key):
        msg = (
            f"{mark}: the key of {grantee_id} is not the one that the pseudonyms of this home were made with; give "
            f"back the old key ({name} or {grantee_id}.key); if it is lost, `cte key rotate` makes all pseudonyms anew"
        )
        raise ConfigurationError(msg)
    return key


def key_variable(grantee_id: str) -> str:
    """Return the name of the environment variable that may give a grantee's key."""
    return f"CTE_KEY_{grantee_id.upper().replace('-', '_')}"


def key_id(key: bytes) -> str:
    """Return a short name of a key that does not betray it."""
    return hmac.new(key, b"key id", hashlib.sha256).hexdigest()[:12]


def throw_away_key() -> bytes:
    """Return a key for one look at files: its pseudonyms mean nothing afterwards."""
    return secrets.token_bytes(32)


def hmac_parameters(key: bytes) -> dict[str, bytes]:
    """Return the bound parameters of ``pseudonym_sql``: the two padded keys of RFC 2104."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK_SIZE else key).ljust(_BLOCK_SIZE, b"\0")
    return {"inner_pad": bytes(b ^ 0x36 for b in block), "outer_pad": bytes(b ^ 0x5C for b in block)}


def normalized_sql(text: str, nulls: Sequence[str] = ()) -> str:
    """Return SQL for the one form of an identifier; null where nothing was sent, or a sentinel that says so."""
    sent = f"upper(replace(replace(replace({text}, ' ', ''), '-', ''), chr(9), ''))"
    empty = ", ".join(f"'{form}'" for form in ("", *(_normalized(n).replace("'", "''") for n in nulls)))
    return f"case when {sent} not in ({empty}) then {sent} end"


def kind_sql(normalized: str, supplier: Supplier) -> str:
    """Return SQL for the kind of a normalized identifier, one of code set ``student_id_kind``."""
    kinds = [identifier.kind for identifier in supplier.identifiers]
    conditions = [_matches(normalized, identifier.pattern) for identifier in supplier.identifiers]
    is_impossible = f"when {_matches(normalized, IMPOSSIBLE)} then 'impossible'"
    told = [f"when {normalized} is null then 'blank'", f"when {_matches(normalized, PLACEHOLDER)} then 'placeholder'"]
    for kind, condition in zip(kinds, conditions, strict=True):
        told.append(f"when {condition} then {f'case {is_impossible} else {kind!r} end' if kind == SSN else repr(kind)}")
    # Nine digits of no declared form are a Social Security number gone wrong where such numbers are sent at all.
    told += [is_impossible] if SSN in kinds else []
    return f"case {' '.join(told)} else 'other' end"


def _matches(normalized: str, pattern: str) -> str:
    return f"regexp_matches({normalized}, {quoted(pattern)})"


def pseudonym_sql(normalized: str, kind: str) -> str:
    """Return SQL for the pseudonym in hex; null where there is nobody to stand for."""
    inner = f"unhex(sha256($inner_pad || encode({normalized})))"
    return f"case when {kind} not in {NO_PERSON} then sha256($outer_pad || {inner}) end"


def pseudonym(key: bytes, identifier: str) -> str:
    """Return the pseudonym of one identifier, the same that ``pseudonym_sql`` makes."""
    return hmac.new(key, _normalized(identifier).encode(), hashlib.sha256).hexdigest()


def _normalized(identifier: str) -> str:
    return identifier.replace(" ", "").replace("-", "").replace("\t", "").upper()


def _refuse_amid_change(mark: Path, grantee_id: str, environment: Mapping[str, str]) -> None:
    """Refuse a key whose change was broken off: some pseudonyms may be of the old one. The change itself goes on."""
    if mark.exists() and environment.get(CHANGE) != mark.read_text(encoding="utf-8"):
        msg = f"{mark}: a change of this key was broken off; `cte key rotate --grantee {grantee_id}` ends it"
        raise ConfigurationError(msg)


def _from_file(folder: Path, grantee_id: str) -> bytes:
    path = folder / f"{grantee_id}.key"
    if not path.exists():
        if (folder / f"{grantee_id}.key-id").exists():
            msg = (
                f"{path}: the key is gone; restore it from its safe copy, or `cte key rotate` makes all pseudonyms anew"
            )
            raise ConfigurationError(msg)
        write_private(path, secrets.token_hex(32).encode())
    if path.stat().st_mode & 0o077:
        msg = f"{path}: others may read the key; run chmod 600 on it"
        raise ConfigurationError(msg)
    return _parsed(path.read_bytes().strip(), str(path))


def _parsed(text: bytes, where: str) -> bytes:
    is_hex = re.fullmatch(rb"([0-9a-fA-F]{2}){16,}", text) is not None
    key = bytes.fromhex(text.decode()) if is_hex else text
    if len(key) < _SHORTEST_KEY:
        msg = f"{where}: a key needs at least {_SHORTEST_KEY} bytes, as hex or text"
        raise ConfigurationError(msg)
    return key
