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

from lstmcli.config_lm import AdaptConfig, CacheConfig
from lstmcli.errors import UsageError
from lstmcli.tasks import cache as module
from lstmcli.tasks.adapt import Adaptation
from lstmcli.tasks.cache import Cache
from lstmcli.tasks.lm import LanguageModel, load_language_model
from lstmcli.tasks.perplexity import Text, perplexity
from lstmcli.text.records import Record

from .lm_models import LINES, Fake, Recurrent, fake, untrained_lm

V = 6
MODEL = Fake(None, Recurrent(V, seed=4))
IDS = st.lists(st.integers(0, V - 1), min_size=1, max_size=25)


def ids(*found: int) -> NDArray[np.int32]:
    return np.array(found, np.int32)


def by_hand(text: list[int], config: CacheConfig) -> list[float]:
    """The paper's equations, token by token."""
    session, last, state = MODEL.session, 0, MODEL.session.zero_state(1)
    past: list[tuple[Any, int]] = []
    nats = []
    for target in text:
        logits, state = session.logits(np.array([[last]]), state)
        h, p = state[0][0, 0], np.exp(logits[0, 0]) / np.exp(logits[0, 0]).sum()
        seen = past[-config.window :]
        if seen:
            weights = [math.exp(config.theta * float(h @ key)) for key, _ in seen]
            hits = sum(weight for weight, (_, word) in zip(weights, seen, strict=True) if word == target)
            mixed = (1 - config.share) * p[target] + config.share * hits / sum(weights)
        else:
            mixed = p[target]
        nats.append(-math.log(mixed))
        past.append((h, target))
        last = target
    return nats


@settings(max_examples=40, deadline=None)
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
    read = Cache(config).begin(MODEL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "STEP", step)
        found = np.concatenate([read(ids(*text[:cut])), read(ids(*text[cut:]))], axis=1)
    assert found[1] == pytest.approx(by_hand(text, config), abs=1e-6)
    assert found[0] == pytest.approx(by_hand(text, CacheConfig(1, 0, 0)), abs=1e-6)


def test_the_mixture_is_a_distribution() -> None:
    past = [1, 2, 3, 2, 1]
    costs = [Cache(CacheConfig(3, 0.5, 0.3)).begin(MODEL)(ids(*past, word))[1, -1] for word in range(V)]
    assert sum(math.exp(-cost) for cost in costs) == pytest.approx(1)


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
def real(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    path: Path = untrained_lm(tmp_path_factory.mktemp("adapt") / "model", "words")
    return load_language_model(path, threads=1)


def test_without_a_rate_nothing_is_learned(real: LanguageModel) -> None:
    text = np.concatenate(real.encoder.encode(LINES))
    plain, still = Adaptation(AdaptConfig(rate=0, decay=0)).begin(real)(text)
    assert still == pytest.approx(plain, abs=1e-5)


def test_no_text_to_come_is_used_and_what_was_read_is(real: LanguageModel) -> None:
    text = np.concatenate(real.encoder.encode(LINES))
    method = Adaptation(AdaptConfig(rate=0.01, segment=4))
    plain, learned = method.begin(real)(text)
    assert learned[:4] == pytest.approx(plain[:4], abs=1e-5)
    assert abs(learned[4:] - plain[4:]).max() > 1e-3
    read = method.begin(real)
    in_parts = np.concatenate([read(text[:8]), read(text[8:12])], axis=1)
    assert in_parts[1] == pytest.approx(learned[:12], abs=1e-5)


def test_a_text_that_repeats_itself_gets_easier(real: LanguageModel) -> None:
    lines = [Record("the cat sat on the mat")] * 12
    report = perplexity(real, [Text(lines)], method=Adaptation(AdaptConfig(rate=0.01)))
    assert report.before is not None and report.nats < 0.95 * report.before.nats
    assert report.before.nats == pytest.approx(perplexity(real, [Text(lines, carried=True)]).nats)


def test_one_step_is_that_of_the_paper(real: LanguageModel) -> None:
    """Down the gradient over its size, where size is that of the one gradient seen, and back towards the start."""
    import torch

    from lstmcli.core.adapt import EPSILON, Adapter
    from lstmcli.core.language_model import load_language_model as load_module

    config, V = real.model.lm.model, real.encoder.vocab_size
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
