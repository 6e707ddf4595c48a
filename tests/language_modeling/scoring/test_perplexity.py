"""Figures of whole texts: from totals, by published conventions, the same in any order, batch and file ending."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig
from lstmcli.data.records import Record
from lstmcli.data.sources import open_source
from lstmcli.errors import ModelError, NoDataError, UsageError
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring import perplexity as module
from lstmcli.language_modeling.scoring.perplexity import Text, is_carried, perplexity
from lstmcli.scoring.results import LmReport
from support.lm_models import KINDS, LINES, Fake, Recurrent, Uniform, encoder, fake, untrained_lm

LINE = st.lists(st.sampled_from(["the", "cat", "sat", "<unk>", "zebra", "喜", "</s>"]), max_size=6).map(" ".join)


def records(*lines: str) -> list[Record]:
    return [Record(line, line=n) for n, line in enumerate(lines, 1)]


def figures(model: Any, *lines: str, carried: bool = False, **more: Any) -> LmReport:
    return perplexity(model, [Text(records(*lines), carried)], **more)


def by_hand(model: Fake, lines: tuple[str, ...], carried: bool) -> float:
    """Nats of all lines, token by token."""
    total, last, state = 0.0, 0, model.session.zero_state(1)
    for ids in model.encoder.encode(lines):
        if not carried:
            last, state = 0, model.session.zero_state(1)
        for target in ids:
            logits, state = model.session.logits(np.array([[last]]), state)
            total += math.log(np.exp(logits).sum()) - logits[0, 0, target]
            last = target
    return total


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("carried", [False, True])
def test_every_token_is_scored_and_every_figure_follows_from_the_total(kind: str, carried: bool) -> None:
    model = fake(kind)
    report = figures(model, *LINES, carried=carried)
    ids = np.concatenate(model.encoder.encode(LINES))
    assert report.nats == pytest.approx(by_hand(model, LINES, carried))
    assert report.tokens == len(ids)
    assert report.oov == int(model.encoder.unknown(ids).sum())
    assert report.oov_rate == pytest.approx(report.oov / report.tokens)
    text = "".join(line + "\n" for line in LINES)
    assert (report.words, report.chars, report.bytes) == (len(text.split()), len(text), len(text.encode()))
    assert report.lines == len(LINES)
    assert report.perplexity == pytest.approx(math.exp(report.nats / report.tokens))
    assert report.word_perplexity == pytest.approx(math.exp(report.nats / report.words))
    by_convention = math.exp(report.nats / (report.words + report.lines))
    assert report.word_perplexity_with_line_ends == pytest.approx(by_convention)
    assert report.bits_per_char == pytest.approx(report.nats / math.log(2) / report.chars)
    assert report.bits_per_byte == pytest.approx(report.nats / math.log(2) / report.bytes)
    assert (report.oov_rule, report.reading) == ("as it likes", "stream" if carried else "lines")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("carried", [False, True])
def test_a_model_that_knows_nothing_has_the_perplexity_of_its_vocabulary(kind: str, carried: bool) -> None:
    model = fake(kind, Uniform)
    assert figures(model, *LINES, carried=carried).perplexity == pytest.approx(model.encoder.vocab_size)


def test_the_figure_is_of_the_total_not_a_mean_of_lines() -> None:
    model = fake()
    parts = [figures(model, line) for line in LINES]
    whole = figures(model, *LINES)
    total, count = sum(part.nats for part in parts), sum(part.tokens for part in parts)
    assert whole.perplexity == pytest.approx(math.exp(total / count))
    assert whole.perplexity != pytest.approx(float(np.mean([part.perplexity for part in parts])))


@settings(max_examples=25)
@given(
    lines=st.lists(LINE, min_size=1, max_size=12),
    seed=st.integers(0, 9),
    batch=st.integers(1, 5),
    window=st.integers(1, 5),
    workers=st.integers(1, 2),
)
def test_lines_apart_cost_the_same_in_any_order_and_batch(
    lines: list[str], seed: int, batch: int, window: int, workers: int
) -> None:
    model = fake(workers=workers)
    shuffled = [lines[i] for i in np.random.default_rng(seed).permutation(len(lines))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "WINDOW", window)
        found = figures(model, *shuffled, batch_size=batch)
    alone = [figures(model, line) for line in lines]
    assert found.nats == pytest.approx(sum(part.nats for part in alone))
    for name in ("tokens", "words", "chars", "bytes", "lines", "oov"):
        assert getattr(found, name) == sum(getattr(part, name) for part in alone)


@settings(max_examples=25)
@given(st.lists(LINE, min_size=1, max_size=8), st.sampled_from(["words", "char", "bpe"]))
def test_how_a_file_ends_its_lines_changes_nothing(lines: list[str], kind: str) -> None:
    model = fake(kind)
    found = []
    for end, last in (("\n", True), ("\n", bool(not lines[-1])), ("\r\n", True), ("\r\n", bool(not lines[-1]))):
        data = (end.join(lines) + end * last).encode()
        source = open_source("-", ReadConfig(input_format="text"), labelled=False, stdin=io.BytesIO(data))
        found.append(perplexity(model, [Text(source, is_carried(model.mode, source.format))]))
    assert all(report == found[0] for report in found)


def test_each_source_starts_anew() -> None:
    model = fake("char")
    once = perplexity(model, [Text(records(*LINES), True)])
    twice = perplexity(model, [Text(records(*LINES), True), Text(records(*LINES), True)])
    assert twice.nats == pytest.approx(2 * once.nats)
    assert twice.perplexity == pytest.approx(once.perplexity)
    joined = perplexity(model, [Text(records(*LINES, *LINES), True)])
    assert joined.nats != pytest.approx(twice.nats)


def test_nothing_is_cut_off_a_line_of_a_megabyte() -> None:
    model = fake("byte", Uniform)
    for carried in (False, True):
        report = figures(model, "ab " * 350_000, carried=carried)
        assert report.tokens == report.chars == 1_050_001
        assert report.perplexity == pytest.approx(258)


def test_blank_lines_are_lines() -> None:
    model = fake()
    report = figures(model, "", "  ", "")
    assert (report.tokens, report.words, report.chars) == (3, 0, 5)
    assert report.word_perplexity is None
    assert report.perplexity == pytest.approx(math.exp(report.nats / 3))


def test_no_line_at_all_is_said() -> None:
    with pytest.raises(NoDataError, match="nothing to score"):
        figures(fake())


def test_unknown_words_are_counted_and_can_be_left_out() -> None:
    model = fake()
    report = figures(model, "the <unk> zebra sat")
    ids = model.encoder.encode(["the <unk> zebra sat"])[0]
    assert report.oov == 2 and ids[1] == ids[2] == 1
    (score,) = module.Reading(model, False).score([ids])
    assert report.perplexity_without_oov == pytest.approx(math.exp(score.nats[[0, 3, 4]].mean()))
    assert figures(model, "zebra").perplexity_without_oov is not None  # the end of the line is known


def test_segments_are_words_and_their_spaces_are_not_read() -> None:
    model = fake("char")
    report = figures(model, "他们 说", " 好看 ", "", segments=True)
    plain = figures(model, "他们说", "好看", "")
    assert report.nats == plain.nats and report.chars == plain.chars == 8
    assert (report.words, plain.words) == (3, 2)


def test_a_cell_of_several_lines_is_several_lines() -> None:
    model = fake()
    report = figures(model, "the cat\r\nsat\n\non")
    assert report == figures(model, "the cat", "sat", "", "on")


def test_numbers_that_are_none_are_said() -> None:
    class Broken(Uniform):
        def logits(self, ids_TB: Any, state: Any) -> Any:
            return np.full((*ids_TB.shape, self.vocab_size), np.nan), state

    with pytest.raises(ModelError, match="no finite probability"):
        figures(fake("words", Broken), "the cat")


def test_a_figure_that_is_too_large_for_a_number_is_none() -> None:
    report = LmReport.of(1e6, tokens=10**6, words=1, characters=10, bytes=10, lines=1)
    assert report.word_perplexity is None and report.perplexity == pytest.approx(math.e)


@pytest.mark.parametrize(
    ("mode", "format", "asked", "carried"),
    [
        ("lines", "text", {}, False),
        ("lines", "text", {"stream": True}, True),
        ("document", "text", {}, True),
        ("document", "text", {"lines": True}, False),
        ("document", "csv", {}, False),
        ("document", "csv", {"stream": True}, True),
    ],
)
def test_what_is_carried_by_default(mode: str, format: str, asked: dict[str, bool], carried: bool) -> None:
    assert is_carried(mode, format, **asked) is carried


# --- published conventions


class Flat(Recurrent):
    def score(self, ids_TB: Any, targets_TB: Any, state: Any, *, entropy: bool = False) -> Any:
        return np.full(ids_TB.shape, math.log(self.vocab_size)), None, state


@pytest.mark.parametrize(
    ("file", "tokens", "words"), [("ptb/ptb.test.txt", 82_430, 78_669), ("wikitext-2/test.txt", 245_569, 241_211)]
)
def test_published_token_counts(data_dir: Path, file: str, tokens: int, words: int) -> None:
    path = data_dir / "lm" / file
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    tokenizer = encoder("words", lines)
    model = Fake(tokenizer, Flat(tokenizer.vocab_size))
    report = perplexity(model, [Text(open_source(str(path), ReadConfig(), labelled=False))])
    assert (report.tokens, report.words, report.lines) == (tokens, words, len(lines))
    assert (report.chars, report.bytes) == (len(path.read_text(encoding="utf-8")), path.stat().st_size)
    assert report.perplexity == pytest.approx(tokenizer.vocab_size)


# --- real engines


@pytest.fixture(scope="module", params=["words", "bpe"])
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_lm(tmp_path_factory.mktemp("lm") / "model", request.param)


@pytest.mark.parametrize("carried", [False, True])
def test_both_engines_say_the_same(real: Path, carried: bool) -> None:
    onnx, torch = (
        figures(LanguageModel(real, threads=1, engine=engine), *LINES, carried=carried) for engine in ("onnx", "torch")
    )
    assert onnx.nats / onnx.tokens == pytest.approx(torch.nats / torch.tokens, abs=1e-5)
    assert onnx.nats != pytest.approx(onnx.tokens * math.log(len(LINES)))


@pytest.mark.parametrize("engine", ["onnx", "torch"])
def test_batches_and_threads_do_not_matter(real: Path, engine: str) -> None:
    alone = [figures(LanguageModel(real, threads=1, engine=engine), line).nats for line in LINES]
    for threads, batch in ((1, 3), (3, 2)):
        model = LanguageModel(real, threads=threads, engine=engine)
        assert figures(model, *LINES, batch_size=batch).nats == pytest.approx(sum(alone), rel=1e-6)


def test_wrong_engines_models_and_devices(real: Path, tmp_path: Path) -> None:
    from support.models import stub_model

    for options in ({"engine": "abacus"}, {"device": "cuda"}, {"engine": "torch", "device": "abacus"}):
        with pytest.raises(UsageError):
            LanguageModel(real, **options)
    with pytest.raises(ModelError, match="classifier") as caught:
        LanguageModel(stub_model(tmp_path / "classifier"))
    assert caught.value.hint is not None and "lstm classify" in caught.value.hint


def test_scoring_imports_neither_torch_nor_anything_for_training(real: Path) -> None:
    code = (
        "import sys; from lstmcli.language_modeling.predict import LanguageModel; "
        "from lstmcli.language_modeling.scoring.perplexity import Text, perplexity; "
        "from lstmcli.language_modeling.scoring.surprisal import surprisals; "
        "from lstmcli.data.records import Record; "
        f"model = LanguageModel({str(real)!r}, threads=1); perplexity(model, [Text([Record('the cat')])]); "
        "[list(surprisals(model, Text([Record('the cat')]), per)) for per in ('line', 'word', 'token', 'char')]; "
        "print(sorted({'torch', 'scipy', 'onnx', 'datasets', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
