"""Measure the memory of cells on the user's text: gradients by lag, and a recall task.

Shapes: N tokens or windows, T tokens of a window, F rows per token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification import load as classification
from lstmcli.data.records import Record
from lstmcli.evaluation.significance import spread
from lstmcli.experiments.plan import nearest
from lstmcli.experiments.results import GradientByLag, Recall
from lstmcli.language_modeling import load as language_modeling
from lstmcli.model_dir.directory import WEIGHTS, ModelDir
from lstmcli.model_dir.files import tensors, use_file
from lstmcli.translation import load as translation

MAX_LAG = 64
WINDOWS = 32
MIN_WINDOWS = 16
"""Minimum number of texts that must be long enough for a lag; with few texts, half of them."""
MAX_RECORDS = 5000
"""Maximum number of records that tokens are taken from."""
RECALL_UNITS = 32
"""Units of the reference cell; other cells get as many parameters."""


def windows(texts: Sequence[NDArray[np.int32]], longest: int) -> NDArray[np.int32]:
    """[N, T, F]: the starts of the longest texts; T is the largest length that enough texts have."""
    by_length = sorted(texts, key=len, reverse=True)[:WINDOWS]
    enough = by_length[min(MIN_WINDOWS, (len(by_length) + 1) // 2) - 1]
    T = min(len(enough), longest, MAX_LAG + 1)
    return np.stack([ids[:T] for ids in by_length if len(ids) >= T])


def stream_windows(ids_N: NDArray[np.integer]) -> NDArray[np.int64]:
    """[N, T]: windows evenly spaced over one long text."""
    T = min(len(ids_N), MAX_LAG + 1)
    starts = np.unique(np.linspace(0, len(ids_N) - T, WINDOWS).astype(int))
    return np.stack([ids_N[start : start + T] for start in starts]).astype(np.int64)


def gradients(model: ModelDir, records: Iterable[Record]) -> NDArray[np.float64]:
    """``gradient_by_lag`` of a saved model on the texts of records.

    Raises:
        ModelError: it is damaged.
    """
    from lstmcli.experiments.gradients import classifier_gradients, language_model_gradients, translator_gradients

    weights = use_file(model, WEIGHTS, tensors)
    if model.task.paired:
        sources = translation.read_sides(model).source.encode([record.text for record in islice(records, MAX_RECORDS)])
        return translator_gradients(weights, model.settings.model, windows(sources, MAX_LAG + 1))
    if not model.task.labelled:
        windows_NT = stream_windows(tokens(model, records))
        return language_model_gradients(weights, model.settings.model, len(weights["embedding"]), windows_NT)
    config = model.settings
    texts = classification.read_encoder(model).encode([record.text for record in islice(records, MAX_RECORDS)])
    longest = min(config.model.segment or MAX_LAG + 1, config.tokenizer.max_tokens)
    return classifier_gradients(weights, config.model, len(model.labels), windows(texts, longest))


def tokens(model: ModelDir, records: Iterable[Record]) -> NDArray[np.int64]:
    """The ids of the texts of the first records, concatenated; never empty."""
    some = [record.text for record in islice(records, MAX_RECORDS)]
    if model.task.paired:
        parts = translation.read_sides(model).source.encode(some)
    elif not model.task.labelled:
        parts = language_modeling.read_encoder(model).encode([line for text in some for line in text.split("\n")])
    else:
        parts = [ids_TF[:, 0] for ids_TF in classification.read_encoder(model).encode(some)]
    return np.concatenate(parts).astype(np.int64)


def average_curve(cell: str, curves: Sequence[NDArray[np.float64]]) -> GradientByLag:
    """The curve of a cell: the geometric mean over its seeds, because gradients differ by factors."""
    with np.errstate(divide="ignore"):
        mean = np.exp(np.mean(np.log(curves), axis=0))
    return GradientByLag(cell, tuple(map(float, mean)))


def distances_up_to(longest: int) -> tuple[int, ...]:
    """1, 2, 5, 10, 20, … and ``longest``."""
    steps = (factor * 10**power for power in range(len(str(longest))) for factor in (1, 2, 5))
    return tuple(sorted({distance for distance in steps if distance < longest} | {longest}))


def recall(
    cell: str,
    base: str,
    text_N: NDArray[np.int64],
    distance: int,
    seeds: Sequence[int],
    stop: Callable[[], bool] = lambda: False,
) -> Recall:
    """The recall accuracy of a cell with as many parameters as the reference cell ``base``."""
    from lstmcli.cells import CELLS
    from lstmcli.experiments.recall import EMBEDDING, accuracy, fillers, learn

    def count(units: int) -> int:
        return CELLS[cell].count(EMBEDDING, units)

    units = nearest(count, CELLS[base].count(EMBEDDING, RECALL_UNITS))
    text_N = fillers(text_N)
    found = []
    for seed in seeds:
        memory = learn(cell, units, text_N, distance, seed=seed, stop=stop)
        found.append([accuracy(memory, text_N, d) for d in distances_up_to(distance)])
    return Recall(cell, units, count(units), tuple(spread(values, 0.0, 1.0) for values in zip(*found, strict=True)))
