"""A clerk who keeps the book of returns by hand: who is told which finding, what became of it, and how it went on.

Written from what was decided and not from the code of returns or of the desk. Which findings a night makes and which
files count is told to the clerk; recipients, statuses, ages and counts the clerk works out with lists alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

OWN, SHARED, FILE = "own", "shared", "file"  # of one record, resting on others' records too, of a file or line unread
IN_FORCE, REFUSED, REFUSED_BY_A_PERSON, REPLACED = "in force", "refused", "refused by a person", "replaced"
AGENCY = ""
Slot = tuple[str, str]  # program year and name of a file
Key = tuple[str, str]  # recipient and file


@dataclass(frozen=True)
class File:
    """A file received. ``colleges`` are those whose records it holds; none where it was refused."""

    submission_id: str
    slot: Slot
    state: str
    colleges: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A finding that is open after a night, in a file received; ``college`` is the code that the record says."""

    finding_id: str
    kind: str
    rule_id: str
    college: str | None
    submission_id: str
    line: int | None


@dataclass(frozen=True)
class Morning:
    """What is known after a night has judged ``years``: the findings open and fixed, what was explained, who is listed.

    ``files`` are those that hold something: in force or refused.
    """

    run_id: str
    years: tuple[str, ...]
    files: tuple[File, ...]
    open_ones: tuple[Finding, ...]
    fixed: frozenset[str]
    explained: Mapping[str, str]
    listed: tuple[str, ...]

    @property
    def unknown(self) -> set[str]:
        """Findings of files that are gone: their rule broke, so that nobody has looked since."""
        current = {file.submission_id for file in self.files}
        return {one.finding_id for one in self.open_ones if one.submission_id not in current}


@dataclass(frozen=True, eq=False)
class Return:
    """What one return said: ``told`` maps findings to new, still_open, came_back or fixed."""

    run_id: str
    recipient: str
    submission_id: str
    slot: Slot
    number: int
    told: Mapping[str, str]
    withheld: int
    saying: object

    @property
    def open_ones(self) -> set[str]:
        return {one for one, change in self.told.items() if change != "fixed"}


@dataclass
class Clerk:
    """The book of all returns, of explanations, and of what each night found."""

    returns: list[Return] = field(default_factory=list)
    heard: dict[Key, Return] = field(default_factory=dict)  # recipient and finding: who told last of it
    lying: dict[Key, Return] = field(default_factory=dict)  # recipient and file: the package on the disk

    def night(self, morning: Morning) -> list[Return]:
        """Return what goes back to whom after a night, and note it."""
        of_years = [file for file in morning.files if file.slot[0] in morning.years]
        morning = replace(morning, files=tuple(self._counting(of_years)))
        told, withheld = self._sorted_out(morning)
        written = []
        for file in morning.files:
            for recipient in (AGENCY, *morning.listed):
                key = recipient, file.submission_id
                made = self._return(morning, file, recipient, told.get(key, []), withheld[key])
                written += [made] if made else []
        for one in written:
            self.heard |= {(one.recipient, finding): one for finding in one.told}
        self._clear_away(morning)
        self.lying |= {(one.recipient, one.submission_id): one for one in written}
        self.returns += written
        return written

    def _counting(self, files: list[File]) -> list[File]:
        """Files in force, and refused ones; those that a person refused only while nothing has taken their place."""
        taken = {file.slot for file in files if file.state == IN_FORCE}
        return [
            file for file in files
            if file.state in (IN_FORCE, REFUSED) or (file.state == REFUSED_BY_A_PERSON and file.slot not in taken)
        ]  # fmt: skip

    def _sorted_out(self, morning: Morning) -> tuple[dict[Key, list[Finding]], Counter[Key]]:
        """Return by recipient and file what may be told, and how much is only counted."""
        told: dict[Key, list[Finding]] = {}
        withheld: Counter[Key] = Counter()
        of, listed = {file.submission_id: file for file in morning.files}, morning.listed
        for one in morning.open_ones:
            if one.submission_id not in of:
                continue
            if one.kind == FILE:  # to a college only where the file is all its own
                (sole, *others) = of[one.submission_id].colleges or (AGENCY,)
                recipient = sole if not others and sole in listed else AGENCY
            else:
                recipient = one.college if one.college in listed else AGENCY
            key = str(recipient), one.submission_id
            if one.kind == SHARED and recipient != AGENCY:
                withheld[key] += 1
            else:
                told.setdefault(key, []).append(one)
        return told, withheld

    def _line(self, recipient: str, file: File, morning: Morning) -> list[Return]:
        """The returns that the next one follows: about the file itself, and about those that it has replaced.

        A refused file replaces nothing, and what was said of another file that still lies there is its own matter.
        """
        others = {other.submission_id for other in morning.files} - {file.submission_id}
        return [
            one for one in self.returns
            if one.recipient == recipient and one.slot == file.slot and one.submission_id not in others
            and (file.state == IN_FORCE or one.submission_id == file.submission_id)
        ]  # fmt: skip

    def _return(
        self, morning: Morning, file: File, recipient: str, told: list[Finding], withheld: int
    ) -> Return | None:
        """Return what is said of a file to somebody; None where there is nothing to say."""
        line = self._line(recipient, file, morning)
        held = {finding for one in line for finding in one.told if self.heard.get((recipient, finding)) is one}
        held = {finding for finding in held if self._change(recipient, finding) != "came_back"}
        saying = file.submission_id, frozenset((one, morning.explained.get(one.finding_id)) for one in told)
        if told:
            is_said = line and line[-1].saying == saying and (recipient, file.submission_id) in self.lying
        else:  # nothing open is news after something open, unless nobody knows: a rule broke, or a person refused
            is_said = not line or not line[-1].open_ones or file.state != IN_FORCE or held & morning.unknown
        if is_said:
            return None
        changes = {one.finding_id: self._change(recipient, one.finding_id) for one in told}
        number = max((one.number for one in line), default=0) + 1
        changes |= dict.fromkeys(held & morning.fixed, "fixed")
        return Return(morning.run_id, recipient, file.submission_id, file.slot, number, changes, withheld, saying)

    def _change(self, recipient: str, finding_id: str) -> str:
        last = self.heard.get((recipient, finding_id))
        return "new" if last is None else "came_back" if last.told[finding_id] == "fixed" else "still_open"

    def _clear_away(self, morning: Morning) -> None:
        """No package may lie there about a file that does not count, or to nobody of the list."""
        standing = {file.submission_id for file in morning.files}
        for recipient, submission_id in [*self.lying]:
            is_judged = self.lying[recipient, submission_id].slot[0] in morning.years
            if is_judged and (submission_id not in standing or recipient not in (AGENCY, *morning.listed)):
                del self.lying[recipient, submission_id]


def since(looks: list[tuple[str, frozenset[int]]], run_id: str) -> tuple[int, int, int, int]:
    """Return how much is open, new, come back and fixed of a rule, by what each night that judged it has found.

    Only the last look counts, and what is new by it only where ``run_id`` was the night that looked.
    """
    (*earlier, (last_run, found)) = looks or [("", frozenset())]
    before = earlier[-1][1] if earlier else frozenset[int]()
    ever = {one for _, of in earlier for one in of}
    if last_run != run_id:
        return len(found), 0, 0, 0
    return len(found), len(found - ever), len(found & ever - before), len(before - found)
