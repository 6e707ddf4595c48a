"""How long a regular expression can take, read off its form: which ones a tokenizer from elsewhere may use.

``tokenizers`` runs Oniguruma, which goes back and tries another way whenever the rest does not match.  Two repetitions
one inside the other, ``(a+)+b``, can be tried in 2^n ways on n characters; one behind the other, ``a*a*a*b``, in n^3.
So the ways are counted.  A repetition counts only where something behind it can fail: ``\\p{L}+`` at the end of an
alternative is tried once.  Before a mark that it cannot take itself, as in ``[\\w.]+@``, it can end in one
place only: its ways and those of what follows are added.  At most one repetition may be tried in n ways for each of
the ways that are multiplied out.  All published tokenizers that we know pass.  Back references, calls and whatever
else is not known are refused.

Ways are c n^d: ``c`` counts, ``d`` is 0 or 1, or more for what is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

MAX_WAYS = 2_000
"""Of all expressions of a tokenizer that depend on no repetition."""
MAX_REPEATED = 16
"""The same for those with one: they cost this much times the square of the characters in a row that it takes."""
_LONG = 50
"""A repetition that may take more than this counts as one without end."""


class TooComplexError(ValueError):
    """An expression that may take too long, or that is not understood."""


class Cost(NamedTuple):
    """Of an expression as a whole."""

    ways: float
    repeated: float
    """The ways of alternatives that try a repetition again."""
    least: int
    """Characters of the shortest match."""


class Ways(NamedTuple):
    c: float
    d: int


@dataclass(frozen=True)
class Node:
    """One character (the default), or what stands where no character is taken."""

    least: int = 1
    sure: bool = False
    """It always matches, if only the empty text."""

    def ways(self, fails: bool) -> Ways:
        """How often it may be tried; ``fails`` says whether something behind it can fail."""
        return Ways(1, 0)

    def ends_before(self, behind: Node) -> bool:
        """Whether there is one place at most where this can end and ``behind`` follow."""
        return False


CHARACTER, BORDER, NOTHING = Node(), Node(0), Node(0, True)


@dataclass(frozen=True)
class Character(Node):
    """One character of a set, or a certain one."""

    source: str = ""
    """As the expression has it."""

    def excludes(self, other: Node) -> bool:
        """Whether ``other`` is one punctuation mark that this never is; False where that is not known."""
        mark = other.source if isinstance(other, Character) else ""
        literal = mark[1:] if mark[:1] == "\\" else mark.replace(".", "")
        if len(literal) != 1 or not "!" <= literal <= "~" or literal.isalnum():
            return False
        known = _PROPERTY.sub(lambda found: _PROPERTIES.get(found[1], found[0]), self.source)
        known = known if known == self.source or known.startswith("[") else f"[{known}]"
        try:
            return _READABLE.fullmatch(known) is not None and re.match(known, literal) is None
        except re.error:  # a range that only Oniguruma understands
            return False


_PROPERTY = re.compile(r"\\p\{(\w+)\}")
_PROPERTIES = {
    **dict.fromkeys(("L", "Lu", "Ll", "Lt", "Lm", "Lo", "Latin"), "a-zA-Z"),
    **dict.fromkeys(("N", "Nd", "Nl", "No"), "0-9"),
    **dict.fromkeys(("M", "Mn", "Mc", "Me", "Han", "Hiragana", "Katakana"), ""),
}
"""None of these has a punctuation mark of ASCII, and only such are asked for."""
_READABLE = re.compile(r"\[\^?(?:[^\[\]\\&|~^]|\\[wdsWDS]|\\[^\w\s])+\]|[^\\\[.]|\\[wdsWDS]")
"""What Python and Oniguruma read alike, for ASCII characters."""


class Row(Node):
    """One after another."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__(sum(node.least for node in nodes), all(node.sure for node in nodes))
        object.__setattr__(self, "nodes", tuple(nodes))

    nodes: tuple[Node, ...]

    def ways(self, fails: bool) -> Ways:
        c, d, end = 1.0, 0, Ways(0, 0)
        for node, behind in zip(self.nodes[::-1], (NOTHING, *self.nodes[::-1]), strict=False):
            inner = node.ways(fails)
            if node.sure and not fails:  # whoever comes here has matched: it is tried once
                end = Ways(end.c + inner.c, max(end.d, inner.d))
            elif fails and inner.d and node.ends_before(behind):
                c, d = c + inner.c, max(d, inner.d)
            else:
                c, d = c * inner.c, d + inner.d
            fails = fails or not node.sure
        return Ways(c + end.c, max(d, end.d))


class Choice(Node):
    """One or another."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__(min(node.least for node in nodes), any(node.sure for node in nodes))
        object.__setattr__(self, "nodes", tuple(nodes))

    nodes: tuple[Node, ...]

    def ways(self, fails: bool) -> Ways:
        inner = [node.ways(fails) for node in self.nodes]
        return Ways(sum(ways.c for ways in inner), max(ways.d for ways in inner))


class Repeated(Node):
    """As often as from ``low`` to ``high``."""

    def __init__(self, node: Node, low: int, high: float) -> None:
        super().__init__(node.least * low, node.sure or low == 0)
        object.__setattr__(self, "parts", (node, low, high))

    parts: tuple[Node, int, float]

    def ways(self, fails: bool) -> Ways:
        node, low, high = self.parts
        if high <= 1:
            inner = node.ways(fails)
            return Ways(inner.c + (1 - low), inner.d)
        inner = node.ways(True)
        if high > _LONG:
            if not fails and inner.d == 0 and node.least:  # nothing behind it fails: no turn is taken back
                return Ways(inner.c, 0)
            if inner != (1, 0) or node.least == 0:
                raise TooComplexError("one repetition inside another")
            return Ways(1, int(fails))
        if inner == (1, 0):
            return Ways(high - low + 1 if fails else 1, 0)
        return Ways(inner.c**high * (high - low + 1), inner.d * int(high))

    def ends_before(self, behind: Node) -> bool:
        one = self.parts[0]
        return isinstance(one, Character) and one.excludes(behind)


class Look(Node):
    """What must, or must not, follow or go before; tried anew each time."""

    def __init__(self, node: Node) -> None:
        super().__init__(0)
        object.__setattr__(self, "node", node)

    node: Node

    def ways(self, fails: bool) -> Ways:
        return self.node.ways(True)


def cost(pattern: str) -> Cost:
    """What an expression may cost.

    Raises:
        TooComplexError: repetitions inside or behind one another, too many ways, or something that is not understood.
    """
    try:
        nodes = _Reader(pattern).whole()
        found = [node.ways(False) for node in nodes]
    except (RecursionError, OverflowError) as error:
        raise TooComplexError("too many groups") from error
    if any(ways.d > 1 for ways in found):
        raise TooComplexError("one repetition behind another")
    repeated = sum(ways.c for ways in found if ways.d)
    total = sum(ways.c for ways in found)
    if total > MAX_WAYS or repeated > MAX_REPEATED:
        raise TooComplexError("too many ways to match")
    return Cost(total, repeated, min(node.least for node in nodes))


_GROUP = re.compile(r"\(\?(?:[im]*(?:-[im]+)?:|[=!>]|<[=!])|\((?!\?|\*)")
_FLAGS = re.compile(r"\(\?[im]*(?:-[im]+)?\)")
_ESCAPE = re.compile(
    r"\\(?:[pP]\{\^?[\w ]+\}|x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]{1,8}\}|u[0-9a-fA-F]{4}|[dDwWsShHtnrfvae]|[^\w\s]|[ \n])"
)
_BORDER = re.compile(r"\\[bBAzZ]|[\^$]")
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")


class _Reader:
    """Reads an expression of Oniguruma in its Ruby syntax, as far as tokenizers use it."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0

    def whole(self) -> Sequence[Node]:
        nodes = self._choices()
        if self._at < len(self._text):
            raise TooComplexError(f"not understood from {self._text[self._at :][:20]!r} on")
        return nodes

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _choices(self) -> list[Node]:
        rows = [self._row()]
        while self._text[self._at : self._at + 1] == "|":
            self._at += 1
            rows.append(self._row())
        return rows

    def _row(self) -> Node:
        nodes: list[Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            nodes.append(self._repeated(self._one()))
        return Row(nodes)

    def _one(self) -> Node:
        if self._take(_FLAGS):
            return NOTHING
        if opened := self._take(_GROUP):
            inner = Choice(self._choices())
            if self._text[self._at : self._at + 1] != ")":
                raise TooComplexError("a group without an end")
            self._at += 1
            return Look(inner) if opened[0].endswith(("=", "!")) else inner
        if self._take(_BORDER):
            return BORDER
        start = self._at
        if self._take(_ESCAPE):
            return Character(source=self._text[start : self._at])
        if self._text[self._at] == "[":
            self._set()
            return Character(source=self._text[start : self._at])
        if self._text[self._at] in "\\(*+?":
            raise TooComplexError(f"not understood: {self._text[self._at :][:20]!r}")
        self._at += 1
        return Character(source=self._text[start : self._at])

    def _set(self) -> None:
        """Passes over ``[...]``, with sets in it."""
        depth, before = 0, ""
        while self._at < len(self._text):
            if self._take(_ESCAPE):
                before = ""
                continue
            character = self._text[self._at]
            if character == "\\" or (character == "]" and before in ("[", "[^")):
                raise TooComplexError("a set that is not understood")
            self._at += 1
            depth += {"[": 1, "]": -1}.get(character, 0)
            if depth == 0:
                return
            before = "[^" if (before, character) == ("[", "^") else character
        raise TooComplexError("a set without an end")

    def _repeated(self, node: Node) -> Node:
        while True:
            mark = self._text[self._at : self._at + 1]
            if mark and mark in "?*+":
                self._at += 1
                node = Repeated(node, int(mark == "+"), 1 if mark == "?" else inf)
                if self._text[self._at : self._at + 1] in ("?", "+"):  # lazy, or taken for good: not more ways
                    self._at += 1
            elif found := self._count():
                low = int(found[1] or 0)
                high = float(found[3]) if found[3] else (inf if found[2] else low)
                node = Repeated(node, low, high)
            else:
                return node

    def _count(self) -> re.Match[str] | None:
        found = _COUNT.match(self._text, self._at)
        if not found or not (found[1] or found[3]):
            return None  # the characters themselves
        if len(found[0]) > 16:
            raise TooComplexError("a count that is too large")
        self._at = found.end()
        return found
