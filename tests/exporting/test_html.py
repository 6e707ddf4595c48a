"""A page holds the whole model, runs nothing else, and computes what the model does."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporting.test_classifier import CASES, ODD, small
from lstmcli.cells import CELLS
from lstmcli.classification.predict import Classifier
from lstmcli.data.records import Record
from lstmcli.data.samples import open_sample
from lstmcli.errors import NoDataError, OutputError, UsageError
from lstmcli.exporting import page_model
from lstmcli.exporting.html import ARITHMETIC, script
from lstmcli.exporting.write import export
from lstmcli.inspection.config import InspectConfig
from lstmcli.inspection.inspect import load_inspector
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.model_dir.directory import read_model
from support.lm_models import KINDS, untrained_lm
from support.models import LABELS, SEVERAL, TEXTS, TINY, untrained_model

MORE = (
    *(*ODD, "\ud83d x", "don't 'Tis it’s \u017f", "a\x85b\ufeffc\u200bd  e\tf"),
    *("a <unk> </s> \u1e9e \u0130I", "ﬁne ǅ"),
)
HARNESS = """
const [data, texts, held] = JSON.parse(require("fs").readFileSync(0, "utf8"));
openModel(data).then((model) => {
  const hold = held ? holding(held.gates, held.only) : undefined;
  const lists = (trace) =>
    Object.fromEntries(Object.entries(trace).map(([name, rows]) => [name, rows.map((row) => [...row])]));
  for (const text of texts) {
    const encoded = model.encode(text);
    const found = model.read(encoded, { hold });
    console.log(JSON.stringify({
      ids: encoded.all.map(({ id }) => id),
      probabilities: found.probabilities,
      bits: found.next?.slice(0, -1).map((p, t) => -Math.log2(p[encoded.all[t + 1].id])),
      embedding: [...model.arrays.embedding.data.slice(0, 5 * model.arrays.embedding.shape[1])],
      traces: found.traces.map((directions) => directions.map(lists)),
    }));
  }
}).catch((error) => { console.error(error); process.exit(1); });
"""


def made(model: Path, folder: Path, **options: Any) -> str:
    export(model, "html", folder / "page.html", **options)
    return (folder / "page.html").read_text(encoding="utf-8")


def block(page: str, name: str) -> str:
    found = re.search(rf'<script type="text/plain" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1]


def head_of(page: str) -> dict[str, Any]:
    data = gzip.decompress(base64.b64decode(block(page, "model")))
    return json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])  # type: ignore[no-any-return]


def in_node(page: str, folder: Path, texts: tuple[str, ...], held: Any = None) -> list[dict[str, Any]]:
    """What the arithmetic of a page computes, with its own script."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    program = folder / "page.cjs"
    program.write_text(script((*ARITHMETIC, "lessons.js")) + HARNESS, encoding="utf-8")
    given = json.dumps([block(page, "model"), texts, held]).encode()
    done = subprocess.run([node, str(program)], input=given, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


REFUSED = ("words of markup", *(name for name, config in CASES.items() if config.tokenizer.strip_html))
CLASSIFIERS = {name: config for name, config in CASES.items() if name not in REFUSED}
CLASSIFIERS |= {cell: small(cell=cell) for cell in CELLS if cell not in ("lstm", "gru")} | {"bytes": small("byte")}


FAST = ("words", "cased words", "pieces", "bytes", "characters in words", "attention", "mlstm")
"""Of the classifiers and language models; all run among the slow tests."""


def some(names: Iterable[str]) -> list[Any]:
    return [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("case", some(CLASSIFIERS))
def test_the_page_answers_as_the_classifier(case: str, tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", CLASSIFIERS[case])
    found = in_node(made(model, tmp_path), tmp_path, MORE)
    with Classifier(model, threads=1) as classifier:
        encoded, expected = classifier.encoder.encode(MORE), classifier.predict_proba(list(MORE))
    assert [answer["ids"] for answer in found] == [rows[:, 0].tolist() for rows in encoded]
    np.testing.assert_allclose([answer["probabilities"] for answer in found], expected, atol=1e-5)
    assert len({int(np.argmax(answer["probabilities"])) for answer in found}) > 1, "the test must be able to fail"


@pytest.mark.parametrize("build", [untrained_model, untrained_lm])
def test_a_model_that_is_too_large_is_rounded(build: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(tmp_path / "model")
    exact = made(model, tmp_path)
    monkeypatch.setattr(page_model, "MAX_BYTES", len(block(exact, "model")) - 1)
    page = made(model, tmp_path, force=True)
    assert (head_of(exact)["rounded"], head_of(page)["rounded"]) == (False, True)
    assert len(block(page, "model")) < len(block(exact, "model"))
    data = page_model.classifier_data if build is untrained_model else page_model.language_model_data
    arrays = data(read_model(model))[1]
    whole = page_model.rounded(arrays)
    expected = whole["embedding"] * whole["embedding.scale"][:, None]
    assert whole["embedding"].dtype == np.int8
    np.testing.assert_allclose(expected, arrays["embedding"], atol=abs(expected).max() / 250)
    rounded_answers, answers = (in_node(own, tmp_path, TEXTS[:1])[0] for own in (page, exact))
    assert rounded_answers["embedding"] == pytest.approx(expected[:5].ravel().tolist(), abs=0)
    name = "probabilities" if build is untrained_model else "bits"
    np.testing.assert_allclose(rounded_answers[name], answers[name], atol=0.02)
    assert rounded_answers[name] != answers[name]


def test_several_labels_and_a_tokenizer_of_version_0_1(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", **SEVERAL)
    found = in_node(made(model, tmp_path), tmp_path, MORE)
    with Classifier(model, threads=1) as classifier:
        expected = classifier.predict_proba(list(MORE))
    np.testing.assert_allclose([answer["probabilities"] for answer in found], expected, atol=1e-5)


@pytest.mark.parametrize("kind", some(kind for kind in KINDS if kind != "unigram"))
def test_the_page_reads_as_the_language_model(kind: str, tmp_path: Path) -> None:
    model = untrained_lm(tmp_path / "model", kind)
    texts = tuple(text for text in MORE if text.strip())
    found = in_node(made(model, tmp_path), tmp_path, texts)
    with LanguageModel(model, threads=1) as lm:
        assert [answer["ids"] for answer in found] == [[0, *lm.encoder.prompt(text).tolist()] for text in texts]
    inspector = load_inspector(model, InspectConfig(), threads=1)
    for text, answer in zip(texts, found, strict=True):
        (expected,) = inspector.inspect([Record(text)])
        bits = [token.surprisal for token in expected.tokens if token.surprisal is not None]
        np.testing.assert_allclose(answer["bits"], bits[:-1], atol=1e-4)


@pytest.mark.parametrize(
    "cell", [cell if cell in ("lstm", "gru") else pytest.param(cell, marks=pytest.mark.slow) for cell in CELLS]
)
def test_gates_and_states_are_those_of_the_reference_cell(cell: str, tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", small(cell=cell, layers=2, segment=0))
    texts = TEXTS[:5]
    found = in_node(made(model, tmp_path), tmp_path, texts)
    units = InspectConfig(units=(1, 2, 3, 4), layer=0, direction="both")
    for text, answer in zip(texts, found, strict=True):
        (expected,) = load_inspector(model, units).inspect([Record(text)])
        for layer in expected.layers:
            trace = answer["traces"][layer.layer - 1][layer.direction == "backward"]
            assert set(trace) == set(layer.chosen[0].values)
            for unit in layer.chosen:
                for name, values in unit.values.items():
                    mine = [row[unit.unit - 1] for row in trace[name]]
                    np.testing.assert_allclose(mine, values, atol=1e-3)  # in half the digits


def test_a_held_gate_stays_where_it_is_held(tmp_path: Path) -> None:
    page = made(untrained_model(tmp_path / "model"), tmp_path)
    free, held = (in_node(page, tmp_path, TEXTS[:1], how) for how in (None, {"gates": {"forget": 0}, "only": None}))
    trace = held[0]["traces"][0][0]
    assert not np.any(trace["forget"]) and np.any(free[0]["traces"][0][0]["forget"])
    np.testing.assert_allclose(trace["cell"], np.array(trace["input"]) * np.array(trace["candidate"]), atol=1e-9)
    assert held[0]["probabilities"] != free[0]["probabilities"]
    only = {"gates": {"forget": 1}, "only": {"layer": 0, "direction": 1, "unit": 2}}
    forward, backward = in_node(page, tmp_path, TEXTS[:1], only)[0]["traces"][0]
    assert np.all(np.array(backward["forget"])[:, 2] == 1)
    assert np.all(np.array(backward["forget"])[:, :2] < 1) and np.all(np.array(forward["forget"]) < 1)


@pytest.mark.parametrize("build", [untrained_model, untrained_lm])
def test_only_its_own_script_runs_and_nothing_is_loaded(build: Any, tmp_path: Path) -> None:
    page = made(build(tmp_path / "model"), tmp_path)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (own,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
        assert not re.search(r"\beval\b|new Function|innerHTML|fetch\(|XMLHttp|import\(|url\(|@import", own)
    rest = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"""\bsrc=|href=|style=|\son\w+=""", rest)
    assert re.findall(r"https?://\S+", page) == ['http://www.w3.org/2000/svg";']  # a name, which nobody fetches


def test_both_languages_say_the_same_things() -> None:
    english, chinese = re.split(r"^const CHINESE = ", script(("words.js",)), flags=re.MULTILINE)
    name = re.compile(r'^ {2,4}("[\w ]+"|\w+)(?:: |\()', re.MULTILINE)
    names = [name.findall(part.split("\n};")[0]) for part in (english, chinese)]
    assert names[0] == names[1] and len(names[0]) > 90


def test_units_are_listed_once_each_and_texts_are_named(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    head = head_of(made(model, tmp_path))
    for units in head["units"][0]:
        assert sorted(unit["unit"] for unit in units) == [1, 2, 3, 4]
        assert all(unit["label"] in range(len(LABELS)) for unit in units)
    assert head["named"]["source"] in ("sample:reviews", "sample:topics") and head["named"]["tokens"] > 1000
    assert 1 <= len(head["examples"]) <= 4
    (tmp_path / "mine.txt").write_text("a fine film\n\nnot funny at all\n", encoding="utf-8")
    own = head_of(made(model, tmp_path, texts=tmp_path / "mine.txt", force=True))
    assert own["named"] == {"source": "mine.txt", "texts": 2, "tokens": 7}
    assert "response" not in own["units"][0][0][0], "two texts show no rule"


def test_texts_that_the_model_cannot_read_name_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [str(row.cells["text"]) for row in open_sample("reviews").rows()]
    monkeypatch.setattr("support.models.TEXTS", [text for text in rows if text.isascii()][:100])
    head = head_of(made(untrained_model(tmp_path / "model"), tmp_path))
    assert head["examples"] and all(text.isascii() for text in head["examples"])


def test_one_unit_stands_for_those_with_the_same_response(tmp_path: Path) -> None:
    head = head_of(made(untrained_model(tmp_path / "model"), tmp_path))
    found = [unit["response"] for units in head["units"][0] for unit in units if "response" in unit]
    leading = [response["kind"] for response in found if response["leads"]]
    assert found and leading
    for units in head["units"][0]:
        own = [unit["response"]["kind"] for unit in units if unit.get("response", {}).get("leads")]
        assert len(own) == len(set(own))


def test_the_same_model_gives_the_same_page(tmp_path: Path) -> None:
    model = untrained_lm(tmp_path / "model")
    assert made(model, tmp_path) == made(model, tmp_path, force=True)


def test_texts_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    (tmp_path / "empty.txt").write_text("\n \n")
    for name in ("empty.txt", "nowhere.txt"):
        with pytest.raises(NoDataError) as caught:
            made(model, tmp_path, texts=tmp_path / name)
        assert name in str(caught.value.path) and caught.value.hint
    with pytest.raises(UsageError, match="--texts applies to --to html"):
        export(model, "onnx", tmp_path / "out", texts=tmp_path / "empty.txt")


def test_another_model_can_stand_beside_it(tmp_path: Path) -> None:
    model, other = untrained_model(tmp_path / "model"), untrained_model(tmp_path / "rnn", small(cell="rnn"))
    page = made(model, tmp_path, beside=other)
    data = gzip.decompress(base64.b64decode(block(page, "beside")))
    assert json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])["cell"] == "rnn"
    for wrong in (untrained_lm(tmp_path / "lm"), untrained_model(tmp_path / "others", labels=("x", "y"))):
        with pytest.raises(UsageError, match="beside"):
            made(model, tmp_path, beside=wrong, force=True)


def test_what_the_page_cannot_do_exactly_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {
        "unigram": untrained_lm(tmp_path / "unigram", "unigram"),
        "removes HTML": untrained_model(tmp_path / "markup", CASES["words of markup"]),
    }
    for reason, model in refused.items():
        with pytest.raises(UsageError, match=reason) as caught:
            made(model, tmp_path)
        assert caught.value.hint
    monkeypatch.setattr(page_model, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match="at most") as caught:
        made(untrained_model(tmp_path / "model"), tmp_path)
    assert "--hidden" in str(caught.value.hint) and not (tmp_path / "page.html").exists()


def test_a_page_replaces_only_a_page_and_only_when_asked(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", replace(TINY, model=replace(TINY.model, ngrams=0)))
    made(model, tmp_path)
    with pytest.raises(OutputError, match="already there"):
        made(model, tmp_path)
    made(model, tmp_path, force=True)
    (tmp_path / "mine.html").write_text("<p>mine")
    for place in ("mine.html", "", "nowhere/page.html"):
        with pytest.raises(OutputError):
            export(model, "html", tmp_path / place, force=True)
    assert (tmp_path / "mine.html").read_text() == "<p>mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.html", "model", "page.html"]
