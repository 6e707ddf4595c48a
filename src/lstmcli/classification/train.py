"""Training of a classifier: its ``TrainingJob``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.classification.architecture import describe
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.data_check import check_data, more_warnings
from lstmcli.classification.defaults import character_order, resolve
from lstmcli.classification.encoding import SplitEncoder, tokenizer_ready
from lstmcli.classification.estimate import estimate
from lstmcli.classification.events import DataRead
from lstmcli.classification.finish import Finished, finish
from lstmcli.classification.labels import class_weights, known
from lstmcli.classification.linear import Linear, fit_linear
from lstmcli.classification.preflight import preflight_classifier
from lstmcli.classification.pretraining.phase import PretrainingPhase, phase_for
from lstmcli.classification.pretraining.start import Started, start_or_train
from lstmcli.classification.reserve import FitTime, reserve
from lstmcli.classification.results import DataCheck
from lstmcli.classification.shapes import classifier_shapes
from lstmcli.data.records import Record, Splits, Texts
from lstmcli.model_dir.directory import NGRAMS, TOKENIZER
from lstmcli.nn.device import choose_precision
from lstmcli.tasks import CLASSIFICATION
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.training import events
from lstmcli.training.checkpoint import Checkpoints, Snapshot
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.job import Plan, TrainingJob
from lstmcli.training.preflight import preflight_tokenizer

if TYPE_CHECKING:
    from lstmcli.classification.ensemble import Ensemble
    from lstmcli.classification.going_on.start import ClassifierGoingOn
    from lstmcli.classification.network import Classifier
    from lstmcli.classification.smaller import Smaller
    from lstmcli.classification.trainer import Split, Trainer
    from lstmcli.engine.nodes import InferenceGraph


def job(splits: Splits, config: ClassifierConfig, going_on: ClassifierGoingOn | None = None) -> ClassifierJob:
    """The job of training a classifier on ``splits``, for ``training.run.train``."""
    return going_on.job(splits, config) if going_on else ClassifierJob(CLASSIFICATION, splits, config)


@dataclass
class ClassifierJob(TrainingJob):
    config: ClassifierConfig
    check: DataCheck = field(init=False)
    encoder: TextEncoder = field(init=False)
    train: Split = field(init=False)
    valid: Split = field(init=False)
    test: Split = field(init=False)
    module: Classifier = field(init=False)
    trainer: Trainer = field(init=False)
    pretraining: PretrainingPhase | None = field(init=False, default=None)
    judged: Split | None = field(init=False, default=None)
    linear: Linear = field(init=False, default=Linear())
    done: Finished = field(init=False)
    _stored: Smaller | None = field(init=False, default=None)
    """How the model is stored, if it was made smaller."""

    def __post_init__(self) -> None:
        self._asked = self.config

    @property
    def asked(self) -> ClassifierConfig:
        return self._asked

    @property
    def fingerprint(self) -> dict[str, str]:
        start = self.pretraining.start if self.pretraining else None
        others = {"unlabelled": self.splits.unlabelled_fingerprint, "start": start.checksum if start else ""}
        return {"fingerprint": self.splits.fingerprint, **{name: value for name, value in others.items() if value}}

    @property
    def vocab_size(self) -> int:
        return self.encoder.vocab_size

    def prepare_data(self) -> Iterator[Event]:
        from lstmcli.classification.trainer import LEAST_STEPS

        splits = self.splits
        self.check = check_data(splits)
        yield DataRead(self.check, splits.notes)
        yield from map(events.Warned, more_warnings(splits, html=not self.config.tokenizer.strip_html))
        # Other files are read with the columns that were chosen for the training data.
        config = replace(self.config, read=splits.read or self.config.read)
        config, self.encoder, start = self._start(config, chain(splits.train, splits.unlabelled))
        self.group.agree({"data": self.fingerprint})  # of which the processes make shards together
        labels = self.check.labels
        order = character_order(config.model, Texts(splits.train), len(labels))
        config = replace(config, model=replace(config.model, characters=order))
        encode = SplitEncoder(self.encoder, labels, splits.multilabel, order, self.group, str(self.fingerprint))
        self.train = yield from encode.split("train", splits.train, config.train.teacher_weight)
        others = (yield from encode.texts("texts without labels", splits.unlabelled)) if splits.unlabelled else None
        self.train.unlabelled = others if config.train.virtual or config.train.entropy else None
        tokens = int(self.train.lengths(config.tokenizer.max_tokens).sum())
        if splits.unlabelled or start or config.train.pretrain:
            self.train.least_steps = LEAST_STEPS
        config = resolve(config, len(self.train), tokens, len(labels), self.train.least_steps)
        if config.model.ngrams == 0 and self._asked.model.ngrams is None:
            size = f"{len(self.train):,} texts times {len(labels):,} labels"
            yield events.Warned(f"no n-gram model beside the network: {size} are too many")
        if config.tokenizer.hash_buckets is None:
            buckets = self.encoder.fit_buckets(self.train.encoded, others)
            config = replace(config, tokenizer=replace(config.tokenizer, hash_buckets=buckets))
        self.pretraining = phase_for(config, self.encoder, self.train.encoded, others, start)
        self.config = self.pretraining.config if self.pretraining else config.settled()
        self.valid = yield from encode.split("valid", known(splits.valid, labels))
        self.test = yield from encode.split("test", known(splits.test, labels))
        self._unknown = {name: encode.unknown_labels(getattr(splits, name)) for name in ("valid", "test")}
        # From here on the ids are enough; one record that is kept keeps the memory of those around it.
        self.splits = replace(splits, train=(), valid=(), test=(), unlabelled=())
        yield from tokenizer_ready(config.tokenizer, self.vocab_size, self.train.encoded, self.valid.encoded, others)

    def _start(self, config: ClassifierConfig, records: Iterable[Record]) -> Started:
        return start_or_train(config, records)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return classifier_shapes(self.config.model, self.encoder.rows, len(self.check.labels))

    def build(self, device: str) -> Iterator[Event]:
        from lstmcli.classification.initial import initial_network
        from lstmcli.nn.stack import count_parameters

        how: dict[str, Any] = {"phase": self.pretraining, "device": device, "group": self.group}
        started = initial_network(self.config, self.encoder, len(self.check.labels), **how)
        self.config, self.module = started.config, started.module
        yield from map(events.Warned, started.notes)
        self.precision = choose_precision(self.config.train.precision, device, float(self.train.encoded.lengths.mean()))
        self.trainer = self._new_trainer(device)
        self.parameters = count_parameters(self.module)

    def _new_trainer(self, device: str) -> Trainer:
        from lstmcli.classification.trainer import Trainer

        train = self.config.train
        result = Trainer(
            self.module,
            train,
            self.config.tokenizer,
            multilabel=self.splits.multilabel,
            class_weights=class_weights(
                self.train.gold, len(self.check.labels), self.splits.multilabel, train.class_weights
            ),
            device=device,
            bf16=self.precision == "bf16",
            group=self.group,
        )
        if self.pretraining:
            self.pretraining.mark_known(result)
        return result

    def preflight(self, threads: int) -> None:
        self._threads = threads
        encoder, tokenizer = self.encoder, self.config.tokenizer
        preflight_tokenizer(lambda: TextEncoder.from_json(encoder.to_json(), tokenizer).rows, encoder.rows)
        preflight_classifier(self.weights(), self.shapes(), self.config.model, threads)
        self._smaller(trained=False)

    def plan(self, resumed: Snapshot | None) -> Plan:
        from lstmcli.classification.trainer import estimate_step

        epochs = self.config.train.epochs
        assert epochs is not None
        cost = estimate(
            self.config,
            self.train,
            self.valid,
            step_seconds=estimate_step(self.trainer, self.train),
            parameters=self.parameters,
            classes=len(self.check.labels),
            reports=self.check.evaluated,
            refit=self.splits.held_out,
        )
        if self.pretraining:
            cost = self.pretraining.with_cost(cost)
        return Plan(epochs, epochs * self.train.steps_per_epoch(self.config.train.batch_size), cost)

    def describe(self) -> str:
        return describe(self.config)

    def before_fit(self) -> Iterator[Event]:
        if not self.group.main:  # the linear models are fitted in the main process only
            return
        self._fit_time = FitTime(self.budget)
        with self.budget.measure("n-grams", 1.0 if self.splits.held_out else 0.0):  # fitted again at the end
            fitted = self._fit_linear(self.train, judged=True)
        yield from fitted
        if not math.isinf(self.budget.limit):
            reserve(self.budget, self.trainer, self._ensemble, self.valid, self.check.evaluated)

    def _ensemble(self) -> Ensemble:
        """As it is used after training, its graph built anew."""
        from lstmcli.classification.ensemble import Ensemble
        from lstmcli.classification.graph import classifier_graph
        from lstmcli.classification.onnx_session import ClassifierSession

        session = ClassifierSession(classifier_graph(self.weights(), self.config.model), self._threads)
        return Ensemble.of(session, self.linear, self.config, len(self.check.labels), multilabel=self.splits.multilabel)

    def _fit_linear(self, *parts: Split, judged: bool) -> Iterator[Event]:
        """Fit the linear models on the given splits; with ``judged``, evaluate them on the validation split."""
        self.linear, fitted = fit_linear(
            self.config.model,
            parts,
            len(self.check.labels),
            self.splits.multilabel,
            valid=self.valid if judged else None,
            stop=self._fit_time.first if judged else self._fit_time.second,
        )
        return iter(fitted)

    def fit(self, *, stop: Callable[[], bool], rng: np.random.Generator, checkpoints: Checkpoints) -> Iterator[Event]:
        from lstmcli.classification.fit import fit

        how: dict[str, Any] = {"stop": stop, "rng": rng, "checkpoints": checkpoints, "budget": self.budget}
        if self.pretraining and self.pretraining.is_ahead(checkpoints.last):
            done = yield from self.pretraining.run(**how)
            self.trainer = self._new_trainer(self.trainer.device)
            if not done:
                self.trainer.keep(self.trainer.averaged())
                return
        yield from fit(self.trainer, self.train, self.valid, **how)

    def weights(self) -> dict[str, NDArray[Any]]:
        return self._stored.stored if self._stored else self.module.tensors()

    def derive(self, derived: Derived, *, threads: int, finished: bool) -> Iterator[Event]:
        def refit() -> tuple[Linear, Iterator[Event]]:
            fitted = self._fit_linear(self.train, self.valid, judged=False)
            return self.linear, fitted

        self.done = yield from finish(
            self.weights(),
            self.config,
            self.check.labels,
            multilabel=self.splits.multilabel,
            threads=threads,
            linear=self.linear,
            train=self.train,
            valid=self.valid,
            test=self.test,
            judged=self.judged,
            unknown_labels=self._unknown,
            refit=refit if any(self.linear) and self.splits.held_out and finished else None,
            derived=derived,
            smaller=(smaller := self._smaller(trained=True)),
        )
        self.metrics = self.done.metrics
        if smaller and self.done.graph is None:
            self._stored = smaller

    def _smaller(self, *, trained: bool) -> Smaller | None:
        """What makes the model as small as was asked.  Raises: UsageError, if that cannot be."""
        from lstmcli.classification.smaller import of_size

        if not (size := self.config.model.size):
            return None
        parts, text = (self.train, self.valid), self.encoder.to_json()
        return of_size(size, self.weights(), parts, text, self.check, self.log_bytes, trained=trained)

    def fields(self) -> dict[str, Any]:
        return {
            "labels": list(self.check.labels),
            "multilabel": self.splits.multilabel,
            "calibration": self.done.stored_calibration,
            "data": {
                **self.fingerprint,
                "notes": list(self.splits.notes),
                "rows": {part.name: part.rows for part in self.check.splits},
                **({} if self.train.soft is None else {"soft labels": self.train.soft.summary}),
                **({} if self.train.unlabelled is None else {"texts without labels": len(self.train.unlabelled)}),
                **(self.pretraining.fields() if self.pretraining else {}),
            },
        }

    def files(self) -> dict[str, bytes]:
        from safetensors.numpy import save

        kept = (model.tensors() for model in self.done.linear if model)
        tensors = self._stored.tensors(self.done.linear) if self._stored else {k: v for t in kept for k, v in t.items()}
        return {**({NGRAMS: save(tensors)} if tensors else {}), TOKENIZER: self.encoder.to_json().encode()}

    @property
    def graph(self) -> InferenceGraph | None:
        return self.done.graph
