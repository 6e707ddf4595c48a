"""Training a classifier from splits to a model directory, as a generator of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli import events
from lstmcli.cells import CELLS
from lstmcli.config import ClassifierConfig, to_dict
from lstmcli.events import Event
from lstmcli.results import ClassReport
from lstmcli.tasks.calibration import combine, fit_scale, total
from lstmcli.tasks.card import model_card
from lstmcli.tasks.datacheck import check_data, html_in
from lstmcli.tasks.defaults import ngram_min_count, ngram_weight, resolve
from lstmcli.tasks.device import choose_precision
from lstmcli.tasks.estimate import estimate
from lstmcli.tasks.experts import Experts
from lstmcli.tasks.labels import class_weights, gold_array, indicators, known, strange
from lstmcli.tasks.metrics import Tally, classification_report
from lstmcli.tasks.modeldir import CARD, GRAPH, LOG, NGRAMS, TOKENIZER, WEIGHTS, check_target
from lstmcli.tasks.ngrams import fit_table
from lstmcli.tasks.run import go_on, log_lines, logged, origin, prepare, room, save_model, versions
from lstmcli.tasks.unknown import unknown_in_validation
from lstmcli.tasks.validation import score
from lstmcli.text.encoder import UNKNOWN_ID, TextEncoder

if TYPE_CHECKING:
    from lstmcli.engine.ngrams import NgramTable
    from lstmcli.tasks.trainer import Split
    from lstmcli.text.records import Record, Splits


def train_classifier(
    splits: Splits,
    config: ClassifierConfig,
    output: Path,
    *,
    force: bool = False,
    command: str = "",
    stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
    checkpoint_every: float = 60.0,
) -> Iterator[Event]:
    """Fits a classifier on ``splits`` and writes it to ``output``.

    Every event is also a line of the model's ``log.jsonl``.  When ``stop`` turns true, training ends after
    the step at hand and the best model so far is saved.

    Args:
        resume: go on with the unfinished run at ``output``; with none there, from the start.
        checkpoint_every: seconds from one checkpoint to the next; infinite for none.

    Raises:
        DataError: nothing to learn from: no labels, one label only, no texts.
        OutputError: ``output`` exists and ``force`` is false, or it cannot be written.
        UsageError: a device that is not there.
    """

    def start(log: list[str]) -> Iterator[Event]:
        every = checkpoint_every
        return _train(
            splits, config, output, force=force, command=command, stop=stop, log=log, resume=resume, every=every
        )

    return logged(start, config.train)


def _train(
    splits: Splits,
    config: ClassifierConfig,
    output: Path,
    *,
    force: bool,
    command: str,
    stop: Callable[[], bool],
    log: list[str],
    resume: bool,
    every: float,
) -> Iterator[Event]:
    started, asked = time.monotonic(), config
    check_target(output, force)
    check = check_data(splits)
    yield events.DataRead(check, splits.notes)
    if not config.tokenizer.strip_html and (told := html_in(splits.train)):
        yield events.Warned(told)
    labels = check.labels

    import torch

    from lstmcli.core.build import Classifier, count_parameters
    from lstmcli.engine.graph import classifier_graph
    from lstmcli.engine.session import ClassifierSession
    from lstmcli.tasks.fit import fit
    from lstmcli.tasks.trainer import Split, Trainer, estimate_step

    machine, rng = prepare(config.train)
    device, threads = machine
    # Other files are read by the columns that were found here.
    read = replace(config.read, text_columns=splits.text_columns, label_column=splits.label_column)
    config = replace(config, read=read)
    encoder = TextEncoder.train((record.text for record in splits.train), config.tokenizer)

    def encoded(records: Collection[Record]) -> Split:
        return Split(encoder.encode([r.text for r in records]), gold_array(records, labels, splits.multilabel))

    train = encoded(splits.train)
    config = resolve(config, len(train), int(train.lengths(config.tokenizer.max_tokens).sum()), len(labels))
    if config.tokenizer.hash_buckets is None:
        buckets = encoder.settle_buckets(train.encoded)
        config = replace(config, tokenizer=replace(config.tokenizer, hash_buckets=buckets))
    valid, test = (encoded(known(part, labels)) for part in (splits.valid, splits.test))
    ready = _tokenizer_ready(encoder, config, train, valid)
    yield ready
    seen = [ids[:, 0] for ids in valid.encoded]
    unknown = sum(int((ids_T == UNKNOWN_ID).sum()) for ids_T in seen)
    if told := unknown_in_validation(unknown, sum(map(len, seen)), config.tokenizer.path or config.tokenizer.kind):
        yield events.Warned(told)

    if config.model.vectors:
        from lstmcli.text.vectors import read_vectors

        vectors = read_vectors(config.model.vectors, encoder.vocabulary())
        config = replace(config, model=replace(config.model, embedding=vectors.dimension))
    module = Classifier(config.model, encoder.rows, len(labels))
    if config.model.vectors:
        words = vectors.rows > UNKNOWN_ID  # never the row of padding, whatever the file calls a word
        module.embedding.data[torch.from_numpy(vectors.rows[words])] = torch.from_numpy(vectors.values[words])
        yield events.Warned(f"{len(vectors.rows):,} of {encoder.vocab_size:,} words start from {config.model.vectors}")

    precision = choose_precision(config.train.precision, device, ready.mean_length)
    trainer = Trainer(
        module,
        config.train,
        config.tokenizer,
        multilabel=splits.multilabel,
        class_weights=class_weights(train.gold, len(labels), splits.multilabel, config.train.class_weights),
        device=device,
        bf16=precision == "bf16",
    )
    assert config.train.epochs is not None and config.model.ngrams is not None
    parameters = count_parameters(module)
    step_seconds = estimate_step(trainer, train)
    cost = estimate(config, train, valid, step_seconds=step_seconds, parameters=parameters, classes=len(labels))
    yield from room(output, model_bytes=cost.model_bytes, parameters=parameters, every=every)
    yield events.RunPlanned(
        command=command,
        model=describe(config),
        parameters=parameters,
        epochs=config.train.epochs,
        steps=config.train.epochs * -(-len(train) // config.train.batch_size),
        device=device,
        threads=threads,
        precision=precision,
        seed=config.train.seed,
        estimate=cost,
    )

    order, weight = config.model.ngrams, ngram_weight(len(train))

    def fit_ngrams(*parts: Split, judged: bool) -> tuple[NgramTable, events.NgramsFitted]:
        begin = time.monotonic()
        table = fit_table(
            [text for part in parts for text in part.encoded],
            indicators(np.concatenate([part.gold for part in parts]), len(labels), splits.multilabel),
            order=order,
            min_count=ngram_min_count(len(train)),
            multilabel=splits.multilabel,
            weight=weight,
        )
        value = score(table.scores(valid.encoded), valid.gold, splits.multilabel).value if judged else None
        return table, events.NgramsFitted(order, len(table.keys), weight, time.monotonic() - begin, value)

    table: NgramTable | None = None
    if order:
        table, fitted = fit_ngrams(train, judged=True)
        yield fitted

    same = {"config": to_dict(asked), "data": {"fingerprint": splits.fingerprint}}
    machine_now = {"device": device, "threads": threads, "precision": precision, **versions()}
    same |= {"machine": machine_now}
    checkpoints, said = go_on(output, same, log, resume=resume, every=every, source=splits.path)
    yield from said
    if not resume:
        checkpoints.clear()
    interrupted = False
    for event in fit(trainer, train, valid, stop=stop, rng=rng, checkpoints=checkpoints):
        interrupted |= isinstance(event, events.Stopped) and event.reason == "interrupted"
        yield from checkpoints.news()
        yield event

    weights = module.tensors()
    graph = classifier_graph(weights, config.model)
    experts = Experts(
        ClassifierSession(graph, threads),
        table,
        len(labels),
        splits.multilabel,
        config.model.segment,
        config.tokenizer.max_tokens,
    )
    # What is said of validation is said of models that have not seen it.
    network, ngrams = experts.logits(valid.encoded)
    scale = fit_scale(total(network, ngrams), valid.gold, splits.multilabel)

    def report_on(probabilities: NDArray[np.float64], part: Split) -> ClassReport:
        return classification_report(probabilities, part.gold, labels, splits.multilabel)

    def judged(probabilities: NDArray[np.float64], records: Collection[Record]) -> ClassReport:
        """A report on all of a split: ``probabilities`` are of the texts whose labels are known, in order."""
        tally = Tally(labels, splits.multilabel)
        tally.judge(probabilities, [record.labels for record in known(records, labels)])
        if others := strange(records, labels):
            encoded = encoder.encode([record.text for record in others])
            tally.judge(experts.probabilities(encoded, scale), [record.labels for record in others])
        return tally.report()

    before, after = (report_on(combine(network, ngrams, s, splits.multilabel), valid) for s in (1.0, scale))
    yield events.Calibrated(scale, before.ece, after.ece)
    metrics: dict[str, Any] = {}
    if len(valid):
        report = judged(combine(network, ngrams, scale, splits.multilabel), splits.valid)
        metrics["valid"] = asdict(report)
        yield events.Evaluated("valid", report)
    if table and splits.held_out and not interrupted:
        table, fitted = fit_ngrams(train, valid, judged=False)
        experts = replace(experts, ngrams=table)
        yield fitted
    if len(test):
        report = judged(experts.probabilities(test.encoded, scale), splits.test)
        metrics["test"] = asdict(report)
        yield events.Evaluated("test", report)

    description = {
        "task": "classify",
        **origin(
            command,
            config.train.seed,
            machine,
            precision=precision,
            changed=checkpoints.changed,
            interrupted=interrupted,
        ),
        "labels": list(labels),
        "multilabel": splits.multilabel,
        "classifier": to_dict(config),
        "calibration": {"scale": scale},
        "data": {
            "fingerprint": splits.fingerprint,
            "notes": list(splits.notes),
            "rows": {part.name: part.rows for part in check.splits},
        },
        "metrics": metrics,
        "parameters": parameters,
        "architecture": describe(config),
        "tokenizer": {"kind": config.tokenizer.kind, "vocab_size": encoder.vocab_size},
    }
    from safetensors.numpy import save

    files = {
        WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        **({NGRAMS: save(table.tensors())} if table else {}),
        TOKENIZER: encoder.to_json().encode(),
        GRAPH: graph.serialise(),
        CARD: model_card(description).encode("utf-8", "backslashreplace"),
        LOG: log_lines(log),
    }
    size = save_model(output, files, description, force=force)
    if not interrupted:
        checkpoints.clear()
    yield events.Saved(str(output), size, time.monotonic() - started)


def describe(config: ClassifierConfig) -> str:
    """The architecture in one line."""
    model = config.model
    direction = "bidirectional " if model.bidirectional else ""
    layers = f"{model.layers} x " if model.layers > 1 else ""
    network = f"{direction}{CELLS[model.cell].title} {layers}{model.hidden}, embedding {model.embedding}"
    beside = f", {model.ngrams}-gram model beside it" if model.ngrams else ""
    return f"{network}, {'+'.join(model.pooling)} pooling{beside}"


def _tokenizer_ready(
    encoder: TextEncoder, config: ClassifierConfig, train: Split, valid: Split
) -> events.TokenizerReady:
    lengths = np.array([len(ids) for ids in train.encoded])
    seen = np.concatenate([ids[:, 0] for ids in valid.encoded]) if len(valid) else np.zeros(0, np.int32)
    unknown = float((seen == UNKNOWN_ID).mean()) if len(seen) else 0.0
    kind = config.tokenizer.path or config.tokenizer.kind
    return events.TokenizerReady(kind, encoder.vocab_size, unknown, float(lengths.mean()), int(lengths.max()))
