"""Surprisal of characters, for tokens of several characters.

A token's probability is a product of conditional probabilities: that of all tokens that start with its first character,
that of those that continue with the second, and so on; the last factor is the token itself.  So the surprisal of a
token is exactly the sum of those of its characters.  The segmentation of the text into tokens is taken as given.  The
surprisal of an unknown token, whose spelling is not known, is divided evenly among its characters.

Shapes: T tokens of a line, V tokens of the vocabulary.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.scoring.scores import TINY, ProbabilityCallback
from lstmcli.tokenization.ids import Ids

NO_PREFIX = b"\xff"
"""Spelling of tokens without text; this byte does not occur in UTF-8."""


class Prefixes:
    """The vocabulary sorted by spelling, in which tokens with a common prefix are adjacent."""

    def __init__(self, pieces: Sequence[bytes], unknown: NDArray[np.bool_]) -> None:
        spelled = [NO_PREFIX if hidden or not piece else piece for piece, hidden in zip(pieces, unknown, strict=True)]
        order = sorted(range(len(spelled)), key=spelled.__getitem__)
        self.order = np.array(order, np.int64)
        self._sorted = [spelled[i] for i in order]
        self._cache: dict[bytes, NDArray[np.int64]] = {}

    def ids_with_prefix(self, prefix: bytes) -> NDArray[np.int64]:
        """Ids of the tokens whose spelling starts with ``prefix``."""
        found = self._cache.get(prefix)
        if found is None:
            first = bisect_left(self._sorted, prefix)
            found = self.order[first : bisect_left(self._sorted, prefix + NO_PREFIX, first)]
            if len(self._cache) < 100_000:
                self._cache[prefix] = found
        return found


class TokenPart(NamedTuple):
    """The part of a token that lies in one character."""

    token: int
    character: int
    prefix: bytes
    """The token's spelling up to the end of this part; empty for the last part, and if ``share`` is set."""
    share: float
    """Share of the token's surprisal, if its spelling is not known; otherwise 0."""


def token_parts(
    text: str, ids: Ids, spans: Sequence[tuple[int, int]], pieces: Sequence[bytes], unknown: NDArray[np.bool_]
) -> list[TokenPart]:
    """Split the tokens of a line at character borders; the last token, which closes the line, comes after them.

    Args:
        spans: the span of characters of each token, from the encoder.
        unknown: mask of unknown tokens, [T].
    """
    data, starts = text.encode("utf-8", "surrogatepass"), [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode("utf-8", "surrogatepass")))
    result: list[TokenPart] = []
    at = 0
    for token in range(len(ids) - 1):
        piece, (first, last) = pieces[ids[token]], spans[token]
        begin, ahead = _position(piece, first, last, at, starts, data)
        if first == last:  # only the space added before a line
            result.append(TokenPart(token, first, b"", 0.0))
        elif unknown[token] or begin < at or not data.startswith(piece[ahead:], begin):
            result += [TokenPart(token, c, b"", 1 / (last - first)) for c in range(first, last)]
            at = max(at, starts[last])
        else:
            at = begin + len(piece) - ahead
            cuts = starts[bisect_right(starts, begin) : bisect_left(starts, at)]
            place = bisect_right(starts, begin) - 1
            for n, cut in enumerate([*cuts, at]):
                prefix = piece[: ahead + cut - begin] if cut < at else b""
                result.append(TokenPart(token, place + n, prefix, 0.0))
    result.append(TokenPart(len(ids) - 1, len(text), b"", 0.0))
    return result


def _position(piece: bytes, first: int, last: int, at: int, starts: Sequence[int], data: bytes) -> tuple[int, int]:
    """The byte offset at which a token's spelling starts, and how many of its bytes are before the line."""
    try:
        width = len(piece.decode())
    except UnicodeDecodeError:  # a part of a character: after the parts before it
        return at, 0
    if width == last - first + 1 and piece[:1] == b" ":
        if first and data[starts[first] - 1 : starts[first]] == b" ":
            return starts[first] - 1, 0
        return starts[first], 1
    return (starts[first] if width == last - first else at), 0


class CharacterCosts:
    """Computes the surprisal of characters from probabilities that it receives while lines are scored.

    Args:
        lines: the token parts of each line.
        prefixes: called only if a token spans several characters.
    """

    def __init__(self, lines: Sequence[Sequence[TokenPart]], prefixes: Callable[[], Prefixes]) -> None:
        self._lines = lines
        self._cuts = [[(step.token, step.prefix) for step in line if step.prefix] for line in lines]
        self._masses: list[list[float]] = [[0.0] * len(cuts) for cuts in self._cuts]
        """For each line, surprisal of the prefixes in nats."""
        self._prefixes = prefixes() if any(self._cuts) else None

    @property
    def callback(self) -> ProbabilityCallback | None:
        """The callback that scoring must call; None if no token spans several characters."""
        return self._on_probabilities if self._prefixes else None

    def _on_probabilities(self, i: int, start: int, p_TV: NDArray[np.float32]) -> None:
        assert self._prefixes is not None
        cuts = self._cuts[i]
        for n in range(bisect_left(cuts, (start, b"")), bisect_left(cuts, (start + len(p_TV), b""))):
            token, prefix = cuts[n]
            mass = float(p_TV[token - start, self._prefixes.ids_with_prefix(prefix)].sum())
            self._masses[i][n] = -math.log(max(mass, TINY))

    def nats(self, i: int, nats_T: NDArray[np.float64]) -> NDArray[np.float64]:
        """Nats of each character of line ``i``, and of what closes the line."""
        line, masses = self._lines[i], iter(self._masses[i])
        result = np.zeros(line[-1].character + 1)
        token, before = -1, 0.0
        for step in line:
            if step.token != token:
                token, before = step.token, 0.0
            whole = float(nats_T[token])
            after = next(masses) if step.prefix else whole if not step.share else before + step.share * whole
            result[step.character] += max(0.0, after - before)  # less than 0 by rounding only
            before = max(before, after)
        return result
