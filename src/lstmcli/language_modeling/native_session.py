"""Running a language model with our own kernel, where it was built and does what the model needs.

Shapes: T tokens, B texts, V words, H units of a layer, K of the last one, M = B * T, N some of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.data.windows import pool
from lstmcli.engine.native import Library, library
from lstmcli.engine.native_product import Floats, padded
from lstmcli.engine.native_stack import Carried, Rows, Stack
from lstmcli.engine.native_words import ROWS
from lstmcli.language_modeling.native_softmax import softmax
from lstmcli.malloc import share_memory
from lstmcli.threads import cores
from lstmcli.tokenization.ids import Ids

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lstmcli.engine.registry import Engine
    from lstmcli.language_modeling.config import LmConfig, LmModelConfig

TOKENS_AT_ONCE = 2**10
"""Of all texts together; a token may take some ten kilobytes."""
State = tuple[Floats, ...]
"""For each layer h and c: [1, B, H]."""


class NativeSession:
    """A session that reads, predicts and scores text; the same answers as the graph's."""

    def __init__(
        self,
        library: Library,
        weights: Mapping[str, NDArray[np.generic]],
        config: LmModelConfig,
        threads: int | None = None,
        *,
        int16: bool = False,
    ) -> None:
        """``int16``: recurrent products, and those with the words where it scores, in 16 bits, a little off."""
        share_memory()
        self._workers, self._widths = threads or cores(), config.widths
        self._stack = Stack.of(library, weights, config.layers, int16=int16)
        self._units = [padded(H, library.width) for H in self._widths]
        self._softmax = softmax(library, weights, config, int16)
        self.vocab_size = len(weights["embedding"])

    def zero_state(self, B: int) -> State:
        """The initial state of ``B`` texts."""
        return tuple(np.zeros((1, B, H), np.float32) for H in self._widths for _ in range(2))

    def read(self, ids_TB: Ids, state: State) -> State:
        """The state after reading a text, without predictions."""
        for window in self._windows(ids_TB):
            _, state = self._read(ids_TB[window], state)
        return state

    def logits(self, ids_TB: Ids, state: State) -> tuple[Floats, State]:
        """Logits of the next token after each token, [T, B, V], and the final state; all in memory at once."""
        parts: list[Floats] = []
        for window in self._windows(ids_TB):
            h_MK, state = self._read(ids_TB[window], state)
            logits_MV = self._softmax.logits(h_MK)
            parts.append(logits_MV.reshape(ids_TB.shape[1], -1, self.vocab_size).transpose(1, 0, 2))
        return parts[0] if len(parts) == 1 else np.concatenate(parts), state

    def score(
        self, ids_TB: Ids, targets_TB: Ids, state: State, *, entropy: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, State]:
        """Score the targets.

        Returns:
            negative log-probability of each target and, if requested, entropy of each prediction, both [T, B] in nats;
            the final state.
        """
        found_2TB, state = self._score(ids_TB, targets_TB, state, entropy)
        return found_2TB[0], found_2TB[1] if entropy else None, state

    def hidden(self, ids_TB: Ids, targets_TB: Ids, state: State) -> tuple[NDArray[np.float64], Floats, State]:
        """As ``score``, with the top layer's h after each token, [T, B, K], instead of the entropy."""
        h_TBK = np.empty((*ids_TB.shape, self._widths[-1]), np.float32)
        found_2TB, state = self._score(ids_TB, targets_TB, state, False, h_TBK)
        return found_2TB[0], h_TBK, state

    def _windows(self, ids_TB: Ids) -> list[slice]:
        """Steps that are computed at once."""
        step = max(1, TOKENS_AT_ONCE // max(1, ids_TB.shape[1]))
        return [slice(start, start + step) for start in range(0, len(ids_TB), step)]

    def _read(self, ids_TB: Ids, state: State) -> tuple[Floats, State]:
        """The top layer's h after each token, text after text, [M, K] and zeros; the final state."""
        T, B = ids_TB.shape
        rows = Rows(np.full(B, T, np.int64), np.arange(B, dtype=np.int64) * T)
        carried = []
        for layer, padded_H in enumerate(self._units):
            parts = [np.zeros((B, padded_H), np.float32) for _ in range(2)]
            for part_BH, given in zip(parts, state[2 * layer :], strict=False):
                part_BH[:, : self._widths[layer]] = given[0]
            carried.append(Carried(*parts))
        ids_MF = np.ascontiguousarray(ids_TB.T, np.int32).reshape(-1, 1)
        h_MK = self._stack.read(ids_MF, rows, True, carried).steps_MK
        assert h_MK is not None
        each_layer = zip(carried, self._widths, strict=True)
        after = [part_BH[None, :, :H] for own, H in each_layer for part_BH in (own.h_NH, own.c_NH)]
        return h_MK, tuple(after)

    def _score(
        self, ids_TB: Ids, targets_TB: Ids, state: State, entropy: bool, out_TBK: Floats | None = None
    ) -> tuple[NDArray[np.float64], State]:
        """Nats and, if requested, entropies, [1 or 2, T, B]; the final state.

        The words of a window are scored by other threads while the next one is read.
        """
        (T, B), K = ids_TB.shape, self._widths[-1]
        found_2TB = np.empty((1 + entropy, T, B))
        waiting: list[tuple[Future[None], Callable[[], None]]] = []
        alone = self._workers == 1 or ids_TB.size <= ROWS
        for window in self._windows(ids_TB):
            h_MK, state = self._read(ids_TB[window], state)
            h_TBK = h_MK.reshape(B, -1, h_MK.shape[1]).transpose(1, 0, 2)
            if out_TBK is not None:
                out_TBK[window] = h_TBK[..., :K]
            for part in self._parts(h_MK, targets_TB[window], found_2TB[:, window], entropy):
                if alone:
                    part()
                else:
                    waiting.append((pool(self._workers - 1).submit(part), part))
        while waiting:
            future, part = waiting.pop()  # the last is begun last
            if future.cancel():
                part()
            else:
                future.result()
        return found_2TB, state

    def _parts(
        self, h_MK: Floats, targets_TB: Ids, out_2TB: NDArray[np.float64], entropy: bool
    ) -> Iterator[Callable[[], None]]:
        """What scores the words of a window, in parts for several threads."""
        T, B = targets_TB.shape
        for start in range(0, T * B, ROWS):
            m = np.arange(start, min(start + ROWS, T * B))
            b, t = np.divmod(m, T)
            yield partial(self._score_words, h_MK[start : start + ROWS], targets_TB, out_2TB, (t, b), entropy)

    def _score_words(
        self,
        h_NK: Floats,
        targets_TB: Ids,
        out_2TB: NDArray[np.float64],
        places: tuple[NDArray[np.int64], NDArray[np.int64]],
        entropy: bool,
    ) -> None:
        """Of some rows, whose times and texts are ``places``."""
        scores = self._softmax.score(h_NK, targets_TB[places], entropy)
        for out_TB, found_N in zip(out_2TB, scores, strict=False):
            out_TB[places] = found_N


def open_session(
    engine: Engine, settings: LmConfig, weights: Mapping[str, NDArray[Any]], *, device: str, threads: int | None
) -> NativeSession:
    """The weights packed for the kernel, as ``Engine.open`` wants it."""
    found = library()
    assert found is not None
    return NativeSession(found, weights, settings.model, threads, int16=not engine.exact)
