"""Dynamic evaluation: the weights go on learning from the text that has been scored.

Krause, Kahembwe, Murray & Renals (2018, arXiv 1709.07432), section 5: after each short segment the weights take a
step down its gradient, scaled by the usual size of each weight's gradient, and a step back to where they were,

    w += decay * r * (w0 - w) - rate * gradient / (rms + epsilon),

where rms is the root of the mean square of the gradients of a weight and r is rms over its mean.  The paper takes
rms from the training text, which a model directory does not hold; here it is that of the text read so far, so
nothing of the text to come is used.

Shapes: N ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.config_lm import LmModelConfig
from lstmcli.core.cells import State
from lstmcli.core.language_model import load_language_model

EPSILON = 1e-3


class Adapter:
    """A model that reads one text, scores it, and learns from what it has scored."""

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
        exact = replace(
            config, embedding_dropout=0.0, input_dropout=0.0, layer_dropout=0.0, output_dropout=0.0, weight_drop=0.0
        )
        self._module = load_language_model(weights, exact, vocab_size).to(device).train()  # gradients, no dropout
        self._weights = list(self._module.parameters())
        self._home = [weight.detach().clone() for weight in self._weights]
        self._squares = [torch.zeros_like(weight) for weight in self._weights]
        self._rate, self._decay, self._segment, self._device = rate, decay, segment, device
        self._steps, self._states, self._last = 0, list[State](), start

    def score(self, ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Nats of the ids that come next, [N]; each segment is scored before anything is learned from it."""
        found: list[float] = []
        for start in range(0, len(ids), self._segment):
            targets = ids[start : start + self._segment]
            found += self._read(np.concatenate([[self._last], targets[:-1]]), targets)
            self._last = int(targets[-1])
        return np.array(found)

    def _read(self, ids: NDArray[np.int64], targets: NDArray[np.int32]) -> list[float]:
        x, y = (torch.from_numpy(part.astype(np.int64)).to(self._device) for part in (ids, targets))
        h_T1K, states = self._module.read(self._module.embed(x[:, None]), self._states or None)
        nats = torch.nn.functional.cross_entropy(self._module.logits(h_T1K)[:, 0], y, reduction="none")
        gradients = torch.autograd.grad(nats.mean(), self._weights)
        self._states = [tuple(part.detach() for part in state) for state in states]
        with torch.no_grad():
            self._learn(gradients)
        return [float(cost) for cost in nats.detach().cpu()]

    def _learn(self, gradients: tuple[Tensor, ...]) -> None:
        self._steps += 1
        for square, gradient in zip(self._squares, gradients, strict=True):
            square.lerp_(gradient.square(), 1 / self._steps)
        sizes = [square.sqrt() for square in self._squares]
        mean = sum(float(size.sum()) for size in sizes) / sum(size.numel() for size in sizes)
        for weight, home, gradient, size in zip(self._weights, self._home, gradients, sizes, strict=True):
            back = (size * (self._decay / max(mean, 1e-12))).clamp_(max=1.0)
            weight.add_(back * (home - weight)).sub_(self._rate * gradient / (size + EPSILON))
