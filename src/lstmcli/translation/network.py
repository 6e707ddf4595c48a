"""The network of a translator: embedding, bidirectional encoder, attention, decoder, softmax over the vocabulary.

The encoder reads the source in both directions (Bahdanau et al. 2015, section 3.2).  The decoder starts from a
projection of the mean of the encoder's states; parts of its state that are not vectors of H start from zeros.
At step t its state h_t is compared with the states m_s of the source
(Luong et al. 2015, section 3.1, equation numbers of that paper)::

    score(h_t, m_s) = h_t' m_s              dot
                    = h_t' W m_s            general
                    = v' tanh(W h_t + U m_s)   additive (Bahdanau et al. 2015, appendix A.1.2)
    a_t = softmax(score)                    (7)
    c_t = sum_s a_ts m_s                    the context
    k_t = tanh(W_c [c_t; h_t])              (5), the attentional state
    p(y_t) = softmax(E k_t + b)             (6), E the embedding if it is tied

With input feeding (section 3.3) the input of step t is [y_{t-1}; k_{t-1}].

Shapes: S source tokens, T target tokens, B pairs, E embedding, H units of the decoder, V words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lstmcli.nn.cells import CELLS, State
from lstmcli.nn.dropout import locked_dropout, word_dropout
from lstmcli.nn.softmax import cross_entropy
from lstmcli.nn.stack import Stack, init_scale
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.translation.config import TranslatorModelConfig


class Memory(NamedTuple):
    """What the decoder needs of the sources."""

    values_BSH: Tensor
    """The encoder's states."""
    keys_BSH: Tensor
    """What states of the decoder are compared with."""
    mask_BS: Tensor
    """0 for tokens, minus infinity for padding."""


class DecoderState(NamedTuple):
    layers: list[State]
    feed_BE: Tensor
    """The attentional state of the last step; zeros before the first."""


class Attention(nn.Module):
    """Scores of the tokens of the source."""

    def __init__(self, kind: str, hidden: int) -> None:
        super().__init__()
        self.kind = kind
        bound = init_scale(hidden)

        def uniform(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))

        self.memory = None if kind == "dot" else uniform(hidden, hidden)
        self.query = uniform(hidden, hidden) if kind == "additive" else None
        self.v = uniform(hidden) if kind == "additive" else None

    def keys(self, values_BSH: Tensor) -> Tensor:
        """The part of the scores that does not depend on the decoder, computed once."""
        return values_BSH if self.memory is None else functional.linear(values_BSH, self.memory)

    def forward(self, h_TBH: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """The contexts [T, B, H] and the weights [B, T, S]."""
        h_BTH = h_TBH.transpose(0, 1)
        if self.query is None or self.v is None:
            score_BTS = h_BTH @ memory.keys_BSH.transpose(1, 2)
        else:
            query_BTH = functional.linear(h_BTH, self.query)
            score_BTS = torch.tanh(query_BTH[:, :, None] + memory.keys_BSH[:, None]) @ self.v
        weights_BTS = torch.softmax(score_BTS.float() + memory.mask_BS[:, None], dim=-1)
        context_BTH = weights_BTS.to(memory.values_BSH) @ memory.values_BSH
        return context_BTH.transpose(0, 1), weights_BTS


class Translator(nn.Module):
    """From token ids of the source, and of the target so far, to the loss or logits of the next tokens."""

    def __init__(self, config: TranslatorModelConfig, vocab_size: int, source_vocab_size: int | None = None) -> None:
        """``source_vocab_size``: of a vocabulary of the sources' own; None: both sides share one."""
        super().__init__()
        self.config, cell = config, config.cell
        E, H, scale = config.embedding, config.hidden, init_scale(config.embedding)
        self.embedding = nn.Parameter(torch.randn(vocab_size, E) * scale)
        own = source_vocab_size
        self.source_embedding = None if own is None else nn.Parameter(torch.randn(own, E) * scale)
        drops = (config.layer_dropout, config.weight_drop, config.residual)
        self.encoder = Stack(cell, E, config.encoder_widths, True, *drops)
        self.decoder = Stack(cell, config.decoder_inputs, config.widths, False, *drops)
        self.bridge = nn.Linear(H, CELLS[cell].vectors(H) * config.layers * H)
        self.attention = Attention(config.attention, H)
        self.combine = nn.Parameter(torch.empty(E, 2 * H))
        nn.init.xavier_uniform_(self.combine)
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        self.softmax = None if config.tied else nn.Parameter(torch.randn(vocab_size, E) * scale)

    @property
    def matrix_VE(self) -> Tensor:
        return self.embedding if self.softmax is None else self.softmax

    def embed(self, ids: Tensor, *, source: bool = False) -> Tensor:
        """[T, B, E]"""
        ids = word_dropout(ids, self.config.word_dropout, UNKNOWN_ID, self.training)
        own = self.source_embedding if source else None
        x = functional.embedding(ids, self.embedding if own is None else own)
        return locked_dropout(x, self.config.embedding_dropout, self.training)

    def encode(self, ids_SB: Tensor, lengths_B: Tensor) -> tuple[Memory, DecoderState]:
        """What the decoder needs of the sources, and its initial state."""
        h_SBH = self.encoder(self.embed(ids_SB, source=True), lengths_B)
        inside_SB = torch.arange(len(ids_SB), device=ids_SB.device)[:, None] < lengths_B
        h_SBH = torch.where(inside_SB[..., None], h_SBH, 0.0)
        values_BSH = h_SBH.transpose(0, 1).contiguous()
        mask_BS = torch.zeros_like(inside_SB.T, dtype=torch.float32).masked_fill(~inside_SB.T, -torch.inf)
        mean_BH = values_BSH.sum(1) / lengths_B[:, None]
        H, sizes = self.config.hidden, CELLS[self.config.cell].state_sizes(self.config.hidden).values()
        parts = iter(torch.split(torch.tanh(self.bridge(mean_BH))[None], H, dim=-1))
        zeros = mean_BH.new_zeros
        layers = [
            tuple(next(parts) if size == H else zeros(1, len(mean_BH), size) for size in sizes)
            for _ in range(self.config.layers)
        ]
        feed_BE = values_BSH.new_zeros(len(lengths_B), self.config.embedding)
        return Memory(values_BSH, self.attention.keys(values_BSH), mask_BS), DecoderState(layers, feed_BE)

    def decode(self, ids_TB: Tensor, memory: Memory, state: DecoderState) -> tuple[Tensor, Tensor, DecoderState]:
        """The attentional states [T, B, E], the weights of attention [B, T, S] and the state after the last step."""
        x_TBE, outputs, weights = self.embed(ids_TB), [], []
        windows = list(torch.split(x_TBE, 1)) if self.config.input_feeding else [x_TBE]
        for x in windows:
            if self.config.input_feeding:
                x = torch.cat([x, state.feed_BE[None]], dim=-1)
            h_TBH, layers = self.decoder.forward_from(x, state.layers)
            k_TBE, weights_BTS = self.attend(h_TBH, memory)
            state = DecoderState(layers, k_TBE[-1])
            outputs.append(k_TBE)
            weights.append(weights_BTS)
        return torch.cat(outputs), torch.cat(weights, dim=1), state

    def attend(self, h_TBH: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """The attentional states [T, B, E] and the weights [B, T, S]."""
        context_TBH, weights_BTS = self.attention(h_TBH, memory)
        return torch.tanh(functional.linear(torch.cat([context_TBH, h_TBH], dim=-1), self.combine)), weights_BTS

    def log_probabilities(self, k_TBE: Tensor) -> Tensor:
        """[T, B, V]"""
        logits: Tensor = functional.linear(k_TBE.float(), self.matrix_VE, self.bias)
        return logits.log_softmax(-1)

    def loss(
        self,
        source_SB: Tensor,
        lengths_B: Tensor,
        inputs_TB: Tensor,
        targets_TB: Tensor,
        inside_TB: Tensor,
        *,
        smoothing: float = 0.0,
        bf16: bool = False,
    ) -> tuple[Tensor, Tensor]:
        """The loss to train on, and the mean negative log-likelihood of the targets in nats; both scalars.

        With smoothing e the loss of a target y is (1 - e) nats(y) + e times the mean nats of all words.  Since the
        normalisation is the same for all words, that is nats(y) + e (logit(y) - mean logit).

        Args:
            inside_TB: which targets are not padding.
        """
        lower = bf16 and CELLS[self.config.cell].is_lowered(source_SB.device.type)
        with torch.autocast(source_SB.device.type, torch.bfloat16, enabled=lower):
            memory, state = self.encode(source_SB, lengths_B)
            k_TBE, _, _ = self.decode(inputs_TB, memory, state)
        k_TBE = locked_dropout(k_TBE.float(), self.config.output_dropout, self.training)
        k_NE, target_N = k_TBE[inside_TB], targets_TB[inside_TB]
        nats = cross_entropy(k_NE, self.matrix_VE, self.bias, target_N, bf16=bf16)
        if not smoothing:
            return nats, nats.detach()
        above_NE = functional.embedding(target_N, self.matrix_VE) - self.matrix_VE.mean(0)
        above = (k_NE * above_NE).sum(-1).mean() + (self.bias[target_N] - self.bias.mean()).mean()
        return nats + smoothing * above, nats.detach()

    def tensors(self) -> dict[str, NDArray[Any]]:
        """The weights by name, as stored in ``model.safetensors``."""
        return {name: value.detach().float().cpu().numpy() for name, value in self.state_dict().items()}


def load_translator(
    weights: Mapping[str, NDArray[np.generic]], config: TranslatorModelConfig, vocab_size: int
) -> Translator:
    """The PyTorch module with saved weights, in evaluation mode."""
    own = weights.get("source_embedding")
    module = Translator(config, vocab_size, None if own is None else len(own))
    module.load_state_dict({name: torch.from_numpy(np.array(weights[name])) for name in module.state_dict()})
    return module.eval()
