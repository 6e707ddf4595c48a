"""Find the spans that one language model predicts better than another.

Two models may split a line into different tokens.  Between positions at which tokens of both models end, the scores are
of the same text and can be compared.  A span is a run of such pieces of one line, at most ``WIDTH`` wide, with the most
bits saved.  Unknown tokens interrupt runs, because they cost less than the words that they replace.

Shapes: T tokens of a line.
"""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lstmcli.comparison.models import Pieces
from lstmcli.comparison.results import Span

WIDTH = 32
"""Maximum width in terminal columns: about six English words or sixteen Chinese characters."""
CONTEXT = 240
"""Characters of the line kept on either side of a span."""
_BIT = math.log(2)
_EPSILON = 1e-6
"""Tolerance for rounding, in bits."""


class Piece(NamedTuple):
    """A part of a line at whose borders tokens of both models end."""

    first: int
    last: int
    """End of the span of characters, which starts at ``first``; what closes the line counts as one character."""
    saved: float
    """Bits that the first of the two models saves."""
    known: bool


def common(one: Pieces, other: Pieces) -> Iterator[Piece]:
    """The smallest common pieces of a line for two tokenizations; together they are the line and what closes it."""
    a, b = _costs(one), _costs(other)
    before, nats, known = 0, (0.0, 0.0), (0, 0)
    for end in sorted(a.keys() & b.keys()):
        saved = (b[end][0] - nats[1] - a[end][0] + nats[0]) / _BIT
        yield Piece(before, end, saved, (a[end][1], b[end][1]) == known)
        before, nats, known = end, (a[end][0], b[end][0]), (a[end][1], b[end][1])


def _costs(pieces: Pieces) -> dict[int, tuple[float, int]]:
    """For each offset at which a token ends: cumulative nats and unknown tokens."""
    nats, unknown = np.cumsum(pieces.nats_T).tolist(), np.cumsum(pieces.unknown_T).tolist()
    return {end: both for end, both in zip(pieces.ends_T, zip(nats, unknown, strict=True), strict=True) if end > 0}


def best_run(pieces: Sequence[Piece], widths: Sequence[int]) -> tuple[float, int, int]:
    """The run with the most bits saved, at most ``WIDTH`` wide or a single piece: bits, first, last + 1.

    The sum over a run is a difference of prefix sums; a monotonic queue has the smallest prefix sum within the width at
    its front.
    """
    totals, places = [0.0], [0]
    for piece, width in zip(pieces, widths, strict=True):
        totals.append(totals[-1] + piece.saved)
        places.append(places[-1] + width)
    best = (0.0, 0, 0)
    starts: deque[int] = deque()
    for end in range(1, len(totals)):
        if not pieces[end - 1].known:
            starts.clear()
            continue
        while starts and totals[starts[-1]] >= totals[end - 1]:
            starts.pop()
        starts.append(end - 1)
        while starts[0] < end - 1 and places[end] - places[starts[0]] > WIDTH:
            starts.popleft()
        saved = totals[end] - totals[starts[0]]
        if saved > best[0] + _EPSILON:
            best = (saved, starts[0], end)
    return best


class Spans:
    """Collects the best spans of a text, at most one per line, for one model against another."""

    def __init__(self, better: str, other: str, most: int) -> None:
        self.better, self.other, self.most = better, other, most
        self._best: list[tuple[float, int, Span]] = []
        self._lines = 0

    def add(self, text: str, line: int, pieces: Sequence[Piece]) -> None:
        """Add a line with its pieces; ``saved`` is positive where ``better`` is better."""
        self._lines += 1
        least = self._best[0][0] if len(self._best) == self.most else 0.0
        if not self.most or sum(piece.saved for piece in pieces if piece.saved > 0) <= least:
            return
        gain, first, last = best_run(pieces, [columns(text[piece.first : piece.last]) for piece in pieces])
        if gain <= least:
            return
        shown = [piece for piece in pieces if pieces[first].first - CONTEXT < piece.last]
        shown = [piece for piece in shown if piece.first < pieces[last - 1].last + CONTEXT]
        ahead = pieces.index(shown[0])
        found = Span(
            better=self.better,
            other=self.other,
            gain=gain,
            text=text[pieces[first].first : pieces[last - 1].last],
            line=line,
            # What closes the line counts as one character after its end.
            pieces=tuple(((text + "\n")[piece.first : piece.last], piece.saved) for piece in shown),
            first=first - ahead,
            last=last - ahead,
        )
        heapq.heappush(self._best, (gain, -self._lines, found))
        if len(self._best) > self.most:
            heapq.heappop(self._best)

    def found(self) -> list[Span]:
        """The best spans, largest gain first."""
        return [span for _, _, span in sorted(self._best, key=lambda entry: (-entry[0], -entry[1]))]


def columns(text: str) -> int:
    """Approximate width of a text in terminal columns."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
