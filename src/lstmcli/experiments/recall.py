"""The recall task: remember the first token over a stretch of text.

As in Hochreiter & Schmidhuber (1997, experiments 2 and 5): a cue, a distance, and a question which cue it was.  The
tokens in between are taken from the user's text and do not depend on the cue.  In training, distances are drawn from 1
to the longest, so that the network learns short distances first; accuracy is measured separately for each distance.

Shapes: T tokens, B sequences, N tokens of text, D distance, H units.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.nn.stack import Stack, init_scale

CUES = 8
FILLERS = 256
"""Number of distinct filler tokens: the most frequent of the text, and one for all others."""
QUESTION = FILLERS
"""The id of the question; the ids of the cues follow."""
EMBEDDING = 32
BATCH, STEPS, LEARNING_RATE, CLIP = 32, 1000, 3e-3, 1.0
STOP_ACCURACY = 0.995
"""Training stops at this accuracy, a moving average over about fifty steps."""
Ids = NDArray[np.int64]


class Sequences(NamedTuple):
    ids_TB: Ids
    """Cue, text, question; tokens after the question are not used."""
    cues_B: Ids
    """Index of the cue, from 0."""
    asked_B: Ids
    """Position of the question."""


class Memory(nn.Module):
    """The network: embedding, one recurrent layer, and a linear layer that predicts the cue."""

    def __init__(self, cell: str, units: int) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(FILLERS + 1 + CUES, EMBEDDING) * init_scale(EMBEDDING))
        self.stack = Stack(cell, EMBEDDING, [units], bidirectional=False)
        self.head = nn.Linear(units, CUES)

    def forward(self, ids_TB: Tensor, asked_B: Tensor) -> Tensor:
        """Logits [B, CUES] from the state at the question."""
        h_TBH, _ = self.stack.forward_from(functional.embedding(ids_TB, self.embedding))
        logits: Tensor = self.head(h_TBH[asked_B, torch.arange(len(asked_B))])
        return logits


def fillers(ids_N: NDArray[np.integer]) -> Ids:
    """Map ids to filler ids: the most frequent from 0, all others to one.  Raises: ValueError, if there are none."""
    if not len(ids_N):
        raise ValueError("no tokens")
    found, index_N, counts = np.unique(ids_N, return_inverse=True, return_counts=True)
    rank = np.empty(len(found), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(found))
    folded: Ids = np.minimum(rank[index_N.reshape(-1)], FILLERS - 1)
    return folded


def sequences(text_N: Ids, distances_B: Ids, rng: np.random.Generator) -> Sequences:
    """A sequence for each distance, with text from a random position; the text wraps around."""
    B, D = len(distances_B), int(distances_B.max())
    starts_B = rng.integers(0, len(text_N), B)
    cues_B = rng.integers(0, CUES, B)
    text_DB = text_N[(starts_B + np.arange(D)[:, None]) % len(text_N)]
    ids_TB = np.concatenate([cues_B[None] + QUESTION + 1, text_DB, np.full((1, B), QUESTION)])
    asked_B = distances_B + 1
    ids_TB[asked_B, np.arange(B)] = QUESTION
    return Sequences(ids_TB, cues_B, asked_B)


def learn(
    cell: str,
    units: int,
    text_N: Ids,
    distance: int,
    *,
    seed: int,
    steps: int = STEPS,
    stop: Callable[[], bool] = lambda: False,
) -> Memory:
    """Train on distances from 1 to ``distance``, until ``STOP_ACCURACY`` or for ``steps`` steps."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        memory, rng = Memory(cell, units).train(), np.random.default_rng(seed)
        weights = list(memory.parameters())
        adam = torch.optim.Adam(weights, lr=LEARNING_RATE)
        right = 0.0
        for step in range(steps):
            if right > STOP_ACCURACY or stop():
                break
            for group in adam.param_groups:  # constant for the first half, then linear decay to 0
                group["lr"] = LEARNING_RATE * min(1.0, 2 * (1 - step / steps))
            ids, cues, asked = map(torch.from_numpy, sequences(text_N, rng.integers(1, distance + 1, BATCH), rng))
            logits = memory(ids, asked)
            adam.zero_grad()
            functional.cross_entropy(logits, cues).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights, CLIP)
            adam.step()
            right += 0.02 * (float((logits.argmax(-1) == cues).float().mean()) - right)
    return memory


@torch.no_grad()
def accuracy(memory: Memory, text_N: Ids, distance: int, *, seed: int = 0, trials: int = 512) -> float:
    """Accuracy at one distance."""
    rng = np.random.default_rng(seed)
    ids, cues, asked = map(torch.from_numpy, sequences(text_N, np.full(trials, distance), rng))
    return float((memory(ids, asked).argmax(-1) == cues).double().mean())
