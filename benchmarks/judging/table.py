"""What is shown of judging: each way at each size, and fixed cost and cost per row where there are several sizes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.judging.compare import OURS, Judging, Way
from benchmarks.judging.environments import PEERS, requirements
from benchmarks.page import aligned, machine

_HEAD = ("rows", "reads", "way", "seconds", "times", "CPU seconds", "CPU times", "peak MB", "failing rows listed")
_FIT_HEAD = ("reads", "way", "fixed s", "s a million rows", "times", "fixed CPU s", "CPU s a million rows", "CPU times")


def text_of(measured: Sequence[Judging], repetitions: int) -> str:
    """Return the tables with their remarks; ``times`` is a cost as a multiple of hand-written SQL over the same."""
    parts = [_table(measured)]
    if len(measured) > 1:
        fitted = "Fixed cost and cost per row, as a straight line through the sizes (least squares):"
        parts += [fitted, _fitted(measured)]
    parts += [_resubmission(measured)]
    parts += [
        f"Not run at {one.row_count:,} rows: {way.title}: {why}" for one in measured for way, why in one.faults.items()
    ]
    pins = sorted({pin for peer in PEERS for pin in requirements(peer)})
    peers = f" Peers: {', '.join(pin.replace('==', ' ') for pin in pins)}." if _has_peers(measured) else ""
    return "\n\n".join([*parts, f"Medians of {repetitions} runs of each way, in turn. {machine()}{peers}"])


def line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return where the straight line through ``points`` begins and how steep it is, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    steep = sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2 for x, _ in points)
    return middle_y - steep * middle_x, steep


def _table(measured: Sequence[Judging]) -> str:
    rows: list[Sequence[str]] = [_HEAD]
    for one in measured:
        size = f"{one.row_count:,}"
        for way, cost in one.costs.items():
            plain = one.costs[_yardstick(way)]
            listed = one.listed[way]
            rows.append((
                size, way.source, way.title, f"{cost.seconds:.2f}", f"{cost.seconds / plain.seconds:.2f}",
                f"{cost.cpu_seconds:.2f}", f"{cost.cpu_seconds / plain.cpu_seconds:.2f}", f"{cost.peak_mb:,.0f}",
                "" if listed is None else f"{listed:,}",
            ))  # fmt: skip
            size = ""
    return aligned(rows, texts=(1, 2))


def _fitted(measured: Sequence[Judging]) -> str:
    rows: list[Sequence[str]] = [_FIT_HEAD]
    for way in measured[0].costs:
        ours, plain = _lines(measured, way), _lines(measured, _yardstick(way))
        if ours and plain:
            cells = (
                cell
                for (fixed, each), (_, plain_each) in zip(ours, plain, strict=True)
                for cell in (f"{fixed:.2f}", f"{each:.2f}", f"{each / plain_each:.2f}")
            )
            rows.append((way.source, way.title, *cells))
    return aligned(rows, texts=(0, 1))


def _lines(measured: Sequence[Judging], way: Way) -> list[tuple[float, float]]:
    """Return the lines of seconds and of CPU seconds over millions of rows; none for a way that ran at one size."""
    costs = [(one.row_count / 1e6, one.costs[way]) for one in measured if way in one.costs]
    if len(costs) == 1:
        return []
    return [line([(x, getattr(cost, name)) for x, cost in costs]) for name in ("seconds", "cpu_seconds")]


def _resubmission(measured: Sequence[Judging]) -> str:
    night, after = (next(way for way in OURS if way.name == name) for name in ("night", "resubmitted"))
    ratios = [
        f"{one.costs[after].cpu_seconds / one.costs[night].cpu_seconds:.2f} at {one.row_count:,} rows"
        for one in measured
    ]
    return (
        "The night after one file of one grantee's year changed (a third of one of fifteen partitions), as a share of "
        f"the CPU seconds of the full night: {', '.join(ratios)}."
    )


def _yardstick(way: Way) -> Way:
    return next(one for one in OURS if one.name == "by_hand" and one.source == way.source)


def _has_peers(measured: Sequence[Judging]) -> bool:
    return any(way.is_peer for one in measured for way in one.costs)
