"""One training step of a translator: optimizer, moving average of the weights, evaluation.

The weights that are validated and kept are a moving average of the trained weights, which is what averaging the last
checkpoints approximates.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from lstmcli.nn.optim import Average, load_optimizer, optimizer_arrays, swapped
from lstmcli.training.checkpoint import Arrays, Snapshot
from lstmcli.training.distributed import ALONE, Group
from lstmcli.translation.batches import Batch, Index, Lines, Pairs, batch, cut, lengths
from lstmcli.translation.beam_search import Hypothesis, search
from lstmcli.translation.config import BeamConfig, TranslatorTrainConfig
from lstmcli.translation.network import Translator
from lstmcli.translation.torch_session import TorchSession

GREEDY, NOTHING = BeamConfig(beam=1), Hypothesis([], 0.0, 0.0, None)
EVALUATION_TOKENS, EVALUATION_PAIRS = 4096, 256
"""Maximum tokens and pairs of a batch in evaluation."""


class TranslatorTrainer:
    """A network, its optimizer and its moving average."""

    def __init__(
        self, module: Translator, config: TranslatorTrainConfig, *, device: str, bf16: bool, group: Group = ALONE
    ) -> None:
        self.module, self.config, self.device, self.bf16 = module.to(device), config, device, bf16
        self.group = group
        group.copy_from_main(module.parameters())
        self.parameters = list(module.parameters())
        self.average = Average(self.parameters)
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=config.learning_rate, betas=(0.9, 0.98), weight_decay=config.weight_decay, fused=True
        )

    def loss(self, found: Batch, smoothing: float = 0.0, *, bf16: bool = False) -> tuple[Tensor, Tensor]:
        """As ``Translator.loss``."""
        *ids, inside = (torch.from_numpy(part).to(self.device) for part in found)
        source, lengths, inputs, targets = (part.long() for part in ids)
        return self.module.loss(source, lengths, inputs, targets, inside, smoothing=smoothing, bf16=bf16)

    def gradients(self, pairs: Pairs, index: Index) -> tuple[float, float]:
        """Forward and backward pass; returns loss in nats per token, without smoothing, and gradient norm."""
        own, share = self.group.part(lengths([pairs.targets[i] for i in index]))
        loss, nats = self.loss(batch(pairs, index[own]), self.config.label_smoothing, bf16=self.bf16)
        loss.backward()  # type: ignore[no-untyped-call]
        whole = self.group.sum_gradients(self.parameters, share, nats.item())
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.config.clip or math.inf)
        return whole, norm.item()

    def step(self, pairs: Pairs, index: Index, learning_rate: float, decay: float) -> tuple[float, float]:
        """One update; ``decay`` is that of the moving average.  Returns loss and gradient norm."""
        nats, norm = self.gradients(pairs, index)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(decay)
        return nats, norm

    def averaged(self) -> list[Tensor]:
        """A copy of the moving average of the weights."""
        return [value.clone() for value in self.average.values]

    def nats(self, pairs: Pairs, weights: list[Tensor] | None = None, group: Group = ALONE) -> float:
        """The total nats of the targets, in fp32, with the given weights.

        Args:
            group: the processes that share the work.
        """
        total = 0.0
        self.module.eval()
        with torch.inference_mode(), swapped(self.parameters, weights or self._own()):
            for index in list(evaluation_batches(pairs.lengths_N2))[group.rank :: group.world]:
                found = batch(pairs, index)
                total += self.loss(found)[1].item() * float(found.inside_TB.sum())
        self.module.train()
        return group.sum(total)[0]

    def translate(self, sources: Lines, weights: list[Tensor] | None = None) -> list[Hypothesis]:
        """Greedy translations, with the given weights."""
        result: list[Hypothesis] = [NOTHING] * len(sources)
        attention = bool(self.module.config.copies)
        lengths_N2 = np.stack([lengths(sources)] * 2, axis=1)
        with swapped(self.parameters, weights or self._own()):
            session = TorchSession(self.module, self.device)
            for index in evaluation_batches(lengths_N2):
                found = search(session, [sources[i] for i in index], GREEDY, attention=attention)
                for i, hypotheses in zip(index, found, strict=True):
                    result[i] = hypotheses[0] if hypotheses else NOTHING
        self.module.train()
        return result

    def _own(self) -> list[Tensor]:
        return [parameter.data for parameter in self.parameters]

    def arrays(self) -> Arrays:
        """Copies of everything that the next step depends on, except random generators."""
        result = {f"weights.{i}": p.detach().cpu().numpy().copy() for i, p in enumerate(self.parameters)}
        result |= {f"average.{i}": value.cpu().numpy().copy() for i, value in enumerate(self.average.values)}
        return result | {f"optimizer.{k}": v for k, v in optimizer_arrays(self.optimizer, self.parameters).items()}

    def load(self, snapshot: Snapshot) -> None:
        """Restore what ``arrays`` returned."""
        for i, (parameter, value) in enumerate(zip(self.parameters, self.average.values, strict=True)):
            parameter.data.copy_(torch.from_numpy(snapshot.arrays[f"weights.{i}"]))
            value.copy_(torch.from_numpy(snapshot.arrays[f"average.{i}"]))
        load_optimizer(self.optimizer, self.parameters, snapshot.part("optimizer"))

    def keep(self, weights: list[Tensor]) -> None:
        """End training with these weights in the module."""
        for parameter, value in zip(self.parameters, weights, strict=True):
            parameter.data = value
        self.module.eval()


def evaluation_batches(lengths_N2: Index) -> Iterable[Index]:
    """Batches of similar lengths, the longest first."""
    order = np.lexsort((-lengths_N2[:, 1], -lengths_N2[:, 0]))
    return cut(order, lengths_N2, EVALUATION_TOKENS, EVALUATION_PAIRS)


def estimate_step(trainer: TranslatorTrainer, train: Pairs, batches: list[Index], probes: int = 3) -> float:
    """Seconds of a training step on this machine; does not change the model."""
    state = torch.get_rng_state()
    trainer.module.train()
    seconds = []
    for probe in range(probes + 1):  # the first warms up
        index = batches[(probe * len(batches)) // (probes + 1)]
        begin = time.monotonic()
        trainer.gradients(train, index)
        seconds.append(time.monotonic() - begin)
        trainer.optimizer.zero_grad(set_to_none=True)
    torch.set_rng_state(state)
    return float(np.median(seconds[1:]))
