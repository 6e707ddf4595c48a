"""Training a language model from text to a model directory, as a generator of events."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lstmcli.cells import CELLS
from lstmcli.config import to_dict
from lstmcli.errors import DataError, NoDataError
from lstmcli.language_modeling.config import LmConfig
from lstmcli.language_modeling.corpus import Corpus, Survey, build_corpus, survey, unchanged
from lstmcli.language_modeling.defaults import epochs_in, is_alphabet, resolve_lm, steps_an_epoch
from lstmcli.language_modeling.estimate import estimate_lm
from lstmcli.language_modeling.events import CorpusRead, LmEvaluated, Quantised, Sampled
from lstmcli.language_modeling.rehearsal import rehearse_language_model
from lstmcli.language_modeling.results import CorpusCheck, LmReport
from lstmcli.model_dir.card import language_model_card
from lstmcli.model_dir.directory import TOKENIZER, WEIGHTS, check_target
from lstmcli.nn.device import native_bf16
from lstmcli.tokenization.auto import settle
from lstmcli.tokenization.lm_tokenizer import END_ID
from lstmcli.tokenization.stream_encoder import StreamEncoder
from lstmcli.tokenization.unknown_rate import unknown_in_validation
from lstmcli.training import events
from lstmcli.training.derived import Derived
from lstmcli.training.events import Event
from lstmcli.training.rehearsal import rehearse_reading
from lstmcli.training.run import deliver, go_on, logged, origin, prepare, room, versions

if TYPE_CHECKING:
    from lstmcli.data.records import Record, Splits
    from lstmcli.engine.nodes import InferenceGraph

INT8_TOKENS, INT8_MOST = 1000, 0.02
"""Validation tokens that the int8 graph is tried on, and the nats a token that it may cost."""
SAMPLE_TOKENS = 60
SECONDS_BETWEEN_SAMPLES = 20.0


def train_lm(
    splits: Splits,
    config: LmConfig,
    output: Path,
    *,
    force: bool = False,
    command: str = "",
    stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
    checkpoint_every: float = 60.0,
    of_letters: LmConfig | None = None,
) -> Generator[Event, None, None]:
    """Fits a language model on the texts of ``splits`` and writes it to ``output``.

    Every event is also a line of the model's ``log.jsonl``.  When ``stop`` turns true, training ends after
    the step at hand and the best model so far is saved.

    Args:
        resume: go on with the unfinished run at ``output``; with none there, from the start.
        checkpoint_every: seconds from one checkpoint to the next; infinite for none.
        of_letters: in place of ``config`` where the tokens turn out to be those of an alphabet.

    Raises:
        NoDataError: fewer than two tokens to learn from.
        OutputError: ``output`` exists and ``force`` is false, or it cannot be written.
        UsageError: a device that is not there.
    """

    def start(log: list[str]) -> Iterator[Event]:
        every = checkpoint_every
        return _train(
            splits, config, of_letters or config, output,
            force=force, command=command, stop=stop, log=log, resume=resume, every=every,
        )  # fmt: skip

    return logged(start, config.train, output)


def _train(
    splits: Splits,
    config: LmConfig,
    of_letters: LmConfig,
    output: Path,
    *,
    force: bool,
    command: str,
    stop: Callable[[], bool],
    log: list[str],
    resume: bool,
    every: float,
) -> Iterator[Event]:
    started = time.monotonic()
    check_target(output, force)
    lines = {name: Lines(records) for name, records in _parts(splits).items()}
    surveys = {name: survey(part) for name, part in lines.items()}
    found = surveys["train"]
    tokenizer = settle(config.tokenizer, found.sample, found.characters, table=splits.format != "text")
    encoder = StreamEncoder.train(lines["train"], tokenizer)
    corpora = {name: _corpus(part, surveys[name], encoder) for name, part in lines.items()}
    train, valid = corpora["train"], corpora["valid"]
    if len(train) < 2 or len(valid) < 1:
        raise NoDataError("there is too little text to learn from", path=splits.path, hint="give a few lines at least")
    asked = of_letters if is_alphabet(tokenizer.kind, encoder.vocab_size) else config
    config = resolve_lm(replace(asked, tokenizer=tokenizer), len(train), encoder.vocab_size)
    yield CorpusRead(
        tuple(_check(name, corpus) for name, corpus in corpora.items()),
        splits.notes,
        tokenizer.kind,
        tokenizer.mode,
        encoder.vocab_size,
    )
    if told := unknown_in_validation(valid.unknown, len(valid), tokenizer.path or tokenizer.kind):
        yield events.Warned(told)

    from lstmcli.language_modeling.fit import fit_lm
    from lstmcli.language_modeling.graph import language_model_graph
    from lstmcli.language_modeling.network import LanguageModel
    from lstmcli.language_modeling.trainer import LmTrainer, estimate_step, sample, total_nats
    from lstmcli.nn.stack import count_parameters

    machine, rng = prepare(config.train)
    device, threads = machine
    bf16 = config.train.precision == "bf16" or (config.train.precision == "auto" and native_bf16(device))
    precision = "bf16" if bf16 else "fp32"
    module = LanguageModel(config.model, encoder.vocab_size)
    module.expect(train.frequencies(encoder.vocab_size))
    trainer = LmTrainer(module, config.train, device=device, bf16=bf16)
    parameters = count_parameters(module)
    again = partial(StreamEncoder.from_json, encoder.to_json(), config.tokenizer)
    rehearse_reading(lambda: again().vocab_size, encoder.vocab_size)
    rehearse_language_model(module.tensors(), config.model, encoder.vocab_size, threads)
    step_seconds = estimate_step(trainer, train.ids)
    data = {name: found.fingerprint for name, found in surveys.items()}
    same = {"config": to_dict(asked), "data": data}
    machine_now = {"device": device, "threads": threads, "bf16": bf16, **versions()}
    same |= {"machine": machine_now}
    checkpoints, said = go_on(output, same, log, resume=resume, every=every, source=splits.path)
    if config.train.epochs is None:  # as many as the time allows
        before = checkpoints.last and checkpoints.last.values["epochs"]
        epochs = before or epochs_in(config, len(train), step_seconds)
        config = replace(config, train=replace(config.train, epochs=epochs))
        trainer.config = config.train
    assert config.train.epochs is not None
    steps = config.train.epochs * steps_an_epoch(config.train, len(train))
    cost = estimate_lm(
        config, vocab_size=encoder.vocab_size, step_seconds=step_seconds, steps=steps, parameters=parameters
    )
    yield from room(output, model_bytes=cost.model_bytes, parameters=parameters, every=every)
    yield events.RunPlanned(
        command=command,
        model=describe(config),
        parameters=parameters,
        epochs=config.train.epochs,
        steps=steps,
        device=device,
        threads=threads,
        precision=precision,
        seed=config.train.seed,
        estimate=cost,
        by_clock=asked.train.epochs is None and asked.train.time_limit is not None,
    )

    yield from said
    if not resume:
        checkpoints.clear()
    draws = np.random.default_rng(config.train.seed)  # its own: samples come when the clock says so
    stopped, sampled = "finished", time.monotonic()

    def stops() -> bool:
        for corpus in corpora.values():
            corpus.check()
        return stop()

    for event in fit_lm(trainer, train.started, valid.started, stop=stops, rng=rng, checkpoints=checkpoints):
        if isinstance(event, events.Stopped) and event.reason == "interrupted":
            stopped = event.reason
        yield from checkpoints.news()
        yield event
        if isinstance(event, events.Validated) and time.monotonic() - sampled > SECONDS_BETWEEN_SAMPLES:
            sampled = time.monotonic()
            yield Sampled(event.epoch, encoder.decode(sample(module, END_ID, SAMPLE_TOKENS, draws, device)))

    module.to("cpu")
    metrics: dict[str, Any] = {}
    derived, weights = Derived(), module.tensors()

    def judged(corpus: Corpus) -> LmReport:
        corpus.check()
        return _report(corpus, total_nats(module, corpus.started))

    for name in ("valid", "test"):
        if name in corpora and len(corpora[name]):
            report = derived.attempt(f"the report on {name}", partial(judged, corpora[name]))
            if report is not None:
                metrics[name] = asdict(report)
                yield LmEvaluated(name, report)

    from safetensors.numpy import save

    description = {
        "task": "lm",
        **origin(
            command,
            config.train.seed,
            machine,
            precision=precision,
            changed=checkpoints.changed,
            stopped=stopped,
        ),
        "lm": to_dict(config),
        "data": {
            "fingerprint": data,
            "notes": list(splits.notes),
            "tokens": {name: len(corpus) for name, corpus in corpora.items()},
        },
        "metrics": metrics,
        "parameters": parameters,
        "architecture": describe(config),
        "tokenizer": {"kind": encoder.config.kind, "vocab_size": encoder.vocab_size},
        "int8": False,
    }
    graph = derived.attempt("the graph", lambda: language_model_graph(weights, config.model))
    if graph is not None and config.model.cell == "lstm":
        some = valid.started[: INT8_TOKENS + 1]
        costs = derived.attempt("the eight bits", lambda: _costs(weights, graph, config, some, threads))
        if costs is not None:
            description["int8"] = costs.kept
            yield costs
    files = {
        WEIGHTS: save({name: np.ascontiguousarray(value) for name, value in weights.items()}),
        TOKENIZER: encoder.to_json().encode(),
    }
    yield from deliver(
        output, files, description,
        graph=graph, card=language_model_card, log=log, force=force, derived=derived, checkpoints=checkpoints,
        started=started,
    )  # fmt: skip


def _parts(splits: Splits) -> dict[str, Collection[Record]]:
    parts = {"train": splits.train, "valid": splits.valid, "test": splits.test}
    return {name: records for name, records in parts.items() if records or name != "test"}


def _costs(
    weights: Mapping[str, NDArray[Any]], graph: InferenceGraph, config: LmConfig, ids: NDArray[np.integer], threads: int
) -> Quantised:
    """What eight bits cost on a text."""
    from lstmcli.language_modeling.graph import language_model_graph

    small = language_model_graph(weights, config.model, int8=True)
    exact, near = (_nats(g, config, ids, threads) for g in (graph, small))
    return Quantised(exact, near, near - exact <= INT8_MOST)


def _nats(graph: InferenceGraph, config: LmConfig, ids: NDArray[np.integer], threads: int) -> float:
    """Nats a token of a text, token by token as generation reads it."""
    from lstmcli.language_modeling.onnx_session import LanguageModelSession

    session = LanguageModelSession(graph, config.model, threads)
    state, total = session.zero_state(1), 0.0
    for here, there in itertools.pairwise(ids):
        one = np.array([[here]], np.int32)
        nats, _, state = session.score(one, np.array([[there]], np.int64), state)
        total += float(nats[0, 0])
    return total / (len(ids) - 1)


class Lines:
    """The lines of records, read anew each time; a cell of a table may hold several."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self.path = ""
        """The file that the last line came from."""

    def __iter__(self) -> Iterator[str]:
        for record in self._records:
            self.path = record.path
            yield from record.text.split("\n")


def _corpus(lines: Lines, found: Survey, encoder: StreamEncoder) -> Corpus:
    """The ids of lines that were surveyed.  Raises: DataError, if they are others now."""
    try:
        return build_corpus(unchanged(lines, found), encoder, key=found.fingerprint)
    except DataError as error:
        raise DataError(error.message, path=error.path or lines.path, line=error.line, hint=error.hint) from error


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


def describe(config: LmConfig) -> str:
    """The architecture in one line."""
    model = config.model
    widths = " + ".join(map(str, model.widths)) if len(set(model.widths)) > 1 else f"{model.layers} x {model.hidden}"
    clusters = f", adaptive softmax cut at {' and '.join(f'{at:,}' for at in model.cutoffs)}" if model.cutoffs else ""
    return f"{CELLS[model.cell].title} {widths}, {'tied ' if model.tied else ''}embedding {model.embedding}{clusters}"
