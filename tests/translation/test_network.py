"""The network: the equations of the papers, the loss, independence of padding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from lstmcli.translation.batches import Pairs, batch
from lstmcli.translation.config import ATTENTIONS
from lstmcli.translation.network import Attention, Memory, Translator
from support.translators import network

PAIRS = Pairs(
    [np.array(ids, np.int32) for ids in ([3, 4, 0], [5, 6, 7, 8, 9, 0], [2, 0])],
    [np.array(ids, np.int32) for ids in ([4, 3, 2, 0], [9, 0], [5, 5, 5, 5, 5, 0])],
)


def tensors(index: list[int]) -> list[torch.Tensor]:
    *ids, inside = (torch.from_numpy(part) for part in batch(PAIRS, index))
    return [*(part.long() for part in ids), inside]


def nats_of(module: Translator, index: list[int]) -> torch.Tensor:
    source, lengths, inputs, targets, inside = tensors(index)
    memory, state = module.encode(source, lengths)
    k_TBE, _, _ = module.decode(inputs, memory, state)
    log_p = module.log_probabilities(k_TBE)
    return -log_p.gather(-1, targets[..., None])[..., 0] * inside


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_attention_is_that_of_the_paper(kind: str) -> None:
    """Luong et al. 2015, equations 7 and 8, and Bahdanau et al. 2015, appendix A.1.2, a pair of states at a time."""
    torch.manual_seed(2)
    own, h, m = Attention(kind, 4), torch.randn(1, 1, 4), torch.randn(1, 3, 4)
    context, weights = own(h, Memory(m, own.keys(m), torch.zeros(1, 3)))
    scores = []
    for state in m[0].detach().numpy():
        query = h[0, 0].numpy()
        W, U, v = (None if part is None else part.detach().numpy() for part in (own.query, own.memory, own.v))
        if kind == "dot":
            scores.append(query @ state)
        elif kind == "general":
            scores.append(query @ U @ state)
        else:
            scores.append(v @ np.tanh(W @ query + U @ state))
    expected = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(weights[0, 0].detach(), expected, atol=1e-6)
    np.testing.assert_allclose(context[0, 0].detach(), expected @ m[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("feeding", [False, True])
def test_padding_changes_nothing(feeding: bool) -> None:
    module = network(input_feeding=feeding)
    with torch.no_grad():
        together = nats_of(module, [0, 1, 2]).sum(0)
        alone = torch.stack([nats_of(module, [i]).sum() for i in range(3)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_cross_entropy_with_smoothed_labels(smoothing: float) -> None:
    module = network()
    source, lengths, inputs, targets, inside = tensors([0, 1, 2])
    loss, nats = module.loss(source, lengths, inputs, targets, inside, smoothing=smoothing)
    memory, state = module.encode(source, lengths)
    log_p = module.log_probabilities(module.decode(inputs, memory, state)[0])[inside]
    expected = functional.cross_entropy(log_p, targets[inside], label_smoothing=smoothing)
    torch.testing.assert_close(loss, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(nats, functional.cross_entropy(log_p, targets[inside]), atol=1e-5, rtol=1e-5)
    loss.backward()  # type: ignore[no-untyped-call]
    found = module.embedding.grad.clone()
    module.zero_grad()
    expected.backward()
    torch.testing.assert_close(found, module.embedding.grad, atol=1e-5, rtol=1e-4)


def test_input_feeding_reads_the_attentional_state_of_the_step_before() -> None:
    module = network(input_feeding=True)
    source, lengths, inputs, *_ = tensors([0, 1, 2])
    with torch.no_grad():
        memory, state = module.encode(source, lengths)
        whole, _, _ = module.decode(inputs, memory, state)
        for t in range(len(inputs)):
            step, _, state = module.decode(inputs[t : t + 1], memory, state)
            torch.testing.assert_close(step[0], whole[t], atol=1e-6, rtol=1e-5)
            torch.testing.assert_close(state.feed_BE, whole[t], atol=1e-6, rtol=1e-5)
