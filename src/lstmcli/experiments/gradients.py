"""The gradient of a state with respect to earlier inputs, by lag.

Hochreiter (1991), Bengio, Simard & Frasconi (1994) and Pascanu, Mikolov & Bengio (2013, section 2): the gradient with
respect to an input k steps back is a product of k Jacobians, which vanishes or explodes with k unless the cell prevents
it.

Shapes: T tokens, N windows of text, F rows per token, E inputs, H units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lstmcli.classification.config import ClassifierModelConfig
from lstmcli.classification.network import load_classifier_module
from lstmcli.language_modeling.config import LmModelConfig
from lstmcli.language_modeling.network import load_language_model
from lstmcli.nn.stack import Stack
from lstmcli.translation.config import TranslatorModelConfig
from lstmcli.translation.network import load_translator

MAX_UNITS = 64
"""Maximum number of units that are measured; those of larger layers are evenly spaced."""
Weights = Mapping[str, NDArray[np.generic]]


def gradient_by_lag(stack: Stack, x_TNE: Tensor) -> NDArray[np.float64]:
    """[T]: at index k the gradient norm of the final state with respect to the input k tokens before.

    It is the norm over E of the gradient of a forward unit of the top layer; root mean square over units, mean over
    windows.
    """
    T, N, _ = x_TNE.shape
    x_TNE = x_TNE.detach().requires_grad_()
    forward = stack.layers[-1][0]  # type: ignore[index]
    h_NH = stack(x_TNE, torch.full((N,), T, device=x_TNE.device))[-1, :, : forward.hidden]
    units = np.unique(np.linspace(0, forward.hidden - 1, min(MAX_UNITS, forward.hidden)).round().astype(int))
    squares_TN = torch.zeros(T, N, dtype=torch.float64)
    for unit in units:  # rows are independent, so the gradient of the sum has the gradient of each
        (gradient_TNE,) = torch.autograd.grad(h_NH[:, unit].sum(), x_TNE, retain_graph=True)
        squares_TN += gradient_TNE.double().square().sum(-1).cpu()
    return np.asarray((squares_TN / len(units)).sqrt().mean(1).flip(0).numpy(), np.float64)


def classifier_gradients(
    weights: Weights, config: ClassifierModelConfig, classes: int, ids_NTF: NDArray[np.integer]
) -> NDArray[np.float64]:
    """``gradient_by_lag`` of a saved classifier, on windows of one segment."""
    exact = replace(
        config, embedding_dropout=0.0, word_dropout=0.0, feature_dropout=0.0, layer_dropout=0.0, weight_drop=0.0
    )
    module = load_classifier_module(weights, exact, classes).train()  # gradients, no dropout
    ids = torch.from_numpy(ids_NTF.astype(np.int64))
    return gradient_by_lag(module.stack, module.embed(ids[:, None]))


def language_model_gradients(
    weights: Weights, config: LmModelConfig, vocab_size: int, ids_NT: NDArray[np.integer]
) -> NDArray[np.float64]:
    """``gradient_by_lag`` of a saved language model, on windows that start from a zero state."""
    exact = replace(config, embedding_dropout=0.0, input_dropout=0.0, layer_dropout=0.0, weight_drop=0.0)
    module = load_language_model(weights, exact, vocab_size).train()
    ids_TN = torch.from_numpy(ids_NT.astype(np.int64)).T
    return gradient_by_lag(module.stack, module.embed(ids_TN))


def translator_gradients(
    weights: Weights, config: TranslatorModelConfig, ids_NT: NDArray[np.integer]
) -> NDArray[np.float64]:
    """``gradient_by_lag`` of the encoder of a saved translator, on windows of sources."""
    exact = replace(config, word_dropout=0.0, embedding_dropout=0.0, layer_dropout=0.0, weight_drop=0.0)
    module = load_translator(weights, exact, len(weights["embedding"])).train()
    ids_TN = torch.from_numpy(ids_NT.astype(np.int64)).T
    return gradient_by_lag(module.encoder, module.embed(ids_TN, source=True))
