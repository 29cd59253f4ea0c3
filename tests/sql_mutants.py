"""Every small way to break a condition: a comparison turned, a number off by one, a clause or a key left out.

DuckDB parses and writes the SQL; here stands only what is changed in between, one change at a time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

Node = dict[str, Any]
Path = tuple[str | int, ...]

TURNED = {
    "COMPARE_LESSTHAN": ("COMPARE_LESSTHANOREQUALTO",),
    "COMPARE_LESSTHANOREQUALTO": ("COMPARE_LESSTHAN",),
    "COMPARE_GREATERTHAN": ("COMPARE_GREATERTHANOREQUALTO",),
    "COMPARE_GREATERTHANOREQUALTO": ("COMPARE_GREATERTHAN",),
    "COMPARE_EQUAL": ("COMPARE_NOTEQUAL",),
    "COMPARE_NOTEQUAL": ("COMPARE_EQUAL",),
    "COMPARE_DISTINCT_FROM": ("COMPARE_NOT_DISTINCT_FROM",),
    "COMPARE_NOT_DISTINCT_FROM": ("COMPARE_DISTINCT_FROM",),
    "COMPARE_IN": ("COMPARE_NOT_IN",),
    "COMPARE_NOT_IN": ("COMPARE_IN",),
    "OPERATOR_IS_NULL": ("OPERATOR_IS_NOT_NULL",),
    "OPERATOR_IS_NOT_NULL": ("OPERATOR_IS_NULL",),
    "CONJUNCTION_AND": ("CONJUNCTION_OR",),
    "CONJUNCTION_OR": ("CONJUNCTION_AND",),
}
ONE_DAY = dt.timedelta(days=1)


def broken_conditions(connection: duckdb.DuckDBPyConnection, condition: str) -> Iterator[tuple[str, str]]:
    """Yield what was done to the condition and the condition that came of it, the roughest changes first.

    Null guards of keys (``conditions.is_among``, ``rows_of``) are left alone: they are proven once, for all rules.
    """
    yield "true", "true"
    yield "false", "false"
    tree = _parsed(connection, f"({condition})")
    whole = _written(connection, tree)
    for path, node in _nodes(tree, ()):
        if not _guards_a_lookup(tree, path):
            for broken in _broken(node):
                written = _written(connection, _replaced(tree, path, broken))
                words = _key_lost(connection, node, broken) or _difference(whole, written)
                yield words, written


def _parsed(connection: duckdb.DuckDBPyConnection, expression: str) -> Node:
    found = connection.execute("select json_serialize_sql(?)", [f"select {expression}"]).fetchone()
    assert found is not None
    statement = json.loads(found[0])
    assert not statement["error"], f"{expression}: {statement}"
    node: Node = statement["statements"][0]["node"]["select_list"][0]
    return node


def _written(connection: duckdb.DuckDBPyConnection, node: Node) -> str:
    statement = {"node": _EMPTY | {"select_list": [node]}, "named_param_map": []}
    whole = json.dumps({"error": False, "statements": [statement]})
    found = connection.execute("select json_deserialize_sql(?::json)", [whole]).fetchone()
    assert found is not None
    return str(found[0]).removeprefix("SELECT ")


_EMPTY: Node = {
    "type": "SELECT_NODE", "modifiers": [], "cte_map": {"map": []}, "select_list": [],
    "from_table": {"type": "EMPTY", "alias": "", "sample": None}, "where_clause": None, "group_expressions": [],
    "group_sets": [], "aggregate_handling": "STANDARD_HANDLING", "having": None, "sample": None, "qualify": None,
}  # fmt: skip


def _key_lost(connection: duckdb.DuckDBPyConnection, node: Node, broken: Node) -> str:
    """Say which part of a lookup's key was left out; nothing where something else was broken."""
    if node.get("class") != "SUBQUERY":
        return ""
    before, after = (_arguments(one["child"]) for one in (node, broken))
    lost = next(part for part in before if part not in after)
    return f"looked up without {_short(_written(connection, lost))}"


def _arguments(node: Node) -> list[Node]:
    return [one["expression"] for one in node["arguments"]] if node.get("function_name") == "row" else [node]


def _difference(whole: str, broken: str) -> str:
    """Say what was changed, with a few words before it: ``credits <= [20 -> 21]``."""
    old, new = (_WORD.findall(text) for text in (whole, broken))
    same = _shared(old, new)
    old, before, new = old[same:], "".join(old[:same]), new[same:]
    ends = _shared(old[::-1], new[::-1])
    gone, come = ("".join(words[: len(words) - ends]) for words in (old, new))
    return f"{before[-40:]}[{_short(gone)} -> {_short(come)}]"


def _shared(one: list[str], other: list[str]) -> int:
    """Return how many words both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


_WORD = re.compile(r"\w+|\s+|[^\w\s]+")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:50]} ... {text[-25:]}"


def _nodes(node: Any, path: Path) -> Iterator[tuple[Path, Node]]:
    """Yield each expression and each select with the way to it, outside before inside."""
    if isinstance(node, dict):
        # Clauses that select rows are broken together with their select, which knows the guards among them.
        is_clauses = path[-1:] == ("where_clause",) and node["type"] == "CONJUNCTION_AND"
        if not is_clauses and ("class" in node or node.get("type") == "SELECT_NODE"):
            yield path, node
        for key, child in node.items():
            yield from _nodes(child, (*path, key))
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _nodes(child, (*path, place))


def _at(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node


def _replaced(node: Any, path: Path, new: Node) -> Any:
    """Return the tree with another node at ``path``; what is not on the way is shared."""
    if not path:
        return new
    copy = node.copy()
    copy[path[0]] = _replaced(node[path[0]], path[1:], new)
    return copy


def _guards_a_lookup(tree: Node, path: Path) -> bool:
    """Return whether the node at ``path`` is, or is part of, ``key is not null`` before or within a lookup."""
    for depth, step in enumerate(path):
        if step == "when_expr" and _is_lookup(_at(tree, path[:depth])["then_expr"]):
            return True
        if step == "where_clause" and _is_guard(_at(tree, path), _at(tree, path[:depth])):
            return True
    return False


def _is_guard(clause: Node, select: Node) -> bool:
    columns = [_name(column) for column in select["select_list"]]
    return clause["type"] == "OPERATOR_IS_NOT_NULL" and _name(clause["children"][0]) in columns


def _is_lookup(node: Node) -> bool:
    return node["class"] == "SUBQUERY" and node["subquery_type"] == "ANY"


def _name(node: Node) -> str:
    names = node.get("column_names")
    return str(names[-1]) if names else ""


def _broken(node: Node) -> Iterator[Node]:
    """Yield the node broken in each way that its kind knows."""
    kind = node.get("class") or node["type"]
    for turned in TURNED.get(node["type"], ()):
        yield node | {"type": turned}
    yield from _BY_CLASS.get(kind, lambda _node: iter(()))(node)


def _broken_operator(node: Node) -> Iterator[Node]:
    if node["type"] == "OPERATOR_NOT":
        yield node["children"][0]
    if node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN") and len(node["children"]) > 2:
        yield from (node | {"children": _without(node["children"], n)} for n in range(1, len(node["children"])))


def _broken_conjunction(node: Node) -> Iterator[Node]:
    for place in range(len(node["children"])):
        left = _without(node["children"], place)
        yield left[0] if len(left) == 1 else node | {"children": left}


def _broken_constant(node: Node) -> Iterator[Node]:
    literal = node["literal"]
    if literal["kind"] in ("INTEGER", "NUMERIC"):
        whole, dot, places = literal["text"].partition(".")
        number = int(whole + places)
        for moved in (number - 1, number + 1):
            text = f"{moved:0{len(places) + 1}d}"
            text = f"{text[: len(text) - len(places)]}.{text[len(text) - len(places) :]}" if dot else str(moved)
            yield node | {"literal": literal | {"text": text}}


def _broken_cast(node: Node) -> Iterator[Node]:
    child = node["child"]
    if node["type_expr"].get("type_name", "").lower() == "date" and child["class"] == "CONSTANT":
        day = dt.date.fromisoformat(child["literal"]["text"])
        for moved in (day - ONE_DAY, day + ONE_DAY):
            yield node | {"child": child | {"literal": child["literal"] | {"text": moved.isoformat()}}}


def _broken_function(node: Node) -> Iterator[Node]:
    turned = {"~~": "!~~", "!~~": "~~"}.get(node["function_name"])
    if turned:
        yield node | {"function_name": turned, "qualified_name": {"path": [turned]}}
    if node["function_name"] == "regexp_matches":
        place, pattern = node["arguments"][:1], node["arguments"][1]["expression"]
        for loose in without_anchors(pattern["literal"]["text"]):
            argument = node["arguments"][1] | {
                "expression": pattern | {"literal": pattern["literal"] | {"text": loose}}
            }
            yield node | {"arguments": [*place, argument, *node["arguments"][2:]]}


def _broken_lookup(node: Node) -> Iterator[Node]:
    """Leave out one part of the key, on both sides."""
    if not _is_lookup(node) or node["child"].get("function_name") != "row":
        return
    own, select = node["child"], node["subquery"]["node"]
    others = select["select_list"]
    packed = len(others) == 1 and others[0].get("function_name") == "row"
    for place in range(len(own["arguments"])) if len(own["arguments"]) > 1 else ():
        short = own | {"arguments": _without(own["arguments"], place)}
        if packed:
            kept = [others[0] | {"arguments": _without(others[0]["arguments"], place)}]
        else:
            kept = _without(others, place)
            short = short if len(kept) > 1 else short["arguments"][0]["expression"]
        yield node | {"child": short, "subquery": node["subquery"] | {"node": select | {"select_list": kept}}}


def _broken_select(node: Node) -> Iterator[Node]:
    """Leave out which rows, or groups, are meant: as a whole and part by part, but never a key's guard."""
    for part in ("having", "qualify"):
        if node[part] is not None:
            yield node | {part: None}
    where = node["where_clause"]
    if where is None:
        return
    is_and = where["type"] == "CONJUNCTION_AND"
    clauses = where["children"] if is_and else [where]
    said = [clause for clause in clauses if not _is_guard(clause, node)]
    for gone in [[clause] for clause in said] + ([said] if len(said) > 1 else []):
        left = [clause for clause in clauses if clause not in gone]
        yield node | {"where_clause": where | {"children": left} if len(left) > 1 else (left or [None])[0]}
    if is_and and said:
        yield node | {"where_clause": where | {"type": "CONJUNCTION_OR"}}


def without_anchors(pattern: str) -> Iterator[str]:
    """Yield a regular expression without its beginning, and without its end, where it has them."""
    if pattern.startswith("^"):
        yield pattern[1:]
    if pattern.endswith("$"):
        yield pattern[:-1]


def _without(items: list[Any], place: int) -> list[Any]:
    return [*items[:place], *items[place + 1 :]]


_BY_CLASS = {
    "OPERATOR": _broken_operator,
    "CONJUNCTION": _broken_conjunction,
    "CONSTANT": _broken_constant,
    "CAST": _broken_cast,
    "FUNCTION": _broken_function,
    "SUBQUERY": _broken_lookup,
    "SELECT_NODE": _broken_select,
}
