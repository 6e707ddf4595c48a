"""A length model in PyTorch: the engine that the registry finds for it."""

from __future__ import annotations

from typing import Any

import torch

from toy_length.config import LengthConfig
from toy_length.network import LengthNetwork


class LengthSession:
    def __init__(self, module: LengthNetwork) -> None:
        self._module = module.eval()

    def length(self, ids: Any) -> float:
        with torch.inference_mode():
            return float(self._module(torch.as_tensor(ids, dtype=torch.long)))


def open_session(engine: Any, settings: LengthConfig, weights: Any, *, device: str, threads: int | None) -> Any:
    module = LengthNetwork(settings.model, len(weights["embedding.weight"]))
    module.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in weights.items()})
    return LengthSession(module)
