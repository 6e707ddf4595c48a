"""What a server can be asked to do with models of each task: requests become jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lstmcli.classification.results import SHOWN
from lstmcli.errors import UsageError
from lstmcli.serving import requests
from lstmcli.serving.jobs import Job, Listener, StreamJob

if TYPE_CHECKING:
    from lstmcli.classification.predict import Classifier
    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.translation.predict import Translator

MAX_PROMPT = 20_000
"""Maximum characters of all prompts of a request: they are read before anything else is answered."""
WORDS: dict[str, Any] = {"texts": ["one two"]}
Make = Callable[[Any, Any, Listener], "Job | StreamJob"]


@dataclass(frozen=True)
class Operation:
    """Something that a server can be asked to do."""

    name: str
    """In its path."""
    about: str
    request: type[requests.Asked]
    make: Make
    """The job of a request to a model.  Raises: LstmError, if its options are invalid."""
    texts: Callable[[Any], int]
    """Number of texts of a request."""
    results: tuple[str, ...]
    """What it answers, in the JSON Schema of the command of its name."""
    example: dict[str, Any]
    """A small request, which also warms a model."""
    whole: Callable[[Any, list[Any]], Any] = lambda _, results: results
    """The answer to a request, from the results of its job: a list, or one result."""
    streams: bool = False


def texts_of(request: Any) -> list[str]:
    return [request.texts] if isinstance(request.texts, str) else list(request.texts)


def prompts_of(request: Any) -> list[str]:
    return [request.prompt] if isinstance(request.prompt, str) else list(request.prompt)


def classify(model: Classifier, request: requests.Classify, listener: Listener) -> Job:
    options = {"top": SHOWN, **request.given()}
    model.classify([], **options)  # checks them

    def answer(texts: Sequence[str]) -> list[Any]:
        return list(model.classify(list(texts), eager=True, ready=lambda: True, **options))

    return Job(("classify", id(model), *options.items()), texts_of(request), answer, listener)


def translate(model: Translator, request: requests.Translate, listener: Listener) -> Job:
    options = request.given()
    model.translations([], **options)  # checks them

    def answer(texts: Sequence[str]) -> list[Any]:
        return list(model.translations(list(texts), **options))

    return Job(("translate", id(model), *options.items()), texts_of(request), answer, listener)


def perplexity(model: LanguageModel, request: requests.Perplexity, listener: Listener) -> Job:
    options = request.given()
    model.perplexity_each([], **options)  # checks them
    texts = request.texts
    if request.per is None:

        def answer(groups: Sequence[Any]) -> list[Any]:
            return model.perplexity_each(groups, **options)

        return Job(("perplexity", id(model), *options.items()), [texts], answer, listener, _characters)
    per = request.per
    if per not in ("line", "word", "token", "char"):
        raise UsageError(f"per must be one of line, word, token, char, not {per!r}")

    def rows(groups: Sequence[Any]) -> list[Any]:
        return [list(model.surprisal(group, per, **options)) for group in groups]

    return Job(("surprisal", id(model), per, *options.items()), [texts], rows, listener, _characters)


def _characters(group: str | Sequence[str]) -> int:
    return len(group) if isinstance(group, str) else sum(map(len, group))


def generate(model: LanguageModel, request: requests.Generate, listener: Listener) -> StreamJob:
    from lstmcli.generation.config import from_options
    from lstmcli.generation.generate import generate_together, new_seed
    from lstmcli.generation.results import Continuation

    options = request.given()
    if "n" in options:
        options["samples"] = options.pop("n")
    if isinstance(options.get("stop"), str):
        options["stop"] = (options["stop"],)
    config = from_options(options)
    prompts = prompts_of(request)
    if sum(map(len, prompts)) > MAX_PROMPT:
        raise UsageError(f"the prompts have more than {MAX_PROMPT:,} characters", hint="give a shorter text")
    generator, seed = model.generator, new_seed(config)
    items = [(prompt, (seed, number)) for number, prompt in enumerate(prompts)]

    def events(items: Sequence[tuple[str, tuple[int, int]]]) -> Iterator[tuple[int, Any]]:
        return generate_together(generator, [prompt for prompt, _ in items], config, [own for _, own in items])

    options.pop("seed", None)
    key = ("generate", id(generator), *((name, str(value)) for name, value in options.items()))
    per_item = config.beam.n_best if config.beam else config.samples
    return StreamJob(key, items, events, lambda event: isinstance(event, Continuation), per_item, listener)


def sorted_texts(_: Any, results: Sequence[tuple[int, Any]]) -> list[Any]:
    """The texts of the first prompt, then those of the second, …"""
    return [text for _, text in sorted(results, key=lambda pair: (pair[0], pair[1].sample))]


def figures_or_rows(request: requests.Perplexity, results: Sequence[Any]) -> Any:
    return results[0]


def of_classifiers() -> tuple[Operation, ...]:
    about = "Label texts: one prediction for each, in order."
    return (
        Operation("classify", about, requests.Classify, classify, lambda r: len(texts_of(r)), ("prediction",), WORDS),
    )


def of_language_models() -> tuple[Operation, ...]:
    about = "Continue a prompt, or start a new text."
    score = "Perplexity and bits per character of all texts together, or with per a row for each unit."
    return (
        Operation(
            "generate",
            about,
            requests.Generate,
            generate,
            lambda r: len(prompts_of(r)) * (r.n or r.n_best or 1),
            ("text",),
            {"prompt": "the", "max_tokens": 2},
            sorted_texts,
            streams=True,
        ),
        Operation(
            "perplexity",
            score,
            requests.Perplexity,
            perplexity,
            lambda r: 1 if isinstance(r.texts, str) else len(r.texts),
            ("figures", "row"),
            {"texts": "one two"},
            figures_or_rows,
        ),
    )


def of_translators() -> tuple[Operation, ...]:
    about = "Translate texts: one translation for each, in order."
    return (
        Operation(
            "translate", about, requests.Translate, translate, lambda r: len(texts_of(r)), ("translation",), WORDS
        ),
    )
