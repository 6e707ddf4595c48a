"""Models of other programs: a fastText column says what the fastText package says, a KenLM column what KenLM does."""

from __future__ import annotations

import builtins
import importlib
import math
from pathlib import Path
from typing import Any

import pytest

from lstmcli.comparison.compare import identify
from lstmcli.comparison.external_models import FastText, KenLm
from lstmcli.data.records import Record
from lstmcli.errors import ModelError, UsageError
from support.compared import compared
from support.lm_models import LINES, untrained_lm

ROWS = [
    ("good", "a fine film , and funny"),
    ("bad", "dull , dull , dull"),
    ("good", "这部电影 很 好看"),
    ("bad", "太 无聊 了 and long"),
] * 5
# Two words and what is unknown; log10 probabilities to add up by hand.
ARPA = """
\\data\\
ngram 1=5
ngram 2=3

\\1-grams:
-2.0\t<unk>
0\t<s>\t-0.3
-0.9\t</s>
-0.6\tthe\t-0.2
-0.8\tcat\t-0.1

\\2-grams:
-0.2\t<s> the
-0.4\tthe cat
-0.1\tcat </s>

\\end\\
"""


def records(rows: Any = ROWS) -> list[Record]:
    return [Record(text, (label,), n) for n, (label, text) in enumerate(rows, 1)]


@pytest.fixture(scope="module")
def fasttext_bin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    fasttext = pytest.importorskip("fasttext")
    folder = tmp_path_factory.mktemp("fasttext")
    (folder / "train.txt").write_text("".join(f"__label__{label} {text}\n" for label, text in ROWS), encoding="utf-8")
    model = fasttext.train_supervised(
        str(folder / "train.txt"), bucket=50, wordNgrams=2, dim=5, epoch=50, lr=1.0, thread=1, verbose=0
    )
    model.save_model(str(folder / "model.bin"))
    return folder / "model.bin"


@pytest.fixture
def arpa(tmp_path: Path) -> Path:
    (tmp_path / "tiny.arpa").write_text(ARPA, encoding="utf-8")
    return tmp_path / "tiny.arpa"


def test_fasttext_answers_as_its_own_package(fasttext_bin: Path) -> None:
    import fasttext

    theirs = fasttext.FastText._FastText(str(fasttext_bin))
    texts = [text for _, text in ROWS] + ["nothing it knows", "", "two\nlines"]
    labels, values = theirs.predict([text.replace("\n", " ") for text in texts], k=1)
    ours = FastText("ft", fasttext_bin, "__label__")
    found = ours.answer([Record(text) for text in texts], ("good", "bad"), False)
    for n in range(len(texts)):
        if labels[n]:
            assert found.called_NC[n].tolist() == [labels[n][0] == "__label__good", labels[n][0] == "__label__bad"]
            assert found.confidence[n] == pytest.approx(min(1.0, values[n][0]), abs=1e-5)
        else:
            assert not found.called_NC[n].any()
    assert ours.labels is not None and set(ours.labels) == {"good", "bad"}
    rows = theirs.get_input_matrix().shape[0] + theirs.get_output_matrix().shape[0]
    assert ours.about.parameters == rows * 5 and ours.about.bytes == fasttext_bin.stat().st_size


def test_fasttext_beside_its_own_predictions(fasttext_bin: Path, tmp_path: Path) -> None:
    import fasttext

    theirs = fasttext.FastText._FastText(str(fasttext_bin))
    labels, values = theirs.predict([text for _, text in ROWS], k=1)
    lines = [f"{name[0]} {p[0]:.6f}\n" for name, p in zip(labels, values, strict=True)]
    (tmp_path / "predictions.txt").write_text("".join(lines), encoding="utf-8")
    entries = identify([fasttext_bin, tmp_path / "predictions.txt"])
    found = compared(entries, records(), cold_starts=False)
    assert [figures.model.kind for figures in found.models] == ["fasttext", "predictions"]
    assert found.models[0].accuracy == found.models[1].accuracy == 1.0
    assert found.models[0].ece == pytest.approx(found.models[1].ece, abs=1e-4)
    assert found.disagreeing == 0 and found.differences[0].p_value == 1.0
    assert found.models[0].texts_per_second and found.models[1].texts_per_second is None


def test_fasttext_files_that_are_no_classifier(fasttext_bin: Path, tmp_path: Path) -> None:
    import fasttext

    fasttext.train_unsupervised(
        str(fasttext_bin.parent / "train.txt"), dim=3, bucket=10, minCount=1, epoch=1, thread=1, verbose=0
    ).save_model(str(tmp_path / "vectors.bin"))
    with pytest.raises(ModelError, match="word vectors"):
        FastText("x", tmp_path / "vectors.bin", "__label__")
    (tmp_path / "broken.bin").write_bytes(fasttext_bin.read_bytes()[:4] + b"\x63\0\0\0" + bytes(100))
    with pytest.raises(ModelError, match="fastText cannot load it"):
        FastText("x", tmp_path / "broken.bin", "__label__")


def test_kenlm_scores_worked_by_hand(arpa: Path) -> None:
    pytest.importorskip("kenlm")
    (cost,) = KenLm("k", arpa).score([Record("the cat")], True)
    assert cost.nats == pytest.approx((0.2 + 0.4 + 0.1) * math.log(10), rel=1e-5)
    assert (cost.tokens, cost.oov, cost.lines[0].ends_T) == (3, 0, [3, 7, 8])
    # Back off from "the" (-0.2) to the unknown word, and from there to </s>.
    (cost,) = KenLm("k", arpa).score([Record("the dog\u00a0x")], True)
    assert cost.nats == pytest.approx((0.2 + 0.2 + 2.0 + 0.9) * math.log(10), rel=1e-5)
    assert (cost.tokens, cost.oov, cost.lines[0].ends_T) == (3, 1, [3, 9, 10])
    (cost,) = KenLm("k", arpa).score([Record("")], True)
    assert cost.nats == pytest.approx((0.3 + 0.9) * math.log(10), rel=1e-5)


def test_kenlm_beside_a_model_of_ours(arpa: Path, tmp_path: Path) -> None:
    pytest.importorskip("kenlm")
    lines = [Record(line, line=n) for n, line in enumerate(LINES, 1)]
    entries = identify([untrained_lm(tmp_path / "ours"), arpa])
    found = compared(entries, lines)
    ours, theirs = found.models
    assert theirs.model.kind == "kenlm" and theirs.tokens == sum(len(line.split()) + 1 for line in LINES)
    assert theirs.oov and theirs.oov > (ours.oov or 0)
    assert ours.perplexity is theirs.perplexity is None and "tiny.arpa cuts text otherwise" in found.token_perplexity
    assert found.spans and any("unknown tokens" in note for note in found.notes)


def test_kenlm_says_what_it_cannot_load(arpa: Path) -> None:
    pytest.importorskip("kenlm")
    arpa.write_text(ARPA.replace("ngram 2=3", "ngram 2=7"), encoding="utf-8")
    with pytest.raises(ModelError, match="KenLM cannot load it"):
        KenLm("k", arpa)


@pytest.mark.parametrize("package", ["fasttext", "kenlm"])
def test_a_package_that_is_missing_is_named_with_its_extra(
    package: str, arpa: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str, *more: Any) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UsageError, match="whose package is not installed") as caught:
        _ = KenLm("k", arpa) if package == "kenlm" else FastText("f", arpa, "__label__")
    assert caught.value.hint == f"pip install 'lstmcli[{package}]'"


def test_identifying_needs_no_package(arpa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = builtins.__import__

    def guarded(name: str, *more: Any) -> Any:
        assert name not in ("kenlm", "fasttext")
        return before(name, *more)

    monkeypatch.setattr(builtins, "__import__", guarded)
    (tmp_path / "x.bin").write_bytes((793712314).to_bytes(4, "little") + b"\x0c\0\0\0")
    (tmp_path / "x.binary").write_bytes(b"mmap lm http://kheafield.com/code format version 5\n\0")
    assert [entry.kind for entry in identify([arpa, tmp_path / "x.binary"])] == ["kenlm", "kenlm"]
    assert [entry.kind for entry in identify([tmp_path / "x.bin"] * 2)] == ["fasttext", "fasttext"]
