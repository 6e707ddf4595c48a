"""The language model: embedding, unidirectional recurrent stack, softmax over the vocabulary.

The regularisation is that of Merity et al. (2018): embedding dropout, locked dropout, weight-drop, and penalties on
activations and their changes.  Weight tying is due to Press & Wolf (2017) and Inan et al. (2017).

Shapes: T tokens, B streams, E embedding, K units of the last layer, V words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.nn.adaptive_softmax import INIT_RANGE, AdaptiveSoftmax
from lstmcli.nn.cells import CELLS, State
from lstmcli.nn.dropout import locked_dropout
from lstmcli.nn.sampled_softmax import WordSampler, cross_entropy
from lstmcli.nn.stack import Stack


class WindowOutput(NamedTuple):
    """The output of one window."""

    nats: Tensor
    """Mean negative log-likelihood of the targets, a scalar."""
    dropped: Tensor
    """The top layer's states after dropout, the input of the softmax, [T, B, K]."""
    raw: Tensor
    """The top layer's states before dropout."""
    states: list[State]


class Decoder(nn.Module):
    """Bias of the softmax, and its matrix unless it is tied to the embedding."""

    def __init__(self, vocab_size: int, units: int, tied: bool) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        self.weight = None if tied else nn.Parameter(torch.empty(vocab_size, units).uniform_(-INIT_RANGE, INIT_RANGE))

    def matrix(self, embedding_VE: Tensor) -> Tensor:
        """[V, K]"""
        return embedding_VE if self.weight is None else self.weight

    def initialize_from_frequencies(self, share_V: Tensor) -> None:
        """Set the biases to the log-frequencies of tokens in the training text."""
        self.bias.copy_(share_V.log())


class LanguageModel(nn.Module):
    """From token ids to the loss or logits of the next tokens; the state is passed from window to window."""

    def __init__(self, config: LmModelConfig, vocab_size: int) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(vocab_size, config.embedding).uniform_(-INIT_RANGE, INIT_RANGE))
        self.stack = Stack(
            config.cell, config.embedding, config.widths, False, config.layer_dropout, config.weight_drop
        )
        self.decoder = (
            AdaptiveSoftmax(vocab_size, self.stack.output_size, config.cutoffs)
            if config.softmax == "adaptive"
            else Decoder(vocab_size, self.stack.output_size, config.tied)
        )
        # With orthogonal weights perplexity is a sixth higher after half an epoch of PTB.
        self.stack.initialize_uniform()

    @torch.no_grad()
    def initialize_from_frequencies(self, counts_V: NDArray[np.integer]) -> None:
        """Initialize the softmax biases from token counts of the training text, so that they need not be learned."""
        share_V = torch.from_numpy((counts_V + 1) / (counts_V.sum() + len(counts_V)))
        self.decoder.initialize_from_frequencies(share_V)

    def embed(self, ids_TB: Tensor) -> Tensor:
        """[T, B, E]; in training, words are dropped at all their positions in the window."""
        table, rate = self.embedding, self.config.embedding_dropout
        x_TBE = functional.embedding(ids_TB, table)
        if self.training and rate:
            keep_V = torch.empty(len(table), device=table.device).bernoulli_(1 - rate).div_(1 - rate)
            x_TBE = x_TBE * keep_V[ids_TB][..., None]
        return locked_dropout(x_TBE, self.config.input_dropout, self.training)

    def read(self, x_TBE: Tensor, states: Sequence[State] | None = None) -> tuple[Tensor, list[State]]:
        """From embedded tokens to the top layer's states [T, B, K], and the final state of every layer."""
        return self.stack.forward_from(x_TBE, states)

    def logits(self, h_TBK: Tensor) -> Tensor:
        """Logits [T, B, V]; for an adaptive softmax these are log-probabilities."""
        if isinstance(self.decoder, AdaptiveSoftmax):
            return self.decoder.log_probabilities(h_TBK)
        logits: Tensor = functional.linear(h_TBK, self.decoder.matrix(self.embedding), self.decoder.bias)
        return logits

    def forward(self, ids_TB: Tensor, states: Sequence[State] | None = None) -> tuple[Tensor, list[State]]:
        """Logits [T, B, V] of the next token after each token, and the final state."""
        h_TBK, states = self.read(self.embed(ids_TB), states)
        return self.logits(h_TBK), states

    def loss(
        self,
        ids_TB: Tensor,
        targets_TB: Tensor,
        states: Sequence[State] | None = None,
        *,
        bf16: bool = False,
        sampler: WordSampler | None = None,
    ) -> WindowOutput:
        """The loss of the targets [T, B] of a window.

        Args:
            sampler: of a full softmax, compute a sample of the words.
            bf16: compute matrix products of the softmax and, if there is a kernel, of the layers in bfloat16.
        """
        lower = bf16 and CELLS[self.config.cell].is_lowered(ids_TB.device.type)
        with torch.autocast(ids_TB.device.type, torch.bfloat16, enabled=lower):
            raw_TBK, states = self.read(self.embed(ids_TB), states)
        raw_TBK, states = raw_TBK.float(), [tuple(part.float() for part in state) for state in states]
        h_TBK = locked_dropout(raw_TBK, self.config.output_dropout, self.training)
        h_NK, target_N = h_TBK.reshape(-1, h_TBK.shape[-1]), targets_TB.reshape(-1)
        if isinstance(self.decoder, AdaptiveSoftmax):
            nats = self.decoder.loss(h_NK, target_N, bf16=bf16)
        else:
            matrix_VK = self.decoder.matrix(self.embedding)
            nats = cross_entropy(h_NK, matrix_VK, self.decoder.bias, target_N, sampler, bf16=bf16)
        return WindowOutput(nats, h_TBK, raw_TBK, states)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The weights by name, as stored in ``model.safetensors``."""
        whole = {name: value.detach().cpu() for name, value in self.state_dict().items()}
        return {name: (value.float() if value.is_floating_point() else value).numpy() for name, value in whole.items()}


def activation_penalty(found: WindowOutput, alpha: float, beta: float) -> Tensor:
    """Activation and temporal activation regularisation (Merity et al. 2017, equations 1 and 2)."""
    large = found.dropped.square().mean()
    change = (found.raw[1:] - found.raw[:-1]).square().mean() if len(found.raw) > 1 else large.new_zeros(())
    return alpha * large + beta * change


def load_language_model(
    weights: Mapping[str, NDArray[np.generic]], config: LmModelConfig, vocab_size: int
) -> LanguageModel:
    """The PyTorch module with saved weights, in evaluation mode."""
    module = LanguageModel(config, vocab_size)
    own = module.state_dict()
    module.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in own})
    return module.eval()
