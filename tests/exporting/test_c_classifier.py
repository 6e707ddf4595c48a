"""A classifier as a program in C answers as the classifier does."""

from __future__ import annotations

import random
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exporting.test_classifier import ODD, small
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.predict import Classifier
from lstmcli.errors import UsageError
from lstmcli.exporting import c_classifier
from lstmcli.exporting.c_unicode import CHARACTERS, c_string, safe_comment
from lstmcli.exporting.write import export
from support.models import LABELS, SEVERAL, TINY, untrained_model

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1"]
TYPED = (
    *ODD,
    "It's, they're; we’ll, I'D 'S 'sx DON'T 'ſ rock'n'roll",
    "ΟΔΟΣ ΟΔΟΣ. Σ ΑΣ' Σα İI ǅ ﬁne ß",
    "한국어가 ㅋㅋ K팝3곡 각 \u1112\u1161\u11ab \u212b A\u030a q\u0323\u0307 q\u0307\u0323 \u0344 \u1e9b\u0323",
    "เก้าอี้ ແມ່ນ កម្ពុជា မြန်မာ့ ၁၂၃ ꦲꦏ꧀ ༄བོད་སྐད་ ก\u200bข \u0e33 \u0e40\u0e40\u0e41 \u0e48",
    "hash_tag a_b __ -- 12 123 1234 ½ Ⅷ MiXeD iPhone 7A é É",
    "one \ttwo\x0b three\x1e four " + "x" * 200 + " x y x y",
    "\x00 nul",
)
CASES = {
    "words": TINY,
    "cased words": replace(TINY, tokenizer=replace(TINY.tokenizer, lowercase=False)),
    "no features": replace(TINY, tokenizer=replace(TINY.tokenizer, hash_buckets=0)),
    "the network alone": small(ngrams=0, segment=0, bidirectional=False),
    "attention": small(pooling=("attention", "max"), cell="gru"),
    "last states": small(pooling=("last",), layers=2, cell="rnn"),
    "characters": small("char"),
    "characters in words": replace(TINY, model=replace(TINY.model, characters=4)),
    "characters in cased words": replace(
        TINY, tokenizer=replace(TINY.tokenizer, lowercase=False), model=replace(TINY.model, characters=3, ngrams=0)
    ),
}
needs_compiler = pytest.mark.skipif(not COMPILER, reason="no C compiler")


def noise(count: int) -> list[str]:
    """Texts of characters of all scripts."""
    draw = random.Random(7)
    spans = "20-250 370-590 e00-1200 1780-1a00 300-370 3000-3100 4e00-4f00 ac00-ad00 ff00-fff0"
    scripts = [range(*(int(end, 16) for end in span.split("-"))) for span in spans.split()]
    found = []
    for _ in range(count):
        pool = draw.sample(scripts, 2)
        letters = [chr(draw.choice(draw.choice(pool))) for _ in range(draw.randint(1, 40))]
        found.append("".join(each for each in letters if unicodedata.category(each)[0] not in "C" or each == "\u200b"))
    return found


def compiled(folder: Path, config: ClassifierConfig = TINY, **changes: object) -> tuple[Path, Path]:
    """A model and its program."""
    assert COMPILER is not None
    model = untrained_model(folder / "model", config, **changes)
    export(model, "c", folder / "out")
    program = folder / "classifier"
    command = [COMPILER, *FLAGS, "-o", str(program), str(folder / "out" / "classifier.c"), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[:3000]
    return model, program


def answers(program: Path, texts: list[str], *options: str) -> list[list[str]]:
    lines = "".join(f"{text}\n" for text in texts).encode()
    done = subprocess.run([program, *options], input=lines, capture_output=True, timeout=60, check=True)
    return [line.split("\t") for line in done.stdout.decode().split("\n")[:-1]]


def check(model: Path, program: Path, texts: list[str]) -> None:
    header, *found = answers(program, texts, "--all")
    with Classifier(model, threads=1) as classifier:
        expected = classifier.predict_proba(texts)
        labels = classifier.predict(texts)
        assert header == list(classifier.labels)
    for text, row, wanted in zip(texts, found, expected, strict=True):
        np.testing.assert_allclose(np.array(row, float), wanted, atol=2e-6, err_msg=ascii(text))
    assert [row[0] for row in answers(program, texts)] == list(labels)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A classifier of all kinds of models, and its program."""
    return compiled(tmp_path_factory.mktemp("c"), CASES["characters in words"])


def test_a_whole_number_is_a_constant_of_c_too() -> None:
    assert [c_classifier.c_float(x) for x in (1.0, 0.0, 0.25, 1e-7, 3e20)] == [
        "1.0f",
        "0.0f",
        "0.25f",
        "1e-07f",
        "3e+20f",
    ]


@needs_compiler
def test_its_answers_are_those_of_the_classifier(both: tuple[Path, Path]) -> None:
    check(*both, [*TYPED, *noise(300)])


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_so_are_those_of_every_kind_of_classifier(case: str, tmp_path: Path) -> None:
    check(*compiled(tmp_path, CASES[case]), [*TYPED, *noise(2000)])


@needs_compiler
def test_several_labels_of_a_text(tmp_path: Path) -> None:
    model, program = compiled(tmp_path, small("char", ngrams=0), **SEVERAL, labels=('a "b" ??/', "ä\\n", LABELS[0]))
    header, *rows = answers(program, list(TYPED), "--all")
    with Classifier(model, threads=1) as classifier:
        expected = classifier.predict_proba(list(TYPED))
        assert header == list(classifier.labels)
    np.testing.assert_allclose(np.array(rows, float), expected, atol=2e-6)
    for row, shares in zip(answers(program, list(TYPED)), expected, strict=True):
        least = SEVERAL["calibration"]["thresholds"]
        likely = np.argsort(-shares, kind="stable")  # the most probable first, as predict gives them
        assert row[::2] == ([header[c] for c in likely if shares[c] >= least[c]] or [""])


@needs_compiler
def test_lines_that_are_not_quite_text(both: tuple[Path, Path]) -> None:
    _, program = both
    done = subprocess.run([program], input=b"a\r\n\xff\xc3\n\xed\xa0\x80\n\nlast", capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 5
    assert subprocess.run([program], input=b"", capture_output=True, timeout=60).stdout == b""
    assert subprocess.run([program, "-x"], input=b"", capture_output=True, timeout=60).returncode == 2


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (small(cell="cifg"), "has no cifg cells"),
        (small("bpe"), "cannot cut texts as a bpe tokenizer does"),
        (replace(TINY, tokenizer=replace(TINY.tokenizer, strip_html=True)), "cannot remove HTML"),
    ],
)
def test_what_it_cannot_have_is_a_usage_error(config: ClassifierConfig, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        export(untrained_model(tmp_path / "model", config), "c", tmp_path / "out")


def test_a_large_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_classifier, "MAX_NUMBERS", 100)
    with pytest.raises(UsageError, match="a program in C can have 100 numbers"):
        export(untrained_model(tmp_path / "model"), "c", tmp_path / "out")


def test_text_in_a_program() -> None:
    assert c_string('a"b\\c??/\n%') == '"a\\042b\\134c\\077\\077/\\012\\045"'
    assert safe_comment("a */ b\n\u4f60") == "a ? b??"
    assert len(CHARACTERS) == len(set(CHARACTERS))
