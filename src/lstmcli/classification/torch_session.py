"""A classifier in PyTorch with the interface of the ONNX session, on NumPy arrays.

Shapes: B texts, S segments, T tokens, F rows per token, C labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from lstmcli.classification.network import Classifier, load_classifier_module
from lstmcli.nn.device import use_threads

if TYPE_CHECKING:
    from lstmcli.classification.config import ClassifierConfig
    from lstmcli.engine.nodes import Weights
    from lstmcli.engine.registry import Engine


class TorchSession:
    """A session that computes logits in PyTorch."""

    workers = 1  # PyTorch parallelises within a batch
    batch_size = 16

    def __init__(self, module: Classifier, device: str = "cpu", threads: int | None = None) -> None:
        use_threads(threads)
        self._module, self._device = module.to(device).eval(), device

    def logits(self, ids_BSTF: NDArray[np.int32], lengths_BS: NDArray[np.int64]) -> NDArray[np.float32]:
        """Logits [B, C], not calibrated."""
        with torch.inference_mode():
            ids, lengths = (torch.from_numpy(array).to(self._device) for array in (ids_BSTF, lengths_BS))
            return np.asarray(self._module(ids, lengths).float().cpu().numpy(), np.float32)


def open_session(
    engine: Engine, settings: ClassifierConfig, weights: Weights, *, device: str, threads: int | None
) -> TorchSession:
    """A session for ``Engine.open``."""
    classes = len(weights["head.bias"])
    return TorchSession(load_classifier_module(weights, settings.model, classes), device, threads)
