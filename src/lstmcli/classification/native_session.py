"""Running a classifier with our own kernel, where it was built and does what the model needs.

Shapes: B texts, S segments, T tokens, F rows a token, N segments that are there, M tokens of all of them, D directions,
H units padded to whole vectors, K = D * H, C labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library, library
from lstmcli.engine.native_product import Floats, Places, Product, padded, room
from lstmcli.engine.native_stack import Rows, Stack, States, attention, spread
from lstmcli.errors import ModelError
from lstmcli.malloc import share_memory
from lstmcli.threads import cores

if TYPE_CHECKING:
    from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig
    from lstmcli.engine.registry import Engine

TOKENS_AT_ONCE = 2**14
"""Of all texts together, unless one alone has more: a token may take some kilobytes."""


class NativeSession:
    """A classifier's network, ready to answer; the same answers as the graph's."""

    def __init__(
        self,
        library: Library,
        weights: Mapping[str, NDArray[np.generic]],
        config: ClassifierModelConfig,
        threads: int | None = None,
        *,
        int16: bool = False,
    ) -> None:
        """``int16``: recurrent products in 16 bits, a little off."""
        share_memory()
        self.workers = threads or cores()
        self.batch_size = 96 if self.workers <= 4 else 48  # twice, or once, as many as take a step together
        self._library, self._pooling, self._bidirectional = library, config.pools, config.bidirectional
        self._stack = Stack.of(library, weights, config.layers, 1 + config.bidirectional, int16=int16)
        H = padded(config.hidden, library.width)
        head_CK = spread(np.asarray(weights["head.weight"]), config.hidden, H)
        self._classes = len(head_CK)
        self._head = Product(library, head_CK, np.asarray(weights["head.bias"]))
        if "attention" in config.pools:
            query_1K = np.asarray(weights["pooling.query"])[None]
            self._query_K = np.ascontiguousarray(spread(query_1K, config.hidden, H)[0])

    def logits(self, ids_BSTF: NDArray[np.int32], lengths_BS: NDArray[np.int64]) -> Floats:
        """Unscaled logits [B, C].

        Raises:
            ModelError: an id that the model does not know, or a text without tokens.
        """
        B, S, T, F = ids_BSTF.shape
        if lengths_BS.shape != (B, S) or (lengths_BS[:, 0] < 1).any() or lengths_BS.min() < 0 or lengths_BS.max() > T:
            raise ModelError("a text has no tokens, or fewer than its length")
        if B > 1 and lengths_BS.sum() > TOKENS_AT_ONCE:
            halves = slice(B // 2), slice(B // 2, B)
            return np.concatenate([self.logits(ids_BSTF[half], lengths_BS[half]) for half in halves])
        lengths = lengths_BS.reshape(-1).astype(np.int64)
        inside = np.arange(T) < lengths[:, None]
        ids_MF = ids_BSTF.reshape(B * S, T, F)[inside]
        lengths_N = lengths[lengths > 0]
        rows = Rows(lengths_N, np.cumsum(lengths_N) - lengths_N)
        order = np.argsort(-lengths_N, kind="stable")
        ordered = Rows(lengths_N[order], rows.first_N[order])
        states = self._stack.read(ids_MF, ordered, keep="attention" in self._pooling)
        first_row_B = np.cumsum(np.append(0, (lengths_BS > 0).sum(1)[:-1]))
        pooled = np.concatenate(self._pooled(states, rows, order, first_row_B), axis=-1)
        return self._head.into(pooled, room(B, self._head.outputs))[:, : self._classes]

    def _pooled(self, states: States, rows: Rows, order: Places, first_row_B: Places) -> list[Floats]:
        """The poolings of ``nn/pooling.py``, each [B, K]."""
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        found: list[Floats] = []
        for kind in self._pooling:
            if kind == "attention":
                assert states.steps_MK is not None
                found.append(attention(self._library, states.steps_MK, self._query_K, rows, first_row_B))
                continue
            if kind == "max":
                pooled_DBH = over_rows(np.maximum, states.max_DNH[:, back], first_row_B)
            elif kind == "mean":
                tokens_1B = over_rows(np.add, rows.lengths_N[None], first_row_B).astype(np.float32)
                pooled_DBH = over_rows(np.add, states.sum_DNH[:, back], first_row_B) / tokens_1B[:, :, None]
            else:
                last_row_B = np.append(first_row_B[1:], len(back)) - 1
                ends = (back[last_row_B], back[first_row_B])
                pooled_DBH = np.stack([last[end] for last, end in zip(states.last_DNH, ends, strict=False)])
            found.append(pooled_DBH.transpose(1, 0, 2).reshape(len(first_row_B), -1))
        return found


def over_rows(reduction: np.ufunc, rows_DN: NDArray[Any], first_row_B: Places) -> NDArray[Any]:
    """The rows of each text together: [D, N, ...] to [D, B, ...]."""
    alone = len(first_row_B) == rows_DN.shape[1]
    return rows_DN if alone else reduction.reduceat(rows_DN, first_row_B, axis=1)


def open_session(
    engine: Engine, settings: ClassifierConfig, weights: Mapping[str, NDArray[Any]], *, device: str, threads: int | None
) -> NativeSession:
    """The weights packed for the kernel, as ``Engine.open`` wants it."""
    found = library()
    assert found is not None
    return NativeSession(found, weights, settings.model, threads, int16=not engine.exact)
