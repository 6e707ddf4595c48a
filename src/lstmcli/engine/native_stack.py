"""A stack of LSTM layers by our own kernel: its weights packed, its calls made and checked.

Products of the inputs are made once for each distinct token and looked up after that: most tokens of a text were met
before.

Shapes: N rows of tokens, F rows of the embedding that make a token, M tokens of all rows, U rows of the embedding,
E embedding, H units padded to whole vectors, D directions, K = D * H, G = 4 * H, V floats in a vector,
P tokens that are remembered, O others.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.engine.native import AttentionCall, EmbedCall, Library, MemoTable, PassCall
from lstmcli.engine.native_int16 import ONE, quantised
from lstmcli.engine.native_product import Floats, Places, Product, at, padded, room
from lstmcli.errors import ModelError

MEMO_TOKENS, MEMO_BYTES = 2**14, 2**26
"""What is remembered at most."""


def gates_together(weights_G: NDArray[Any], units: int, width: int) -> NDArray[np.float32]:
    """Rows of gates i, f, g, o of ``units`` units each, [4 units, ...], to [H / V, gate, V, ...], zeros after the last
    unit."""
    H, rest = padded(units, width), weights_G.shape[1:]
    whole = np.zeros((4, H, *rest), np.float32)
    whole[:, :units] = weights_G.reshape(4, units, *rest)
    moved = np.moveaxis(whole.reshape(4, H // width, width, *rest), 0, 1)
    return moved.reshape(4 * H, *rest)


def spread(weights_MK: NDArray[Any], units: int, H: int) -> NDArray[np.float32]:
    """Columns of ``units`` units a direction, to H columns a direction."""
    M, K = weights_MK.shape
    whole = np.zeros((M, K // units, H), np.float32)
    whole[:, :, :units] = weights_MK.reshape(M, -1, units)
    return whole.reshape(M, -1)


class Layer:
    """A layer of one or two directions."""

    def __init__(
        self, library: Library, directions: Sequence[Mapping[str, NDArray[Any]]], below: int, int16: bool
    ) -> None:
        """
        Args:
            directions: the weights of each, named as in ``cells/lstm.py``.
            below: units of the layer below; 0 where it reads the embedding.
            int16: recurrent products in 16 bits.
        """
        V, self._library = library.width, library
        units = directions[0]["w_hh"].shape[1]
        self.H, self.D = padded(units, V), len(directions)
        inputs = [gates_together(own["w_ih"], units, V) for own in directions]
        bias = [gates_together(own["b_ih"].astype(np.float32) + own["b_hh"], units, V) for own in directions]
        if below:
            inputs = [spread(weights, below, padded(below, V)) for weights in inputs]
        self.inputs = Product(library, np.concatenate(inputs), np.concatenate(bias))
        self._recurrent = room(self.D, self.H // V, self.H, 4 * V)
        self._recurrent[:] = 0
        for panels, own in zip(self._recurrent, directions, strict=True):
            together = gates_together(own["w_hh"], units, V).reshape(-1, 4 * V, units)
            panels[:, :units] = together.transpose(0, 2, 1)
        self._int16 = quantised(self._recurrent) if int16 else None

    def read(self, rows: Rows, sums: Sums, keep: bool, carried: Carried | None = None) -> States:
        """Over every row, from both ends; or in one direction, from the states of text before."""
        N, H, G = len(rows.lengths_N), self.H, 4 * self.H
        pooled_PDNH = room(3, self.D, N, H)
        scratch_NH, states_2NH = room(3, N, H), np.empty((2, N, H), np.int16)
        steps_MK = room(rows.tokens, self.D * H) if keep else None
        if carried:
            assert self.D == 1 and carried.h_NH.shape == carried.c_NH.shape == (N, H)
            scratch_NH[0], scratch_NH[2] = carried.h_NH, carried.c_NH
            states_2NH[0] = np.rint(carried.h_NH * ONE)
        for d in range(self.D):
            remembered, others = (at(part) + 4 * G * d for part in (sums.remembered_PG, sums.others_OG))
            most, total, last = pooled_PDNH[:, d]
            self._library.run(
                PassCall(
                    N, H, at(rows.lengths_N), at(rows.first_N), at(sums.places_M), d, remembered, others, self.D * G,
                    at(self._recurrent[d]), *(at(part[d]) for part in self._int16 or ()),
                    *(() if self._int16 else (None, None)), carried is not None,
                    at(scratch_NH), at(scratch_NH[2]), at(states_2NH), at(most), at(total), at(last),
                    None if steps_MK is None else at(steps_MK) + 4 * H * d, self.D * H,
                )
            )  # fmt: skip
        most_DNH, total_DNH, last_DNH = pooled_PDNH
        if carried:
            carried.h_NH, carried.c_NH = last_DNH[0], scratch_NH[2]
        return States(most_DNH, total_DNH, last_DNH, steps_MK)


@dataclass(frozen=True)
class Rows:
    """Rows of tokens, laid end to end, the longest first."""

    lengths_N: Places
    first_N: Places

    def __post_init__(self) -> None:
        assert self.lengths_N.dtype == self.first_N.dtype == np.int64 and len(self.lengths_N) == len(self.first_N)

    @property
    def tokens(self) -> int:
        return int(self.lengths_N.sum())


@dataclass
class Carried:
    """The states of one layer, before the rows and then after them; zeros beyond the units."""

    h_NH: Floats
    c_NH: Floats


@dataclass(frozen=True)
class Sums:
    """What the inputs add to the gates' sums of each token."""

    places_M: Places
    """From 0: in the first array; below 0: -1 - the place in the second."""
    remembered_PG: Floats
    others_OG: Floats


@dataclass(frozen=True)
class States:
    """The hidden states of each row: their maximum, their sum and the one read last, and those of each token."""

    max_DNH: Floats
    sum_DNH: Floats
    last_DNH: Floats
    steps_MK: Floats | None


class Memo:
    """Products of token rows, each made once while there is room."""

    def __init__(self, library: Library, table_UE: NDArray[Any], product: Product, F: int) -> None:
        self._library, self._table_UE, self._product = library, table_UE, product
        P = min(MEMO_TOKENS, max(64, MEMO_BYTES // (4 * product.outputs)))
        self._keys_PF = np.empty((P, F), np.int32)
        self._slots = np.zeros(1 << (2 * P - 1).bit_length(), np.int32)
        self._sums_PG = room(P, product.outputs)  # pages that are not written to take no memory
        self._memo = MemoTable(P, F, at(self._keys_PF), at(self._slots), len(self._slots))
        self._used = self._others = 0

    @property
    def stale(self) -> bool:
        """It is full, and most tokens of late were not in it."""
        return self._others > 4 * len(self._keys_PF)

    def find(self, ids_MF: NDArray[np.int32]) -> tuple[Places, NDArray[np.int32]]:
        """Where the product of each token is, and the tokens that are not remembered.  Not for two threads at once."""
        places_M = np.empty(len(ids_MF), np.int64)
        used = self._library.find(self._memo, self._used, at(ids_MF), len(ids_MF), at(places_M))
        self._make(self._keys_PF[self._used : used], self._sums_PG[self._used : used])
        self._used = used
        others_OF = ids_MF[places_M < 0]
        self._others += len(others_OF)
        return places_M, others_OF

    def sums(self, places_M: Places, others_OF: NDArray[np.int32]) -> Sums:
        """The products of tokens that were found, or are made now."""
        return Sums(places_M, self._sums_PG, self._make(others_OF, room(len(others_OF), self._product.outputs)))

    def _make(self, ids_MF: NDArray[np.int32], out_MG: Floats) -> Floats:
        if len(ids_MF):
            (M, F), E = ids_MF.shape, self._table_UE.shape[1]
            x_ME = room(M, E)
            halves = self._table_UE.dtype == np.float16
            self._library.run(EmbedCall(M, F, E, at(ids_MF), at(self._table_UE), halves, at(x_ME)))
            self._product.into(x_ME, out_MG)
        return out_MG


class Stack:
    """The embedding and the layers on it.  Several threads may use it at once."""

    def __init__(
        self,
        library: Library,
        table_UE: NDArray[Any],
        layers: Sequence[Sequence[Mapping[str, NDArray[Any]]]],
        int16: bool = False,
        residual: bool = False,
    ) -> None:
        """``residual``: each layer but the first adds its output to its input."""
        kind = np.float16 if table_UE.dtype == np.float16 else np.float32
        self._table_UE: NDArray[Any] = np.require(table_UE, kind, ["C", "A"])
        self._library, self._residual = library, residual
        units = [directions[0]["w_hh"].shape[1] for directions in layers]
        self.layers = [Layer(library, own, below, int16) for own, below in zip(layers, [0, *units], strict=False)]
        self._lock = threading.Lock()
        self._memos: dict[int, Memo] = {}

    @classmethod
    def of(
        cls,
        library: Library,
        weights: Mapping[str, NDArray[np.generic]],
        layers: int,
        directions: int = 1,
        *,
        part: str = "stack",
        embedding: str = "embedding",
        int16: bool = False,
        residual: bool = False,
    ) -> Stack:
        """From a model's weights, by their names in ``nn/stack.py``; ``part`` of the model has this stack."""
        own = ("w_ih", "w_hh", "b_ih", "b_hh")
        parts = [
            [
                {name: np.asarray(weights[f"{part}.layers.{layer}.{direction}.{name}"]) for name in own}
                for direction in range(directions)
            ]
            for layer in range(layers)
        ]
        return cls(library, np.asarray(weights[embedding]), parts, int16, residual)

    def read(
        self, ids_MF: NDArray[np.int32], rows: Rows, keep: bool, carried: Sequence[Carried] | None = None
    ) -> States:
        """The states of the last layer; ``keep`` those of each token too.

        Args:
            carried: of each layer, if text came before.

        Raises:
            ModelError: an id that the embedding does not have.
        """
        M = rows.tokens
        assert ids_MF.shape[0] == M and ids_MF.ndim == 2 and (rows.lengths_N > 0).all()
        assert (np.diff(rows.lengths_N) <= 0).all() and rows.first_N.min() >= 0
        assert (rows.first_N + rows.lengths_N).max() <= M
        if ids_MF.min() < 0 or ids_MF.max() >= len(self._table_UE):
            raise ModelError("a token has an id that the model does not know")
        ids_MF = np.ascontiguousarray(ids_MF, np.int32)
        with self._lock:
            memo = self._memo(ids_MF.shape[1])
            found = memo.find(ids_MF)
        return self._read(memo.sums(*found), rows, keep, carried)

    def read_vectors(self, x_MK: Floats, rows: Rows, keep: bool, carried: Sequence[Carried] | None = None) -> States:
        """As ``read``, with what the first layer reads instead of tokens."""
        return self._read(self._made(self.layers[0], x_MK), rows, keep, carried)

    def _read(self, sums: Sums, rows: Rows, keep: bool, carried: Sequence[Carried] | None) -> States:
        before: Sequence[Carried | None] = carried or [None] * len(self.layers)
        assert len(before) == len(self.layers)
        states = self.layers[0].read(rows, sums, keep or len(self.layers) > 1, before[0])
        for place, layer in enumerate(self.layers[1:], 1):
            below_MK = states.steps_MK
            assert below_MK is not None
            kept = keep or place + 1 < len(self.layers)
            states = layer.read(rows, self._made(layer, below_MK), kept, before[place])
            if self._residual and states.steps_MK is not None:
                np.add(states.steps_MK, below_MK, out=states.steps_MK)
        return states

    def _made(self, layer: Layer, x_MK: Floats) -> Sums:
        inputs, M = layer.inputs, len(x_MK)
        return Sums(np.arange(M), inputs.into(x_MK, room(M, inputs.outputs)), room(0, inputs.outputs))

    def _memo(self, F: int) -> Memo:
        known = self._memos.get(F)
        if known is None or known.stale:
            known = self._memos[F] = Memo(self._library, self._table_UE, self.layers[0].inputs, F)
        return known


def attention(library: Library, steps_MK: Floats, query_K: Floats, rows: Rows, first_row_B: Places) -> Floats:
    """Each text's steps weighted by the softmax of the query's products with them: [B, K].

    Args:
        rows: of text after text, in any order of their lengths; a text's begin at ``first_row_B``.
    """
    M, K = steps_MK.shape
    B, N = len(first_row_B), len(rows.lengths_N)
    assert query_K.shape == (K,) and rows.tokens == M and (rows.first_N + rows.lengths_N).max() <= M
    ends = np.append(first_row_B, N)
    assert ends[0] == 0 and (np.diff(ends) > 0).all() and rows.first_N.min() >= 0
    scores_M, out_BK = room(M), room(B, K)
    library.run(
        AttentionCall(
            N, K, at(rows.lengths_N), at(rows.first_N), at(steps_MK), at(query_K), B, at(ends), at(scores_M), at(out_BK)
        )
    )
    return out_BK
