"""Negative log-probabilities of tokens: of separate texts in batches, or of consecutive texts with carried state.

A score does not depend on the batch: rows are independent, and a left-to-right model does not read the padding after a
text.  Long texts are scored in pieces with carried state, so nothing is truncated and memory is bounded.

Shapes: T tokens of a text, B texts of a batch, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.windows import each
from lstmcli.engine.session import LOGITS_AT_ONCE, Floats, Session, State
from lstmcli.scoring.scores import ProbabilityCallback, Scores, empty_scores, probabilities
from lstmcli.tokenization.ids import END_ID, Ids

BATCH_SIZE = 32
STEP, ALONE = 256, 16
"""Tokens of each text per call; and how many times that for one text."""


def score_batches(
    session: Session,
    texts: Sequence[Ids],
    *,
    entropy: bool = False,
    callback: ProbabilityCallback | None = None,
    batch_size: int = BATCH_SIZE,
    workers: int = 1,
) -> list[Scores]:
    """Score each text separately; results are in the given order.  ``workers`` batches run concurrently.

    With several workers ``callback`` is called from several threads, for different texts.
    """
    from lstmcli.tokenization.batching import by_length

    result = [empty_scores(len(text), entropy) for text in texts]

    def compute(batch: NDArray[np.int64]) -> None:
        own = [int(i) for i in batch]
        _read(session, [texts[i] for i in own], [result[i] for i in own], _start(session, len(own)), callback, own)

    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    each(compute, list(by_length(lengths, batch_size)), workers)
    return result


class JoinedTexts:
    """Concatenated texts; splits results back into those of each text."""

    def __init__(self, texts: Sequence[Ids]) -> None:
        self.ids = np.concatenate([np.zeros(0, np.int32), *texts])
        self._lengths = [len(text) for text in texts]
        self._ends = np.cumsum(self._lengths)

    def callback(self, callback: ProbabilityCallback | None) -> ProbabilityCallback | None:
        """A callback for the concatenation that calls ``callback`` for each text."""
        if callback is None:
            return None

        def shared(_: int, start: int, p_TV: NDArray[np.float32]) -> None:
            stop = start + len(p_TV)
            for i in range(int(np.searchsorted(self._ends, start, side="right")), len(self._ends)):
                end = int(self._ends[i])
                begin = end - self._lengths[i]
                if begin >= stop:
                    break
                first = max(start, begin)
                callback(i, first - begin, p_TV[first - start : end - start])

        return shared

    def split(self, found: Scores) -> list[Scores]:
        """The scores of each text."""
        cuts = self._ends[:-1]
        nats = np.split(found.nats, cuts) if self._lengths else []
        entropies = [None] * len(nats) if found.entropy is None else np.split(found.entropy, cuts)
        return [Scores(*both) for both in zip(nats, entropies, strict=True)]


class Stream:
    """Scores consecutive texts with carried state.

    Args:
        position: of another stream of the same model, which this one goes on from; empty: from the start.
    """

    def __init__(self, session: Session, position: bytes = b"") -> None:
        self._session, self._position = session, _start(session, 1)
        if position:
            from safetensors.numpy import load

            arrays = load(position)
            last = arrays.pop("last")
            self._position = _Position(last, tuple(arrays[str(n)] for n in range(len(arrays))))

    @property
    def position(self) -> bytes:
        """Where it is: the state, and the token that is not yet part of it."""
        from safetensors.numpy import save

        last_B, state = self._position
        parts = (part.cpu() if hasattr(part, "cpu") else part for part in state)
        arrays = {str(n): np.ascontiguousarray(part) for n, part in enumerate(parts)}
        return save({**arrays, "last": np.ascontiguousarray(last_B)})

    def score(
        self, texts: Sequence[Ids], *, entropy: bool = False, callback: ProbabilityCallback | None = None
    ) -> list[Scores]:
        """Score the next texts; the result does not depend on how text is split into calls."""
        joined = JoinedTexts(texts)
        found = empty_scores(len(joined.ids), entropy)
        self._position = _read(self._session, [joined.ids], [found], self._position, joined.callback(callback), [0])
        return joined.split(found)


class _Position(NamedTuple):
    """The position in a batch."""

    last_B: Ids
    """The last tokens, not yet part of the state."""
    state: State


def _start(session: Session, B: int) -> _Position:
    return _Position(np.full(B, END_ID, np.int32), session.zero_state(B))


def _read(
    session: Session,
    texts: list[Ids],
    found: list[Scores],
    place: _Position,
    callback: ProbabilityCallback | None,
    numbers: list[int],
) -> _Position:
    """Fill ``found`` for a batch of texts, longest first; texts that have ended leave the batch."""
    last, state = place
    step = STEP * (ALONE if len(texts) == 1 else 1)
    for start in range(0, len(texts[0]), step):
        parts = [text[start : start + step] for text in texts if len(text) > start]
        B = len(parts)
        targets_TB = np.zeros((len(parts[0]), B), np.int32)
        for b, part in enumerate(parts):
            targets_TB[: len(part), b] = part
        ids_TB = np.concatenate([last[None, :B], targets_TB[:-1]])
        if len(last) > B:
            state = tuple(part[:, :B] for part in state)
        last = targets_TB[-1]
        for at, nats, entropies, p_TBV, after in _windows(session, ids_TB, targets_TB, state, found[0], callback):
            state = after
            for b, part in enumerate(parts):
                t = min(len(nats), len(part) - at)
                if t <= 0:
                    break
                own = slice(start + at, start + at + t)
                found[b].nats[own] = nats[:t, b]
                if entropies is not None:
                    found[b].entropy[own] = entropies[:t, b]  # type: ignore[index]
                if p_TBV is not None and callback is not None:
                    callback(numbers[b], start + at, p_TBV[:t, b])
    return _Position(last, state)


_Window = tuple[int, Floats, "Floats | None", "NDArray[np.float32] | None", State]


def _windows(
    session: Session, ids_TB: Ids, targets_TB: Ids, state: State, kind: Scores, callback: ProbabilityCallback | None
) -> Iterator[_Window]:
    """Scores of a window in pieces, with the probabilities [T, B, V] if there is a callback, and the state."""
    entropy = kind.entropy is not None
    if callback is None:
        nats, entropies, state = session.score(ids_TB, targets_TB, state, entropy=entropy)
        yield 0, nats, entropies, None, state
        return
    step = max(1, LOGITS_AT_ONCE // (ids_TB.shape[1] * session.vocab_size))
    for at in range(0, len(ids_TB), step):
        part = slice(at, at + step)
        logits, state = session.logits(ids_TB[part], state)
        nats, entropies, p_TBV = probabilities(logits, targets_TB[part], entropy)
        yield at, nats, entropies, p_TBV, state
