"""Run a translator with our own kernel.  Shapes: as in ``session.py``; E embedding, M tokens of all texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import Library, library
from lstmcli.engine.native_product import Floats, Product, padded, room
from lstmcli.engine.native_stack import Carried, Rows, Stack
from lstmcli.engine.native_words import Words
from lstmcli.malloc import share_memory
from lstmcli.threads import cores
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids
from lstmcli.translation.likeliest import likeliest
from lstmcli.translation.session import Memory, State, Step

if TYPE_CHECKING:
    from lstmcli.engine.registry import Engine
    from lstmcli.translation.config import TranslatorConfig, TranslatorModelConfig

Weights = Mapping[str, NDArray[Any]]


class NativeSession:
    """The parts of the state are h and c by layer, padded to whole vectors, then the last attentional state."""

    def __init__(
        self,
        library: Library,
        weights: Weights,
        config: TranslatorModelConfig,
        threads: int | None = None,
        *,
        int16: bool = False,
    ) -> None:
        """``int16``: recurrent products in 16 bits, a little off."""
        share_memory()
        self.workers, self._config, H = threads or cores(), config, config.hidden
        own = "source_embedding" if "source_embedding" in weights else "embedding"
        how: dict[str, Any] = {"int16": int16, "residual": config.residual}
        self._encoder = Stack.of(library, weights, config.layers, 2, part="encoder", embedding=own, **how)
        self._decoder = Stack.of(library, weights, config.layers, part="decoder", **how)
        self._table_VE = np.asarray(weights["embedding"], np.float32)
        self._width, self._half = padded(H, library.width), padded(H // 2, library.width)

        def product(name: str, bias: str | None = None) -> Product:
            matrix = weights[name]
            return Product(library, matrix, weights[bias] if bias else np.zeros(len(matrix), np.float32))

        self._bridge, self._combine = product("bridge.weight", "bridge.bias"), product("combine")
        self._keys = None if config.attention == "dot" else product("attention.memory")
        additive = config.attention == "additive"
        self._query = product("attention.query") if additive else None
        self._v_H = np.asarray(weights["attention.v"], np.float32) if additive else None
        self._words = Words(library, weights["embedding" if config.tied else "softmax"], weights["bias"])
        self.vocab_size = len(self._table_VE)

    def encode(self, ids_SB: Ids, lengths_B: Any) -> tuple[Memory, State]:
        H, lengths_B = self._config.hidden, np.asarray(lengths_B, np.int64)
        (S, B), order_B = ids_SB.shape, np.argsort(-lengths_B, kind="stable")
        inside_BS = np.arange(S) < lengths_B[:, None]
        sizes_B = lengths_B[order_B]
        rows = Rows(sizes_B, np.cumsum(sizes_B) - sizes_B)
        ids_M = ids_SB.T[order_B][inside_BS[order_B]]
        h_MK = self._encoder.read(ids_M[:, None], rows, True).steps_MK
        assert h_MK is not None
        values_MH = np.ascontiguousarray(h_MK.reshape(-1, 2, self._half)[:, :, : H // 2]).reshape(-1, H)

        def spread(x_MH: Floats) -> Floats:
            """Text after text, in the order that they were given in; zeros after the end of each."""
            found_BSH = np.zeros((B, S, H), np.float32)
            sorted_BSH = np.zeros((B, S, H), np.float32)
            sorted_BSH[inside_BS[order_B]] = x_MH
            found_BSH[order_B] = sorted_BSH
            return found_BSH

        values_BSH = spread(values_MH)
        keys_BSH = values_BSH if self._keys is None else spread(_into(self._keys, values_MH)[:, :H])
        mean_BH = values_BSH.sum(axis=1) / lengths_B[:, None].astype(np.float32)
        state = tuple(self._padded(np.tanh(_into(self._bridge, mean_BH)), B))
        mask_BS = np.where(inside_BS, np.float32(0), np.float32(-np.inf))
        return Memory(values_BSH, keys_BSH, mask_BS), (*state, np.zeros((B, self._config.embedding), np.float32))

    def _padded(self, bridge: Floats, B: int) -> Iterator[Floats]:
        """The parts of the first state."""
        H = self._config.hidden
        for part in range(2 * self._config.layers):
            found = np.zeros((B, self._width), np.float32)
            found[:, :H] = bridge[:, part * H : (part + 1) * H]
            yield found

    def step(self, ids_N: Ids, state: State, memory: Memory, most: int = 0) -> Step:
        *parts, feed_NE = state
        carried = [Carried(h, c) for h, c in zip(parts[::2], parts[1::2], strict=True)]
        h_NH = self._read(np.asarray(ids_N, np.int32), feed_NE, carried)[:, : self._config.hidden]
        N, H, E = len(ids_N), self._config.hidden, self._config.embedding
        context_BWH, weights_BWS = self._attend(h_NH, memory)
        both_N2H = room(N, 2 * H)
        both_N2H[:, :H], both_N2H[:, H:] = context_BWH.reshape(N, H), h_NH
        k_NE = np.tanh(_into(self._combine, both_N2H))
        logits_NV = self._words.logits(k_NE)
        top_N1 = logits_NV.max(axis=1, keepdims=True)
        log_total_N1 = top_N1 + np.log(np.exp(logits_NV - top_N1).sum(axis=1, keepdims=True))
        after = (*(part for own in carried for part in (own.h_NH, own.c_NH)), k_NE[:, :E])
        if not most:
            return Step(logits_NV - log_total_N1, None, weights_BWS, after)
        if not self._config.copies:
            logits_NV[:, UNKNOWN_ID] = -np.inf
        best_NM, ids_NM = likeliest(logits_NV, most)
        return Step(best_NM - log_total_N1, ids_NM, weights_BWS, after)

    def _read(self, ids_N: Ids, feed_NE: Floats, carried: list[Carried]) -> Floats:
        """The states of the last layer after a step, padded; ``carried`` has those of all layers."""
        N = len(ids_N)
        rows = Rows(np.ones(N, np.int64), np.arange(N, dtype=np.int64))
        if self._config.input_feeding:
            x_N2E = np.concatenate([self._table_VE[ids_N], feed_NE], axis=1)
            found = self._decoder.read_vectors(x_N2E, rows, True, carried)
        else:
            found = self._decoder.read(ids_N[:, None], rows, True, carried)
        assert found.steps_MK is not None
        return found.steps_MK

    def _attend(self, h_NH: Floats, memory: Memory) -> tuple[Floats, Floats]:
        """The contexts [B, W, H] and the weights of attention; see ``network.py``."""
        B = len(memory.mask_BS)
        if self._query is None or self._v_H is None:
            score_BWS = h_NH.reshape(B, -1, h_NH.shape[1]) @ memory.keys_BSH.transpose(0, 2, 1)
        else:
            query_NH = _into(self._query, np.ascontiguousarray(h_NH))[:, : h_NH.shape[1]]
            query_BWH = query_NH.reshape(B, -1, h_NH.shape[1])
            score_BWS = np.tanh(query_BWH[:, :, None] + memory.keys_BSH[:, None]) @ self._v_H
        score_BWS += memory.mask_BS[:, None]
        score_BWS -= score_BWS.max(axis=-1, keepdims=True)
        np.exp(score_BWS, out=score_BWS)
        score_BWS /= score_BWS.sum(axis=-1, keepdims=True)
        return score_BWS @ memory.values_BSH, score_BWS

    def select(self, state: State, rows: Any) -> State:
        return tuple(np.take(part, rows, axis=-2) for part in state)


def _into(product: Product, x_NK: Floats) -> Floats:
    return product.into(x_NK, room(len(x_NK), product.outputs))


def open_session(
    engine: Engine, settings: TranslatorConfig, weights: Weights, *, device: str, threads: int | None
) -> NativeSession:
    """A session for ``Engine.open``."""
    found = library()
    assert found is not None
    return NativeSession(found, weights, settings.model, threads, int16=not engine.exact)
