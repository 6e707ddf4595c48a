"""What each character of a line cost, where tokens hold several characters.

A token's probability is a product of steps: that of all tokens that start with its first character, that of those
that go on with its second, and so on, each over the one before; the last step is the token itself.  So its
surprisal falls apart into those of its characters, exactly, and they add up to it.  This takes the cut of the text
into tokens as given, as the model does.  An unknown token has no spelling: its characters share its surprisal
evenly.

Shapes: T tokens of a line, V tokens of the vocabulary.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.language_modeling.scoring.score import TINY, ProbabilityCallback
from lstmcli.tokenization.ids import Ids

NO_PREFIX = b"\xff"
"""Stands for tokens that spell nothing; UTF-8 has no such byte."""


class Prefixes:
    """The vocabulary in the order of its spellings, in which tokens that start alike stand together."""

    def __init__(self, pieces: Sequence[bytes], unknown: NDArray[np.bool_]) -> None:
        spelled = [NO_PREFIX if hidden or not piece else piece for piece, hidden in zip(pieces, unknown, strict=True)]
        order = sorted(range(len(spelled)), key=spelled.__getitem__)
        self.order = np.array(order, np.int64)
        self._sorted = [spelled[i] for i in order]
        self._cache: dict[bytes, NDArray[np.int64]] = {}

    def ids_with_prefix(self, prefix: bytes) -> NDArray[np.int64]:
        """The ids whose spelling starts with ``prefix``."""
        found = self._cache.get(prefix)
        if found is None:
            first = bisect_left(self._sorted, prefix)
            found = self.order[first : bisect_left(self._sorted, prefix + NO_PREFIX, first)]
            if len(self._cache) < 100_000:
                self._cache[prefix] = found
        return found


class TokenPart(NamedTuple):
    """A part of a token that lies in one character."""

    token: int
    character: int
    prefix: bytes
    """The token's spelling up to the end of this part; empty at its end, and where parts are shares."""
    share: float
    """Of the token's surprisal, where it has no spelling; else 0."""


def token_parts(
    text: str, ids: Ids, spans: Sequence[tuple[int, int]], pieces: Sequence[bytes], unknown: NDArray[np.bool_]
) -> list[TokenPart]:
    """How the tokens of a line lie over its characters; the last token, which closes the line, lies behind them.

    Args:
        spans: the characters of each token, as the encoder gives them.
        unknown: [T]
    """
    data, starts = text.encode("utf-8", "surrogatepass"), [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode("utf-8", "surrogatepass")))
    found: list[TokenPart] = []
    at = 0
    for token in range(len(ids) - 1):
        piece, (first, last) = pieces[ids[token]], spans[token]
        begin, ahead = _position(piece, first, last, at, starts, data)
        if first == last:  # nothing but the space that is put before a line
            found.append(TokenPart(token, first, b"", 0.0))
        elif unknown[token] or begin < at or not data.startswith(piece[ahead:], begin):
            found += [TokenPart(token, c, b"", 1 / (last - first)) for c in range(first, last)]
            at = max(at, starts[last])
        else:
            at = begin + len(piece) - ahead
            cuts = starts[bisect_right(starts, begin) : bisect_left(starts, at)]
            place = bisect_right(starts, begin) - 1
            for n, cut in enumerate([*cuts, at]):
                prefix = piece[: ahead + cut - begin] if cut < at else b""
                found.append(TokenPart(token, place + n, prefix, 0.0))
    found.append(TokenPart(len(ids) - 1, len(text), b"", 0.0))
    return found


def _position(piece: bytes, first: int, last: int, at: int, starts: Sequence[int], data: bytes) -> tuple[int, int]:
    """Where in the line a token's spelling begins, and how many bytes of it stand before the line."""
    try:
        width = len(piece.decode())
    except UnicodeDecodeError:  # a part of a character: behind the parts before it
        return at, 0
    if width == last - first + 1 and piece[:1] == b" ":
        if first and data[starts[first] - 1 : starts[first]] == b" ":
            return starts[first] - 1, 0
        return starts[first], 1
    return (starts[first] if width == last - first else at), 0


class CharacterCosts:
    """What the characters of some lines cost: looks at the probabilities while the lines are scored.

    Args:
        lines: the steps of each.
        prefixes: called only if some token holds several characters.
    """

    def __init__(self, lines: Sequence[Sequence[TokenPart]], prefixes: Callable[[], Prefixes]) -> None:
        self._lines = lines
        self._cuts = [[(step.token, step.prefix) for step in line if step.prefix] for line in lines]
        self._masses: list[list[float]] = [[0.0] * len(cuts) for cuts in self._cuts]
        """For each line, nats of the prefixes."""
        self._prefixes = prefixes() if any(self._cuts) else None

    @property
    def callback(self) -> ProbabilityCallback | None:
        """What scoring must show; None where no token holds several characters."""
        return self._on_probabilities if self._prefixes else None

    def _on_probabilities(self, i: int, start: int, p_TV: NDArray[np.float32]) -> None:
        assert self._prefixes is not None
        cuts = self._cuts[i]
        for n in range(bisect_left(cuts, (start, b"")), bisect_left(cuts, (start + len(p_TV), b""))):
            token, prefix = cuts[n]
            mass = float(p_TV[token - start, self._prefixes.ids_with_prefix(prefix)].sum())
            self._masses[i][n] = -math.log(max(mass, TINY))

    def nats(self, i: int, nats_T: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each character of line ``i``, and for what closes it."""
        line, masses = self._lines[i], iter(self._masses[i])
        found = np.zeros(line[-1].character + 1)
        token, before = -1, 0.0
        for step in line:
            if step.token != token:
                token, before = step.token, 0.0
            whole = float(nats_T[token])
            after = next(masses) if step.prefix else whole if not step.share else before + step.share * whole
            found[step.character] += after - before
            before = after
        return found
