"""Dynamic evaluation in PyTorch: update the weights on text that has been scored.

Krause, Kahembwe, Murray & Renals (2018, arXiv 1709.07432), section 5: after each short segment the weights take a
gradient step, scaled by the RMS gradient of each weight, and decay towards the trained weights w0,

    w += decay * r * (w0 - w) - rate * gradient / (rms + epsilon),

where rms is the root mean square of a weight's gradients and r is rms divided by its mean over all weights.  The paper
computes rms on the training text, which a model directory does not contain; here it is computed on the text scored so
far.

Shapes: N ids, T of a segment, V words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import load_language_model
from lstmcli.malloc import keep_freed_memory
from lstmcli.nn.cells import State

EPSILON = 1e-3
LogProbabilityCallback = Callable[[NDArray[np.float32]], None]


class Adapter:
    """A model that scores one text, and is updated after each segment."""

    def __init__(
        self,
        weights: Mapping[str, NDArray[np.generic]],
        config: LmModelConfig,
        vocab_size: int,
        *,
        rate: float,
        decay: float,
        segment: int,
        device: str = "cpu",
        start: int = 0,
    ) -> None:
        keep_freed_memory()
        exact = replace(
            config, embedding_dropout=0.0, input_dropout=0.0, layer_dropout=0.0, output_dropout=0.0, weight_drop=0.0
        )
        self._module = load_language_model(weights, exact, vocab_size).to(device).train()  # gradients, no dropout
        self._weights = list(self._module.parameters())
        self._initial = [weight.detach().clone() for weight in self._weights]
        self._squares = [torch.zeros_like(weight) for weight in self._weights]
        # Buffers for each step: allocating new tensors would take as long as the arithmetic.
        self._sizes, self._gaps, self._pulls = ([torch.empty_like(w) for w in self._initial] for _ in range(3))
        self._rate, self._decay, self._segment, self._device = rate, decay, segment, device
        self._steps = 0
        # The current segment: the state before it, the id before it, and its ids so far.
        self._states, self._last, self._segment_ids = list[State](), start, np.zeros(0, np.int32)

    def score(self, ids: NDArray[np.int32], callback: LogProbabilityCallback | None = None) -> NDArray[np.float64]:
        """Nats of the next ids, [N]; the result does not depend on how ids are split into calls.

        Args:
            callback: called with the log-probabilities [T, V] of all tokens at T positions at a time.
        """
        found = [np.zeros(0)]
        at = 0
        while at < len(ids):
            part = ids[at : at + self._segment - len(self._segment_ids)]
            found.append(self._read(part, callback))
            at += len(part)
        return np.concatenate(found)

    def _read(self, ids: NDArray[np.int32], callback: LogProbabilityCallback | None) -> NDArray[np.float64]:
        """Nats of the next ids of a segment; updates the model once the segment is complete."""
        own, new = np.concatenate([self._segment_ids, ids]), slice(len(self._segment_ids), None)
        x, y = (
            torch.from_numpy(part.astype(np.int64)).to(self._device)
            for part in (np.concatenate([[self._last], own[:-1]]), own)
        )
        h_T1K, states = self._module.read(self._module.embed(x[:, None]), self._states or None)
        log_p_TV = self._module.logits(h_T1K)[:, 0].log_softmax(-1)
        nats = -log_p_TV.gather(-1, y[:, None])[:, 0]
        if callback:
            callback(log_p_TV[new].detach().cpu().numpy())
        if len(own) < self._segment:
            self._segment_ids = own
        else:
            gradients = torch.autograd.grad(nats.mean(), self._weights)
            self._states = [tuple(part.detach() for part in state) for state in states]
            self._last, self._segment_ids = int(own[-1]), own[:0]
            with torch.no_grad():
                self._learn(gradients)
        return np.asarray(nats[new].detach().cpu().numpy(), np.float64)

    def _learn(self, gradients: tuple[Tensor, ...]) -> None:
        self._steps += 1
        share = 1 / self._steps
        for square, gradient, size in zip(self._squares, gradients, self._sizes, strict=True):
            square.mul_(1 - share).addcmul_(gradient, gradient, value=share)
            torch.sqrt(square, out=size)
        mean = sum(float(size.sum()) for size in self._sizes) / sum(size.numel() for size in self._sizes)
        each = zip(self._weights, self._initial, gradients, self._sizes, self._gaps, self._pulls, strict=True)
        for weight, initial, gradient, size, gap, pull in each:
            torch.sub(initial, weight, out=gap)
            torch.mul(size, self._decay / max(mean, 1e-12), out=pull).clamp_(max=1.0)
            weight.addcmul_(pull, gap).addcdiv_(gradient, size.add_(EPSILON), value=-self._rate)
