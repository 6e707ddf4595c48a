"""The training loop of language models: every token read once an epoch, state carried, best weights kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.errors import LstmError
from lstmcli.language_modeling import fit as module
from lstmcli.language_modeling.config import LmModelConfig, LmTrainConfig
from lstmcli.language_modeling.fit import fit_lm, reset_states
from lstmcli.language_modeling.network import LanguageModel
from lstmcli.language_modeling.trainer import (
    LmTrainer,
    estimate_step,
    sample,
    stream_starts,
    streams,
    total_nats,
    window_lengths,
)
from lstmcli.training import loop
from lstmcli.training.budget import Budget
from lstmcli.training.checkpoint import Checkpoints, read_latest
from lstmcli.training.events import Step, Stopped, Validated, Warned

V = 7
CONFIG = LmTrainConfig(epochs=3, batch_size=4, bptt=10, learning_rate=2e-2, schedule="constant", warmup=0.0, clip=1.0)
TEXT = np.array(list(islice(cycle([0, 2, 3, 4, 5, 6, 2]), 1200)), np.uint16)


def trainer(config: LmTrainConfig = CONFIG) -> LmTrainer:
    torch.manual_seed(0)
    model = LmModelConfig(embedding=8, hidden=8, layers=1, embedding_dropout=0, input_dropout=0, output_dropout=0)
    return LmTrainer(LanguageModel(model, V), config, device="cpu", bf16=False)


@given(length=st.integers(2, 300), batch=st.integers(1, 9))
def test_streams_are_the_text_side_by_side(length: int, batch: int) -> None:
    ids = np.arange(length)
    inputs, targets = streams(ids, batch)
    assert (targets == inputs + 1).all() and inputs.size == (length - 1) // batch * batch
    assert inputs.ravel().tolist() == list(range(inputs.size))


@given(n=st.integers(1, 5000), seed=st.integers(0, 50), random=st.booleans())
def test_windows_add_up_and_are_of_few_lengths(n: int, seed: int, random: bool) -> None:
    config = replace(CONFIG, bptt=35, random_bptt=random)
    lengths = window_lengths(n, config, np.random.default_rng(seed))
    assert sum(lengths) == n and max(lengths) <= 45 and min(lengths) >= 1
    assert len(set(lengths[:-1])) <= (9 if random else 1)


@given(n=st.integers(1, 5000), seed=st.integers(0, 50))
def test_streams_begin_anywhere_or_at_their_start(n: int, seed: int) -> None:
    starts = stream_starts(n, CONFIG, np.random.default_rng(seed))
    assert starts.shape == (CONFIG.batch_size,) and ((starts >= 0) & (starts < n)).all()
    fixed = replace(CONFIG, random_starts=False)
    assert not stream_starts(n, fixed, np.random.default_rng(seed)).any()


@pytest.mark.parametrize("random", [True, False])
def test_an_epoch_reads_every_stream_once_in_order(random: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    t = trainer(replace(CONFIG, random_starts=random))
    read: list[Any] = []

    def seen(inputs: Any, targets: Any, *_: Any) -> Any:
        read.append((inputs, targets))
        return 1.0, 1.0, [(torch.zeros(1, 4, 8), torch.zeros(1, 4, 8))]

    monkeypatch.setattr(t, "step", seen)
    text, n = np.arange(1001), 250
    list(fit_lm(t, text, TEXT[:100], stop=lambda: False, rng=np.random.default_rng(0)))
    inputs, targets = (np.concatenate(part, 1).reshape(4, 3, n) for part in zip(*read, strict=True))
    assert (targets == inputs + 1).all()
    first = inputs % n - np.arange(n)  # from where the streams are read, in 3 epochs
    assert (first % n == first[:, :, :1]).all() and (inputs // n == np.arange(4)[:, None, None]).all()
    assert len(np.unique(first[:, :, 0])) == (12 if random else 1)


def test_rows_are_emptied_alone() -> None:
    states = [(torch.ones(1, 3, 2), torch.ones(1, 3, 2))]
    found = reset_states(states, np.array([False, True, False]))
    assert found[0][1][0].tolist() == [[1, 1], [0, 0], [1, 1]]
    assert reset_states(states, np.zeros(3, np.bool_)) is states


def test_it_learns_a_cycle_and_keeps_the_best() -> None:
    t = trainer()
    found = list(fit_lm(t, TEXT, TEXT[:400], stop=lambda: False, rng=np.random.default_rng(0)))
    validated = [event for event in found if isinstance(event, Validated)]
    assert len(validated) == 3 and validated[-1].value < validated[0].value < V
    assert validated[-1].value == pytest.approx(math.exp(validated[-1].loss))
    steps = [event for event in found if isinstance(event, Step)]
    assert steps[-1].unit == "tokens" and steps[-1].epoch == 3
    stopped = found[-1]
    assert isinstance(stopped, Stopped) and stopped.reason == "finished"
    best = min(event.loss for event in validated)
    assert total_nats(t.module, TEXT[:400]) / 399 == pytest.approx(best, rel=1e-5)
    assert sample(t.module, 0, 6, np.random.default_rng(1)) == [2, 3, 4, 5, 6, 2]


@pytest.mark.parametrize("limit", [45.0, 1000.0, math.inf])
def test_a_step_tells_what_the_time_allows(limit: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three epochs of about 30 windows, of which each takes a second."""
    t, now = trainer(), [0.0]
    step = t.step

    def slow(*arguments: Any) -> Any:
        now[0] += 1
        return step(*arguments)

    monkeypatch.setattr(t, "step", slow)
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_STEPS", 0.0)
    budget = Budget(limit, clock=lambda: now[0])
    found = list(fit_lm(t, TEXT, TEXT[:400], stop=lambda: False, rng=np.random.default_rng(0), budget=budget))
    steps = [event for event in found if isinstance(event, Step)]
    if limit == 45:
        assert {event.steps for event in steps} <= {45, 46} and steps[-1].step == 45
        assert {event.epochs for event in steps} == {2}
    else:
        assert {event.epochs for event in steps} == {3} and steps[-1].epoch == 3
    assert all(event.seconds_left <= limit - event.seconds for event in steps)
    assert steps[-1].seconds_left < 1.5


@pytest.mark.parametrize("stops", [0, 3])
def test_stopping_ends_it(stops: int) -> None:
    calls = iter(range(10_000))
    found = list(fit_lm(trainer(), TEXT, TEXT, stop=lambda: next(calls) >= stops, rng=np.random.default_rng(0)))
    stopped = found[-1]
    assert isinstance(stopped, Stopped) and stopped.reason == "interrupted"
    assert sum(isinstance(event, Validated) for event in found) == (stops > 0)


@pytest.mark.parametrize(
    ("bad", "said"), [(math.nan, "not a number"), (math.inf, "is infinite"), (50.0, "risen to 50")]
)
def test_a_loss_that_runs_away_ends_training_with_the_weights_from_before(
    bad: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = trainer()
    step, steps = t.step, 0

    def diverging(*arguments: Any) -> Any:
        nonlocal steps
        steps += 1
        loss, *rest = step(*arguments)
        return (bad if steps >= 50 else loss, *rest)

    monkeypatch.setattr(t, "step", diverging)
    *_, warned, stopped = fit_lm(t, TEXT, TEXT[:400], stop=lambda: False, rng=np.random.default_rng(0))
    assert isinstance(stopped, Stopped) and stopped.reason == "diverged" and stopped.best_epoch >= 1
    assert isinstance(warned, Warned) and said in warned.message and "try --learning-rate" in warned.message
    assert all(torch.isfinite(value).all() for value in t.module.parameters())


def test_a_loss_that_runs_away_at_once_leaves_nothing_to_keep() -> None:
    run = fit_lm(
        trainer(replace(CONFIG, learning_rate=1e30)), TEXT, TEXT, stop=lambda: False, rng=np.random.default_rng(0)
    )
    with pytest.raises(LstmError, match="diverged") as caught:
        list(run)
    assert caught.value.hint == "try --learning-rate 0.005"


@pytest.mark.parametrize("first", [[math.nan], [2.0, math.nan], [2.0, 1e3]])
def test_a_validation_loss_that_runs_away_sets_the_run_back(
    first: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter(first)
    monkeypatch.setattr(module, "total_nats", lambda *_: 199 * next(losses, 1.5))
    found = finished(trainer(), Checkpoints())
    (warning,) = (event for event in found if isinstance(event, Warned))
    assert "continuing from step 0" in warning.message
    assert isinstance(found[-1], Stopped) and found[-1].reason == "finished" and found[-1].best_epoch >= 1
    assert all(math.isfinite(event.loss) for event in found if isinstance(event, Validated))


def test_sgd_ends_as_an_average() -> None:
    t = trainer(replace(CONFIG, optimizer="sgd", learning_rate=50.0, epochs=14, patience=0))
    list(fit_lm(t, TEXT, TEXT[:200], stop=lambda: False, rng=np.random.default_rng(0), validations=2))
    assert t.mean is not None and t.averaged_steps > 0


@given(length=st.integers(2, 400))
@settings(max_examples=20)
def test_every_token_is_scored(length: int) -> None:
    """A model that knows nothing: the nats count the tokens."""
    t = trainer()
    for parameter in t.parameters:
        parameter.data.zero_()
    text = np.resize(TEXT, length)
    assert total_nats(t.module, text) == pytest.approx((length - 1) * math.log(V), rel=1e-5)


def test_many_streams_score_every_token_too() -> None:
    t = trainer()
    for parameter in t.parameters:
        parameter.data.zero_()
    text = np.resize(TEXT, 16 * 2000 + 7)
    assert total_nats(t.module, text) == pytest.approx((len(text) - 1) * math.log(V), rel=1e-5)


def test_an_estimate_changes_nothing() -> None:
    t = trainer()
    before = [p.detach().clone() for p in t.parameters]
    torch.manual_seed(5)
    state = torch.get_rng_state()
    assert estimate_step(t, TEXT) > 0
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(before, t.parameters, strict=True))
    assert all(p.grad is None for p in t.parameters)


SETTINGS = [
    CONFIG,
    replace(CONFIG, optimizer="sgd", learning_rate=1.0, random_bptt=False, random_starts=False, alpha=1.0, beta=1.0),
    replace(CONFIG, schedule="linear", warmup=0.1, batch_size=3, epochs=2),
    replace(CONFIG, epochs=2, softmax_words=3),
]


def dropping(config: LmTrainConfig) -> LmTrainer:
    torch.manual_seed(0)
    model = LmModelConfig(embedding=8, hidden=8, layers=2, weight_drop=0.2)
    counts_V = np.bincount(TEXT, minlength=V)
    return LmTrainer(LanguageModel(model, V), config, device="cpu", bf16=True, counts_V=counts_V)


def finished(t: LmTrainer, checkpoints: Checkpoints, stop: Callable[[], bool] = lambda: False) -> list[Any]:
    return list(
        fit_lm(t, TEXT, TEXT[:200], stop=stop, rng=np.random.default_rng(5), validations=2, checkpoints=checkpoints)
    )


@pytest.mark.parametrize("config", SETTINGS)
@given(cut=st.integers(1, 60))
@settings(max_examples=6)
def test_a_run_that_goes_on_ends_as_if_it_had_never_stopped(
    config: LmTrainConfig, cut: int, tmp_path_factory: Any
) -> None:
    whole = dropping(config)
    finished(whole, Checkpoints())
    folder = tmp_path_factory.mktemp("run")
    calls = iter(range(10**6))
    first = dropping(config)
    finished(first, Checkpoints(folder, every=1e9), lambda: next(calls) >= cut)
    found, broken = read_latest(folder)
    assert not broken
    if found is None:  # it was over before
        return
    torch.manual_seed(99)  # what this process has done before must not matter
    second = dropping(config)
    finished(second, Checkpoints(folder, last=found))
    for ours, theirs in zip(second.parameters, whole.parameters, strict=True):
        assert torch.equal(ours, theirs)


def test_a_loss_that_runs_away_sets_the_run_back_at_a_lower_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    t = trainer()
    rates: list[float] = []
    step = t.step

    def once(*arguments: Any) -> Any:
        rates.append(arguments[3])
        loss, norm, states = step(*arguments)
        return (math.nan if len(rates) == 40 else loss), norm, states

    monkeypatch.setattr(t, "step", once)
    monkeypatch.setattr(loop, "ROLLBACK_STEPS", 10)
    found = finished(t, Checkpoints())
    (warning,) = (event for event in found if isinstance(event, Warned))
    assert "not a number" in warning.message and "continuing from step 30" in warning.message
    stopped = found[-1]
    assert isinstance(stopped, Stopped) and stopped.reason == "finished"
    assert max(rates[40:]) <= max(rates[:40]) / 4 * 1.001
    assert all(torch.isfinite(p).all() for p in t.parameters)
