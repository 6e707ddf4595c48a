"""Many prompts: each is answered as it would be alone, in order, and none waits for one that has not come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from lstmcli.data.records import Record
from lstmcli.errors import DataError
from lstmcli.generation import generate as task
from lstmcli.generation.config import BeamConfig, GenerateConfig, SamplingConfig
from lstmcli.generation.generate import generate, generate_each
from lstmcli.generation.results import Continuation, TextPiece
from lstmcli.generation.session import Generator
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.training.events import Warned
from support.generate_models import untrained_language_model
from support.generators import GREEDY, generator_of

PROMPTS = ("the", "", "a dog ", "垫子", "   ", "§", "the cat sat on the mat", "the")
CONFIGS = {
    "sampling": GenerateConfig(SamplingConfig(temperature=1.2), max_tokens=15, stop=("\n",), seed=3),
    "several": GenerateConfig(SamplingConfig(top_p=0.9, repetition_penalty=1.5), samples=3, max_tokens=9, seed=3),
    "greedy": GenerateConfig(GREEDY, max_tokens=15, alternatives=2),
    "no-repeat": GenerateConfig(SamplingConfig(no_repeat_ngram=2), max_tokens=15, seed=1),
    "beams": GenerateConfig(beam=BeamConfig(beams=3, n_best=2), max_tokens=6),
}


def records(*prompts: str) -> list[Record]:
    return [Record(prompt, line=n) for n, prompt in enumerate(prompts, 1)]


def texts(events: Iterable[Any]) -> list[Continuation]:
    return sorted((event for event in events if isinstance(event, Continuation)), key=lambda found: found.sample)


def answers(
    generator: Generator, prompts: Iterable[Record], config: GenerateConfig, **more: Any
) -> list[list[Continuation]]:
    return [texts(events) for _, events in generate_each(generator, prompts, config, **more)]


def same(found: list[Continuation], expected: list[Continuation]) -> None:
    assert [(text.prompt, text.text, text.tokens, text.finish) for text in found] == [
        (text.prompt, text.text, text.tokens, text.finish) for text in expected
    ]
    assert [text.seed for text in found] == [text.seed for text in expected]
    assert [text.logprob for text in found] == pytest.approx([text.logprob for text in expected], abs=1e-3)


@hypothesis(max_examples=40)
@given(
    prompts=st.lists(st.sampled_from(PROMPTS), max_size=7),
    how=st.sampled_from(list(CONFIGS)),
    name=st.sampled_from(["char-lines", "bpe-document", "spaces-lines", "gru"]),
    at_once=st.integers(1, 9),
)
def test_every_prompt_is_answered_as_if_it_were_alone(prompts: list[str], how: str, name: str, at_once: int) -> None:
    generator, config = generator_of(name), CONFIGS[how]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task, "TEXTS", at_once)
        found = answers(generator, records(*prompts), config)
    assert len(found) == len(prompts)
    for number, (own, prompt) in enumerate(zip(found, prompts, strict=True)):
        same(own, texts(generate(generator, prompt, config, number=number)))


def test_engines_agree(tmp_path: Any) -> None:
    folder = untrained_language_model(tmp_path / "model")
    onnx, torch = (
        answers(LanguageModel(folder, threads=1, engine=engine).generator, records(*PROMPTS), CONFIGS["sampling"])
        for engine in ("onnx", "torch")
    )
    for a, b in zip(onnx, torch, strict=True):
        same(a, b)


class Counting:
    """A session that says how many texts it was asked about at once."""

    def __init__(self, session: Any) -> None:
        self.session, self.batches = session, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    def logits(self, ids_TB: Any, state: Any) -> Any:
        self.batches.append(ids_TB.shape[1])
        return self.session.logits(ids_TB, state)


def test_prompts_that_are_there_are_worked_on_together() -> None:
    session = Counting(generator_of().session)
    generator = replace(generator_of(), session=session)  # type: ignore[arg-type]
    config = replace(CONFIGS["several"], max_tokens=2)
    answers(generator, records(*PROMPTS), config)
    assert session.batches[0] == 3 * len(PROMPTS) and len(session.batches) == 2


@pytest.mark.parametrize("how", CONFIGS)
def test_a_prompt_is_answered_before_the_next_has_come(how: str) -> None:
    read: list[int] = []

    def endless() -> Iterator[Record]:
        while True:
            read.append(1)
            yield Record("the")

    each = generate_each(generator_of(), endless(), CONFIGS[how], ready=lambda: False)
    for n in range(1, 4):
        _, events = next(each)
        assert texts(events) and len(read) == n


def test_the_first_text_is_shown_while_it_is_made_and_others_wait() -> None:
    session = Counting(generator_of("char-document").session)
    generator = replace(generator_of("char-document"), session=session)  # type: ignore[arg-type]
    each = generate_each(generator, records("the", "a"), replace(CONFIGS["sampling"], stop=()))
    _, first = next(each)
    assert isinstance(next(first), TextPiece) and len(session.batches) == 1
    assert texts(first)
    made = len(session.batches)
    _, second = next(each)
    assert isinstance(next(second), TextPiece) and len(session.batches) == made  # it was waiting


def test_without_a_seed_one_is_drawn_for_all_and_told() -> None:
    config = replace(CONFIGS["sampling"], seed=None)
    found = answers(generator_of(), records(*PROMPTS), config)
    (seed,) = {text.seed for own in found for text in own}
    assert seed is not None
    again = answers(generator_of(), records(*PROMPTS), replace(config, seed=seed))
    for a, b in zip(found, again, strict=True):
        same(a, b)


def test_the_same_prompt_twice_is_not_answered_twice_alike() -> None:
    found = answers(generator_of(), records(*["the"] * 8), CONFIGS["sampling"])
    assert len({text.text for own in found for text in own}) > 1


def test_unknown_symbols_are_said_with_their_own_prompt() -> None:
    each = generate_each(generator_of(), records("the", "§", "a"), CONFIGS["greedy"])
    assert [[event for event in events if isinstance(event, Warned)] != [] for _, events in each] == [
        False,
        True,
        False,
    ]


def test_what_came_before_a_damaged_line_is_answered() -> None:
    def broken() -> Iterator[Record]:
        yield from records("the", "a")
        raise DataError("a damaged line", line=3)

    found = []
    with pytest.raises(DataError):
        for _, events in generate_each(generator_of(), broken(), CONFIGS["sampling"]):
            found.append(texts(events))
    assert len(found) == 2
