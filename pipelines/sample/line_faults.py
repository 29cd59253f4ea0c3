"""The ways to spoil a line of a sample so that no reader may take it for a row. Data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class LineFault:
    """One way to spoil a line, so that no reader may take it for a row."""

    rule_id: str
    kinds: tuple[str, ...]
    encodings: tuple[str, ...]
    spoil: Callable[[LineToSpoil], bytes]
    needs_quote: bool = False


@dataclass(frozen=True)
class LineToSpoil:
    """A line as it would be sent, with the layout's delimiter and quote."""

    sent: bytes
    delimiter: bytes
    quote: bytes

    def inside(self, odd: bytes) -> bytes:
        """Return the line with something in its last field: before the quote that closes it, if there is one."""
        return self.sent[:-1] + odd + self.sent[-1:]


_ALL = ("utf-8", "cp1252", "latin-1")
LINE_FAULTS: tuple[LineFault, ...] = (
    LineFault("line_field_count", ("delimited",), _ALL, lambda line: line.sent + line.delimiter + line.quote + b"x"
              + line.quote),
    LineFault("line_quote_balanced", ("delimited",), _ALL, lambda line: line.quote + line.sent.replace(line.quote, b""),
              needs_quote=True),
    LineFault("line_encoding", ("delimited",), ("utf-8",), lambda line: line.inside(b"\xff")),
    LineFault("line_encoding", ("delimited",), ("cp1252",), lambda line: line.inside(b"\x81")),
    LineFault("line_control_characters", ("delimited",), _ALL, lambda line: line.inside(b"\x00")),
    LineFault("line_control_characters", ("fixed_width",), _ALL, lambda line: line.sent[:-1] + b"\x00"),
    LineFault("line_width", ("fixed_width",), _ALL, lambda line: line.sent[:-3]),
)  # fmt: skip
