"""Bounds on the backtracking of regular expressions, to refuse slow ones in tokenizers made elsewhere.

``tokenizers`` uses Oniguruma, a backtracking engine.  Nested repetitions, ``(a+)+b``, can take 2^n attempts on n
characters; adjacent ones, ``a*a*a*b``, n^3.  So the attempts are counted from the syntax tree.  A repetition counts
only if something after it can fail: ``\\p{L}+`` at the end of an alternative is tried once.  Before a mark that it
cannot match, as in ``[\\w.]+@``, it ends in one place only: its attempts and those of what follows are added.  At most
one repetition may take n attempts; bounded ones are multiplied.  All published tokenizers that we know pass.  Back
references, calls and any unknown syntax are refused.

The number of attempts is c n^d; ``d`` is 0 or 1, and more is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf
from typing import NamedTuple

MAX_ATTEMPTS = 2_000  # maximum attempts of all expressions of a tokenizer together, without repetitions
MAX_REPEATED = 16  # the same with a repetition: the cost is this times the square of the length of its longest match
_LONG = 50  # a repetition with a larger upper bound counts as unbounded


class TooComplexError(ValueError):
    """An expression that may take too long, or has unknown syntax."""


class Cost(NamedTuple):
    """The cost of a whole expression."""

    attempts: float
    repeated: float  # attempts of the alternatives that backtrack into a repetition
    least: int  # length of the shortest match in characters


class Attempts(NamedTuple):
    c: float
    d: int


class Node:
    """One character (the default), or a node that matches no character."""

    def __init__(self, least: int = 1, always_matches: bool = False) -> None:
        """A node that matches ``least`` characters or more, or always matches, possibly the empty string."""
        self.least, self.always_matches = least, always_matches

    def attempts(self, can_fail: bool) -> Attempts:
        """The maximum number of attempts; ``can_fail``: something after it can fail."""
        return Attempts(1, 0)

    def ends_before(self, behind: Node) -> bool:
        """Whether there is at most one place where this can end and ``behind`` follow."""
        return False


ANCHOR, EMPTY = Node(0), Node(0, True)


class Character(Node):
    """One character, or one of a set; ``source`` is how the expression writes it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source

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
"""None of these contains ASCII punctuation, and only that is looked up."""
_READABLE = re.compile(r"\[\^?(?:[^\[\]\\&|~^]|\\[wdsWDS]|\\[^\w\s])+\]|[^\\\[.]|\\[wdsWDS]")
"""Sets that Python and Oniguruma read alike, for ASCII characters."""


class Concatenation(Node):
    """A sequence of nodes."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__(sum(node.least for node in nodes), all(node.always_matches for node in nodes))
        self.nodes = nodes

    def attempts(self, can_fail: bool) -> Attempts:
        c, d, end = 1.0, 0, Attempts(0, 0)
        for node, behind in zip(self.nodes[::-1], (EMPTY, *self.nodes[::-1]), strict=False):
            inner = node.attempts(can_fail)
            if node.always_matches and not can_fail:  # everything before it has matched: it is tried once
                end = Attempts(end.c + inner.c, max(end.d, inner.d))
            elif can_fail and inner.d and node.ends_before(behind):
                c, d = c + inner.c, max(d, inner.d)
            else:
                c, d = c * inner.c, d + inner.d
            can_fail = can_fail or not node.always_matches
        return Attempts(c + end.c, max(d, end.d))


class Alternation(Node):
    """Alternatives, ``a|b``."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        super().__init__(min(node.least for node in nodes), any(node.always_matches for node in nodes))
        self.nodes = nodes

    def attempts(self, can_fail: bool) -> Attempts:
        inner = [node.attempts(can_fail) for node in self.nodes]
        return Attempts(sum(attempts.c for attempts in inner), max(attempts.d for attempts in inner))


class Repetition(Node):
    """``low`` to ``high`` repetitions of a node."""

    def __init__(self, node: Node, low: int, high: float) -> None:
        super().__init__(node.least * low, node.always_matches or low == 0)
        self.node, self.low, self.high = node, low, high

    def attempts(self, can_fail: bool) -> Attempts:
        node, low, high = self.node, self.low, self.high
        if high <= 1:
            inner = node.attempts(can_fail)
            return Attempts(inner.c + (1 - low), inner.d)
        inner = node.attempts(True)
        if high > _LONG:
            if not can_fail and inner.d == 0 and node.least:  # nothing after it can fail: no backtracking
                return Attempts(inner.c, 0)
            if inner != (1, 0) or node.least == 0:
                raise TooComplexError("one repetition inside another")
            return Attempts(1, int(can_fail))
        if inner == (1, 0):
            return Attempts(high - low + 1 if can_fail else 1, 0)
        return Attempts(inner.c**high * (high - low + 1), inner.d * int(high))

    def ends_before(self, behind: Node) -> bool:
        return isinstance(self.node, Character) and self.node.excludes(behind)


class Lookaround(Node):
    """A lookahead or lookbehind."""

    def __init__(self, node: Node) -> None:
        super().__init__(0)
        self.node = node

    def attempts(self, can_fail: bool) -> Attempts:
        return self.node.attempts(True)


def cost(pattern: str) -> Cost:
    """An upper bound on the cost of an expression.

    Raises:
        TooComplexError: nested or adjacent repetitions, too many attempts, or unknown syntax.
    """
    try:
        nodes = _Reader(pattern).alternatives()
        found = [node.attempts(False) for node in nodes]
    except (RecursionError, OverflowError) as error:
        raise TooComplexError("too many groups") from error
    if any(attempts.d > 1 for attempts in found):
        raise TooComplexError("one repetition behind another")
    repeated = sum(attempts.c for attempts in found if attempts.d)
    total = sum(attempts.c for attempts in found)
    if total > MAX_ATTEMPTS or repeated > MAX_REPEATED:
        raise TooComplexError("too many ways to match")
    return Cost(total, repeated, min(node.least for node in nodes))


_GROUP = re.compile(r"\(\?(?:[im]*(?:-[im]+)?:|[=!>]|<[=!])|\((?!\?|\*)")
_FLAGS = re.compile(r"\(\?[im]*(?:-[im]+)?\)")
_ESCAPE = re.compile(
    r"\\(?:[pP]\{\^?[\w ]+\}|x[0-9a-fA-F]{2}|x\{[0-9a-fA-F]{1,8}\}|u[0-9a-fA-F]{4}|[dDwWsShHtnrfvae]|[^\w\s]|[ \n])"
)
_ANCHOR = re.compile(r"\\[bBAzZ]|[\^$]")
_COUNT = re.compile(r"\{(\d*)(,?)(\d*)\}")


class _Reader:
    """A parser for the part of Oniguruma's Ruby syntax that tokenizers use."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0

    def alternatives(self) -> Sequence[Node]:
        nodes = self._alternatives()
        if self._at < len(self._text):
            raise TooComplexError(f"not understood from {self._text[self._at :][:20]!r} on")
        return nodes

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _take_one(self, characters: str) -> str:
        """The next character if it is one of these, else ''."""
        mark = self._text[self._at : self._at + 1]
        if not mark or mark not in characters:
            return ""
        self._at += 1
        return mark

    def _alternatives(self) -> list[Node]:
        rows = [self._concatenation()]
        while self._take_one("|"):
            rows.append(self._concatenation())
        return rows

    def _concatenation(self) -> Node:
        nodes: list[Node] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            nodes.append(self._quantified(self._atom()))
        return Concatenation(nodes)

    def _atom(self) -> Node:
        if self._take(_FLAGS):
            return EMPTY
        if opened := self._take(_GROUP):
            inner = Alternation(self._alternatives())
            if not self._take_one(")"):
                raise TooComplexError("a group without an end")
            return Lookaround(inner) if opened[0].endswith(("=", "!")) else inner
        if self._take(_ANCHOR):
            return ANCHOR
        start = self._at
        if self._text[start] == "[":
            self._skip_set()
        elif not self._take(_ESCAPE):
            if self._text[start] in "\\(*+?":
                raise TooComplexError(f"not understood: {self._text[start:][:20]!r}")
            self._at += 1
        return Character(self._text[start : self._at])

    def _skip_set(self) -> None:
        """Skip a set ``[...]``, which may contain sets."""
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

    def _quantified(self, node: Node) -> Node:
        while True:
            if mark := self._take_one("?*+"):
                node = Repetition(node, int(mark == "+"), 1 if mark == "?" else inf)
                self._take_one("?+")  # lazy or possessive: not more attempts
            elif found := self._count_quantifier():
                low = int(found[1] or 0)
                high = float(found[3]) if found[3] else (inf if found[2] else low)
                node = Repetition(node, low, high)
            else:
                return node

    def _count_quantifier(self) -> re.Match[str] | None:
        found = _COUNT.match(self._text, self._at)
        if not found or not (found[1] or found[3]):
            return None  # literal braces
        if len(found[0]) > 16:
            raise TooComplexError("a count that is too large")
        self._at = found.end()
        return found
