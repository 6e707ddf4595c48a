"""Beam search, held against a search through everything."""

from __future__ import annotations

from typing import Any

import pytest

from lstmcli.errors import UsageError
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig
from lstmcli.generation.generate import generate
from lstmcli.generation.session import Generator
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID
from support.generators import GREEDY, ended, generator_of, log_p_of


def best_texts(generator: Generator, prompt: str, length: int) -> list[tuple[float, tuple[int, ...]]]:
    """Every text of at most ``length`` tokens with its log-probability, the best first."""
    start = [END_ID, *generator.encoder.prompt(prompt).tolist()]
    found: list[tuple[float, tuple[int, ...]]] = []
    open: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for step in range(length):
        going = []
        for logprob, ids in open:
            for id, more in enumerate(log_p_of(generator, [*start, *ids])[-1].tolist()):
                if id == UNKNOWN_ID:
                    continue
                whole = (logprob + more, (*ids, id))
                (found if id == END_ID or step == length - 1 else going).append(whole)
        open = going
    return sorted(found, reverse=True)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_beams_that_hold_everything_find_the_best(alpha: float) -> None:
    generator = generator_of("spaces-lines")
    everything = best_texts(generator, "the dog", 2)
    everything.sort(key=lambda found: -found[0] / len(found[1]) ** alpha)
    config = GenerateConfig(beam=BeamConfig(beams=40, n_best=5, length_penalty=alpha), max_tokens=2)
    found = ended(generate(generator, "the dog", config))
    assert [f.logprob for f in found] == pytest.approx([p for p, _ in everything[:5]], abs=1e-3)
    assert [f.score for f in found] == pytest.approx([p / len(ids) ** alpha for p, ids in everything[:5]], abs=1e-3)
    assert all(f.seed is None for f in found) and len({f.text for f in found}) == 5


def test_one_beam_is_greedy_and_more_are_no_worse() -> None:
    generator = generator_of("char-document")
    (greedy,) = ended(generate(generator, "the", GenerateConfig(GREEDY, max_tokens=15)))
    (one,) = ended(generate(generator, "the", GenerateConfig(beam=BeamConfig(beams=1), max_tokens=15)))
    (many,) = ended(generate(generator, "the", GenerateConfig(beam=BeamConfig(beams=8), max_tokens=15)))
    assert one.text == greedy.text and one.logprob == pytest.approx(greedy.logprob, abs=1e-3)
    assert one.score is not None and many.score is not None and many.score >= one.score - 1e-6


def test_beams_end_at_stop_strings_and_repeat_nothing_if_asked() -> None:
    generator = generator_of("char-document")
    beam = BeamConfig(beams=5, n_best=5)
    free = ended(generate(generator, "the", GenerateConfig(beam=beam, max_tokens=8)))
    stop = (free[0].text[2],)
    for found in ended(generate(generator, "the", GenerateConfig(beam=beam, max_tokens=8, stop=stop))):
        assert stop[0] not in found.text
    sampling = SamplingConfig(no_repeat_ngram=2)
    for found in ended(generate(generator, "", GenerateConfig(sampling, beam=beam, max_tokens=10))):
        grams = [found.text[i : i + 2] for i in range(len(found.text) - 1)]
        assert len(set(grams)) == len(grams)


def test_beams_mind_the_space_at_the_end_of_a_prompt_too() -> None:
    config = GenerateConfig(beam=BeamConfig(beams=3, n_best=3), max_tokens=4)
    spaced, plain = (ended(generate(generator_of("spaces-lines"), prompt, config)) for prompt in ("the ", "the"))
    assert ["the " + text.text for text in spaced if text.text] == ["the" + text.text for text in plain if text.text]


@pytest.mark.parametrize("settings", [{"beams": 0}, {"n_best": 0}, {"beams": 2, "n_best": 3}, {"length_penalty": -1}])
def test_beams_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        BeamConfig(**settings)
