"""A translator in PyTorch with the interface of the ONNX session.  Shapes: as in ``session.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lstmcli.nn.cells import CELLS
from lstmcli.nn.device import use_threads
from lstmcli.tokenization.ids import UNKNOWN_ID, Ids
from lstmcli.translation.network import DecoderState, Translator, load_translator
from lstmcli.translation.network import Memory as Tensors
from lstmcli.translation.session import Memory, State, Step

if TYPE_CHECKING:
    from lstmcli.engine.nodes import Weights
    from lstmcli.engine.registry import Engine
    from lstmcli.translation.config import TranslatorConfig


class TorchSession:
    """The parts of memory and state are tensors; those of the state are h and c by layer, then the last feed."""

    workers = 1

    def __init__(self, module: Translator, device: str = "cpu", threads: int | None = None) -> None:
        use_threads(threads)
        self.module, self._device = module.to(device).eval(), device
        self.vocab_size = len(module.embedding)
        self._parts = len(CELLS[module.config.cell].states)

    def encode(self, ids_SB: Ids, lengths_B: Any) -> tuple[Memory, State]:
        with torch.inference_mode():
            memory, state = self.module.encode(self._tensor(ids_SB), self._tensor(lengths_B))
        return Memory(*memory), (*(part for layer in state.layers for part in layer), state.feed_BE)

    def step(self, ids_N: Ids, state: State, memory: Memory, most: int = 0) -> Step:
        *parts, feed = state
        layers = [tuple(parts[i : i + self._parts]) for i in range(0, len(parts), self._parts)]
        with torch.inference_mode():
            one, after = self._decode(self._tensor(ids_N), memory, DecoderState(layers, feed))
            log_p = self.module.log_probabilities(one[0])
            ids = None
            if most:
                if not self.module.config.copies:
                    log_p[:, UNKNOWN_ID] = -torch.inf
                log_p, found = log_p.topk(most)
                ids = _numpy(found)
        flat = (*(part for layer in after.layers for part in layer), after.feed_BE)
        return Step(_numpy(log_p), ids, _numpy(one[1]), flat)

    def _decode(self, ids_N: Tensor, memory: Memory, state: DecoderState) -> tuple[tuple[Tensor, Tensor], DecoderState]:
        """The attentional states [N, E], the weights [B, W, S] and the state after a step."""
        module, B = self.module, len(memory.mask_BS)
        x_1NE = module.embed(ids_N[None])
        if module.config.input_feeding:
            x_1NE = torch.cat([x_1NE, state.feed_BE[None]], dim=-1)
        h_1NH, layers = module.decoder.forward_from(x_1NE, state.layers)
        h_WBH = h_1NH.reshape(B, -1, h_1NH.shape[-1]).transpose(0, 1)
        k_WBE, weights_BWS = module.attend(h_WBH, Tensors(*memory))
        k_NE = k_WBE.transpose(0, 1).reshape(len(ids_N), -1)
        return (k_NE, weights_BWS), DecoderState(layers, k_NE)

    def select(self, state: State, rows: Any) -> State:
        index = torch.as_tensor(np.asarray(rows), device=self._device)
        return tuple(part.index_select(part.ndim - 2, index) for part in state)

    def _tensor(self, array: Any) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.int64)).to(self._device)


def _numpy(tensor: Tensor) -> Any:
    return tensor.cpu().numpy()


def open_session(
    engine: Engine, settings: TranslatorConfig, weights: Weights, *, device: str, threads: int | None
) -> TorchSession:
    """A session for ``Engine.open``."""
    return TorchSession(load_translator(weights, settings.model, len(weights["embedding"])), device, threads)
