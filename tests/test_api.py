"""The Python API: what the documents promise, what it leaves alone, and that it is no second way of doing things."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import logging
import os
import pickle
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import lstmcli as lstm
from lstmcli.errors import DataError, LstmError, ModelError, OutputError, UsageError
from lstmcli.options import training_options
from lstmcli.training import events
from support import reviews

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "python.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SMALL: dict[str, Any] = {"epochs": 2, "hidden": 8, "embedding": 8, "threads": 1}
DOCUMENTED = ("lstmcli.api", "lstmcli.classification.predict", "lstmcli.language_modeling.predict", "lstmcli.results")
HEAVY = ("numpy", "torch", "typer", "rich", "onnxruntime", "tokenizers", "pandas", "datasets")
OF_THE_COMMAND = {"ctx", "source", "output", "valid", "test", "dry_run", "force", "resume", "task", "checkpoint_every"}
TALK = {"quiet", "format", "tensorboard"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with two models in it."""
    place = tmp_path_factory.mktemp("user")
    reviews.write(place)
    texts, labels = zip(*reviews.rows(), strict=True)
    lstm.train((texts, labels), output=place / "models" / "reviews", **SMALL)
    lstm.train(place / "book.txt", output=place / "models" / "book", **SMALL)
    return place


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def model(here: Path) -> Any:
    return lstm.load("models/reviews")


@pytest.fixture
def lm(here: Path) -> Any:
    return lstm.load("models/book")


def run_doctest(test: doctest.DocTest) -> None:
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append, clear_globs=False)
    assert result.attempted and not result.failed, "".join(said)


def test_every_snippet_of_the_page_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reviews.write(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert all(">>>" in block for block in blocks), "a snippet that no test runs"
    run_doctest(doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0))


@pytest.mark.parametrize("module", DOCUMENTED)
def test_the_examples_of_docstrings_do_what_they_show(module: str, here: Path, model: Any, lm: Any) -> None:
    texts, labels = (list(column) for column in zip(*reviews.rows(), strict=True))
    known = {"lstm": lstm, "model": model, "lm": lm, "texts": texts, "labels": labels}
    found = doctest.DocTestFinder().find(importlib.import_module(module), extraglobs=known)
    examples = [test for test in found if test.examples]
    assert examples
    for test in examples:
        run_doctest(test)


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(lstm.__all__) == dir(lstm)
    for name in lstm.__all__:
        found = getattr(lstm, name)
        if callable(found):
            assert inspect.getdoc(found), name
            page = PAGE.read_text(encoding="utf-8")
            assert f"lstm.{name}" in page, f"{name} is not in {PAGE.name}"
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        lstm.trian  # noqa: B018


def in_a_process(code: str) -> Any:
    """What a process prints, as JSON."""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert found.returncode == 0 and not found.stderr, found.stderr
    return json.loads(found.stdout)


def test_the_import_loads_nothing_that_takes_time() -> None:
    code = f"import sys, json, lstmcli; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    assert in_a_process(code) == []
    code = "import sys, json, lstmcli; print(json.dumps([m for m in sys.modules if m.startswith('lstmcli')]))"
    assert in_a_process(code) == ["lstmcli"]


STATE = """
import json, os, signal, sys, logging
def state():
    handlers = {s.name: str(signal.getsignal(s)) for s in signal.Signals if s.name not in ("SIGKILL", "SIGSTOP")}
    return [dict(os.environ), handlers, logging.getLogger().level, os.getcwd(),
            sys.getrecursionlimit(), len(logging.getLogger().handlers), sys.excepthook is sys.__excepthook__]
"""


def test_import_load_and_predict_change_nothing_in_the_process(here: Path) -> None:
    code = f"""{STATE}
before = state()
import lstmcli
model = lstmcli.load("models/reviews")
model.predict(["a lovely room"])
lm = lstmcli.load("models/book")
lm.surprisal("the cat sat", per="word"), lm.generate("the", max_tokens=3)
import codecs
try:
    codecs.lookup_error("lookalikes")
    known = True
except LookupError:
    known = False
after = state()
print(json.dumps([[a == b for a, b in zip(before, after)], known, "torch" in sys.modules]))
"""
    same, known, torch = in_a_process(code)
    assert all(same) and not known and not torch


def test_training_leaves_pytorch_and_the_process_as_they_were(here: Path, tmp_path: Path) -> None:
    code = f"""{STATE}
import torch
torch.set_num_threads(2)
torch.manual_seed(5)
before = state(), torch.get_rng_state().tolist(), torch.get_num_threads()
import lstmcli
how = dict(epochs=1, hidden=4, embedding=4, threads=1, deterministic=True)
lstmcli.train("reviews.csv", output={str(tmp_path / "a")!r}, **how)
lstmcli.train("book.txt", output={str(tmp_path / "b")!r}, **how)
after = state(), torch.get_rng_state().tolist(), torch.get_num_threads()
print(json.dumps([a == b for a, b in zip(before, after)] + [torch.are_deterministic_algorithms_enabled()]))
"""
    assert in_a_process(code) == [True, True, True, False]


def test_options_of_training_are_those_of_the_command() -> None:
    from lstmcli.cli.commands.train import train as command

    given = set(inspect.signature(command).parameters) - OF_THE_COMMAND - TALK
    named = {"text_column" if name == "text_columns" else name for name in given}
    assert named <= training_options()
    own = set(inspect.signature(lstm.train).parameters)
    assert OF_THE_COMMAND - {"ctx", "dry_run"} <= own


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"hiden": 3}, "train has no option 'hiden'", "did you mean hidden?"),
        ({"lowercase": True}, "train has no option 'lowercase'", "it is called keep_case"),
        ({"text_columns": "text"}, "train has no option 'text_columns'", "it is called text_column"),
        ({"quiet": True}, "train has no option 'quiet'", "those of `lstm train --help`"),
        ({"epochs": "3"}, "epochs cannot be '3'", None),
        ({"epochs": 0}, "epochs must be at least 1", None),
        ({"bptt": 5}, "bptt does not apply to a classifier", "task lm"),
        ({"time": "5x"}, "time cannot be '5x'", "30s"),
        ({"checkpoint_every": "x"}, "checkpoint_every cannot be 'x'", "30s"),
        ({"task": "tagging"}, "there is no task 'tagging'", "classify, lm"),
    ],
)
def test_wrong_options_are_named_as_python_names_them(
    options: dict[str, Any], message: str, hint: str | None, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as found:
        lstm.train((["a b", "c d"], ["x", "y"]), output=tmp_path / "m", **options)
    assert message in str(found.value)
    assert hint is None or hint in (found.value.hint or "")
    assert not (tmp_path / "m").exists()


def test_a_model_that_is_there_stays(here: Path) -> None:
    before = (here / "models" / "reviews" / "config.json").read_bytes()
    with pytest.raises(OutputError, match="a model is already there") as found:
        lstm.train("reviews.csv", output="models/reviews", **SMALL)
    assert "force" in (found.value.hint or "") and "--" not in (found.value.hint or "")
    assert (here / "models" / "reviews" / "config.json").read_bytes() == before


def test_lists_train_as_the_same_file_does(here: Path, tmp_path: Path) -> None:
    texts, labels = zip(*reviews.rows(), strict=True)
    for name, source in (("lists", (texts, labels)), ("file", "reviews.csv")):
        lstm.train(source, output=tmp_path / name, seed=3, **SMALL)
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("lists", "file"))
    assert one == other


def test_the_command_trains_as_the_function_does(here: Path, tmp_path: Path) -> None:
    from lstmcli.cli.app import app

    lstm.train("reviews.csv", output=tmp_path / "api", one_way=True, **SMALL)
    options = [f"--{name}={value}" for name, value in SMALL.items()]
    found = CliRunner().invoke(app, ["train", "reviews.csv", "-o", str(tmp_path / "command"), "--one-way", *options])
    assert found.exit_code == 0, found.output
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("api", "command"))
    assert one == other


def test_a_call_is_written_into_the_model(here: Path, tmp_path: Path) -> None:
    found = lstm.train("reviews.csv", output=tmp_path / "m", **SMALL)
    place = str(tmp_path / "m")
    call = f"lstmcli.train('reviews.csv', output={place!r}, epochs=2, hidden=8, embedding=8, threads=1)"
    assert found.info().command == call


def test_events_and_warnings_are_handed_on(here: Path, tmp_path: Path) -> None:
    rows = "".join(f"a {n},x\nb {n},y\n" for n in range(20))
    (tmp_path / "gaps.csv").write_text(f"text,label\n{rows}c,\n", encoding="utf-8")
    seen: list[events.Event] = []
    lstm.train(tmp_path / "gaps.csv", output=tmp_path / "m", on_event=seen.append, **SMALL)
    kinds = [type(event).__name__ for event in seen]
    assert kinds[0] == "Warned" and kinds[-1] == "Saved" and "DataRead" in kinds
    assert "no label" in str(seen[0])


def test_a_listener_that_fails_ends_the_run_and_frees_the_place(here: Path, tmp_path: Path) -> None:
    def listen(event: events.Event) -> None:
        if isinstance(event, events.Step):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lstm.train("reviews.csv", output=tmp_path / "m", on_event=listen, **SMALL)
    with pytest.raises(OutputError, match="there is an unfinished run"):
        lstm.train("reviews.csv", output=tmp_path / "m", **SMALL)
    seen: list[events.Event] = []
    lstm.train("reviews.csv", output=tmp_path / "m", resume=True, on_event=seen.append, **SMALL)
    assert any(isinstance(event, events.Resumed) for event in seen)


def test_stop_saves_the_best_so_far(here: Path, tmp_path: Path) -> None:
    steps: list[events.Step] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Step):
            steps.append(event)

    found = lstm.train("reviews.csv", output=tmp_path / "m", on_event=listen, stop=lambda: bool(steps), **SMALL)
    assert found.directory.config["stopped"] == "interrupted"
    assert found.predict(["a room"])


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


@pytest.mark.parametrize("source", [3, None, b"text", [], "nowhere.csv", {"a": [1]}, object()])
def test_whatever_is_given_the_error_is_ours(source: Any, here: Path, tmp_path: Path) -> None:
    with pytest.raises(LstmError):
        lstm.train(source, output=tmp_path / "m", **SMALL)
