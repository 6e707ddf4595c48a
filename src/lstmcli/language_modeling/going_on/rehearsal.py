"""Text that the old model makes up, learnt beside the new one where the text that it was trained on is not at hand.

The old model knows the distribution of its text, so a sample of it stands for the text (pseudo-rehearsal: Robins 1995,
Catastrophic Forgetting, Rehearsal and Pseudorehearsal; for language models Sun, Ho & Lee 2020, LAMOL).

Each process writes some of the streams, and has all of them at the end.

Shapes: B streams, b of this process, n tokens of a stream, V words.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.ids import END_ID
from lstmcli.training.distributed import ALONE, Group

if TYPE_CHECKING:
    from lstmcli.language_modeling.network import LanguageModel
    from lstmcli.nn.cells import State

STREAMS, MIN_TOKENS = 128, 200
"""Streams at most, and tokens of a stream at least; each starts as a text does."""
BETWEEN_CLOCKS = 16
"""Tokens of a stream, after which the processes look at the clock of the main one."""


def made_up(
    module: LanguageModel,
    tokens: int,
    *,
    seed: int,
    device: str = "cpu",
    seconds: float = math.inf,
    group: Group = ALONE,
) -> NDArray[np.int32]:
    """About ``tokens`` ids [N] that the model writes, in the order in which it reads; each stream begins with ``</s>``.

    Args:
        seconds: after them it stops, with what there is.
        group: the processes that share the work; all return the same.
    """
    import torch

    B = min(STREAMS, max(1, tokens // MIN_TOKENS))
    n, begun = math.ceil(tokens / B), time.monotonic()
    draws = np.random.default_rng(seed)
    own = group.part(np.ones(B)).rows
    found_bn = np.full((len(range(B)[own]), n), END_ID, np.int32)
    states: list[State] | None = None
    was_training = module.training
    module.to(device).eval()
    with torch.inference_mode():
        ids_b = torch.full((len(found_bn),), END_ID, device=device)
        for place in range(1, n):
            logits_TbV, states = module(ids_b[None], states)
            below_bV = torch.softmax(logits_TbV[0].float(), dim=1).cumsum(dim=1)
            drawn_b1 = torch.from_numpy(draws.random((B, 1), np.float32)[own]).to(device) * below_bV[:, -1:]
            ids_b = torch.searchsorted(below_bV, drawn_b1, right=True)[:, 0].clamp_(max=below_bV.shape[1] - 1)
            found_bn[:, place] = ids_b.cpu().numpy()
            over = time.monotonic() - begun > seconds
            if place % BETWEEN_CLOCKS == 0 and group.decide(stop=False, over=over, due=False, time_share=0.0).over:
                found_bn = found_bn[:, : place + 1]
                break
    module.train(was_training)
    counted = found_bn[: len(range(group.rank, B, group.world))]  # not the stream of a process beyond them
    return group.whole(counted, 0, B).reshape(-1)
