"""A classifier's export answers as the classifier does, in programs that know nothing of lstm."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.predict import Classifier
from lstmcli.exporting.write import export
from support.models import LABELS, SEVERAL, TEXTS, TINY, untrained_model

ODD = (
    *TEXTS,
    "[PAD] and [UNK]",
    "MacBook, B52, 7 or 2024: A fine FILM",
    "e\u0301te\u0301 \u00c9t\u00e9 \u03a3\u0391\u03a3 \u0130stanbul",
    "看了三遍 ภาษาไทย 😀 ＡＢ１２",
    "one two three four five " * 20,
    "a\x1cb\x85c\u3000d " + "long" * 40,
    " ",
)


def small(kind: str = "word", **model: object) -> ClassifierConfig:
    buckets = 64 if kind == "word" else None
    size = 300 if kind == "bpe" else 60
    tokenizer = replace(TINY.tokenizer, kind=kind, hash_buckets=buckets, vocab_size=size)
    return replace(TINY, tokenizer=tokenizer, model=replace(TINY.model, **model))


CASES = {
    "words": TINY,
    "cased words": replace(TINY, tokenizer=replace(TINY.tokenizer, lowercase=False)),
    "words of markup": replace(TINY, tokenizer=replace(TINY.tokenizer, strip_html=True)),
    "no features": replace(TINY, tokenizer=replace(TINY.tokenizer, hash_buckets=0)),
    "no n-grams": small(ngrams=None),
    "one segment": small(segment=0),
    "attention": small(pooling=("attention",)),
    "last states": small(pooling=("last",), layers=2),
    "another cell": small(cell="gru"),
    "characters": small("char"),
    "pieces": small("bpe"),
    "characters in words": replace(TINY, model=replace(TINY.model, characters=4)),
    "characters in cased words": replace(
        TINY, tokenizer=replace(TINY.tokenizer, lowercase=False), model=replace(TINY.model, characters=3)
    ),
    "characters in words of markup": replace(
        TINY, tokenizer=replace(TINY.tokenizer, strip_html=True), model=replace(TINY.model, characters=3, ngrams=0)
    ),
    "characters beside pieces": small("bpe", characters=5),
}


def program(folder: Path, texts: tuple[str, ...], *command: str) -> list[dict[str, object]]:
    lines = "".join(f"{text}\n" for text in texts)
    done = subprocess.run([*command], input=lines.encode(), cwd=folder, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def check(answers: list[dict[str, object]], model: Path, texts: tuple[str, ...]) -> None:
    with Classifier(model, threads=1) as classifier:
        expected = classifier.predict_proba(list(texts))
        labels = classifier.predict(list(texts))
    found = np.array([list(answer["probabilities"].values()) for answer in answers])  # type: ignore[attr-defined]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    key = "labels" if "labels" in answers[0] else "label"
    assert [answer[key] for answer in answers] == [list(x) if key == "labels" else x for x in labels]


@pytest.mark.parametrize("case", CASES)
def test_the_program_in_python_answers_as_the_model(case: str, tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", CASES[case])
    export(model, "onnx", tmp_path / "out")
    texts = (*ODD, "a <b>bold</b> film &amp; more")
    answers = program(tmp_path / "out", texts, sys.executable, "classify.py")
    check(answers, model, texts)
    assert len({answer["label"] for answer in answers}) > 1, "the test must be able to fail"


def test_several_labels(tmp_path: Path) -> None:
    calibration = {"scale": 0.8, "thresholds": [0.1, 0.2, 0.3]}
    model = untrained_model(tmp_path / "model", **{**SEVERAL, "calibration": calibration})
    export(model, "onnx", tmp_path / "out")
    answers = program(tmp_path / "out", ODD, sys.executable, "classify.py")
    check(answers, model, ODD)
    orders = {str(answer["labels"]) for answer in answers}
    assert orders - {str(list(LABELS))}, "the test must be able to fail"


def test_known_tokens_that_a_text_writes_as_references(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.models.TEXTS", (*TEXTS, *['it\'s a "fine" & fine film'] * 3))
    model = untrained_model(tmp_path / "model", CASES["words of markup"])
    export(model, "onnx", tmp_path / "out")
    texts = ("it&#39;s a &quot;fine&quot; &amp; fine film", "a film&#39;s &#34;")
    check(program(tmp_path / "out", texts, sys.executable, "classify.py"), model, texts)


def test_the_programs_are_short(tmp_path: Path) -> None:
    export(untrained_model(tmp_path / "model", CASES["characters in words of markup"]), "onnx", tmp_path / "out")
    for name, comment in (("classify.py", '"""'), ("classify.mjs", "//")):
        lines = (tmp_path / "out" / name).read_text().split(comment)[-1].splitlines()
        assert len([line for line in lines if line]) <= 30 and max(map(len, lines)) <= 120


def test_a_tokenizer_made_elsewhere(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.BPE(unk_token="<what>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=70, special_tokens=["<s>", "<what>"]))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    config = replace(TINY, tokenizer=replace(TINY.tokenizer, kind="bpe", path=str(tmp_path / "tokenizer.json")))
    model = untrained_model(tmp_path / "model", config)
    export(model, "onnx", tmp_path / "out")
    check(program(tmp_path / "out", ODD, sys.executable, "classify.py"), model, ODD)


@pytest.mark.parametrize("case", ["words", "characters in words", "characters"])
def test_no_answer_depends_on_the_other_texts_of_a_batch(case: str, tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", CASES[case])
    export(model, "onnx", tmp_path / "out")
    session = onnxruntime.InferenceSession(str(tmp_path / "out" / "model.onnx"))
    assert json.loads(session.get_modelmeta().custom_metadata_map["labels"]) == list(LABELS)
    tokenizer = Tokenizer.from_file(str(tmp_path / "out" / "tokenizer.json"))
    texts = [normalize("NFC", text) for text in ODD]
    cut = [tokenizer.encode(text) for text in texts]
    written = [[text[i:j] for i, j in found.offsets] for text, found in zip(texts, cut, strict=True)]
    words = [[tokenizer.normalizer.normalize_str(word) for word in parts] for parts in written]
    inputs = {"tokens": padded([found.ids for found in cut])}
    if case != "characters":
        spaced = {"words": words, "written": written}
        inputs |= {name: padded([[*map(ord, " ".join(row))] for row in rows]) for name, rows in spaced.items()}
    if case == "characters in words":
        inputs["characters"] = padded([[*map(ord, text.lower())] for text in texts])
    with Classifier(model, threads=1) as classifier:
        expected = classifier.predict_proba(list(ODD))
    (found,) = session.run(["probabilities"], inputs)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def padded(rows: list[list[int]]) -> NDArray[np.int64]:
    found = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for row, numbers in zip(found, rows, strict=True):
        row[: len(numbers)] = numbers
    return found


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages that the program in JavaScript needs."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("node")
    if npm is None:
        pytest.skip("no npm here")
    (folder / "package.json").write_text("{}")  # or npm looks for one further up
    command = [npm, "install", "--ignore-scripts", "onnxruntime-node@1.30", "@huggingface/tokenizers@0.2"]
    if subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False).returncode:
        pytest.skip("npm cannot install packages here")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_program_in_javascript_answers_as_the_model(case: str, packages: Path, tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", CASES[case])
    out = packages / case.replace(" ", "-")
    export(model, "onnx", out)
    check(program(out, ODD, "node", "classify.mjs"), model, ODD)
