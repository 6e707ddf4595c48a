"""A language model for programs: ``lstmcli.load`` gives one, and the commands of language models are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstmcli.config import check_types
from lstmcli.data.records import Record
from lstmcli.engine.registry import AUTO, STEPS, Engine, check_engine, choose_engine, engine_names
from lstmcli.engine.session import Session
from lstmcli.errors import NoDataError, UsageError
from lstmcli.generation.config import OPTIONS, GenerateConfig, from_options
from lstmcli.generation.results import Continuation, TextPiece
from lstmcli.generation.session import Generator, Output
from lstmcli.language_modeling.load import language_model_weights, read_encoder
from lstmcli.language_modeling.scoring.methods import ScoringOptions
from lstmcli.model_dir.directory import WEIGHTS, read_model, retry_if_replaced
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.model_dir.loaded import Model
from lstmcli.nn.device import resolve_device
from lstmcli.options import by_name
from lstmcli.python_names import LOG, in_python
from lstmcli.results import Results
from lstmcli.scoring.results import LmReport, Surprisal
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.threads import cores
from lstmcli.tokenization.unknown_rule import oov_rule
from lstmcli.training.events import Warned

if TYPE_CHECKING:
    from lstmcli.language_modeling.scoring.perplexity import Text

T = TypeVar("T")
NOTHING = "nothing to score: there is no text"


class LanguageModel(Model):
    """A language model, open and ready.

    A string is one text; its lines are read as those of a file.  Several texts are a list, a tuple, a column of
    pandas, polars, NumPy, pyarrow or ``datasets``; each is read by itself, from the beginning.
    """

    def __init__(
        self, path: str | Path, *, engine: str | None = AUTO, device: str = "auto", threads: int | None = None
    ) -> None:
        """
        Args:
            path: the model's directory.
            engine: what runs the network: native and onnx are exact, and so is torch, the same weights in PyTorch; fast
                scores faster and slightly less exactly; int8 generates so, and scores as an exact engine does.  auto
                prefers int8 for generating where training found that it loses little; None takes an exact engine.
            device: cpu, cuda or auto.
            threads: None takes what the machine has.

        Raises:
            ModelError: missing, damaged, too new, or not a language model.
            UsageError: an engine or a device that does not exist.
        """
        super().__init__(path, {"engine": engine, "device": device, "threads": threads})
        check_engine(engine, device, auto=True)
        self._engine, self._device, self.threads = engine, device, threads
        retry_if_replaced(path, self._load)

    def _load(self) -> None:
        directory = read_model(self.path, task=LANGUAGE_MODELING)
        scoring = self._engine if self._engine in engine_names(scoring=True) else None
        self.engine = choose_engine(directory.task, directory.settings, scoring, self._device, scoring=True)
        """The engine that scores."""
        self.device = resolve_device(self._device, self.engine.devices)
        self._weights = ReadAhead(directory, WEIGHTS)
        self.encoder = read_encoder(directory)
        self._weights.bytes()  # read now, because the model may be replaced at any time
        self.directory = directory

    @property
    def mode(self) -> str:
        """lines or document: the tokenizer's mode."""
        return str(self.directory.settings.tokenizer.mode)

    @property
    def oov_rule(self) -> str:
        """How unknown words are scored, in words."""
        return oov_rule(self.directory.settings.tokenizer)

    @cached_property
    def together(self) -> Session:
        """A session that uses all threads for one run: for one text read as a stream."""
        return self._session(self.engine, self.threads)

    @cached_property
    def apart(self) -> tuple[Session, int]:
        """A session with one thread per run, and the number of concurrent runs: for many texts."""
        if self.engine.spreads:
            return self.together, 1
        return self._session(self.engine, 1), self.threads or cores()

    @cached_property
    def generator(self) -> Generator:
        """Generates with the engine that was asked for; auto prefers int8 where training found that it loses little."""
        self._check_open()
        config = self.directory.settings
        name = None if self._engine == AUTO else self._engine
        prefer = "int8" if self._engine == AUTO and self.directory.config["int8"] else STEPS
        engine = choose_engine(self.directory.task, config, name, self._device, prefer=prefer)
        session = self.together if engine is self.engine else self._session(engine, self.threads)
        return Generator(self.encoder, session, self.directory)

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """The weights by name, as in ``model.safetensors``."""
        return self._from_weights(lambda weights: weights)

    def _session(self, engine: Engine, threads: int | None) -> Session:
        """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
        task, settings = self.directory.task, self.directory.settings
        device = resolve_device(self._device, engine.devices)

        def build(weights: dict[str, NDArray[Any]]) -> Session:
            found: Session = engine.open(task, settings, weights, device=device, threads=threads)
            return found

        return self._from_weights(build)

    def _from_weights(self, make: Callable[[dict[str, NDArray[Any]]], T]) -> T:
        self._check_open()

        def read(data: bytes) -> T:
            return make(language_model_weights(data, self.directory, self.encoder.vocab_size))

        return use_file(self.directory, WEIGHTS, read, self._weights)

    def _free(self) -> None:
        for name in ("together", "apart", "generator", "_weights", "encoder"):
            self.__dict__.pop(name, None)

    @in_python()
    def generate(self, prompt: Any = "", n: int | None = None, **options: Any) -> Results[Continuation]:
        """Texts that go on from a prompt.

        Args:
            prompt: a string, or several; they are continued together.
            n: texts for each prompt; with ``beams`` say ``n_best``.
            options: those of ``lstm generate`` by name: max_tokens, temperature, seed, stop, top_k, top_p, min_p,
                typical, repetition_penalty, no_repeat_ngram, allow_unknown, beams, n_best, length_penalty,
                show_alternatives.

        Returns:
            the texts of the first prompt, then those of the second, …; ``text`` is what comes after the prompt.

        Raises:
            UsageError: an option that is unknown, out of range, or contradicts another.

        Example:
            >>> [text.prompt for text in lm.generate("the cat", n=2, max_tokens=5)]
            ['the cat', 'the cat']
        """
        found = []
        for _, events in self._events(prompt, self._config(n, options)):
            own = [event for event in _logged(events) if isinstance(event, Continuation)]
            found += sorted(own, key=lambda text: text.sample)  # the shortest is done first
        return Results(found)

    @in_python()
    def stream(self, prompt: str = "", **options: Any) -> Iterator[str]:
        """One text that goes on from a prompt, in pieces, as it is made.

        Args:
            options: as for ``generate``.

        Raises:
            UsageError: an option that is unknown, out of range, or contradicts another.
        """
        config = self._config(None, options)
        if config.samples > 1 or (config.beam and config.beam.n_best > 1):
            raise UsageError("a stream is one text", hint="take generate for several")
        ((_, events),) = self._events([prompt], config)
        return (event.text for event in _logged(events) if isinstance(event, TextPiece) and event.text)

    def _config(self, n: int | None, options: dict[str, Any]) -> GenerateConfig:
        given = by_name({**options, "samples": n} if n is not None else options, OPTIONS, "generate")
        if isinstance(given.get("stop"), str):
            given["stop"] = (given["stop"],)
        return from_options(given)

    def _events(self, prompt: Any, config: GenerateConfig) -> Iterator[tuple[Record, Iterator[Output]]]:
        from lstmcli.data.memory import records
        from lstmcli.generation.generate import generate_each

        prompts = records([prompt] if isinstance(prompt, str) else prompt)
        return generate_each(self.generator, prompts, config)

    @in_python()
    def perplexity(self, texts: Any, **options: Any) -> LmReport:
        """Perplexity and bits per byte of all texts together.

        Args:
            texts: a string or several.
            options: those of ``lstm perplexity`` by name: stream, lines, segments, match_corpus, cache, cache_theta,
                cache_lambda, adapt, adapt_rate, adapt_decay, batch_size.

        Raises:
            DataError: ``texts`` are no texts; the message names the row.  NoDataError: there is none.
            UsageError: an option that is unknown, out of range, or contradicts another.

        Example:
            >>> lm.perplexity(["the cat sat", "the dog ran"]).lines
            2
        """
        from lstmcli.language_modeling.scoring.perplexity import perplexity

        how = self._options("perplexity", options)
        more: dict[str, Any] = {"segments": how.segments, "batch_size": how.batch_size, "method": how.method}
        return perplexity(self, self._texts(texts, how), **more)

    def perplexity_each(self, groups: Sequence[Any], **options: Any) -> list[LmReport]:
        """A report for each group of texts, as ``perplexity`` gives it; groups are scored together where they can be.

        With ``cache`` or ``adapt`` each is scored by itself.

        Raises:
            as ``perplexity``.
        """
        from lstmcli.language_modeling.scoring.perplexity import perplexity_each

        how = self._options("perplexity", options)
        if how.method is not None:
            return [self.perplexity(texts, **options) for texts in groups]
        found = [list(self._texts(texts, how)) for texts in groups]
        return perplexity_each(self, found, segments=how.segments)

    @in_python()
    def surprisal(self, texts: Any, per: str = "token", **options: Any) -> Results[Surprisal]:
        """How surprising each part of a text is, in bits, after all that stands before it.

        Args:
            texts: a string or several; ``line`` of a row is the number of the text, from 1, or in a single string
                that of the line.
            per: line, word, token or char.  Words stand between white space; each pays for its own end
                (arXiv 2406.14561).
            options: as for ``perplexity``.

        Returns:
            a row for each part, in order; what closes a line has a row too.

        Raises:
            DataError: ``texts`` are no texts; the message names the row.  NoDataError: there is none.
            UsageError: another ``per``, or an option as for ``perplexity``.

        Example:
            >>> [row.text for row in lm.surprisal("the cat sat", per="word")]
            ['the', 'cat', 'sat', ...]
        """
        from lstmcli.language_modeling.scoring.surprisal import surprisals

        how = self._options("surprisal", options)
        more: dict[str, Any] = {"segments": how.segments, "batch_size": how.batch_size, "method": how.method}
        sources = self._texts(texts, how)
        found = Results(row for text in sources for row in surprisals(self, text, per, **more))
        if not found:
            raise NoDataError(NOTHING, hint="give at least one text")
        return found

    def _options(self, what: str, options: dict[str, Any]) -> ScoringOptions:
        """Raises: UsageError."""
        self._check_open()
        given = by_name(options, ScoringOptions.__dataclass_fields__, what)
        check_types(given, ScoringOptions)
        how = ScoringOptions(**given)
        if how.match_corpus and self.encoder.corpus_style is None:
            hint = "this model spells any text: leave it out"
            raise UsageError("match_corpus is for models of words or characters", hint=hint)
        return how

    def _texts(self, texts: Any, how: ScoringOptions) -> Iterator[Text]:
        from lstmcli.language_modeling.scoring.texts import texts_to_score

        return texts_to_score(texts, how, self.mode, self.encoder.corpus_style)


def _logged(events: Iterable[Output]) -> Iterator[Output]:
    """The events; what is odd about the prompt is logged."""
    for event in events:
        if isinstance(event, Warned):
            LOG.warning(event.message)
        yield event
