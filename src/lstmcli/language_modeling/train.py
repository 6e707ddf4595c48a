"""Training of a language model: its ``TrainingJob``."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.errors import NoDataError
from lstmcli.language_modeling.architecture import describe, generates_int8
from lstmcli.language_modeling.card import BACKWARD_USE
from lstmcli.language_modeling.config import LmConfig
from lstmcli.language_modeling.corpus import Corpus
from lstmcli.language_modeling.defaults import epochs_in, for_time, is_alphabet, resolve_lm, steps_per_epoch
from lstmcli.language_modeling.estimate import estimate_lm
from lstmcli.language_modeling.events import CorpusRead, LmEvaluated, Quantised, Sampled
from lstmcli.language_modeling.lines import Lines, tokenized
from lstmcli.language_modeling.preflight import preflight_language_model
from lstmcli.language_modeling.results import CorpusCheck
from lstmcli.language_modeling.shapes import language_model_shapes
from lstmcli.language_modeling.survey import Survey, survey_text
from lstmcli.model_dir.directory import TOKENIZER
from lstmcli.nn.device import native_bf16
from lstmcli.scoring.results import LmReport
from lstmcli.tasks import LANGUAGE_MODELING
from lstmcli.tokenization.auto import infer_tokenizer_config
from lstmcli.tokenization.ids import END_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.unknown_rate import unknown_in_validation
from lstmcli.training import events
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.job import Plan, TrainingJob
from lstmcli.training.preflight import preflight_tokenizer

if TYPE_CHECKING:
    from lstmcli.data.records import Record, Splits
    from lstmcli.engine.nodes import InferenceGraph
    from lstmcli.language_modeling.going_on.start import TextGoingOn
    from lstmcli.language_modeling.network import LanguageModel
    from lstmcli.language_modeling.trainer import LmTrainer

INT8_TOKENS, MAX_INT8_COST = 1000, 0.02
"""Validation tokens to test the int8 graph on, and the maximum increase of the loss in nats per token."""
SAMPLE_TOKENS = 60
SECONDS_BETWEEN_SAMPLES = 20.0


def job(
    splits: Splits, config: LmConfig, alphabet_config: LmConfig | None = None, going_on: TextGoingOn | None = None
) -> LanguageModelJob:
    """The job of training a language model on ``splits``, for ``training.run.train``.

    Args:
        alphabet_config: used instead of ``config`` if the tokens are letters of an alphabet.
    """
    if going_on:
        return going_on.job(splits, config)
    return LanguageModelJob(LANGUAGE_MODELING, splits, config, alphabet_config or config)


@dataclass
class LanguageModelJob(TrainingJob):
    config: LmConfig
    alphabet_config: LmConfig
    encoder: StreamEncoder = field(init=False)
    corpora: dict[str, Corpus] = field(init=False, default_factory=dict)
    module: LanguageModel = field(init=False)
    trainer: LmTrainer = field(init=False)
    int8: bool = field(init=False, default=False)
    graph: InferenceGraph | None = field(init=False, default=None)

    @property
    def asked(self) -> LmConfig:
        return self._asked

    @property
    def fingerprint(self) -> dict[str, str]:
        return self._fingerprint

    @property
    def vocab_size(self) -> int:
        return self.encoder.vocab_size

    def prepare_data(self) -> Iterator[Event]:
        splits = self.splits
        lines = {name: Lines(records) for name, records in _parts(splits).items()}
        surveys = {name: survey_text(part) for name, part in lines.items()}
        found = surveys["train"]
        self.encoder = self._learn_tokenizer(lines["train"], found)
        tokenizer = self.encoder.config
        self._fingerprint = {name: found.fingerprint for name, found in surveys.items()}
        self.group.agree({"data": self.fingerprint})  # of which the processes make shards together
        for name, part in lines.items():
            self.corpora[name] = yield from tokenized(name, part, surveys[name], self.encoder, self.group)
            self.corpora[name].backward = self.config.model.backward
        train, valid = self.corpora["train"], self.corpora["valid"]
        if len(train) < 2 or len(valid) < 1:
            hint = "give a few lines at least"
            raise NoDataError("there is too little text to learn from", path=splits.path, hint=hint)
        letters = is_alphabet(tokenizer.kind, self.encoder.vocab_size)
        self._asked = self.alphabet_config if letters else self.config
        self.config = resolve_lm(replace(self._asked, tokenizer=tokenizer), len(train), self.encoder.vocab_size)
        yield CorpusRead(
            tuple(_check(name, corpus) for name, corpus in self.corpora.items()),
            splits.notes,
            tokenizer.kind,
            tokenizer.mode,
            self.encoder.vocab_size,
        )
        if warning := unknown_in_validation(valid.unknown, len(valid), tokenizer.path or tokenizer.kind):
            yield events.Warned(warning)

    def _learn_tokenizer(self, lines: Lines, found: Survey) -> StreamEncoder:
        table = self.splits.format != "text"
        tokenizer = infer_tokenizer_config(self.config.tokenizer, found.sample, found.characters, table=table)
        return StreamEncoder.train(lines, tokenizer)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return language_model_shapes(self.config.model, self.encoder.vocab_size)

    def build(self, device: str) -> Iterator[Event]:
        from lstmcli.language_modeling.network import LanguageModel
        from lstmcli.language_modeling.trainer import LmTrainer
        from lstmcli.nn.stack import count_parameters

        wanted = self.config.train.precision
        self.precision = "bf16" if wanted == "bf16" or (wanted == "auto" and native_bf16(device)) else "fp32"
        self.module = LanguageModel(self.config.model, self.encoder.vocab_size)
        counts_V = self.corpora["train"].frequencies(self.encoder.vocab_size)
        self._initialize(counts_V)
        bf16 = self.precision == "bf16"
        how: dict[str, Any] = {"device": device, "bf16": bf16, "counts_V": counts_V, "group": self.group}
        self.trainer = LmTrainer(self.module, self.config.train, **how)
        self.parameters = count_parameters(self.module)
        yield from ()

    def _initialize(self, counts_V: NDArray[np.int64]) -> None:
        """Set the weights from which training starts, given how often each token occurs in the training text."""
        self.module.initialize_from_frequencies(counts_V)

    def preflight(self, threads: int) -> None:
        self._threads = threads
        again = partial(StreamEncoder.from_json, self.encoder.to_json(), self.config.tokenizer)
        preflight_tokenizer(lambda: again().vocab_size, self.encoder.vocab_size)
        preflight_language_model(self.weights(), self.shapes(), self.config.model, threads)

    def plan(self, resumed: Snapshot | None) -> Plan:
        from lstmcli.language_modeling.trainer import estimate_step

        train = self.corpora["train"]
        step_seconds = self.group.from_main(estimate_step(self.trainer, train.ids))
        if self.config.train.epochs is None:  # as many as fit into the time limit
            epochs = resumed.values["epochs"] if resumed else epochs_in(self.config, len(train), step_seconds)
            self.config = replace(self.config, train=for_time(self.config.train, epochs))
            self.trainer.config = self.config.train
        assert self.config.train.epochs is not None
        steps = self.config.train.epochs * steps_per_epoch(self.config.train, len(train))
        cost = estimate_lm(
            self.config,
            vocab_size=self.encoder.vocab_size,
            step_seconds=step_seconds,
            steps=steps,
            parameters=self.parameters,
        )
        asked = self._asked.train
        by_clock = asked.epochs is None and asked.time_limit is not None
        return Plan(self.config.train.epochs, steps, cost, by_clock)

    def describe(self) -> str:
        return describe(self.config.model)

    def before_fit(self) -> Iterator[Event]:
        from lstmcli.language_modeling.reserve import reserve_evaluation, reserve_int8

        self._valid_ids = valid = self.corpora["valid"].in_order
        if math.isinf(self.budget.limit):
            return
        tokens = {name: len(corpus) for name, corpus in self.corpora.items() if name != "train"}
        reserved = reserve_evaluation(self.budget, self.module, valid, tokens, self.trainer.device)
        most = self.group.from_main(reserved)
        if most < len(valid) - 1:
            self._valid_ids = valid[: most + 1]
            yield events.Warned(
                f"to keep to --time, validation during training reads the first {most:,} of {len(valid) - 1:,} tokens"
            )
        if not self.group.main:
            return
        with self.budget.measure("graph"):
            graph = self._graph()
        if generates_int8(self.config.model):
            reserve_int8(self.budget, partial(self._try_int8, graph, self._threads), min(INT8_TOKENS, len(valid) - 1))

    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        from lstmcli.language_modeling.fit import fit_lm

        def stopped() -> bool:
            for corpus in self.corpora.values():
                corpus.check()
            return stop()

        train, valid = self.corpora["train"].in_order, self._valid_ids
        # A separate generator, because the number of samples depends on time.
        draws = np.random.default_rng(self.config.train.seed)
        sampled = time.monotonic()
        begin = partial(fit_lm, stop=stopped, rng=rng, checkpoints=checkpoints, budget=self.budget)
        for event in begin(self.trainer, train, valid):
            yield event
            if isinstance(event, events.Validated) and time.monotonic() - sampled > SECONDS_BETWEEN_SAMPLES:
                sampled = time.monotonic()
                yield self._sample(event.epoch, draws)

    def _sample(self, epoch: int, draws: np.random.Generator) -> Sampled:
        from lstmcli.language_modeling.trainer import sample

        ids = sample(self.module, END_ID, SAMPLE_TOKENS, draws, self.trainer.device)
        return Sampled(epoch, self.encoder.decode(ids[::-1] if self.config.model.backward else ids))

    def weights(self) -> dict[str, NDArray[Any]]:
        return self.module.tensors()

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        self.module.to("cpu")
        for name in ("valid", "test"):
            corpus = self.corpora.get(name)
            if corpus and (report := derived.attempt(f"the report on {name}", partial(self._evaluate, corpus))):
                self.metrics[name] = asdict(report)
                yield LmEvaluated(name, report)
        self.graph = derived.attempt("the graph", self._graph)
        if self.graph is not None and generates_int8(self.config.model):
            cost = derived.attempt("the eight bits", partial(self._try_int8, self.graph, threads))
            if cost is not None:
                self.int8 = cost.kept
                yield cost

    def _evaluate(self, corpus: Corpus) -> LmReport:
        from lstmcli.language_modeling.trainer import total_nats

        corpus.check()
        return _report(corpus, total_nats(self.module, corpus.in_order))

    def _graph(self, *, int8: bool = False) -> InferenceGraph:
        from lstmcli.language_modeling.graph import language_model_graph

        return language_model_graph(self.weights(), self.config.model, int8=int8)

    def _try_int8(self, graph: InferenceGraph, threads: int, tokens: int = INT8_TOKENS) -> Quantised:
        """The loss of the exact and the int8 graph, and whether int8 is good enough for generation."""
        from lstmcli.language_modeling.onnx_session import nats_in_steps

        ids = self.corpora["valid"].in_order[: tokens + 1]
        exact, near = (nats_in_steps(g, self.config.model, ids, threads) for g in (graph, self._graph(int8=True)))
        return Quantised(exact, near, near - exact <= MAX_INT8_COST)

    def fields(self) -> dict[str, Any]:
        return {
            "int8": self.int8,
            "data": {
                "fingerprint": self._fingerprint,
                "notes": list(self.splits.notes),
                "tokens": {name: len(corpus) for name, corpus in self.corpora.items()},
            },
        }

    @property
    def trial(self) -> str:
        return BACKWARD_USE if self.config.model.backward else super().trial

    def files(self) -> dict[str, bytes]:
        return {TOKENIZER: self.encoder.to_json().encode()}


def _parts(splits: Splits) -> dict[str, Collection[Record]]:
    parts = {"train": splits.train, "valid": splits.valid, "test": splits.test}
    return {name: records for name, records in parts.items() if records or name != "test"}


def _check(name: str, corpus: Corpus) -> CorpusCheck:
    return CorpusCheck(name, corpus.lines, len(corpus), corpus.words, corpus.characters, corpus.bytes, corpus.unknown)


def _report(corpus: Corpus, nats: float) -> LmReport:
    return LmReport.of(
        nats,
        tokens=len(corpus),
        words=corpus.words,
        characters=corpus.characters,
        bytes=corpus.bytes,
        oov=corpus.unknown,
        lines=corpus.lines,
    )
