"""One answer a text, in order, at once where that is asked, the same from both engines and in any batch."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.cells import CELLS
from lstmcli.classification import classify as module
from lstmcli.classification.classify import classify, evaluate
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.data.windows import FIRST
from lstmcli.errors import DataError, ModelError, NoDataError, UsageError
from lstmcli.model_dir.directory import ModelDir, write_model
from lstmcli.model_dir.loaded import Model
from support.models import LABELS, TEXTS, TINY, description, stub_model, untrained_model


class Letters:
    """Encodes a text as its code points, answers with how often it has a, b and c; notes what it was asked."""

    workers, batch_size = 1, 16

    def __init__(self) -> None:
        self.windows: list[int] = []
        self.batches: list[tuple[int, ...]] = []

    def encode(self, texts: Sequence[str]) -> list[Any]:
        self.windows.append(len(texts))
        return [np.array([[ord(c)] for c in text] or [[1]], np.int32) for text in texts]

    def logits(self, ids: Any, lengths: Any) -> Any:
        self.batches.append(ids.shape)
        return np.stack([(ids == ord(c)).sum(axis=(1, 2, 3)) for c in "abc"], axis=1).astype(np.float32)


def letters(multilabel: bool = False) -> tuple[Classifier, Letters]:
    fake = Letters()
    config = description(labels=["a", "b", "c"], multilabel=multilabel, calibration={"scale": 1.0})
    config["classifier"]["model"]["segment"] = 0
    config["classifier"]["tokenizer"]["max_tokens"] = 1000
    classifier = Classifier.__new__(Classifier)
    Model.__init__(classifier, "fake", {})
    classifier._assemble(ModelDir(Path("fake"), config), fake, fake)  # type: ignore[arg-type]
    return classifier, fake


def records(*texts: str, gold: Sequence[tuple[str, ...]] | None = None) -> list[Record]:
    each = zip(texts, gold or [()] * len(texts), strict=True)
    return [Record(text, labels, line=n, path="x.csv") for n, (text, labels) in enumerate(each, start=1)]


# --- order, blanks, windows


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text("abcx \n", max_size=12), max_size=30), batch=st.integers(1, 7), window=st.integers(1, 9))
def test_one_answer_each_in_order_whatever_the_batches(texts: list[str], batch: int, window: int) -> None:
    classifier, _ = letters()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", window)
        answers = list(classify(classifier, records(*texts), batch_size=batch))
    assert [answer.text for answer in answers] == texts
    for answer in answers:
        counts = {c: answer.text.count(c) for c in "abc"}
        assert counts[answer.label or ""] == max(counts.values())
        assert sum(answer.probabilities.values()) == pytest.approx(1.0, abs=1e-12)
        assert answer.probability == max(answer.probabilities.values())
        assert answer.labels is None


def test_texts_of_like_length_share_a_batch() -> None:
    classifier, fake = letters()
    texts = ["a" * n for n in (9, 1, 8, 2, 9, 1)]
    list(classify(classifier, records(*texts), batch_size=2))
    assert [shape[2] for shape in fake.batches] == [9, 8, 1]
    assert fake.windows == [6]


def test_blank_inputs_are_answered() -> None:
    classifier, _ = letters()
    answers = list(classify(classifier, records("", "  ", "\n", "b")))
    assert len(answers) == 4
    assert all(answer.probability == pytest.approx(1 / 3) for answer in answers[:3])
    assert list(classify(classifier, [])) == []
    assert classifier.probabilities([]).shape == (0, 3)


def endless(read: list[int]) -> Iterator[Record]:
    while True:
        read.append(1)
        yield Record("ab")


def test_no_more_is_read_than_two_windows_ahead() -> None:
    classifier, _ = letters()
    read: list[int] = []
    answers = classify(classifier, endless(read))
    next(answers)
    assert len(read) == (1 + 2 + 4) * FIRST
    for answered in range(2, 10_000):
        next(answers)
        assert len(read) - answered < 3 * module.WINDOW


def test_long_texts_make_short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW_CHARACTERS", 100)
    classifier, fake = letters()
    list(classify(classifier, records("a" * 99, "b" * 99, "c" * 200, "a")))
    assert fake.windows == [2, 1, 1]


def test_eager_answers_before_it_reads_on() -> None:
    classifier, fake = letters()
    read: list[int] = []
    answers = classify(classifier, endless(read), eager=True)
    for n in range(1, 4):
        next(answers)
        assert len(read) == n
    assert fake.windows == [1, 1, 1]


def test_eager_takes_what_is_already_there() -> None:
    classifier, fake = letters()
    there = iter([True, True, False, False, True])
    answers = classify(classifier, records("a", "b", "c", "ab", "bc"), eager=True, ready=lambda: next(there))
    assert [answer.text for answer in answers] == ["a", "b", "c", "ab", "bc"]
    assert fake.windows == [3, 1, 1]


def test_what_came_before_a_bad_line_is_answered() -> None:
    classifier, _ = letters()

    def broken() -> Iterator[Record]:
        yield from records("a", "b")
        raise DataError("unclosed quote", path="x.csv", line=3)

    answers = classify(classifier, broken())
    assert [next(answers).text for _ in range(2)] == ["a", "b"]
    with pytest.raises(DataError, match="line 3"):
        next(answers)


def test_gold_and_columns_are_kept() -> None:
    classifier, _ = letters()
    (answer,) = classify(classifier, [Record("a", ("b",), columns={"id": 7})])
    assert (answer.gold, answer.columns) == (("b",), {"id": 7})


# --- top, threshold, label sets


def test_the_best_come_first() -> None:
    classifier, _ = letters()
    for top, expected in ((None, ["b", "c", "a"]), (2, ["b", "c"]), (9, ["b", "c", "a"])):
        (answer,) = classify(classifier, records("bbbbcc"), top=top)
        assert list(answer.probabilities) == expected
        assert answer.label == "b"


def test_below_the_threshold_there_is_no_label() -> None:
    classifier, _ = letters()
    sure, unsure = classify(classifier, records("aaaaaaaa", "abc"), threshold=0.5)
    assert (sure.label, unsure.label) == ("a", None)
    assert unsure.probability == pytest.approx(1 / 3)
    assert len(unsure.probabilities) == 3


def test_label_sets() -> None:
    classifier, _ = letters(multilabel=True)
    (answer,) = classify(classifier, records("aab"))
    assert answer.labels == ("a", "b", "c")  # sigmoid(0) is a half
    (answer,) = classify(classifier, records("aab"), threshold=0.7, top=1)
    assert answer.labels == ("a", "b")
    assert list(answer.probabilities) == ["a"]
    (answer,) = classify(classifier, records("aab"), threshold=0.99)
    assert (answer.labels, answer.label) == ((), None)


@pytest.mark.parametrize("options", [{"top": 0}, {"threshold": 1.5}, {"threshold": -0.1}, {"threshold": float("nan")}])
def test_options_out_of_range_fail_before_anything_is_read(options: dict[str, Any]) -> None:
    classifier, _ = letters()
    read: list[int] = []
    with pytest.raises(UsageError):
        classify(classifier, endless(read), **options)
    assert not read


# --- evaluate


def test_a_report_on_labelled_text() -> None:
    classifier, _ = letters()
    gold = [("a",), ("b",), ("c",), ("martian",), ()]
    report = evaluate(classifier, records("aa", "bb", "bb", "x", "cc", gold=gold))
    assert (report.n, report.unknown_labels) == (4, 1)
    assert report.accuracy == pytest.approx(2 / 4)
    assert report.labels == ("a", "b", "c", "martian")
    assert report.confusion[:3] == ((1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0))
    assert sum(report.confusion[3]) == 1 and report.confusion[3][3] == 0
    assert (report.classes[3].recall, report.classes[3].support) == (0.0, 1)


def test_a_report_on_label_sets() -> None:
    classifier, _ = letters(multilabel=True)
    gold = [("a", "b"), (), ("c", "martian")]
    report = evaluate(classifier, records("aaabbb", "x", "c", gold=gold), threshold=0.9)
    assert (report.n, report.unknown_labels, report.accuracy) == (3, 1, pytest.approx(2 / 3))
    assert [(c.label, c.f1, c.support) for c in report.classes] == [
        ("a", 1.0, 1),
        ("b", 1.0, 1),
        ("c", 0.0, 1),
        ("martian", 0.0, 1),
    ]
    assert report.macro_f1 == 0.5


@pytest.mark.parametrize("multilabel", [False, True])
def test_nothing_to_compare_with(multilabel: bool) -> None:
    classifier, _ = letters(multilabel)
    for some in ([], records("a", "b")):
        with pytest.raises(NoDataError, match="no labels"):
            evaluate(classifier, some)
    with pytest.raises(NoDataError, match="'martian'"):
        evaluate(classifier, records("a", gold=[("martian",)]))


def test_several_labels_for_a_model_that_gives_one() -> None:
    classifier, _ = letters()
    with pytest.raises(DataError, match="line 2: found several labels"):
        evaluate(classifier, records("a", "b", gold=[("a",), ("a", "b")]))


# --- real engines


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("real") / "model")


def test_both_engines_say_the_same(real: Path) -> None:
    onnx = Classifier(real, threads=1).probabilities(TEXTS)
    torch = Classifier(real, engine="torch").probabilities(TEXTS)
    assert onnx.shape == (len(TEXTS), len(LABELS))
    assert onnx.dtype == np.float64
    assert np.log(onnx) == pytest.approx(np.log(torch), abs=1e-4)
    assert onnx.sum(axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-12)
    assert onnx.std(axis=0).max() > 0.01  # the texts do differ


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "lstm"])
def test_every_cell_answers_with_every_engine_but_int8(tmp_path: Path, cell: str) -> None:
    path = untrained_model(tmp_path / "model", replace(TINY, model=replace(TINY.model, cell=cell, layers=2)))
    found = Classifier(path, threads=1).probabilities(TEXTS)
    assert np.log(found) == pytest.approx(np.log(Classifier(path, engine="torch").probabilities(TEXTS)), abs=1e-4)
    with pytest.raises(UsageError, match="int8 runs plain LSTMs only"):
        Classifier(path, engine="int8")


def test_the_mates_in_a_batch_do_not_matter(real: Path) -> None:
    classifier = Classifier(real, threads=1)
    alone = np.concatenate([classifier.probabilities([text]) for text in TEXTS])
    for loaded, size in itertools.product((classifier, Classifier(real, threads=3)), (2, 3, 64)):
        assert np.log(loaded.probabilities(TEXTS, size)) == pytest.approx(np.log(alone), abs=1e-5)


def test_the_next_window_is_worked_on_while_this_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW", 2)
    classifier, seen = letters()
    answers = classify(classifier, records("a", "b", "c", "a", "b"))
    assert next(answers).label == "a"
    assert len(seen.windows) >= 1
    assert [prediction.label for prediction in answers] == ["b", "c", "a", "b"]
    assert seen.windows == [2, 2, 1]


@pytest.mark.parametrize("order", [0, 2])
def test_the_ngrams_are_part_of_the_answer(tmp_path: Path, order: int) -> None:
    from dataclasses import replace

    config = replace(TINY, model=replace(TINY.model, ngrams=order))
    classifier = Classifier(untrained_model(tmp_path / "model", config), threads=1)
    both = classifier.probabilities(TEXTS)
    classifier.ensemble = replace(classifier.ensemble, ngrams=None)
    assert np.allclose(both, classifier.probabilities(TEXTS)) == (order == 0)


def test_the_scale_is_part_of_the_answer(tmp_path: Path) -> None:
    found = []
    for scale in (1.0, 0.5):
        path = untrained_model(tmp_path / str(scale), calibration={"scale": scale})
        found.append(np.log(Classifier(path, threads=1).probabilities(TEXTS)))
    plain, soft = (p - p.mean(axis=1, keepdims=True) for p in found)
    assert soft == pytest.approx(plain / 2, abs=1e-6)


def test_a_multilabel_model(tmp_path: Path) -> None:
    path = untrained_model(tmp_path / "model", multilabel=True)
    found = Classifier(path, threads=1).probabilities(TEXTS)
    assert np.log(found) == pytest.approx(np.log(Classifier(path, engine="torch").probabilities(TEXTS)), abs=1e-4)
    assert ((found > 0) & (found < 1)).all()
    assert not np.allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("model.safetensors", "torch"),
        ("model.safetensors", "int8"),
        ("ngrams.safetensors", "onnx"),
        ("tokenizer.json", "onnx"),
        ("model.safetensors", "onnx"),
    ],
)
def test_a_file_that_is_whole_but_means_nothing(tmp_path: Path, real: Path, name: str, engine: str) -> None:
    files = {file.name: file.read_bytes() for file in real.iterdir() if file.name != "config.json"}
    damaged = {name: files[name][: len(files[name]) // 2]}
    write_model(tmp_path / "model", files | damaged, json.loads((real / "config.json").read_text()), force=False)
    with pytest.raises(ModelError, match="cannot be used") as caught:
        Classifier(tmp_path / "model", engine=engine)
    assert caught.value.path == str(tmp_path / "model" / name)


def test_wrong_engines_and_devices(real: Path) -> None:
    for options in ({"engine": "abacus"}, {"device": "cuda"}, {"engine": "torch", "device": "abacus"}):
        with pytest.raises(UsageError):
            Classifier(real, **options)
    with pytest.raises(ModelError, match="language model"):
        Classifier(stub_model(real.parent / "lm", task="lm"))


def test_classifying_imports_neither_torch_nor_anything_for_training(real: Path) -> None:
    code = (
        "import sys; from lstmcli.classification.classify import classify; "
        "from lstmcli.classification.predict import Classifier; "
        "from lstmcli.data.records import Record; "
        f"list(classify(Classifier({str(real)!r}, threads=1), [Record('fine')])); "
        "print(sorted({'torch', 'scipy', 'onnx', 'datasets', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


def test_describing_a_model_needs_the_standard_library_only(real: Path) -> None:
    code = (
        "import sys; from lstmcli.model_dir.info import info; from lstmcli.classification.card import card; "
        f"info({str(real)!r}); "
        "print(sorted({'torch', 'numpy', 'tokenizers', 'onnxruntime', 'safetensors'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
