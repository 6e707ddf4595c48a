"""Cache and dynamic evaluation: their equations by hand, no look ahead, and a gain where a text repeats itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstmcli.data.records import Record
from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import AdaptConfig, CacheConfig
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.language_modeling.scoring import cache as module
from lstmcli.language_modeling.scoring.cache import Cache
from lstmcli.language_modeling.scoring.dynamic_evaluation import Adaptation
from lstmcli.language_modeling.scoring.perplexity import Method, ScoreBoth, Text, perplexity
from lstmcli.language_modeling.scoring.surprisal import surprisals
from lstmcli.scoring.units import PER
from support.lm_models import LINES, Fake, Recurrent, fake, untrained_lm

V = 6
MODEL = Fake(None, Recurrent(V, seed=4))
IDS = st.lists(st.integers(0, V - 1), min_size=1, max_size=25)


def ids(*found: int) -> NDArray[np.int32]:
    return np.array(found, np.int32)


def by_hand(text: list[int], config: CacheConfig) -> NDArray[np.float64]:
    """The paper's equations, token by token: what the mixture gives each token of the vocabulary, [N, V]."""
    session, last, state = MODEL.session, 0, MODEL.session.zero_state(1)
    past: list[tuple[Any, int]] = []
    found = []
    for target in text:
        logits, state = session.logits(np.array([[last]]), state)
        h, p_V = state[0][0, 0], np.exp(logits[0, 0]) / np.exp(logits[0, 0]).sum()
        if seen := past[-config.window :]:
            weights = [math.exp(config.theta * float(h @ key)) for key, _ in seen]
            p_V = (1 - config.share) * p_V
            for weight, (_, word) in zip(weights, seen, strict=True):
                p_V[word] += config.share * weight / sum(weights)
        found.append(p_V)
        past.append((h, target))
        last = target
    return np.array(found)


class Shown:
    """Takes what scoring shows of one text, and puts it together."""

    def __init__(self) -> None:
        self.parts: list[NDArray[np.float32]] = []

    def __call__(self, text: int, start: int, p_TV: NDArray[np.float32]) -> None:
        assert (text, start) == (0, sum(map(len, self.parts)))
        self.parts.append(p_TV.copy())


def read_all(read: ScoreBoth, *parts: NDArray[np.int32]) -> tuple[list[Any], list[Any]]:
    """For the text without a method and with it: nats [N] and the probabilities that were shown, [N, V]."""
    nats: tuple[list[Any], list[Any]] = ([], [])
    shown: tuple[list[Any], list[Any]] = ([], [])
    for part in parts:
        callbacks = Shown(), Shown()
        for k, scores in enumerate(read(part, entropy=True, callbacks=callbacks)):
            p_TV = np.concatenate(callbacks[k].parts)
            assert scores.entropy == pytest.approx(-(p_TV * np.log(p_TV)).sum(axis=1), abs=1e-5)
            nats[k].append(scores.nats)
            shown[k].append(p_TV)
    return [np.concatenate(part) for part in nats], [np.concatenate(part) for part in shown]


@settings(max_examples=40)
@given(
    text=IDS,
    window=st.integers(1, 8),
    theta=st.floats(0, 3),
    share=st.floats(0, 0.9),
    step=st.integers(1, 6),
    cut=st.integers(0, 25),
)
def test_the_cache_is_that_of_the_paper(
    text: list[int], window: int, theta: float, share: float, step: int, cut: int
) -> None:
    config = CacheConfig(window, theta, share)
    parts = [part for part in (ids(*text[:cut]), ids(*text[cut:])) if len(part)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEP", step)
        nats, shown = read_all(Cache(config).start_text(MODEL), *parts)
        read = Cache(config).start_text(MODEL)
        unseen = [np.concatenate(both) for both in zip(*([s.nats for s in read(part)] for part in parts), strict=True)]
    for k, expected in enumerate((by_hand(text, CacheConfig(1, 0, 0)), by_hand(text, config))):
        np.testing.assert_allclose(shown[k], expected, atol=1e-6)
        assert nats[k] == pytest.approx(-np.log(expected[np.arange(len(text)), text]), abs=1e-6)
        assert unseen[k] == pytest.approx(nats[k], abs=1e-9)


def test_figures_without_and_with_the_cache() -> None:
    model = fake("char")
    lines = [Record("the cat sat on the mat")] * 6
    method = Cache(CacheConfig(100, 1.0, 0.2))
    report = perplexity(model, [Text(lines)], method=method)
    plain = perplexity(model, [Text(lines, carried=True)])
    assert report.before is not None and report.before.nats == pytest.approx(plain.nats)
    assert report.nats < plain.nats and report.perplexity is not None
    assert report.perplexity == pytest.approx(math.exp(report.nats / report.tokens))
    assert (report.method, report.before.method, report.reading) == (method.name, "", "stream")
    both = perplexity(model, [Text(lines), Text(lines)], method=method)
    assert both.nats == pytest.approx(2 * report.nats)  # nothing is kept from file to file


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: CacheConfig(window=0),
        lambda: CacheConfig(theta=-1),
        lambda: CacheConfig(share=1),
        lambda: AdaptConfig(rate=-1),
        lambda: AdaptConfig(decay=2),
        lambda: AdaptConfig(segment=0),
    ],
)
def test_settings_out_of_range_are_refused(wrong: Any) -> None:
    with pytest.raises(UsageError, match=r"must be|at least"):
        wrong()


# --- dynamic evaluation


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LanguageModel]:
    folder: Path = tmp_path_factory.mktemp("adapt")
    return {kind: LanguageModel(untrained_lm(folder / kind, kind), threads=1) for kind in ("words", "bpe")}


@pytest.fixture(scope="module")
def real(models: dict[str, LanguageModel]) -> LanguageModel:
    return models["words"]


def test_without_a_rate_nothing_is_learned(real: LanguageModel) -> None:
    text = np.concatenate(real.encoder.encode(LINES))
    plain, still = Adaptation(AdaptConfig(rate=0, decay=0)).start_text(real)(text)
    assert still.nats == pytest.approx(plain.nats, abs=1e-5)


def test_no_text_to_come_is_used_and_what_was_read_is(real: LanguageModel) -> None:
    text = np.concatenate(real.encoder.encode(LINES))
    method = Adaptation(AdaptConfig(rate=0.01, segment=4))
    plain, learned = (scores.nats for scores in method.start_text(real)(text))
    assert learned[:4] == pytest.approx(plain[:4], abs=1e-5)
    assert abs(learned[4:] - plain[4:]).max() > 1e-3


@settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, 40), max_size=5), segment=st.integers(1, 6))
def test_what_is_learned_does_not_depend_on_how_the_text_comes(
    real: LanguageModel, cuts: list[int], segment: int
) -> None:
    text = np.concatenate(real.encoder.encode(LINES))
    method = Adaptation(AdaptConfig(rate=0.01, segment=segment))
    parts = [part for part in np.split(text, sorted(min(cut, len(text)) for cut in cuts)) if len(part)]
    nats, shown = read_all(method.start_text(real), *parts)
    for k, whole in enumerate(method.start_text(real)(text)):
        assert nats[k] == pytest.approx(whole.nats, abs=1e-4)
        assert -np.log(shown[k][np.arange(len(text)), text]) == pytest.approx(nats[k], abs=1e-4)


def test_a_text_that_repeats_itself_gets_easier(real: LanguageModel) -> None:
    lines = [Record("the cat sat on the mat")] * 12
    report = perplexity(real, [Text(lines)], method=Adaptation(AdaptConfig(rate=0.01)))
    assert report.before is not None and report.nats < 0.95 * report.before.nats
    assert report.before.nats == pytest.approx(perplexity(real, [Text(lines, carried=True)]).nats)


def test_one_step_is_that_of_the_paper(real: LanguageModel) -> None:
    """Down the gradient over its size, where size is that of the one gradient seen, and back towards the start."""
    import torch

    from lstmcli.language_modeling.network import load_language_model as load_module
    from lstmcli.language_modeling.scoring.dynamic_network import EPSILON, Adapter

    config, V = real.directory.settings.model, real.encoder.vocab_size
    text = real.encoder.encode(["the cat sat on the mat"])[0]
    adapter = Adapter(real.weights(), config, V, rate=0.01, decay=0.5, segment=len(text))
    adapter.score(text)
    module = load_module(real.weights(), config, V)
    before = torch.from_numpy(np.concatenate([[0], text[:-1]]))
    logits, _ = module(before[:, None])
    torch.nn.functional.cross_entropy(logits[:, 0], torch.from_numpy(text).long()).backward()
    for ours, weight in zip(adapter._weights, module.parameters(), strict=True):
        assert weight.grad is not None
        expected = weight - 0.01 * weight.grad / (weight.grad.abs() + EPSILON)
        assert torch.allclose(ours, expected, atol=1e-5)


# --- tables


METHODS: dict[str, Method] = {
    "cache": Cache(CacheConfig(20, 1.0, 0.2)),
    "adapt": Adaptation(AdaptConfig(rate=0.01, segment=3)),
}


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["words", "bpe"])
def test_the_rows_of_every_table_add_up_to_the_figures(
    models: dict[str, LanguageModel], kind: str, method: str, per: str
) -> None:
    model = models[kind]
    lines = [Record(line, line=n) for n, line in enumerate(LINES, 1)]
    report = perplexity(model, [Text(lines)], method=METHODS[method])
    rows = list(surprisals(model, Text(lines), per, method=METHODS[method]))
    plain = list(surprisals(model, Text(lines, carried=True), per))
    assert sum(row.surprisal for row in rows) == pytest.approx(report.nats / math.log(2), rel=1e-4)
    assert [row.before and row.before.text for row in rows] == [row.text for row in rows] == [row.text for row in plain]
    before = [row.before for row in rows if row.before]
    assert [row.surprisal for row in before] == pytest.approx([row.surprisal for row in plain], abs=1e-3)
    assert [row.entropy or 0 for row in before] == pytest.approx([row.entropy or 0 for row in plain], abs=1e-3)
    assert [row.surprisal for row in rows] != pytest.approx([row.surprisal for row in plain], abs=1e-3)
    assert all(row.before is None for row in plain)


@pytest.mark.parametrize("method", METHODS)
def test_a_live_source_has_the_rows_of_a_file(real: LanguageModel, method: str) -> None:
    lines = [Record(line, line=n) for n, line in enumerate(LINES, 1)]
    file = list(surprisals(real, Text(lines), "word", method=METHODS[method]))
    live = list(surprisals(real, Text(lines, ready=lambda: False), "word", method=METHODS[method]))
    assert [row.text for row in live] == [row.text for row in file]
    assert [row.surprisal for row in live] == pytest.approx([row.surprisal for row in file], abs=1e-3)
