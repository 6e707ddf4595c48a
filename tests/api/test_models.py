"""Models loaded by the Python API: errors, copies, threads, comparisons, what is logged."""

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstmcli as lstm
from lstmcli.errors import DataError, ModelError, UsageError
from support import reviews
from support.reviews import SMALL


def test_load_names_what_is_wrong(here: Path) -> None:
    with pytest.raises(ModelError, match="no model here"):
        lstm.load("models/none")
    with pytest.raises(ModelError, match="holds a language model, not a classifier"):
        lstm.Classifier("models/book")
    with pytest.raises(UsageError, match="engine must be one of"):
        lstm.load("models/book", engine="warp")
    with pytest.raises(UsageError, match="a model must be a path or a loaded model, not int"):
        lstm.load(3)  # type: ignore[arg-type]


def test_load_without_a_path_opens_what_the_commands_open(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_MODEL", "models/book")
    assert isinstance(lstm.load(), lstm.LanguageModel)


def test_a_model_pickles_by_way_of_its_directory(model: Any, lm: Any, tmp_path: Path) -> None:
    texts = ["a lovely room", "an awful soup"]
    again = pickle.loads(pickle.dumps(model))
    assert again is not model and (again.predict_proba(texts) == model.predict_proba(texts)).all()
    assert pickle.loads(pickle.dumps(lm)).perplexity("the cat") == lm.perplexity("the cat")
    own = lstm.train("reviews.csv", output=tmp_path / "m", **SMALL)
    data = pickle.dumps(own)
    lstm.train("reviews.csv", output=tmp_path / "m", force=True, **{**SMALL, "epochs": 1})
    with pytest.raises(ModelError, match="is not the model that was pickled"):
        pickle.loads(data)


def test_with_frees_a_model(here: Path) -> None:
    with lstm.load("models/reviews") as model:
        model.predict(["a room"])
    with pytest.raises(UsageError, match="is closed"):
        model.predict(["a room"])
    with lstm.load("models/book") as lm:
        lm.generate("the", max_tokens=2)
    for use in (lambda: lm.generate("the"), lambda: lm.perplexity("the cat"), lambda: pickle.dumps(lm)):
        with pytest.raises(UsageError, match="is closed"):
            use()


def test_several_threads_get_the_answers_of_one(model: Any, lm: Any) -> None:
    texts = [f"{text} {n}" for n, (text, _) in enumerate(reviews.rows() * 4)]
    answers, costs = model.predict_proba(texts), lm.surprisal(texts[:40])
    fresh, other = lstm.load("models/reviews"), lstm.load("models/book")
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda start: fresh.predict_proba(texts[start:]), range(8)))
        rows = list(threads.map(lambda _: other.surprisal(texts[:40]), range(4)))
    assert all(np.abs(rows_NC - answers[start:]).max() < 1e-6 for start, rows_NC in enumerate(found))
    for table in rows:
        assert np.allclose([row.surprisal for row in table], [row.surprisal for row in costs], atol=1e-4)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
def test_a_forked_process_answers(model: Any) -> None:
    texts = [text for text, _ in reviews.rows()]
    wanted = model.predict(texts)  # threads were started
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if model.predict(texts) == wanted else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("value", [2.5, float("nan"), float("inf"), "a", True, [1], np.float64(0.5)])
def test_what_is_no_number_is_refused_in_words(value: Any, model: Any, lm: Any) -> None:
    asked: list[Callable[[], Any]] = [
        lambda: model.classify(["a"], top=value),
        lambda: model.classify(["a"], batch_size=value),
        lambda: model.predict(["a"], batch_size=value),
        lambda: model.predict_proba(["a"], batch_size=value),
        lambda: model.evaluate((["a"], ["good"]), batch_size=value),
        lambda: lm.generate("the", n=value),
        lambda: lm.generate("the", max_tokens=value),
        lambda: lm.generate("the", max_tokens=1, show_alternatives=value),
        lambda: lm.perplexity(["the"], batch_size=value),
        lambda: lm.perplexity(["the"], cache=value),
        lambda: lstm.load(model.path, threads=value),
        lambda: lstm.compare([model, model], on="test.csv", top=value),
        lambda: lstm.compare([model, model], on="test.csv", threads=value),
        lambda: lstm.inspect(model, "a", threads=value),
    ]
    for ask in asked:
        with pytest.raises(UsageError):
            ask()


def test_numbers_of_numpy_are_numbers(model: Any) -> None:
    assert len(list(model.classify(["a", "b"], top=np.int64(1), batch_size=np.int32(2)))) == 2


def test_groups_of_texts_are_scored_with_the_method_that_is_asked_for(lm: Any) -> None:
    groups = [["the cat sat", "the cat sat"], ["the dog ran"]]
    assert lm.perplexity_each(groups, cache=5) == [lm.perplexity(group, cache=5) for group in groups]


def test_compare_takes_models_paths_and_data_in_memory(model: Any, here: Path) -> None:
    texts, labels = (list(column) for column in zip(*reviews.rows(), strict=True))
    one = lstm.compare([model, "models/reviews"], on="test.csv")
    assert one.texts == 20 and one.models[0].cold_start is None and one.differences[0].difference == 0
    two = lstm.compare([model, model], on=(texts, labels), top=0)
    assert two.texts == len(texts) and two.source == "data"
    with pytest.raises(ModelError, match="is a language model"):
        lstm.compare([model, "models/book"], on="test.csv")
    with pytest.raises(UsageError, match="a model must be a path or a loaded model, not int"):
        lstm.compare([model, 3], on="test.csv")
    with pytest.raises(UsageError, match="top must be at least 0") as found:
        lstm.compare([model, model], on="test.csv", top=-1)
    assert "--" not in str(found.value)
    with pytest.raises(DataError, match="no labels"):
        lstm.compare([model, model], on=texts)


def test_compare_of_language_models(lm: Any) -> None:
    found = lstm.compare([lm, lm], on=["the cat sat", "the dog ran"])
    assert found.lines == 2 and found.models[0].reading == "lines"
    assert found.differences[0].difference == 0
    with pytest.raises(UsageError, match="contradict"):
        lstm.compare([lm, lm], on="book.txt", stream=True, lines=True)


def test_inspect_shows_what_the_models_say(model: Any, lm: Any) -> None:
    one, two = lstm.inspect(model, ["a lovely room", "an awful soup"], layer="all", top_units=1)
    assert [one.label, two.label] == model.predict(["a lovely room", "an awful soup"])
    assert one.line == 1 and two.line == 2 and one.layers[0].ties
    (line,) = lstm.inspect(lm, "the cat sat")
    costs = [token.surprisal for token in line.tokens if token.surprisal is not None]
    assert np.allclose(costs, [row.surprisal for row in lm.surprisal("the cat sat")], atol=1e-4)
    with pytest.raises(UsageError, match="inspect has no option 'layers'") as found:
        lstm.inspect(model, "a room", layers=1)
    assert found.value.hint == "did you mean layer?"
    with pytest.raises(UsageError, match="layer cannot be 'two'"):
        lstm.inspect(model, "a room", layer="two")


def test_what_was_found_in_a_file_is_logged(model: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "lstmcli"):
        model.evaluate("test.csv")
    assert "label from 'label'" in caplog.text


def test_what_is_odd_is_logged_as_a_warning(model: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = tmp_path / "damaged.csv"
    damaged.write_bytes(b"text,label\na lovely room,positive\na dirty \xff hall,negative\n")
    model.evaluate(damaged, encoding="utf-8")
    assert "damaged" in caplog.text and caplog.records[-1].levelname == "WARNING"
