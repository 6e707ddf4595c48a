"""Generation on a small model of random weights, held against a plain loop over the whole text."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstmcli.config_generate import BeamConfig, GenerateConfig, SamplingConfig
from lstmcli.config_lm import LmConfig
from lstmcli.errors import ModelError, UsageError
from lstmcli.events import Warned
from lstmcli.results_lm import Continuation, TextPiece
from lstmcli.tasks import generator as task
from lstmcli.tasks.generate import generate
from lstmcli.tasks.generator import END_ID, Event, Generator, load_generator
from lstmcli.tasks.sampling import UNKNOWN_ID, log_softmax
from tasks.generate_models import lm_config, random_weights, untrained_language_model
from tasks.models import untrained_model

GREEDY = SamplingConfig(temperature=0)
CONFIGS = {
    "char-lines": lm_config("char"),
    "char-document": lm_config("char", "document"),
    "byte-document": lm_config("byte", "document"),
    "spaces-lines": lm_config("word", words="spaces"),
    "spaces-document": lm_config("word", "document", words="spaces"),
    "text-lines": lm_config("word"),
    "bpe-document": lm_config("bpe", "document", vocab_size=300),
    "unigram-lines": lm_config("unigram", vocab_size=60),
    "gru": lm_config("char", cell="gru", tied=False),
}


@cache
def generator_of(name: str = "char-lines") -> Generator:
    return make(CONFIGS[name])


def make(config: LmConfig) -> Generator:
    from lstmcli.engine.lmgraph import language_model_graph
    from lstmcli.engine.lmsession import LanguageModelSession
    from lstmcli.text.stream import StreamEncoder
    from tasks.generate_models import LINES

    encoder = StreamEncoder.train(LINES, config.tokenizer)
    graph = language_model_graph(random_weights(config.model, encoder.vocab_size), config.model)
    return Generator(encoder, LanguageModelSession(graph, config.model, threads=1))


def ended(events: Any) -> list[Continuation]:
    return sorted((e for e in events if isinstance(e, Continuation)), key=lambda found: found.sample)


def log_p_of(generator: Generator, ids: list[int]) -> np.ndarray[Any, Any]:
    """[T, V], in one run over the whole text."""
    column = np.array(ids, np.int32)[:, None]
    logits, _ = generator.session.logits(column, generator.session.zero_state(1))
    return log_softmax(logits[:, 0])


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


def test_beams_mind_the_space_at_the_end_of_a_prompt_too() -> None:
    config = GenerateConfig(beam=BeamConfig(beams=3, n_best=3), max_tokens=4)
    spaced, plain = (ended(generate(generator_of("spaces-lines"), prompt, config)) for prompt in ("the ", "the"))
    assert ["the " + text.text for text in spaced if text.text] == ["the" + text.text for text in plain if text.text]


def test_a_space_is_a_character_like_others_where_tokens_are_characters() -> None:
    generator = generator_of("char-lines")
    (found,) = ended(generate(generator, "the ", GenerateConfig(GREEDY, max_tokens=5, alternatives=1)))
    ids = [END_ID, *generator.encoder.prompt("the ").tolist()]
    assert found.steps[0].probability == pytest.approx(np.exp(log_p_of(generator, ids)[-1]).max(), abs=1e-4)


def test_a_prompt_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    config = GenerateConfig(GREEDY, max_tokens=10)
    prompt = "the cat sat on the mat " * 9
    (whole,) = ended(generate(generator_of(), prompt, config))
    monkeypatch.setattr(task, "TOKENS_AT_ONCE", 7)
    (parts,) = ended(generate(generator_of(), prompt, config))
    assert parts.text == whole.text and parts.logprob == pytest.approx(whole.logprob, abs=1e-3)


def test_a_prompt_of_a_megabyte() -> None:
    (found,) = ended(generate(generator_of(), "the cat sat " * 90_000, GenerateConfig(GREEDY, max_tokens=3)))
    assert found.tokens >= 1 and len(found.prompt) > 10**6


@pytest.mark.parametrize(("prompt", "said"), [("§", "its only symbol"), ("§§§", "all its 3 tokens"), ("§a", "")])
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


# Beam search


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


# Loading


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_language_model(tmp_path_factory.mktemp("lm") / "model", int8=True)


def run(generator: Generator, config: GenerateConfig) -> Continuation:
    return ended(generate(generator, "the cat", config))[0]


def test_engines_agree(folder: Path) -> None:
    config = GenerateConfig(SamplingConfig(temperature=1.0), max_tokens=20, samples=3, seed=1)
    onnx, torch = (load_generator(folder, threads=1, engine=engine) for engine in ("onnx", "torch"))
    a, b = (ended(generate(g, "the cat", config)) for g in (onnx, torch))
    assert [t.text for t in a] == [t.text for t in b]
    assert [t.logprob for t in a] == pytest.approx([t.logprob for t in b], abs=1e-3)
    beams = GenerateConfig(beam=BeamConfig(beams=3), max_tokens=10)
    assert run(onnx, beams).text == run(torch, beams).text


def test_int8_is_taken_where_it_is_and_made_where_it_is_not(folder: Path, tmp_path: Path) -> None:
    config = GenerateConfig(GREEDY, max_tokens=1, alternatives=1)
    exact = run(load_generator(folder, threads=1, engine="onnx"), config).logprob
    near = run(load_generator(folder, threads=1), config).logprob
    assert near != exact and near == pytest.approx(exact, abs=0.3)
    assert run(load_generator(folder, threads=1, engine="int8"), config).logprob == near
    bare = untrained_language_model(tmp_path / "bare")
    assert run(load_generator(bare, threads=1), config).logprob == exact
    assert run(load_generator(bare, threads=1, engine="int8"), config).logprob == near


def test_what_cannot_be_loaded_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="engine must be one of"):
        load_generator(folder, engine="tflite")
    with pytest.raises(UsageError, match="runs on the CPU"):
        load_generator(folder, engine="onnx", device="cuda")
    with pytest.raises(UsageError, match="GRU"):
        load_generator(untrained_language_model(tmp_path / "gru", CONFIGS["gru"]), engine="int8")
    with pytest.raises(ModelError, match="holds a classifier, not a language model") as error:
        load_generator(untrained_model(tmp_path / "classifier"))
    assert error.value.hint == "`lstm classify` reads it"


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


@pytest.mark.parametrize("settings", [{"beams": 0}, {"n_best": 0}, {"beams": 2, "n_best": 3}, {"length_penalty": -1}])
def test_beams_that_make_no_sense_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        BeamConfig(**settings)


def test_events_are_of_three_kinds() -> None:
    kinds = {type(event) for event in generate(generator_of(), "§", GenerateConfig(GREEDY, max_tokens=3))}
    assert kinds <= {Warned, TextPiece, Continuation} and Event
