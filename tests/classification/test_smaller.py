"""``--size``: the model directory is no larger, and answers nearly as before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstmcli.classification.config import ClassifierConfig, ClassifierTrainConfig
from lstmcli.classification.events import Evaluated, MadeSmaller
from lstmcli.classification.linear import Linear
from lstmcli.classification.options import from_options
from lstmcli.classification.predict import Classifier
from lstmcli.classification.size import hidden_for, settings_for, size_bytes
from lstmcli.classification.smaller import Smaller
from lstmcli.classification.train import job
from lstmcli.data.records import Record, Splits
from lstmcli.errors import UsageError
from lstmcli.model_dir.directory import GRAPH, read_model
from lstmcli.training.events import Event
from lstmcli.training.run import train
from support.models import TINY

WORDS = [f"{a}{b}{c}" for a in "bcdfghklmnprst" for b in "aeiou" for c in "bdgklmnprst"]


def rows(count: int, seed: int) -> list[Record]:
    """Texts whose label is told by some of the words."""
    random = np.random.default_rng(seed)
    found = []
    for n in range(count):
        told = WORDS[n % 2 : 60 : 2]
        words = [*random.choice(told, 2), *random.choice(WORDS[60:], 40)]
        found.append(Record(" ".join(random.permutation(words)), (str(n % 2),)))
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    output = tmp_path_factory.mktemp("small") / "model"
    config = replace(TINY, train=ClassifierTrainConfig(epochs=1, threads=1))
    config = replace(config, model=replace(config.model, size=60_000, characters=5))
    splits = Splits(rows(500, 1), rows(100, 2), rows(100, 3), held_out=True)
    return output, list(train(job(splits, config), output))


def test_the_directory_is_as_small_as_was_asked(small: tuple[Path, list[Event]]) -> None:
    output, events = small
    (made,) = (event for event in events if isinstance(event, MadeSmaller))
    assert 40_000 < sum(file.stat().st_size for file in output.iterdir()) <= 60_000
    assert made.bytes < made.bytes_before and 0 < made.ngrams < made.ngrams_before
    assert not (output / GRAPH).exists()


def test_long_names_of_labels_are_counted_wherever_they_are_written(tmp_path: Path) -> None:
    names = [f"{n:02}\n" + "经济社会文化教育" * 7 for n in range(30)]
    parts = [
        [Record(record.text, (names[n % len(names)],)) for n, record in enumerate(rows(size, seed))]
        for size, seed in ((500, 1), (100, 2), (100, 3))
    ]
    parts[2][0] = replace(parts[2][0], labels=("新" * 200,))  # which the model does not have
    config = replace(TINY, train=ClassifierTrainConfig(epochs=1, threads=1))
    config = replace(config, model=replace(config.model, size=170_000, characters=5))
    list(train(job(Splits(*parts, held_out=True), config), tmp_path / "model"))
    files = {file.name: file.stat().st_size for file in (tmp_path / "model").iterdir()}
    assert 120_000 < sum(files.values()) <= 170_000, files
    small = replace(config, model=replace(config.model, size=100_000))
    with pytest.raises(UsageError, match=r"30 labels take 1\d\dk"):
        list(train(job(Splits(*parts, held_out=True), small), tmp_path / "smaller"))


def test_the_reports_are_of_the_model_that_is_saved(small: tuple[Path, list[Event]]) -> None:
    output, events = small
    (made,) = (event for event in events if isinstance(event, MadeSmaller))
    reports = {event.split: event.report for event in events if isinstance(event, Evaluated)}
    assert list(reports) == ["valid", "test"] and reports["valid"].accuracy == made.accuracy > 0.8
    texts = rows(100, 3)
    with Classifier(output, threads=1) as model:
        found = model.predict([record.text for record in texts])
    right = np.mean([label == record.labels[0] for label, record in zip(found, texts, strict=True)])
    assert right == pytest.approx(reports["test"].accuracy) and right > 0.8
    assert f"{100 * made.accuracy:.2f} % after" in made.line()


def test_engines_agree(small: tuple[Path, list[Event]]) -> None:
    output, _ = small
    texts = [record.text for record in rows(9, 4)]
    found = [Classifier(output, engine=engine, threads=1).predict_proba(texts) for engine in ("onnx", "torch")]
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)
    assert read_model(output).settings.model.size == 60_000


def test_without_linear_models_there_is_nothing_to_cut() -> None:
    smaller = Smaller({"embedding": np.ones((3, 2), np.float32)}, 10_000, ())
    assert smaller.cut(Linear()) == Linear() and smaller.tensors(Linear()) == {}


@pytest.mark.parametrize(
    ("text", "size"), [("2M", 2_000_000), ("500k", 500_000), ("1.5mb", 1_500_000), (300_000, 300_000)]
)
def test_sizes(text: str | int, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize("text", ["2 apples", "", "-1M", "10k", "M"])
def test_no_sizes(text: str) -> None:
    with pytest.raises(UsageError, match="--size"):
        size_bytes(text)


@pytest.mark.parametrize("size", [60_000, 500_000, 2_000_000, 10_000_000, 100_000_000])
def test_the_network_takes_about_half_at_most(size: int) -> None:
    own = settings_for(size)
    E, H = own["embedding"], own["hidden"]
    recurrent = 2 * 2 * 4 * H * (E + H + 2)
    assert (own["vocab_size"] + own["hash_buckets"]) * (E + 2) + recurrent < 0.8 * size
    assert own["vocab_size"] >= 200


@pytest.mark.parametrize("size", [50_000, 70_000])
def test_a_very_small_model_is_no_larger_either(size: int, tmp_path: Path) -> None:
    config = from_options({"size": size, "epochs": 1, "threads": 1})["config"]
    texts = [f"{word} {n} {n % 7}" for n, word in enumerate(["warm", "cold"] * 200)]
    records = [Record(text, (text[:4],)) for text in texts]
    for _ in train(job(Splits(records[:300], records[300:], ()), config), tmp_path / "m"):
        pass
    assert sum(file.stat().st_size for file in (tmp_path / "m").iterdir()) <= size
    assert hidden_for(size, 128, 96) == 8


def test_a_size_that_cannot_be_is_refused_before_training(tmp_path: Path) -> None:
    config = from_options({"size": 60_000, "epochs": 1, "threads": 1})["config"]
    records = [Record(f"topic{n % 90} {n}", (f"label {n % 90}",)) for n in range(360)]
    with pytest.raises(UsageError, match=r"too small: .* 90 labels take \d{3}k") as raised:
        list(train(job(Splits(records[:270], records[270:], ()), config), tmp_path / "m"))
    assert "--size " in (raised.value.hint or "") and not list(tmp_path.iterdir())


def test_the_users_own_settings_go_first() -> None:
    config: ClassifierConfig = from_options({"size": "2M", "hidden": 7})["config"]
    assert config.model.hidden == 7 and config.model.embedding == 48 and config.model.size == 2_000_000
    assert config.tokenizer.vocab_size < 10_000
