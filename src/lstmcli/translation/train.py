"""Training of a translator: its ``TrainingJob``."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.data.words import word_count
from lstmcli.errors import NoDataError
from lstmcli.model_dir.directory import SOURCE_TOKENIZER, TOKENIZER
from lstmcli.nn.device import native_bf16
from lstmcli.plural import count
from lstmcli.scoring.results import perplexity_of
from lstmcli.tasks import TRANSLATION
from lstmcli.tokenization.line_encoder import EncodedLines, LineEncoder
from lstmcli.training import events
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.job import Plan, TrainingJob
from lstmcli.training.preflight import preflight_tokenizer
from lstmcli.training.tokenize import encode_texts, kept
from lstmcli.translation import metrics
from lstmcli.translation.batches import Pairs, bucketed
from lstmcli.translation.beam_search import Hypothesis
from lstmcli.translation.config import TranslatorConfig
from lstmcli.translation.data_check import Texts, check_pairs, drop_long, same_language
from lstmcli.translation.defaults import epochs_in, resolve_tokenizer, resolve_training
from lstmcli.translation.estimate import estimate
from lstmcli.translation.events import PairsCheck, PairsRead, Translated, TranslatorEvaluated
from lstmcli.translation.preflight import preflight_translator
from lstmcli.translation.results import TranslationReport
from lstmcli.translation.shapes import translator_shapes
from lstmcli.translation.side_profile import SideProfile
from lstmcli.translation.sides import Sides

if TYPE_CHECKING:
    from lstmcli.data.records import Splits
    from lstmcli.engine.nodes import InferenceGraph
    from lstmcli.translation.going_on.start import TranslatorGoingOn
    from lstmcli.translation.network import Translator
    from lstmcli.translation.trainer import TranslatorTrainer

SECONDS_BETWEEN_EXAMPLES = 20.0


def job(splits: Splits, config: TranslatorConfig, going_on: TranslatorGoingOn | None = None) -> TranslatorJob:
    """The job of training a translator on ``splits``, for ``training.run.train``."""
    return going_on.job(splits, config) if going_on else TranslatorJob(TRANSLATION, splits, config)


@dataclass
class TranslatorJob(TrainingJob):
    config: TranslatorConfig
    sides: Sides = field(init=False)
    texts: dict[str, Texts] = field(init=False)
    pairs: dict[str, Pairs] = field(init=False)
    module: Translator = field(init=False)
    trainer: TranslatorTrainer = field(init=False)
    graph: InferenceGraph | None = field(init=False, default=None)

    @property
    def asked(self) -> TranslatorConfig:
        return self._asked

    @property
    def fingerprint(self) -> Any:
        return self.splits.fingerprint

    @property
    def vocab_size(self) -> int:
        return self.sides.target.vocab_size

    def prepare_data(self) -> Iterator[Event]:
        splits, self._asked = self.splits, self.config
        parts = {"train": splits.train, "valid": splits.valid, "test": splits.test}
        self.texts = {}
        for name, records in parts.items():
            if records or name != "test":
                self.texts[name], warnings = check_pairs(records, name)
                yield from map(events.Warned, warnings)
        if warning := same_language((*splits.text_columns, "")[0], splits.target_column or ""):
            yield events.Warned(warning)
        if not self.texts["train"].sources or not self.texts["valid"].sources:
            hint = "give two pairs of texts at least, one of them to validate on"
            raise NoDataError("there are too few pairs to learn from", path=splits.path, hint=hint)
        self.sides = self._learn_tokenizers(self.texts["train"])
        tokenizer = self.sides.config
        self.group.agree({"data": self.fingerprint})  # of which the processes make shards together
        self.pairs = {}
        for name in self.texts:
            self.pairs[name] = yield from self._encode(name)
        most = self.config.train.max_tokens
        self.pairs["train"], left_out = drop_long(self.pairs["train"], most)
        if left_out:
            more = f"{count(left_out, 'pair')} with more than {most:,} tokens on a side left out of training"
            yield events.Warned(f"{more}; --max-tokens {most * 2} keeps longer ones")
        if not self.pairs["train"].sources:
            raise NoDataError("every pair is too long to learn from", path=splits.path, hint="raise --max-tokens")
        config = replace(self.config, tokenizer=tokenizer, read=splits.read or self.config.read)
        targets = self.texts["train"].targets
        words = sum(map(word_count, targets)) / len(targets)
        self.config = resolve_training(config, self.pairs["train"].tokens, words)
        yield from map(events.Warned, splits.warnings)
        checks = tuple(_check(name, pairs) for name, pairs in self.pairs.items())
        own = self.sides.source_vocab_size
        source = None if own is None else tokenizer.source_tokenizer
        yield PairsRead(checks, splits.notes, tokenizer.kind, self.vocab_size, source, own)

    def _encode(self, name: str) -> Generator[Event, None, Pairs]:
        """Both sides of a split."""
        texts, lines = self.texts[name], list[EncodedLines]()
        for side, encoder, part in zip(("source", "target"), self.sides, (texts.sources, texts.targets), strict=True):
            key = f"{side} of {self.splits.fingerprint}"
            lines.append((yield from encode_texts(name, part, LineEncoder(encoder), self.group, key)))
        if name == "train" and any(part.in_files for part in lines):
            yield kept()
        return Pairs(*lines)

    def _learn_tokenizers(self, texts: Texts) -> Sides:
        return Sides.train(texts, resolve_tokenizer(self.config.tokenizer, texts))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return translator_shapes(self.config.model, self.vocab_size, self.sides.source_vocab_size)

    def build(self, device: str) -> Iterator[Event]:
        from lstmcli.nn.stack import count_parameters
        from lstmcli.translation.network import Translator
        from lstmcli.translation.trainer import TranslatorTrainer

        wanted = self.config.train.precision
        self.precision = "bf16" if wanted == "bf16" or (wanted == "auto" and native_bf16(device)) else "fp32"
        self.module = Translator(self.config.model, self.vocab_size, self.sides.source_vocab_size)
        self._initialize()
        how: dict[str, Any] = {"device": device, "bf16": self.precision == "bf16", "group": self.group}
        self.trainer = TranslatorTrainer(self.module, self.config.train, **how)
        self.parameters = count_parameters(self.module)
        yield from ()

    def _initialize(self) -> None:
        """Set the weights from which training starts, unless they are random."""

    def preflight(self, threads: int) -> None:
        source, target = self.sides
        again = partial(Sides.read, self.config.tokenizer, target.to_json(), source.to_json)
        preflight_tokenizer(lambda: again().target.vocab_size, target.vocab_size)
        preflight_tokenizer(lambda: again().source.vocab_size, source.vocab_size)
        preflight_translator(self.weights(), self.shapes(), self.config.model, threads)

    def plan(self, resumed: Snapshot | None) -> Plan:
        from lstmcli.translation.trainer import estimate_step

        train, pairs = self.config.train, self.pairs["train"]
        rng = np.random.default_rng(train.seed)
        assert train.batch_tokens is not None
        batches = bucketed(pairs.lengths_N2, train.batch_tokens, train.batch_size, rng)
        step_seconds = self.group.from_main(estimate_step(self.trainer, pairs, batches))
        if train.epochs is None:
            assert train.time_limit is not None
            found = resumed.values["epochs"] if resumed else epochs_in(train.time_limit, step_seconds, len(batches))
            train = self.trainer.config = replace(train, epochs=found)
            self.config = replace(self.config, train=train)
        assert train.epochs is not None
        steps = train.epochs * len(batches)
        tokens = sum(int(part.lengths_N2.sum()) for part in self.pairs.values())
        cost = estimate(self.config, step_seconds=step_seconds, steps=steps, parameters=self.parameters, tokens=tokens)
        asked = self._asked.train
        return Plan(train.epochs, steps, cost, asked.epochs is None and asked.time_limit is not None)

    def describe(self) -> str:
        model = self.config.model
        feeding = " and input feeding" if model.input_feeding else ""
        return (
            f"{CELLS[model.cell].title} encoder {model.layers} x 2 x {model.hidden // 2}, decoder {model.layers} x "
            f"{model.hidden}, {model.attention} attention{feeding}, {'tied ' if model.tied else ''}embedding "
            f"{model.embedding}"
        )

    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        from lstmcli.translation.fit import VALIDATED, fit
        from lstmcli.translation.graph import decoder_graph
        from lstmcli.translation.reserve import reserve

        shown, number = time.monotonic(), 0
        valid = self.pairs["valid"]
        if not math.isinf(self.budget.limit):
            reported = sum(len(part) for name, part in self.pairs.items() if name != "train")
            few = 0 if self.config.train.metric == "loss" else min(VALIDATED, len(valid))
            graph = partial(decoder_graph, self.weights(), self.config.model)
            reserve(self.budget, self.trainer, valid, validated=few, reported=reported, graph=graph)
        how: dict[str, Any] = {"stop": stop, "rng": rng, "checkpoints": checkpoints, "budget": self.budget}
        for event in fit(self.trainer, self.pairs["train"], valid, self._measure, **how):
            yield event
            if isinstance(event, events.Validated) and time.monotonic() - shown > SECONDS_BETWEEN_EXAMPLES:
                shown = time.monotonic()
                yield self._example(event.epoch, number % len(valid))
                number += 1

    def _measure(self, translations: list[Hypothesis]) -> float:
        hypotheses = self._texts("valid", translations)
        references = list(islice(self.texts["valid"].targets, len(hypotheses)))
        if self.config.train.metric == "chrf":
            return metrics.chrf(hypotheses, references)
        return metrics.bleu(hypotheses, references)[0]

    def _texts(self, split: str, translations: Sequence[Hypothesis]) -> list[str]:
        """Of translations of the first texts of a split."""
        return [self.sides.text(*each) for each in zip(self.texts[split].sources, translations, strict=False)]

    def _example(self, epoch: int, number: int) -> Translated:
        texts, source = self.texts["valid"], self.pairs["valid"].sources[number]
        (found,) = self.trainer.translate([source], self.trainer.averaged())
        text, target = next(islice(zip(texts.sources, texts.targets, strict=True), number, None))
        return Translated(epoch, text, self.sides.text(text, found), target)

    def weights(self) -> dict[str, NDArray[Any]]:
        return self.module.tensors()

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        from lstmcli.translation.graph import decoder_graph

        for name in ("valid", "test"):
            if name in self.pairs and len(self.pairs[name]):
                report = derived.attempt(f"the report on {name}", partial(self._evaluate, name))
                if report is not None:
                    self.metrics[name] = asdict(report)
                    yield TranslatorEvaluated(name, report)
        self.module.to("cpu")
        self.graph = derived.attempt("the graph", lambda: decoder_graph(self.weights(), self.config.model))

    def _evaluate(self, name: str) -> TranslationReport:
        pairs, texts = self.pairs[name], self.texts[name]
        hypotheses = self._texts(name, self.trainer.translate(pairs.sources))
        perplexity = perplexity_of(self.trainer.nats(pairs) / pairs.tokens)
        bleu, signature = metrics.bleu(hypotheses, texts.targets)
        chrf = metrics.chrf(hypotheses, texts.targets)
        return TranslationReport(len(pairs), pairs.tokens, perplexity, bleu, chrf, signature)

    def fields(self) -> dict[str, Any]:
        sizes = {name: len(pairs) for name, pairs in self.pairs.items()}
        texts, pairs = self.texts["train"], self.pairs["train"]
        sides = {
            "source": asdict(SideProfile.of(texts.sources, pairs.sources)),
            "target": asdict(SideProfile.of(texts.targets, pairs.targets)),
        }
        notes = list(self.splits.notes)
        return {"data": {"fingerprint": self.splits.fingerprint, "notes": notes, "pairs": sizes}, "sides": sides}

    def files(self) -> dict[str, bytes]:
        source, target = (encoder.to_json().encode() for encoder in self.sides)
        return {TOKENIZER: target} | ({} if self.config.tokenizer.joint else {SOURCE_TOKENIZER: source})


def _check(name: str, pairs: Pairs) -> PairsCheck:
    lengths = pairs.lengths_N2
    source, target = lengths.mean(axis=0)
    return PairsCheck(name, len(pairs), float(source), float(target), int(lengths.max()))
