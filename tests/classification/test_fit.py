"""The training loop: it learns, it keeps the best, it stops when asked, and it is the same twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lstmcli.classification import fit as module
from lstmcli.classification.config import ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.classification.fit import fit
from lstmcli.classification.model_selection import Score
from lstmcli.classification.network import Classifier
from lstmcli.classification.trainer import Split, Trainer, estimate_step
from lstmcli.classification.virtual_trainer import perturbation, token_norm
from lstmcli.errors import LstmError
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.tokenization.encoded import EncodedTexts
from lstmcli.training import loop
from lstmcli.training.budget import OUTSIDE, Budget
from lstmcli.training.checkpoint import Checkpoints, read_latest
from lstmcli.training.events import Event, Step, Stopped, Validated, Warned

MODEL = ClassifierModelConfig(
    embedding=8, hidden=6, segment=8, word_dropout=0.0, embedding_dropout=0.1, output_dropout=0.1
)
TRAIN = ClassifierTrainConfig(epochs=6, batch_size=16, learning_rate=1e-2, ema=0.2, patience=0)
TOKENS = TokenizerConfig(max_tokens=20)


def split(n: int, seed: int, classes: int = 2, multilabel: bool = False) -> Split:
    """Texts of random tokens; the label is the marker token (10 + label) hidden somewhere in the text."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, classes, n)
    texts = []
    for label in gold:
        text = rng.integers(20, 60, rng.integers(1, 15)).astype(np.int32)
        text[rng.integers(len(text))] = 10 + label
        texts.append(text[:, None])
    return Split(EncodedTexts(texts), np.eye(classes, dtype=np.int64)[gold] if multilabel else gold)


def trainer(
    config: ClassifierTrainConfig = TRAIN, classes: int = 2, multilabel: bool = False, bf16: bool = False
) -> Trainer:
    torch.manual_seed(config.seed)
    network = Classifier(MODEL, 60, classes)
    return Trainer(network, config, TOKENS, multilabel=multilabel, class_weights=None, device="cpu", bf16=bf16)


def run(t: Trainer, train: Split, valid: Split, stop: Callable[[], bool] = lambda: False) -> list[Event]:
    return list(fit(t, train, valid, stop=stop, rng=np.random.default_rng(0)))


@pytest.mark.parametrize("adversarial", [0.0, 0.5])
@pytest.mark.parametrize("multilabel", [False, True])
def test_it_learns_to_find_the_marker(adversarial: float, multilabel: bool) -> None:
    t = trainer(replace(TRAIN, adversarial=adversarial), 3, multilabel)
    events = run(t, split(400, 1, 3, multilabel), split(60, 2, 3, multilabel))
    scores = [event.value for event in events if isinstance(event, Validated)]
    assert len(scores) == TRAIN.epochs and max(scores) > 0.9
    assert isinstance(events[-1], Stopped) and events[-1].reason == "finished"


def test_bf16_learns_as_well() -> None:
    events = run(trainer(bf16=True), split(400, 1), split(60, 2))
    assert max(event.value for event in events if isinstance(event, Validated)) > 0.9


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e6, 20.0])
def test_a_loss_that_runs_away_ends_training_with_the_weights_from_before(
    bad: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = trainer(replace(TRAIN, learning_rate=0.5))
    step, steps = t.step, 0

    def diverging(*arguments: Any) -> tuple[float, float]:
        nonlocal steps
        steps += 1
        loss, norm = step(*arguments)
        return (bad if steps >= 10 else loss), norm

    monkeypatch.setattr(t, "step", diverging)
    events = run(t, split(64, 1), split(60, 2))  # 4 steps an epoch
    warned, stopped = events[-2:]
    assert isinstance(stopped, Stopped) and stopped.reason == "diverged" and 1 <= stopped.best_epoch <= 2
    assert isinstance(warned, Warned) and "diverged" in warned.message and "--learning-rate 0.002" in warned.message
    rollbacks = [e.message for e in events if isinstance(e, Warned) and "continuing from step 0" in e.message]
    assert len(rollbacks) == 3 and "0.125 instead of 0.5; 0.002 is usual" in rollbacks[0]
    assert all(torch.isfinite(value).all() for value in t.dense)


def test_a_loss_that_runs_away_at_once_leaves_nothing_to_keep() -> None:
    t = trainer(replace(TRAIN, learning_rate=1e30))
    with pytest.raises(LstmError, match=r"learning rate of 1e\+30") as caught:
        run(t, split(64, 1), split(60, 2))
    assert caught.value.exit_code == 1 and caught.value.hint == "try --learning-rate 0.002"


@pytest.mark.parametrize(
    "values", [[0.5, 0.9, 0.8, 0.7], [0.5, 0.9, 0.88, 0.6], [0.5, 0.6, 0.9, 0.89], [0.5, 0.6, 0.7, 0.9]]
)
def test_the_last_weights_that_are_as_good_as_the_best_are_kept(
    values: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    valid, given, seen = split(60, 2), iter(values), list[list[Tensor]]()

    def scored(*_: Any) -> Score:
        return Score(0.0, "accuracy", next(given))

    t = trainer(replace(TRAIN, epochs=len(values)))
    averaged = t.averaged
    monkeypatch.setattr(t, "averaged", lambda: seen.append(averaged()) or seen[-1])
    monkeypatch.setattr(module, "score_in_blocks", scored)
    events = run(t, split(200, 1), valid)
    expected = max(e for e, value in enumerate(values, 1) if Score(0.0, "", value).as_good_as(Score(0.0, "", 0.9), 60))
    assert isinstance(events[-1], Stopped) and events[-1].best_epoch == expected
    assert torch.equal(t.dense[0].data, seen[expected][1])
    best = values.index(0.9) + 1
    reason = f"its {100 * values[expected - 1]:.2f} % is within two standard errors (7.75 points) of the best, 90.00 %"
    assert (f"{reason} in epoch {best};" in events[-1].why) if expected != best else (events[-1].why == "")


def test_the_same_seed_gives_the_same_weights() -> None:
    modules = []
    for _ in range(2):
        t = trainer()
        run(t, split(100, 1), split(20, 2))
        modules.append(t.module)
    for a, b in zip(modules[0].parameters(), modules[1].parameters(), strict=True):
        assert torch.equal(a, b)


def test_rows_that_no_text_held_end_as_zeros() -> None:
    t = trainer()
    run(t, split(100, 1), split(20, 2))
    assert not t.module.embedding[2:10].any()
    assert t.module.embedding[20:60].any(dim=1).all()


def test_stop_ends_it_after_the_step_and_keeps_what_is_there() -> None:
    t, calls = trainer(), iter([False, False, True])
    events = run(t, split(100, 1), split(20, 2), stop=lambda: next(calls))
    assert isinstance(events[-1], Stopped) and events[-1].reason == "interrupted"
    assert [event.step for event in events if isinstance(event, Validated)] == [2]


def test_stop_before_the_first_step() -> None:
    events = run(trainer(), split(20, 1), split(20, 2), stop=lambda: True)
    assert [type(event) for event in events] == [Stopped]


def test_the_time_limit_ends_it() -> None:
    t = trainer(replace(TRAIN, epochs=10_000, time_limit=0.5))
    events = run(t, split(100, 1), split(20, 2))
    assert isinstance(events[-1], Stopped) and events[-1].reason == "time"
    last = [event for event in events if isinstance(event, Step)][-1]
    assert last.learning_rate < TRAIN.learning_rate  # the schedule has followed the clock


def test_patience_ends_it_early() -> None:
    t = trainer(replace(TRAIN, epochs=200, patience=2, learning_rate=1e-9))  # nothing gets better
    events = run(t, split(50, 1), split(20, 2))
    stopped = events[-1]
    assert isinstance(stopped, Stopped) and stopped.reason == "early" and stopped.epoch < 10


def test_events_are_told_sparingly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SECONDS_BETWEEN_STEPS", 1e9)
    steps = [event.step for event in run(trainer(), split(64, 1), split(20, 2)) if isinstance(event, Step)]
    assert steps == [1, 24]


def test_the_adversarial_push_raises_the_loss_and_has_the_asked_size() -> None:
    t = trainer(replace(TRAIN, adversarial=0.5))
    t.module.eval()
    ids = torch.tensor([[[[20], [10], [30]]], [[[11], [0], [0]]]])
    lengths, gold = torch.tensor([[3], [1]]), torch.tensor([0, 1])
    x = t.module.embed(ids).detach().requires_grad_()
    loss = t.loss(t.module.read(x, lengths), gold)
    loss.backward()
    assert x.grad is not None
    push = perturbation(x.grad, lengths, 0.01 * token_norm(x, lengths))
    typical = (x.detach().square().sum() / 4).sqrt().item()
    assert push.square().sum(dim=(0, 2)).sqrt().tolist() == pytest.approx([0.01 * typical] * 2, rel=1e-4)
    assert not push[1:, 1].any()  # padding is not pushed
    assert t.loss(t.module.read(x.detach() + push, lengths), gold) > loss


def test_estimating_changes_nothing() -> None:
    plain, probed = trainer(), trainer()
    train, valid = split(100, 1), split(20, 2)
    assert estimate_step(probed, train) > 0
    torch.manual_seed(0)
    run(plain, train, valid)
    torch.manual_seed(0)
    run(probed, train, valid)
    for a, b in zip(plain.module.parameters(), probed.module.parameters(), strict=True):
        assert torch.equal(a, b)


@given(cut=st.integers(1, 14))
@settings(max_examples=8)
@pytest.mark.parametrize("config", [TRAIN, replace(TRAIN, adversarial=0.5, ema=0.5, schedule="onecycle")])
def test_a_run_that_goes_on_ends_as_if_it_had_never_stopped(
    config: ClassifierTrainConfig, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def finished(checkpoints: Checkpoints, stop: Callable[[], bool] = lambda: False) -> Trainer:
        t = trainer(config)
        list(fit(t, split(70, 1), split(60, 2), stop=stop, rng=np.random.default_rng(4), checkpoints=checkpoints))
        return t

    whole, calls = finished(Checkpoints()), iter(range(10**6))
    folder = tmp_path_factory.mktemp("run")
    finished(Checkpoints(folder, every=1e9), lambda: next(calls) >= cut)
    found, _ = read_latest(folder)
    assert found is not None
    torch.manual_seed(99)
    again = finished(Checkpoints(folder, last=found))
    for ours, theirs in zip(
        [again.module.embedding, *again.dense], [whole.module.embedding, *whole.dense], strict=True
    ):
        assert torch.equal(ours, theirs)


def test_a_loss_that_runs_away_sets_the_run_back_at_a_lower_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    t = trainer(TRAIN)
    step, rates = t.step, list[float]()

    def once(*arguments: Any) -> tuple[float, float]:
        rates.append(arguments[2])
        loss, norm = step(*arguments)
        return (float("inf") if len(rates) == 9 else loss), norm

    monkeypatch.setattr(t, "step", once)
    events = run(t, split(64, 1), split(60, 2))
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert "continuing from step" in warning.message
    assert isinstance(events[-1], Stopped) and events[-1].reason == "finished"
    assert max(rates[9:]) <= max(rates[:9])


def test_a_state_that_the_last_step_broke_is_none_to_go_back_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "ROLLBACK_STEPS", 2)
    t = trainer(TRAIN)
    step, taken = t.step, 0

    def breaking(*arguments: Any) -> tuple[float, float]:
        nonlocal taken
        taken += 1
        found = step(*arguments)
        if taken == 6:
            t.dense[0].data.fill_(float("nan"))  # its own loss was a number
        return found

    monkeypatch.setattr(t, "step", breaking)
    events = run(t, split(64, 1), split(60, 2))
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert "not a number in step 7: continuing from step 4" in warning.message
    assert isinstance(events[-1], Stopped) and events[-1].reason == "finished"


def test_a_setback_does_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(loop, "ROLLBACK_STEPS", 3)
    found = []
    for every in (0.0, 1e9):
        t = trainer(TRAIN)
        losses = iter([*[0.5] * 10, float("inf"), *[0.5] * 100])
        monkeypatch.setattr(t, "step", lambda *a, step=t.step, losses=losses: (next(losses), step(*a)[1]))
        checkpoints = Checkpoints(tmp_path / str(every), every)
        events = list(
            fit(t, split(64, 1), split(60, 2), stop=bool, rng=np.random.default_rng(0), checkpoints=checkpoints)
        )
        assert sum(isinstance(event, Warned) for event in events) == 1
        found.append(t)
    for ours, theirs in zip(found[0].dense, found[1].dense, strict=True):
        assert torch.equal(ours, theirs)


class Clock:
    """A clock that only moves when the trainer works: a step takes 1 s, the logits of 60 texts 5 s."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        step, logits = Trainer.step, Trainer.logits

        def slow_step(*args: Any) -> Any:
            self.now += 1.0
            return step(*args)

        def slow_logits(*args: Any) -> Any:
            self.now += 5.0
            return logits(*args)

        patch.setattr(Trainer, "step", slow_step)
        patch.setattr(Trainer, "logits", slow_logits)

    def __call__(self) -> float:
        return self.now

    def budget(self, limit: float) -> Budget:
        """The clock of a run that reads for 10 s, and takes 20 s for what comes after training."""
        made = Budget(limit, self, started=self.now)
        self.now += 10.0
        made.after["reports"], made.validation = 20.0, 5.0
        return made


def test_a_run_ends_when_the_time_left_is_what_the_rest_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    t, budget = trainer(replace(TRAIN, epochs=1000)), clock.budget(200.0)
    *_, last = fit(t, split(70, 1), split(60, 2), stop=bool, rng=np.random.default_rng(0), budget=budget)
    assert isinstance(last, Stopped) and last.reason == "time"
    assert 200 - 6 <= budget.spent + 20 + OUTSIDE <= 201  # a step takes 1 s, and there may be no time to validate again


def test_a_resumed_run_ends_when_the_time_of_both_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, begun = Clock(monkeypatch), 100.0

    def resumable(checkpoints: Checkpoints, budget: Budget, stop: Callable[[], bool]) -> list[Event]:
        t = trainer(replace(TRAIN, epochs=1000))
        how: dict[str, Any] = {"checkpoints": checkpoints, "budget": budget}
        return list(fit(t, split(70, 1), split(60, 2), stop=stop, rng=np.random.default_rng(4), **how))

    *_, last = resumable(Checkpoints(tmp_path, 60.0), clock.budget(200.0), lambda: clock.now >= begun + 80)
    assert isinstance(last, Stopped) and last.reason == "interrupted"
    snapshot, _ = read_latest(tmp_path)
    assert snapshot is not None and 80 <= snapshot.values["spent"] <= 85
    clock.now += 1000.0  # a night between the two
    again = clock.now
    *_, last = resumable(Checkpoints(last=snapshot), clock.budget(200.0), bool)
    assert isinstance(last, Stopped) and last.reason == "time"
    assert 200 - 6 <= snapshot.values["spent"] + (clock.now - again) + 20 + OUTSIDE <= 201
