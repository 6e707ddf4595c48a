"""Side-by-side training: the same for all cells, the budget that was asked for, and what the scores come to."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstmcli.classification.config import ClassifierConfig, ClassifierModelConfig, ClassifierTrainConfig
from lstmcli.data.config import ReadConfig
from lstmcli.data.splits import load_splits
from lstmcli.errors import DivergedError, Interrupted, OutputError, UsageError
from lstmcli.experiments.differences import differences, summaries
from lstmcli.experiments.events import ComparisonEnded, ComparisonPlanned, RunBegun, RunEnded
from lstmcli.experiments.plan import Plan
from lstmcli.experiments.results import ArchitectureComparison, Run
from lstmcli.experiments.run import compare_architectures
from lstmcli.language_modeling.config import LmConfig, LmModelConfig, LmTrainConfig
from lstmcli.model_dir.directory import read_model
from lstmcli.tokenization.config import TokenizerConfig
from lstmcli.training import events

ROWS = [(f"a {('fine', 'dull')[i % 2]} film, number {i}", ("good", "bad")[i % 2]) for i in range(40)]
CLASSIFIER = ClassifierConfig(
    tokenizer=TokenizerConfig(hash_buckets=16),
    model=ClassifierModelConfig(embedding=6, hidden=8),
    train=ClassifierTrainConfig(epochs=1, threads=1, device="cpu"),
)
LM = LmConfig(
    model=LmModelConfig(embedding=8, hidden=12),
    train=LmTrainConfig(epochs=1, batch_size=4, bptt=10, threads=1, device="cpu"),
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def labelled(tmp_path: Path) -> Any:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS), encoding="utf-8")
    return load_splits(str(path), ReadConfig(), valid=None, test=None, valid_fraction=0.2, seed=1)


@pytest.fixture
def plain(tmp_path: Path) -> Any:
    path = tmp_path / "text.txt"
    path.write_text("".join(f"the {text} .\n" for text, _ in ROWS * 5), encoding="utf-8")
    return load_splits(str(path), ReadConfig(), valid=None, test=str(path), valid_fraction=0.2, seed=1, labelled=False)


def ended(found: list[events.Event]) -> ArchitectureComparison:
    assert isinstance(found[-1], ComparisonEnded)
    return found[-1].comparison


def test_classifiers_side_by_side(labelled: Any, tmp_path: Path) -> None:
    output = tmp_path / "out"
    found = list(
        compare_architectures(labelled, CLASSIFIER, output, cells=["lstm", "rnn"], seeds=2, command="lstm compare x")
    )
    begun = [(event.cell, event.seed, event.number) for event in found if isinstance(event, RunBegun)]
    assert begun == [("lstm", 1, 1), ("rnn", 1, 2), ("lstm", 2, 3), ("rnn", 2, 4)]
    result = ended(found)
    assert (result.task, result.split, result.measure, result.seeds) == ("classify", "valid", "accuracy", (1, 2))
    assert result.reference == "lstm" and not result.interrupted
    assert [standing.cell for standing in result.standings] == ["lstm", "rnn"]
    assert result.standings[0].measures["accuracy"].n == 2
    assert [(gap.cell, gap.against, gap.measure) for gap in result.gaps[:1]] == [("rnn", "lstm", "accuracy")]
    assert all(len(curve.norms) > 2 for curve in result.gradients) and result.recalls == ()
    assert any("no test split" in note for note in result.notes)
    json.dumps(result.standings[0].measures["accuracy"].mean)

    models = [read_model(run.path) for run in result.runs]
    assert [Path(run.path).name for run in result.runs] == ["lstm-seed1", "rnn-seed1", "lstm-seed2", "rnn-seed2"]
    # The same data, the same tokenizer, the same everything but cell, units and seed.
    assert len({model.config["data"]["fingerprint"] for model in models}) == 1
    assert len({model.read("tokenizer.json") for model in models}) == 1
    configs = {
        replace(
            model.settings,
            model=replace(model.settings.model, cell="lstm", hidden=1),
            train=replace(model.settings.train, seed=0),
        )
        for model in models
    }
    assert len(configs) == 1 and configs.pop().model.ngrams == 0
    assert [model.settings.train.seed for model in models] == [1, 1, 2, 2]
    assert [model.settings.model.hidden for model in models[:2]] == [8, result.entrants[1].widths[0]]
    assert models[0].config["command"] == "lstm compare x"


def test_language_models_side_by_side(plain: Any, tmp_path: Path) -> None:
    result = ended(
        list(compare_architectures(plain, LM, tmp_path / "out", cells=["gru", "minlstm"], seeds=1, distance=2))
    )
    assert (result.task, result.split, result.measure, result.reference) == ("lm", "test", "perplexity", "gru")
    assert set(result.runs[0].scores) == {"perplexity", "bits_per_byte"}
    assert result.standings[0].measures["perplexity"].sd is None and result.gaps[0].p_value is None
    assert any("one seed" in note for note in result.notes)
    assert result.distances == (1, 2) and [found.cell for found in result.recalls] == ["gru", "minlstm"]
    a, b = (read_model(run.path) for run in result.runs)
    assert a.read("tokenizer.json") == b.read("tokenizer.json")
    assert a.config["data"]["fingerprint"] == b.config["data"]["fingerprint"]
    assert [point.epoch for point in result.runs[0].points] == [1]


def test_equal_time_is_what_ends_a_run(labelled: Any, tmp_path: Path) -> None:
    config = replace(CLASSIFIER, train=replace(CLASSIFIER.train, epochs=None, time_limit=0.3))
    result = ended(
        list(compare_architectures(labelled, config, tmp_path / "out", cells=["lstm", "rnn"], seeds=1, match=["time"]))
    )
    assert {run.stopped for run in result.runs} == {"time"}
    assert {entrant.widths for entrant in result.entrants} == {(8,)}
    assert result.budget == "the same data, tokenizer and seeds; equal units, equal 0.3 seconds of training"


def test_a_run_that_is_interrupted_is_left_out(labelled: Any, tmp_path: Path) -> None:
    asked = False
    found: list[events.Event] = []
    run = compare_architectures(
        labelled, CLASSIFIER, tmp_path / "out", cells=["lstm", "rnn"], seeds=2, distance=3, stop=lambda: asked
    )
    for event in run:
        found.append(event)
        asked = asked or (isinstance(event, RunBegun) and event.number == 2)
    result = ended(found)
    assert result.interrupted and [run.cell for run in result.runs] == ["lstm"]
    assert [standing.cell for standing in result.standings] == ["lstm"] and result.gaps == () == result.recalls
    assert any("1 of 4 runs" in note for note in result.notes)
    with pytest.raises(Interrupted):
        list(
            compare_architectures(
                labelled, CLASSIFIER, tmp_path / "none", cells=["lstm", "rnn"], seeds=1, stop=lambda: True
            )
        )


def test_a_run_that_diverges_does_not_end_the_others(
    labelled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Plan.run_config

    def run_config(plan: Plan, candidate: Any, seed: int) -> Any:
        config = usual(plan, candidate, seed)
        runs_away = candidate.cell == "rnn" and seed == 1
        return replace(config, train=replace(config.train, learning_rate=1e30)) if runs_away else config

    longer = replace(CLASSIFIER, train=replace(CLASSIFIER.train, batch_size=4))
    monkeypatch.setattr(Plan, "run_config", run_config)
    found = list(compare_architectures(labelled, longer, tmp_path / "out", cells=["rnn", "lstm"], seeds=2))
    result = ended(found)
    assert not result.interrupted
    assert [(run.cell, run.seed) for run in result.runs] == [("lstm", 1), ("rnn", 2), ("lstm", 2)]
    assert [gap.difference.n for gap in result.gaps] == [1] * len(result.gaps)
    assert any("left out: rnn, seed 1: " in note and "diverged" in note for note in result.notes)
    (warning,) = [event.message for event in found if isinstance(event, events.Warned) and "left out" in event.message]
    assert warning.startswith("rnn, seed 1: ") and "try --learning-rate" in warning

    resumed = list(
        compare_architectures(labelled, longer, tmp_path / "out", cells=["rnn", "lstm"], seeds=2, resume=True)
    )
    assert not any(isinstance(event, RunBegun) for event in resumed)  # it would diverge again
    assert ended(resumed) == result


def test_every_run_diverges(labelled: Any, tmp_path: Path) -> None:
    config = replace(CLASSIFIER, train=replace(CLASSIFIER.train, batch_size=4, learning_rate=1e30))
    with pytest.raises(DivergedError, match="every run diverged; lstm, seed 1"):
        list(compare_architectures(labelled, config, tmp_path / "out", cells=["lstm", "rnn"], seeds=1))


def test_a_model_that_is_there_is_kept(labelled: Any, tmp_path: Path) -> None:
    def again(**more: Any) -> list[events.Event]:
        return list(
            compare_architectures(labelled, CLASSIFIER, tmp_path / "out", cells=["lstm", "rnn"], seeds=1, **more)
        )

    assert sum(isinstance(event, (RunEnded, ComparisonPlanned)) for event in again()) == 3
    with pytest.raises(OutputError):
        again()
    assert any(isinstance(event, events.Step) for event in again(force=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cells": ["lstm"]}, "two cells"),
        ({"cells": ["lstm", "lstm"]}, "twice"),
        ({"cells": ["lstm", "gur"]}, "'gur'"),
        ({"seeds": 0}, "seeds"),
        ({"match": ["size"]}, "match"),
        ({"match": []}, "--match"),
        ({"match": ["time", "epochs"]}, "contradict"),
    ],
)
def test_what_makes_no_comparison(changes: dict[str, Any], said: str, labelled: Any, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"cells": ["lstm", "rnn"], "seeds": 1, **changes}
    with pytest.raises(UsageError, match=said):
        next(iter(compare_architectures(labelled, CLASSIFIER, tmp_path / "out", **arguments)))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("config", "precision", "formats"),
    [(LM, "bf16", ["bf16", "fp32"]), (LM, "fp32", ["fp32", "fp32"]), (CLASSIFIER, "bf16", ["bf16", "bf16"])],
)
def test_cells_in_different_number_formats_are_told(
    config: Any, precision: str, formats: list[str], plain: Any, labelled: Any, tmp_path: Path
) -> None:
    config = replace(config, train=replace(config.train, precision=precision))
    splits = plain if config.train.__class__ is LmTrainConfig else labelled
    result = ended(list(compare_architectures(splits, config, tmp_path / "out", cells=["lstm", "gru"], seeds=1)))
    assert [run.precision for run in result.runs] == formats
    told = [note for note in result.notes if "--precision fp32" in note]
    assert len(told) == (len(set(formats)) > 1)
    assert all("computed in bf16: lstm;" in note for note in told)


def run_of(cell: str, seed: int, accuracy: float, perplexity: float) -> Run:
    scores = {"accuracy": accuracy, "perplexity": perplexity}
    return Run(cell, seed, "", 1, scores, epochs=2.0 * seed, seconds=4.0, points=(), stopped="finished")


def test_statistics_of_given_scores() -> None:
    runs = [run_of("lstm", 1, 0.8, 10.0), run_of("rnn", 1, 0.7, 14.0)]
    runs += [run_of("lstm", 2, 0.9, 12.0), run_of("rnn", 2, 0.6, 15.0), run_of("lstm", 3, 0.7, 11.0)]
    lstm, rnn = summaries(["lstm", "rnn", "gru"], runs)
    assert (lstm.measures["accuracy"].mean, lstm.measures["accuracy"].sd) == pytest.approx((0.8, 0.1))
    assert (rnn.epochs, rnn.seconds, rnn.measures["accuracy"].n) == (3.0, 4.0, 2)
    accuracy, perplexity = differences(["lstm", "rnn", "gru"], "lstm", runs)
    assert accuracy.difference.mean == pytest.approx(-0.2) and accuracy.difference.n == 2  # the seeds of both
    assert perplexity.difference.mean == pytest.approx(3.5)
    assert accuracy.better == perplexity.better == "lstm"
    assert accuracy.p_adjusted == accuracy.p_value and accuracy.significant is False


def test_a_comparison_goes_on_where_it_was_ended(labelled: Any, tmp_path: Path) -> None:
    output, begun = tmp_path / "out", list[str]()

    def compared(cells: str, resume: bool, runs: float = float("inf")) -> ArchitectureComparison:
        begun.clear()
        found = list[events.Event]()
        how: dict[str, Any] = {"cells": cells.split(), "seeds": 2, "distance": 2, "resume": resume}
        trained = list[RunEnded]()
        for event in compare_architectures(labelled, CLASSIFIER, output, stop=lambda: len(trained) >= runs, **how):
            trained.extend([event] if isinstance(event, RunEnded) and not event.kept else [])
            begun.extend([f"{event.cell}{event.seed}"] if isinstance(event, RunBegun) else [])
            found.append(event)
        return ended(found)

    first = compared("lstm rnn", resume=False, runs=2)
    assert first.interrupted and begun == ["lstm1", "rnn1"] and any("--resume" in note for note in first.notes)
    with (output / "runs.jsonl").open("a") as file:
        file.write('{"of": "torn')  # by a kill in the middle of a line
    whole = compared("lstm rnn", resume=True)
    assert begun == ["lstm2", "rnn2"] and not whole.interrupted and whole.runs[:2] == first.runs
    again = compared("lstm rnn", resume=True)
    assert not begun and again == whole
    more = compared("lstm rnn gru", resume=True)  # and a cell more
    assert begun == ["gru1", "gru2"] and more.standings[:2] == whole.standings
    assert [found.cell for found in more.recalls] == ["lstm", "rnn", "gru"] and more.recalls[:2] == whole.recalls
    other = replace(CLASSIFIER, train=replace(CLASSIFIER.train, learning_rate=0.5))
    with pytest.raises(UsageError, match="of other data or options"):
        list(compare_architectures(labelled, other, output, cells=["lstm", "rnn"], seeds=2, resume=True))


def test_a_run_whose_model_is_gone_is_trained_again(labelled: Any, tmp_path: Path) -> None:
    how: dict[str, Any] = {"cells": ["lstm", "rnn"], "seeds": 1}
    whole = ended(list(compare_architectures(labelled, CLASSIFIER, tmp_path / "out", **how)))
    shutil.rmtree(whole.runs[1].path)
    found = list(compare_architectures(labelled, CLASSIFIER, tmp_path / "out", **how, resume=True))
    assert [event.cell for event in found if isinstance(event, RunBegun)] == ["rnn"]
    assert ended(found).runs[1].scores == whole.runs[1].scores


def test_a_comparison_on_another_text_is_not_continued(plain: Any, tmp_path: Path) -> None:
    how: dict[str, Any] = {"cells": ["gru", "minlstm"], "seeds": 1}
    list(compare_architectures(plain, LM, tmp_path / "out", **how))
    assert not any(
        isinstance(e, RunBegun) for e in compare_architectures(plain, LM, tmp_path / "out", **how, resume=True)
    )
    other = replace(plain, train=[*plain.train, *plain.train])
    with pytest.raises(UsageError, match="of other data or options"):
        list(compare_architectures(other, LM, tmp_path / "out", **how, resume=True))
