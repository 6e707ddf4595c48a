"""A language model in PyTorch with the interface of the ONNX session, on NumPy arrays.

Shapes: T tokens, B texts, V words, K units of the last layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.engine.session import LOGITS_AT_ONCE
from lstmcli.language_modeling.network import LanguageModel, load_language_model
from lstmcli.nn.cells import CELLS, State
from lstmcli.nn.device import use_threads

if TYPE_CHECKING:
    from lstmcli.engine.nodes import Weights
    from lstmcli.engine.registry import Engine
    from lstmcli.language_modeling.config import LmConfig

Floats = NDArray[np.float32]


class TorchSession:
    """A session that reads, predicts and scores text; the state is a flat tuple of tensors [1, B, size], by layers."""

    def __init__(self, module: LanguageModel, device: str = "cpu", threads: int | None = None) -> None:
        use_threads(threads)
        self.module, self._device = module.to(device).eval(), device
        self.vocab_size = len(module.embedding)
        self._parts = len(CELLS[module.config.cell].states)

    def zero_state(self, B: int) -> tuple[Tensor, ...]:
        cell = CELLS[self.module.config.cell]
        sizes = [size for H in self.module.config.widths for size in cell.state_sizes(H).values()]
        return tuple(torch.zeros(1, B, size, device=self._device) for size in sizes)

    def read(self, ids_TB: NDArray[np.integer], state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The state after reading a text, without predictions."""
        with torch.inference_mode():
            return self._read(ids_TB, state)[1]

    def logits(self, ids_TB: NDArray[np.integer], state: tuple[Tensor, ...]) -> tuple[Floats, tuple[Tensor, ...]]:
        """Logits [T, B, V] and the final state."""
        with torch.inference_mode():
            h_TBK, state = self._read(ids_TB, state)
            return _numpy(self.module.logits(h_TBK)), state

    def score(
        self,
        ids_TB: NDArray[np.integer],
        targets_TB: NDArray[np.integer],
        state: tuple[Tensor, ...],
        *,
        entropy: bool = False,
    ) -> tuple[Floats, Floats | None, tuple[Tensor, ...]]:
        """Nats of each target and, if requested, entropy of each prediction, [T, B]; the final state."""
        with torch.inference_mode():
            h_TBK, state = self._read(ids_TB, state)
            nats, found = self._score(h_TBK, targets_TB, entropy)
            return nats, found, state

    def hidden(
        self, ids_TB: NDArray[np.integer], targets_TB: NDArray[np.integer], state: tuple[Tensor, ...]
    ) -> tuple[Floats, Floats, tuple[Tensor, ...]]:
        """As ``score``, with the top layer's h after each token, [T, B, K], instead of the entropy."""
        with torch.inference_mode():
            h_TBK, state = self._read(ids_TB, state)
            return self._score(h_TBK, targets_TB, False)[0], _numpy(h_TBK), state

    def _read(self, ids_TB: NDArray[np.integer], state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        states: list[State] = [tuple(state[i : i + self._parts]) for i in range(0, len(state), self._parts)]
        states = [tuple(torch.as_tensor(part, device=self._device).contiguous() for part in own) for own in states]
        h_TBK, after = self.module.read(self.module.embed(self._tensor(ids_TB)), states)
        return h_TBK, tuple(part for layer in after for part in layer)

    def _score(self, h_TBK: Tensor, targets_TB: NDArray[np.integer], entropy: bool) -> tuple[Floats, Floats | None]:
        targets = self._tensor(targets_TB)
        step = max(1, LOGITS_AT_ONCE // (self.vocab_size * max(1, h_TBK.shape[1])))
        nats: list[Any] = []
        found: list[Any] = []
        for start in range(0, len(h_TBK), step):
            window = slice(start, start + step)
            log_p_TBV = self.module.logits(h_TBK[window]).float().log_softmax(-1)
            nats.append(-log_p_TBV.gather(-1, targets[window, :, None])[..., 0])
            if entropy:
                found.append(-(log_p_TBV.exp() * log_p_TBV).sum(-1))
        return _numpy(torch.cat(nats)), _numpy(torch.cat(found)) if entropy else None

    def _tensor(self, ids_TB: NDArray[np.integer]) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(ids_TB, np.int64)).to(self._device)


def _numpy(tensor: Tensor) -> Floats:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)


def open_session(
    engine: Engine, settings: LmConfig, weights: Weights, *, device: str, threads: int | None
) -> TorchSession:
    """A session for ``Engine.open``."""
    return TorchSession(load_language_model(weights, settings.model, len(weights["embedding"])), device, threads)
