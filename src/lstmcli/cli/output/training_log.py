"""The output of ``lstm train``: the log on stderr, and the result as a JSON object."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lstmcli.classification.events import (
    Calibrated,
    CharactersFitted,
    DataRead,
    Evaluated,
    NgramsFitted,
    Pretrained,
    Pretraining,
    TokenizerReady,
)
from lstmcli.classification.results import ClassReport, DataCheck
from lstmcli.cli.language import of_message
from lstmcli.cli.output import console, tables
from lstmcli.cli.output.progress import Progress
from lstmcli.cli.output.tokenizing import TokenizingProgress
from lstmcli.cli.output.writer import LEFT_OUT, Field, Layout, Shape
from lstmcli.data.config import SPLIT_NAMES
from lstmcli.language_modeling.events import CorpusRead, LmEvaluated, Quantised, Sampled
from lstmcli.plural import count
from lstmcli.scoring.results import LmReport
from lstmcli.tasks import Task, task_for
from lstmcli.training import events

if TYPE_CHECKING:
    from lstmcli.data.records import Splits

REASONS = {
    "early": "stopped early: no improvement on the validation data",
    "time": "stopped: the time limit is reached",
    "interrupted": "interrupted: the best model so far is kept; repeat the command with --resume to continue",
}


class TrainingLog:
    """Prints training events on stderr."""

    def __init__(
        self, *, default_place: bool, quiet: bool, splits: Splits, task: Task | None = None, trial: str = ""
    ) -> None:
        self.out = console.console(stderr=True)
        self.default_place, self.quiet = default_place, quiet
        self.warnings = splits.warnings
        self.progress = Progress(self.out)
        self.tokenizing = TokenizingProgress(self.out)
        self.task = task or task_for(labelled=splits.labelled, paired=splits.paired)
        self.trial = trial or self.task.trial
        self.tokenizer = ""
        self.ngrams: NgramsFitted | None = None
        """The n-gram model with its accuracy by itself."""
        self.characters = False
        """Whether there is a character model."""
        self._stack = ExitStack()
        self._cross_validated: events.CrossValidated | None = None

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.tokenizing.close()
        self._stack.close()

    def handle(self, event: events.Event) -> None:
        if isinstance(event, Pretrained):
            self.progress.begin_again()
        if isinstance(event, events.CrossValidated):
            self._cross_validated = event
        if not self.tokenizing.handle(event, quiet=self.quiet):
            self._show(event.progress if isinstance(event, Pretraining) else event)

    def _show(self, event: events.Event) -> None:
        if isinstance(event, events.Warned):
            self._warn([event.message])
        elif isinstance(event, DataRead):
            self._data(event)
        elif self.quiet:
            return
        elif isinstance(event, (events.Step, events.Validated)):
            self.progress.handle(event)
        elif isinstance(event, events.RunPlanned):
            self._plan(event)
            self._stack.enter_context(self.progress)
        elif isinstance(event, events.Resumed):
            self._say(f"resuming from step {event.step:,}, after {console.duration(event.seconds)} of training")
        elif isinstance(event, TokenizerReady):
            self._say(
                f"{console.safe(event.kind)} tokenizer: {event.vocab_size:,} tokens; a text has "
                f"{event.mean_length:,.0f} on average and at most {event.longest:,}; "
                f"{console.percent(event.unknown_rate)} unknown in validation"
            )
        elif isinstance(event, CorpusRead):
            self._corpus(event)
        elif isinstance(event, Sampled):
            self._say("  " + console.safe(event.text.strip().replace("\n", " ⏎ ")), "dim")
        elif isinstance(event, Quantised):
            use = "used by lstm generate" if event.kept else "too much, so not saved"
            self._say(f"int8: {event.int8 - event.exact:+.4f} nats per token on validation, {use}")
        elif isinstance(event, LmEvaluated):
            p = event.report
            self._say(
                f"{SPLIT_NAMES.get(event.split, event.split)}: {tables.perplexities(asdict(p), self.tokenizer)}", "bold"
            )
        elif isinstance(event, NgramsFitted):
            accuracy = event.valid_accuracy
            self.ngrams = event if accuracy is not None else self.ngrams
            ngrams = "" if accuracy is None else f", accuracy {console.percent(accuracy)} on validation by itself"
            again = " fitted again with the validation rows" if accuracy is None else ""
            weight = "" if event.weight == 1 else f", weight {event.weight:.1f}"
            self._say(f"{event.order}-gram model{again}: {event.features:,} features{weight}{ngrams}")
        elif isinstance(event, CharactersFitted):
            accuracy = event.valid_accuracy
            self.characters = True
            alone = "" if accuracy is None else f", accuracy {console.percent(accuracy)} on validation by itself"
            again = " fitted again with the validation rows" if accuracy is None else ""
            self._say(f"model of up to {event.order} characters{again}: {event.features:,} features{alone}")
        elif isinstance(event, events.Stopped):
            self._stack.close()
            if event.reason in REASONS:
                self._say(REASONS[event.reason])
            kept = f"the weights of epoch {event.best_epoch} are kept" + (f": {event.why}" if event.why else "")
            self._say(f"trained {console.duration(event.seconds)}; {kept}")
        elif isinstance(event, Calibrated):
            before, after = console.percent(event.ece_before), console.percent(event.ece_after)
            self._say(f"confidence scaled by {event.scale:.2f}: calibration error {before} before, {after} after")
        elif isinstance(event, Evaluated):
            self._evaluated(event)
        elif isinstance(event, events.Saved):
            self._saved(event)
        elif lines := event.line():
            for line in lines.split("\n"):
                self._say(console.safe(line))

    def _say(self, text: str, style: str = "") -> None:
        console.show(self.out, of_message(text), style=style)

    def _warn(self, messages: Iterable[str]) -> None:
        for message in messages:
            self._say(f"warning: {console.safe(message)}", "yellow")

    def _data(self, event: DataRead) -> None:
        if not self.quiet:
            for note in event.notes:
                self._say(console.safe(note))
            console.show(self.out, "", *tables.data_check(event.check, self.out))
        self._warn([*self.warnings, *event.check.warnings])
        if not self.quiet:
            self.out.print()

    def _corpus(self, event: CorpusRead) -> None:
        self.tokenizer = event.tokenizer
        for note in event.notes:
            self._say(console.safe(note))
        units = "each line is a text" if event.mode == "lines" else "the lines are one document"
        console.show(self.out, "", tables.corpus_check(event.splits, self.out))
        self.out.print()
        self._say(f"{console.safe(event.tokenizer)} tokenizer: {event.vocab_size:,} tokens; {units}")

    def _plan(self, event: events.RunPlanned) -> None:
        guess = event.estimate
        self._say(f"{event.model}: {event.parameters:,} parameters")
        planned = f"{count(event.epochs, 'epoch')}, {count(event.steps, 'step')}"
        self._say(
            f"{'as many epochs as the time allows' if event.by_clock else planned}, "
            f"{event.precision} on {event.device}"
            + (f", processes: {event.processes}" if event.processes > 1 else "")
            + (f", threads: {event.threads}" if event.device == "cpu" else "")
            + f", seed {event.seed}"
        )
        self._say(
            f"estimate: {console.duration(guess.seconds)}, {console.size(guess.memory_bytes)} of memory, "
            f"a model of {console.size(guess.model_bytes)}"
        )

    def _evaluated(self, event: Evaluated) -> None:
        r, ngrams = event.report, self.ngrams
        together = ""
        if ngrams is not None:
            linear = f"{ngrams.order}-gram model"
            names = f"network, {linear} and character model" if self.characters else f"network and {linear}"
            together = f"; {names} combined"
        self._say(
            f"{SPLIT_NAMES.get(event.split, event.split)}: accuracy {console.percent(r.accuracy, 2)}, "
            f"macro F1 {console.percent(r.macro_f1, 2)} ({_texts(r.n, r.unknown_labels)}{together})",
            "bold",
        )
        if ngrams is None or ngrams.valid_accuracy is None or event.split != "valid" or r.multilabel or not r.n:
            return
        more = round((ngrams.valid_accuracy - r.accuracy) * r.n)
        if more > 0:
            margin = 200 * (r.accuracy * (1 - r.accuracy) / r.n) ** 0.5
            self._say(
                f"the {ngrams.order}-gram model by itself is right on {count(more, 'more text')}, "
                f"{100 * more / r.n:.2f} points; two standard errors are {margin:.2f} points"
            )

    def _saved(self, event: events.Saved) -> None:
        if self._cross_validated:
            self._say(self._cross_validated.line())  # all that came since says less
        took = console.duration(event.seconds)
        self._say(f"saved {console.safe(event.path)}, {console.size(event.bytes)}; {took} in all")
        where = "" if self.default_place else f" -m {shlex.quote(event.path)}"
        path = shlex.quote(event.path)
        trial = self.trial.format(where, path=path) if self.trial else f"lstm info {path}"
        self._say(f"try: {trial}")


def _texts(n: int, unknown_labels: int) -> str:
    if not unknown_labels:
        return count(n, "text")
    counts = "counts" if unknown_labels == 1 else "count"
    return f"{count(n, 'text')}; {unknown_labels:,} with a label not in the training data {counts} as wrong"


Result = Mapping[str, Any]


def _field(name: str, type: Any, about: str) -> Field:
    return Field(name, lambda result: result.get(name, LEFT_OUT), type, about, optional=True)


TRAINING = Layout[Result](
    Shape(
        Result,
        _field("labels", tuple[str, ...], "Of a classifier."),
        _field("multilabel", bool, "Whether a text may have several labels."),
        _field("tokenizer", str, "Of a language model: word, bpe or char."),
        _field("vocab_size", int, "Of a language model."),
        _field("data", DataCheck | CorpusRead, "The data check."),
        _field("plan", events.RunPlanned, "The plan of the run, before its first step."),
        _field("stopped", str, "Why training ended: finished, early, time or interrupted."),
        _field("best_epoch", int, "The epoch whose weights are kept."),
        _field("valid", ClassReport | LmReport, "The scores on the validation split."),
        _field("test", ClassReport | LmReport, "The scores on the test split, if there is one."),
        _field("path", str, "The model directory."),
        _field("bytes", int, "The size of its files."),
        _field("seconds", float, "The duration of the whole run, including reading."),
    ),
    indent=None,
)
