"""Generation on a small model of random weights, held against a plain loop over the whole text."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from lstmcli.errors import UsageError
from lstmcli.generation.config import GenerateConfig, SamplingConfig
from lstmcli.generation.generate import generate
from lstmcli.generation.results import Continuation, TextPiece
from lstmcli.generation.session import Output
from lstmcli.tokenization.ids import END_ID, UNKNOWN_ID
from lstmcli.training.events import Warned
from support.generators import CONFIGS, GREEDY, ended, generator_of, log_p_of


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("prompt", ["", "the", "the cat\n", "a\nb", "垫子"])
def test_greedy_text_is_the_best_token_again_and_again(name: str, prompt: str) -> None:
    generator = generator_of(name)
    (found,) = ended(generate(generator, prompt, GenerateConfig(GREEDY, max_tokens=12)))
    ids = [END_ID, *generator.encoder.prompt(prompt).tolist()]
    before, logprob = len(ids), 0.0
    for _ in range(12):
        log_p = log_p_of(generator, ids)[-1]
        best = np.where(np.arange(len(log_p)) == UNKNOWN_ID, -np.inf, log_p)
        ids.append(int(best.argmax()))
        logprob += log_p[ids[-1]]
        if ids[-1] == END_ID:
            break
    assert found.tokens == len(ids) - before
    assert found.logprob == pytest.approx(logprob, abs=1e-3)
    streamer = generator.encoder.streamer(ids[before - 1])
    text = "".join(streamer.push(id) for id in ids[before:] if id != END_ID)
    assert found.text in (text, text + "\ufffd")
    assert found.finish == ("end" if ids[-1] == END_ID else "length")
    assert found.seed is None and found.prompt == prompt


@pytest.mark.parametrize("name", CONFIGS)
def test_pieces_are_whole_characters_and_make_the_text(name: str) -> None:
    config = GenerateConfig(SamplingConfig(temperature=1.5), max_tokens=40, samples=6, seed=3)
    events = list(generate(generator_of(name), "the", config))
    found = ended(events)
    assert [text.sample for text in found] == list(range(6))
    for text in found:
        pieces = [e.text for e in events if isinstance(e, TextPiece) and e.sample == text.sample]
        assert "".join(pieces) == text.text and all(pieces)
        text.text.encode()
        assert text.seed == 3 and text.logprob < 0 and 1 <= text.tokens <= 40
    assert len({text.text for text in found}) > 1


@pytest.mark.parametrize(("name", "sampling"), list(product(("char-lines", "byte-document"), ({}, {"top_p": 0.9}))))
def test_a_text_does_not_depend_on_how_many_there_are(name: str, sampling: dict[str, Any]) -> None:
    config = GenerateConfig(SamplingConfig(temperature=1.0, **sampling), max_tokens=25, samples=1, seed=11)
    generator = generator_of(name)
    (alone,) = ended(generate(generator, "a c", config))
    many = ended(generate(generator, "a c", replace(config, samples=9)))
    assert many[0].text == alone.text and many[0].logprob == pytest.approx(alone.logprob, abs=1e-3)
    assert [text.text for text in many] == [
        text.text for text in ended(generate(generator, "a c", replace(config, samples=9)))
    ]
    other = ended(generate(generator, "a c", replace(config, samples=9), number=1))
    assert [text.text for text in other] != [text.text for text in many]


def test_without_a_seed_one_is_drawn_and_told() -> None:
    config = GenerateConfig(SamplingConfig(temperature=2.0), max_tokens=30)
    first, second = (ended(generate(generator_of(), "", config))[0] for _ in range(2))
    assert first.seed is not None and first.seed != second.seed
    (again,) = ended(generate(generator_of(), "", replace(config, seed=first.seed)))
    assert again.text == first.text


@pytest.mark.parametrize("name", ["spaces-lines", "text-lines", "bpe-document", "unigram-lines"])
def test_the_space_at_the_end_of_a_prompt_is_that_of_the_next_word(name: str) -> None:
    generator = generator_of(name)
    config = GenerateConfig(SamplingConfig(temperature=1.0), max_tokens=1, samples=30, seed=3, alternatives=1)
    after = int(generator.encoder.prompt("the dog")[-1])
    pieces = {
        text for id in range(generator.encoder.vocab_size) if (text := generator.encoder.streamer(after).push(id))
    }
    found = ended(generate(generator, "the dog ", config))
    assert all(" " + text.text in pieces for text in found if text.finish != "end" and text.text)
    assert len({text.text for text in found}) > 1
    without = ended(generate(generator, "the dog", config))
    assert any(text.text.startswith(" ") for text in without)


def test_a_space_is_a_character_like_others_where_tokens_are_characters() -> None:
    generator = generator_of("char-lines")
    (found,) = ended(generate(generator, "the ", GenerateConfig(GREEDY, max_tokens=5, alternatives=1)))
    ids = [END_ID, *generator.encoder.prompt("the ").tolist()]
    assert found.steps[0].probability == pytest.approx(np.exp(log_p_of(generator, ids)[-1]).max(), abs=1e-4)


def test_a_prompt_of_a_megabyte() -> None:
    (found,) = ended(generate(generator_of(), "the cat sat " * 90_000, GenerateConfig(GREEDY, max_tokens=3)))
    assert found.tokens >= 1 and len(found.prompt) > 10**6


@pytest.mark.parametrize(
    ("prompt", "said"),
    [("§", "its only symbol"), ("§§§", "all its 3 tokens"), ("§a", "1 of the prompt's 2"), ("a", "")],
)
def test_a_prompt_of_unknown_symbols_is_said_and_goes_on(prompt: str, said: str) -> None:
    events = list(generate(generator_of(), prompt, GenerateConfig(GREEDY, max_tokens=3)))
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert len(warnings) == bool(said) and all(said in warning for warning in warnings)
    assert len(ended(events)) == 1


def test_an_unknown_token_comes_only_when_it_is_allowed() -> None:
    generator = generator_of("spaces-lines")
    for allowed in (False, True):
        sampling = SamplingConfig(temperature=100, allow_unknown=allowed)
        texts = ended(generate(generator, "", GenerateConfig(sampling, max_tokens=60, samples=8, seed=0)))
        assert any("<unk>" in text.text for text in texts) == allowed


def test_a_text_ends_before_a_stop_string() -> None:
    generator = generator_of("char-document")
    config = GenerateConfig(SamplingConfig(temperature=1.0), max_tokens=60, samples=8, seed=5)
    free = ended(generate(generator, "", config))
    stop = (free[0].text[5:7], free[1].text[8:10])
    events = list(generate(generator, "", replace(config, stop=stop)))
    for text, before in zip(ended(events), free, strict=True):
        places = [at for s in stop if (at := before.text.find(s)) >= 0]
        if text.finish == "stop":
            assert text.text == before.text[: min(places)]
        else:
            assert not places and text.text == before.text
        shown = "".join(e.text for e in events if isinstance(e, TextPiece) and e.sample == text.sample)
        assert shown == text.text


@pytest.mark.parametrize("n", [1, 2, 3])
def test_no_ngram_is_repeated_prompt_included(n: int) -> None:
    generator, prompt = generator_of("char-document"), "the cat"
    sampling = SamplingConfig(temperature=1.0, no_repeat_ngram=n)
    for found in ended(generate(generator, prompt, GenerateConfig(sampling, max_tokens=12, samples=5, seed=1))):
        text = (prompt + found.text)[(len(prompt) if n == 1 else 0) :]
        grams = [text[i : i + n] for i in range(len(text) - n + 1)]
        late = grams[max(0, len(prompt) - n + 1) :] if n > 1 else grams
        assert len(set(late)) == len(late)


def test_a_strong_penalty_repeats_less() -> None:
    def distinct(penalty: float) -> float:
        sampling = SamplingConfig(temperature=0.5, repetition_penalty=penalty)
        texts = ended(
            generate(generator_of("char-document"), "", GenerateConfig(sampling, max_tokens=20, samples=8, seed=2))
        )
        return float(np.mean([len(set(text.text)) / len(text.text) for text in texts]))

    assert distinct(5.0) > distinct(1.0)


def test_alternatives_are_the_models_own_probabilities() -> None:
    generator = generator_of()
    config = GenerateConfig(SamplingConfig(temperature=1.3, top_k=5), max_tokens=6, seed=4, alternatives=3)
    events = list(generate(generator, "the", config))
    (found,) = ended(events)
    assert len(found.steps) == found.tokens
    assert [e.step for e in events if isinstance(e, TextPiece) and e.step] == list(found.steps)
    assert found.logprob == pytest.approx(sum(np.log(step.probability) for step in found.steps), abs=1e-3)
    p = np.exp(log_p_of(generator, [END_ID, *generator.encoder.prompt("the").tolist()])[-1])
    best = np.sort(p)[::-1][:3]
    np.testing.assert_allclose([p for _, p in found.steps[0].alternatives], best, atol=1e-5)
    assert found.steps[0].alternatives[0][0] == generator.encoder.tokens([int(p.argmax())])[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"max_tokens": 0}, "max-tokens must be at least 1"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"stop": ("x", "")}, "stop string"),
        ({"sampling": SamplingConfig(temperature=0, top_p=0.5)}, "--top-p changes nothing"),
        ({"sampling": GREEDY, "samples": 2}, "would be the same"),
        ({"seed": -1}, "seed"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        GenerateConfig(**settings)


def test_events_are_of_three_kinds() -> None:
    kinds = {type(event) for event in generate(generator_of(), "§", GenerateConfig(GREEDY, max_tokens=3))}
    assert kinds <= {Warned, TextPiece, Continuation} and Output
