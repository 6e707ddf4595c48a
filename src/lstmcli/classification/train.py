"""Training a classifier from splits to a model directory, as a generator of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lstmcli.cells import CELLS
from lstmcli.classification.config import ClassifierConfig
from lstmcli.classification.data_check import check_data, html_in
from lstmcli.classification.defaults import ngram_min_count, ngram_weight, resolve
from lstmcli.classification.estimate import estimate
from lstmcli.classification.evaluate import Strangers
from lstmcli.classification.events import DataRead, NgramsFitted, TokenizerReady
from lstmcli.classification.finish import finish
from lstmcli.classification.labels import class_weights, gold_array, indicators, known, strange
from lstmcli.classification.model_selection import score_in_blocks
from lstmcli.classification.ngram_fit import fit_table
from lstmcli.classification.rehearsal import rehearse_classifier
from lstmcli.config import to_dict
from lstmcli.model_dir.card import model_card
from lstmcli.model_dir.directory import NGRAMS, TOKENIZER, WEIGHTS, check_target
from lstmcli.nn.device import choose_precision
from lstmcli.tokenization.text_encoder import UNKNOWN_ID, TextEncoder
from lstmcli.tokenization.unknown_rate import unknown_in_validation
from lstmcli.training import events
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.rehearsal import rehearse_reading
from lstmcli.training.run import deliver, go_on, logged, origin, prepare, room, versions

if TYPE_CHECKING:
    from lstmcli.classification.ngram_table import NgramTable
    from lstmcli.classification.trainer import Split
    from lstmcli.data.records import Record, Splits


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
) -> Generator[Event, None, None]:
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

    return logged(start, config.train, output)


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
    yield DataRead(check, splits.notes)
    if not config.tokenizer.strip_html and (told := html_in(splits.train)):
        yield events.Warned(told)
    labels = check.labels

    import torch

    from lstmcli.classification.fit import fit
    from lstmcli.classification.network import Classifier
    from lstmcli.classification.trainer import Split, Trainer, estimate_step
    from lstmcli.nn.stack import count_parameters

    machine, rng = prepare(config.train)
    device, threads = machine
    # Other files are read by the columns that were found here.
    read = replace(config.read, text_columns=splits.text_columns, label_column=splits.label_column)
    config = replace(config, read=read)
    encoder = TextEncoder.train((record.text for record in splits.train), config.tokenizer)

    def encoded(records: Collection[Record]) -> Split:
        return Split(encoder.encode([r.text for r in records]), gold_array(records, labels, splits.multilabel))

    def strangers(records: Collection[Record]) -> Strangers:
        others = strange(records, labels)
        return Strangers(encoder.encode([r.text for r in others]), [r.labels for r in others])

    train = encoded(splits.train)
    config = resolve(config, len(train), int(train.lengths(config.tokenizer.max_tokens).sum()), len(labels))
    if config.model.ngrams == 0 and asked.model.ngrams is None:
        yield events.Warned(
            f"no n-gram model beside the network: {len(train):,} texts times {len(labels):,} labels are too many"
        )
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
        from lstmcli.tokenization.vectors import read_vectors

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
    rehearse_reading(lambda: TextEncoder.from_json(encoder.to_json(), config.tokenizer).rows, encoder.rows)
    rehearse_classifier(module.tensors(), config.model, encoder.rows, len(labels), threads)
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

    def fit_ngrams(*parts: Split, judged: bool) -> tuple[NgramTable, NgramsFitted]:
        begin = time.monotonic()
        table = fit_table(
            [text for part in parts for text in part.encoded],
            indicators(np.concatenate([part.gold for part in parts]), len(labels), splits.multilabel),
            order=order,
            min_count=ngram_min_count(len(train)),
            multilabel=splits.multilabel,
            weight=weight,
        )
        value = None
        if judged:
            value = score_in_blocks(table.scores, valid.encoded, valid.gold, len(labels), splits.multilabel).value
        return table, NgramsFitted(order, len(table.keys), weight, time.monotonic() - begin, value)

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
    stopped = "finished"
    for event in fit(trainer, train, valid, stop=stop, rng=rng, checkpoints=checkpoints):
        if isinstance(event, events.Stopped) and event.reason == "interrupted":
            stopped = event.reason
        yield from checkpoints.news()
        yield event

    refit = (lambda: fit_ngrams(train, valid, judged=False)) if table and splits.held_out else None
    derived, weights = Derived(), module.tensors()
    done = yield from finish(
        weights,
        config,
        labels,
        multilabel=splits.multilabel,
        threads=threads,
        table=table,
        valid=valid,
        test=test,
        apart={"valid": strangers(splits.valid), "test": strangers(splits.test)},
        refit=refit if stopped == "finished" else None,
        derived=derived,
    )
    description = {
        "task": "classify",
        **origin(
            command,
            config.train.seed,
            machine,
            precision=precision,
            changed=checkpoints.changed,
            stopped=stopped,
        ),
        "labels": list(labels),
        "multilabel": splits.multilabel,
        "classifier": to_dict(config),
        "calibration": {"scale": done.scale},
        "data": {
            "fingerprint": splits.fingerprint,
            "notes": list(splits.notes),
            "rows": {part.name: part.rows for part in check.splits},
        },
        "metrics": done.metrics,
        "parameters": parameters,
        "architecture": describe(config),
        "tokenizer": {"kind": config.tokenizer.kind, "vocab_size": encoder.vocab_size},
    }
    from safetensors.numpy import save

    files = {
        WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        **({NGRAMS: save(done.table.tensors())} if done.table else {}),
        TOKENIZER: encoder.to_json().encode(),
    }
    yield from deliver(
        output,
        files,
        description,
        graph=done.graph,
        card=model_card,
        log=log,
        force=force,
        derived=derived,
        checkpoints=checkpoints,
        started=started,
    )


def describe(config: ClassifierConfig) -> str:
    """The architecture in one line."""
    model = config.model
    direction = "bidirectional " if model.bidirectional else ""
    layers = f"{model.layers} x " if model.layers > 1 else ""
    network = f"{direction}{CELLS[model.cell].title} {layers}{model.hidden}, embedding {model.embedding}"
    beside = f", {model.ngrams}-gram model beside it" if model.ngrams else ""
    return f"{network}, {'+'.join(model.pooling)} pooling{beside}"


def _tokenizer_ready(encoder: TextEncoder, config: ClassifierConfig, train: Split, valid: Split) -> TokenizerReady:
    lengths = np.array([len(ids) for ids in train.encoded])
    seen = np.concatenate([ids[:, 0] for ids in valid.encoded]) if len(valid) else np.zeros(0, np.int32)
    unknown = float((seen == UNKNOWN_ID).mean()) if len(seen) else 0.0
    kind = config.tokenizer.path or config.tokenizer.kind
    return TokenizerReady(kind, encoder.vocab_size, unknown, float(lengths.mean()), int(lengths.max()))
