"""The page of the rule book, ``docs/rules.md``: each rule with its reason, repair, proof and query, by layer and table.

What a rule says stands in ``expectations.facts``, its query in ``queries``; here is only the layout. Rules that follow
from the declaration of the tables are many and alike: they stand in a table for each table, with one query for each
kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from expectations.catalogue import RETIRED, all_rules, rule_book_version
from expectations.facts import LAYERS, Shown, facts_of, in_order, is_derived, shown_rows
from expectations.prose import use_of
from expectations.rule import Rule, layer_of
from pipelines.markdown import NOTE, cell, code, markdown_table
from pipelines.rule_book.contents import contents, heading
from pipelines.rule_book.queries import queries_of
from pipelines.schema import METADATA

KINDS: Mapping[str, str] = {
    "present": "What is required is there",
    "readable": "What was sent can be read",
    "pattern": "A value is written as agreed",
    "plausible": "A value can be true",
    "unique": "A key stands once",
    "known": "What a record refers to was reported",
}
HOW_TO_READ = """
Each rule is judged on its population: the rows it speaks of. It fails where more rows fail than its threshold allows;
every failing row is a finding all the same. A population without rows is not applicable, never passed. A rule that
could not be judged is an error, never a pass. A critical rule that fails closes a gate, unless it is waived; a warning
informs. A waived failure stays a failure that is waived. Agencies may set thresholds and severities of their own
(`thresholds.toml`); this page has those of the book.

**Rows that pass, rows that fail** stand below each rule, with only those columns in which they differ: they are its
proof, and a test judges them. `(nothing)` is an empty value. Where a value is missing nothing can be said, and the
record does not fail: that is what `coalesce(..., true)` does in a query. What must be there has rules of its own.

**The queries** return exactly the records that fail, because they are made from the conditions that judging counts
with. They run on the warehouse of a home after a night, which is restricted; the identifiers of persons are left out.
`cte rules student_key_unique --format sql | duckdb -readonly data/warehouse.duckdb` runs one, with DuckDB 2.0. For one
grantee or year, put `where grantee_id = 'oregon'` before `order by all`. `cte rules --help` says how else to
look rules up.
"""


def rule_book() -> Iterator[str]:
    """Yield the page, a piece of Markdown a line."""
    rules = in_order(all_rules())
    by_hand = [rule for rule in rules if not is_derived(rule)]
    derived = [rule for rule in rules if is_derived(rule)]
    shown = [*by_hand, *_examples(derived).values()]
    queries = queries_of(shown)
    yield "# Rules"
    yield f"\n{NOTE} Version of the rule book: `{rule_book_version()}`.\n"
    yield (
        f"{len(rules)} rules. {len(by_hand)} are written by hand, because they need knowledge of the field; "
        f"{len(derived)} follow from the declaration of the tables.\n{HOW_TO_READ}"
    )
    yield from contents(rules)
    for layer, question in LAYERS.items():
        yield f"\n## {heading(layer)}\n\n{question}"
        for rule in by_hand:
            if layer_of(rule) == layer:
                yield from _entry(rule, queries.get(rule.id))
    yield from _derived(derived, queries)
    yield "\n## Retired\n"
    yield from ([f"- `{one}`, {day}: {reason}" for one, (reason, day) in RETIRED.items()] or ["None."])


def _entry(rule: Rule, query: str | None) -> Iterator[str]:
    fact = facts_of(rule)
    severity = f"{fact['severity']}; {fact['severity_changes']}" if fact["severity_changes"] else fact["severity"]
    empty = f"; where there are none: {fact['no_population']}" if fact["no_population"] else ""
    yield f"\n### {rule.id}\n"
    yield f"**{rule.title}.**\n"
    yield f"- Table `{rule.table}`; layer {fact['layer']}; dimension {rule.dimension}"
    yield f"- Version {rule.version}; program years: {fact['program_years']}; severity: {severity}"
    yield f"- Population: {rule.population_words}{empty}"
    yield f"- Threshold: {fact['threshold']}. Evidence: {fact['evidence']}"
    yield f"- What it means for who uses the data: {rule.why}"
    yield f"- How to repair it: {rule.fix}\n"
    yield from _proof(shown_rows(rule))
    yield f"\n```sql\n{query}\n```" if query else "\nIt speaks of the table as a whole: no record by itself fails it."


def _proof(shown: Shown) -> Iterator[str]:
    yield from markdown_table(
        ("Row", *shown.columns), ([word, *(code(text) for text in cells)] for word, cells in shown.rows)
    )
    passing, failing = shown.left_out
    if passing or failing:
        yield f"\nMore rows, not shown: {passing} passing, {failing} failing."
    if shown.beside:
        yield "\nBeside them stand:\n"
        yield from (f"- {code(line)}" for line in shown.beside)


def _derived(rules: Sequence[Rule], queries: Mapping[str, str]) -> Iterator[str]:
    yield "\n## Rules that follow from the tables\n"
    yield "Six kinds; the query of each looks like that of its example, `cte rules RULE --format sql` has all of them."
    yield "Their thresholds, with the evidence:\n"
    yield from sorted({f"- {rule.threshold}: {rule.threshold.evidence}" for rule in rules})
    for kind, rule in _examples(rules).items():
        yield f"\n### {KINDS[kind]}\n\n`{rule.id}`:\n\n```sql\n{queries[rule.id]}\n```"
    for table in sorted({rule.table for rule in rules}):
        yield f"\n### {table}\n\n{use_of(METADATA.tables[table])}\n"
        yield from markdown_table(
            ("Rule", "What it says", "Layer, severity", "Population, threshold", "What it means", "How to repair it"),
            (_line(rule) for rule in rules if rule.table == table),
        )


def _examples(rules: Sequence[Rule]) -> dict[str, Rule]:
    """Return for each kind of derived rule its first one; the last word of an id is its kind."""
    examples = {kind: next((r for r in rules if r.id.endswith(f"_{kind}")), None) for kind in KINDS}
    return {kind: rule for kind, rule in examples.items() if rule is not None}


def _line(rule: Rule) -> list[str]:
    fact = facts_of(rule)
    return [
        f'<a id="{rule.id}"></a>`{rule.id}` v{rule.version}',
        cell(f"{rule.title}."),
        f"{fact['layer']} ({rule.dimension}), {rule.severity}",
        cell(f"{rule.population_words}; {fact['threshold']}"),
        cell(rule.why.removesuffix(use_of(METADATA.tables[rule.table]))),  # said once, above the table
        cell(rule.fix),
    ]
