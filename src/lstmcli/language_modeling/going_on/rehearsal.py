"""Text that the old model makes up, learnt beside the new one where the text that it was trained on is not at hand.

The old model knows the distribution of its text, so a sample of it stands for the text (pseudo-rehearsal: Robins 1995,
Catastrophic Forgetting, Rehearsal and Pseudorehearsal; for language models Sun, Ho & Lee 2020, LAMOL).

Shapes: B streams, n tokens of a stream, V words.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import END_ID

if TYPE_CHECKING:
    from lstmcli.language_modeling.network import LanguageModel
    from lstmcli.nn.cells import State

STREAMS, MIN_TOKENS = 128, 200
"""Streams at most, and tokens of a stream at least; each starts as a text does."""


def made_up(
    module: LanguageModel, tokens: int, *, seed: int, device: str = "cpu", seconds: float = math.inf
) -> NDArray[np.int32]:
    """About ``tokens`` ids [N] that the model writes, in the order in which it reads; each stream begins with ``</s>``.

    Args:
        seconds: after them it stops, with what there is.
    """
    import torch

    B = min(STREAMS, max(1, tokens // MIN_TOKENS))
    n, begun = math.ceil(tokens / B), time.monotonic()
    draws = np.random.default_rng(seed)
    found_Bn = np.full((B, n), END_ID, np.int32)
    states: list[State] | None = None
    was_training = module.training
    module.to(device).eval()
    with torch.inference_mode():
        ids_B = torch.full((B,), END_ID, device=device)
        for place in range(1, n):
            logits_TBV, states = module(ids_B[None], states)
            below_BV = torch.softmax(logits_TBV[0].float(), dim=1).cumsum(dim=1)
            drawn_B1 = torch.from_numpy(draws.random((B, 1), np.float32)).to(device) * below_BV[:, -1:]
            ids_B = torch.searchsorted(below_BV, drawn_B1, right=True)[:, 0].clamp_(max=below_BV.shape[1] - 1)
            found_Bn[:, place] = ids_B.cpu().numpy()
            if time.monotonic() - begun > seconds:
                found_Bn = found_Bn[:, : place + 1]
                break
    module.train(was_training)
    return found_Bn.reshape(-1)
