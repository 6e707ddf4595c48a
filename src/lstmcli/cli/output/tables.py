"""Tables for people: the data check, the classification report, the description of a model."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lstmcli.classification.results import ClassReport, DataCheck
from lstmcli.cli.language import of_display
from lstmcli.cli.output.console import NOTHING, columns, facts, grid, percent, perplexity, safe, size, styled
from lstmcli.cli.output.writer import Layout, Row, Shape
from lstmcli.engine.registry import ENGINES
from lstmcli.language_modeling.results import CorpusCheck
from lstmcli.model_dir.results import ModelInfo, ancestors, cross_validated
from lstmcli.plural import count, have
from lstmcli.tasks import require_task

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MAX_LABEL_ROWS, MAX_LABEL_LENGTH = 20, 100
MAX_SCORES = 50
"""Rows of a classification report."""


def data_check(check: DataCheck, out: Console) -> list[RenderableType]:
    """Numbers of rows, lengths and labels of each split, and sentences about conflicts and the majority class."""
    splits = check.splits
    rows: list[tuple[str, list[str]]] = []

    def row(name: str, values: Sequence[int], *, only_if_any: bool = False) -> None:
        if not only_if_any or any(values):
            rows.append((name, [f"{value:,}" for value in values]))

    row(of_display("rows"), [s.rows for s in splits])
    row(of_display("characters, median"), [s.characters_median for s in splits])
    row(of_display("characters, longest"), [s.characters_max for s in splits])
    row(of_display("empty"), [s.empty for s in splits], only_if_any=True)
    row(of_display("repeated"), [s.duplicates for s in splits], only_if_any=True)
    row(of_display("also in train"), [check.leaked.get(s.name, 0) for s in splits], only_if_any=True)
    by_count = sorted(check.labels, key=lambda label: -splits[0].labels.get(label, 0)) if splits else []
    for label in by_count[:MAX_LABEL_ROWS]:
        row(f"  {_cut(label)}", [s.labels.get(label, 0) for s in splits])
    if len(by_count) > MAX_LABEL_ROWS:
        rest = by_count[MAX_LABEL_ROWS:]
        row(
            "  " + of_display(count(len(rest), "more label")),
            [sum(s.labels.get(label, 0) for label in rest) for s in splits],
        )
    lines: list[RenderableType] = [columns("", [of_display(split.name) for split in splits], rows, out)]
    if check.conflicting:
        lines.append(
            of_display(
                f"{count(check.conflicting, 'training text')} {'occurs' if check.conflicting == 1 else 'occur'} "
                "with more than one label"
            )
        )
    # Texts may have no label at all where they may have several.
    predicted = repr(safe(_cut(check.majority_label))) if check.majority_label else "no label"
    lines.append(of_display(f"always predicting {predicted} would be right for {percent(check.majority_share)}"))
    return lines


def corpus_check(splits: Sequence[CorpusCheck], out: Console) -> RenderableType:
    """The size of each split of a corpus, and its share of unknown tokens."""
    names = ("lines", "tokens", "words", "chars", "bytes")
    shown = {"chars": "characters"}
    rows = [(of_display(shown.get(name, name)), [f"{getattr(s, name):,}" for s in splits]) for name in names]
    if any(s.oov for s in splits):
        rows.append((of_display("unknown"), [percent(s.oov / max(1, s.tokens), 2) for s in splits]))
    return columns("", [of_display(split.name) for split in splits], rows, out)


def report(result: ClassReport, out: Console) -> list[RenderableType]:
    """Accuracy, calibration error and loss, scores by class, averages and confusion."""
    shown = result.classes
    if len(shown) > MAX_SCORES:
        frequent = {c.label for c in heapq.nlargest(MAX_SCORES, shown, key=lambda c: c.support)}
        shown = tuple(c for c in shown if c.label in frequent)
    scores = [
        *((_cut(c.label), c.precision, c.recall, c.f1, c.support) for c in shown),
        (of_display("macro average"), result.macro_precision, result.macro_recall, result.macro_f1, result.n),
        (of_display("weighted average"), *_weighted(result), result.n),
    ]
    rows = [(name, [*(f"{100 * x:.1f}" for x in shares), f"{n:,}"]) for name, *shares, n in scores]
    names = [of_display(each) for each in ("precision" if out.width >= 50 else "prec.", "recall", "F1", "texts")]
    if result.thresholds:
        own = dict(zip(map(_cut, result.labels), result.thresholds, strict=False))
        rows = [(name, [*values, f"{own[name]:.2f}" if name in own else ""]) for name, values in rows]
        names.append(of_display("threshold"))
    lines: list[RenderableType] = [
        of_display(f"{_accuracy(result)}, calibration error {percent(result.ece)}, loss {result.loss:.4f} nats"),
        "",
        columns(of_display("label"), names, rows, out, bold=2),
    ]
    if more := len(result.classes) - len(shown):
        lines += ["", of_display(f"the {len(shown)} most frequent labels; {more:,} more with --format json")]
    if result.unknown_labels:
        n = result.unknown_labels
        wrong = "it counts as wrong" if n == 1 else "they count as wrong"
        lines += ["", of_display(f"{count(n, 'text')} {have(n)} a label that the model does not know: {wrong}")]
    if len(result.risk_coverage) > 1:
        points = [(percent(p.coverage), [f"{p.threshold:.4f}", percent(1 - p.error)]) for p in result.risk_coverage]
        lines += ["", of_display("if only the most certain texts are answered"), ""]
        lines.append(columns(of_display("answered"), ("--threshold", of_display("accuracy")), points, out))
    if result.confusion or result.confused:
        lines += ["", *confusion(result, out)]
    return lines


def _accuracy(result: ClassReport) -> str:
    """The accuracy in words, and with a threshold how many texts have an answer."""
    if result.multilabel or result.threshold is None:
        exact = " (all labels of a text right)" if result.multilabel else ""
        micro = "" if result.micro_f1 is None else f", micro F1 {percent(result.micro_f1, 2)}"
        return (
            f"accuracy {percent(result.accuracy, 2)}{exact} on {result.n:,} {'text' if result.n == 1 else 'texts'}"
            f"{micro}{_given_from(result)}"
        )
    answered = result.answered or 0
    share = f"{answered:,} of {count(result.n, 'text')} answered ({percent(answered / result.n)})"
    if result.accuracy_answered is None:
        return f"{share}, as none reaches the threshold {result.threshold:g}"
    return f"{share}: accuracy {percent(result.accuracy_answered, 2)} of those, {percent(result.accuracy, 2)} of all"


def _given_from(result: ClassReport) -> str:
    """Which threshold a label has to reach, in words."""
    if not result.multilabel:
        return ""
    if result.thresholds:
        return ", each label from its own threshold up"
    return f", labels from {0.5 if result.threshold is None else result.threshold:g} up"


def _scores_by_label(result: ClassReport) -> Iterator[Row]:
    for score in result.classes:
        yield {name: getattr(score, name) for name in ("label", "precision", "recall", "f1", "support")}


REPORT = Layout(Shape(ClassReport), rows=_scores_by_label, table=report, numbers=".4f")


def _cut(label: str) -> str:
    """A label, truncated for a table."""
    return label if len(label) <= MAX_LABEL_LENGTH else f"{label[: MAX_LABEL_LENGTH - 1]}…"


def _weighted(result: ClassReport) -> tuple[float, float, float]:
    total = sum(c.support for c in result.classes) or 1
    precision = sum(c.precision * c.support for c in result.classes) / total
    recall = sum(c.recall * c.support for c in result.classes) / total
    return precision, recall, result.weighted_f1


def confusion(result: ClassReport, out: Console) -> list[RenderableType]:
    """The confusion matrix if it fits the window, else the most frequent confusions."""
    from rich.cells import cell_len

    labels = [safe(_cut(label)) for label in result.labels]
    count_width = max((len(f"{n:,}") for row in result.confusion for n in row), default=1)
    name_width = max((cell_len(label) for label in labels), default=1)
    key_width = len(str(len(labels)))
    column = max(count_width, key_width) + 2
    fits = name_width + key_width + 3 + column * len(labels) <= out.width and len(labels) <= 30
    if result.confusion and fits:
        table = grid(header=True)
        table.add_column(of_display("true"), no_wrap=True)
        for i in range(len(labels)):
            table.add_column(str(i + 1), justify="right", no_wrap=True)
        for i, row in enumerate(result.confusion):
            cells = [(f"{n:,}" if n else "·", "bold" if i == j else "" if n else "dim") for j, n in enumerate(row)]
            table.add_row(f"{i + 1:>{key_width}} {labels[i]}", *(styled(text, style) for text, style in cells))
        return [of_display("confusion matrix (rows: true label, columns: predicted label)"), "", table]
    pairs = result.confused[:10]
    if not pairs:
        return []
    if out.width < 40:
        rows = (of_display(f"{n:,} {labels[i]} predicted as {labels[j]}") for i, j, n in pairs)
        return [of_display("most frequent confusions"), "", *rows]
    table = grid(header=True)
    table.add_column(of_display("texts"), justify="right", no_wrap=True)
    table.add_column(of_display("true"), overflow="fold")
    table.add_column(of_display("predicted"), overflow="fold")
    for i, j, n in pairs:
        table.add_row(f"{n:,}", labels[i], labels[j])
    return [of_display("most frequent confusions"), "", table]


def model_info(info: ModelInfo, out: Console) -> Iterator[RenderableType]:
    """A model: its network, training and scores."""
    labels = ", ".join(map(_cut, info.labels[:MAX_LABEL_ROWS]))
    if len(info.labels) > MAX_LABEL_ROWS:
        labels += f", and {len(info.labels) - MAX_LABEL_ROWS} more"
    rows = {
        "model": f"{info.path} ({size(info.bytes)})",
        "task": _task(info),
        "labels": labels,
        "network": f"{info.architecture}; {info.parameters:,} parameters",
        "engine": _engine(info),
        "tokenizer": f"{info.tokenizer}, {info.vocab_size:,} tokens",
        "command": info.command,
        "trained": f"{info.created}, seed {info.seed}{_machine(info)}",
        "again": _again(info),
        "goes on from": ancestors(info.came_from),
    }
    rows |= {name.replace("_", " "): _value(value) for name, value in info.data.items()}
    figures = require_task(info.task).module("manifest").FIGURES
    for split, scores in info.metrics.items():
        rows[of_display({"valid": "on valid", "test": "on test"}.get(split, f"on {split}"))] = _scores(
            {name: scores[name] for name in figures if name in scores}, info.tokenizer
        )
    rows["cross-validated"] = of_display(cross_validated(info.cross_validation))
    if info.calibration:
        rows["calibration"] = f"confidence scaled by {info.calibration['scale']:.2f}"
    rows["made with"] = _value(info.versions)
    yield facts(rows, out)


INFO = Layout(Shape(ModelInfo), table=model_info)


def _engine(info: ModelInfo) -> str:
    """The default inference engine on this machine."""
    if not info.engine:
        return ""
    other = f"; {of_display(f'{info.generates_with} for lstm generate')}" if info.generates_with else ""
    return f"{info.engine} ({of_display(ENGINES[info.engine].describe())}){other}"


def _machine(info: ModelInfo) -> str:
    """The precision, device and threads of training, as far as they are recorded."""
    where = of_display(" on ".join(part for part in (info.precision, info.device) if part))
    return (f", {where}" if where else "") + (f", {count(info.threads, 'thread')}" if info.threads else "")


def _again(info: ModelInfo) -> str:
    """Whether the same command gives the same weights."""
    if info.obstacles:
        return f"the same command may give other weights: {'; '.join(info.obstacles)}"
    machine = f"{count(info.threads, 'thread')} and this kind of {'GPU' if info.device == 'cuda' else 'processor'}"
    return f"the same command with these versions, {machine} gives the same weights"


def perplexities(scores: dict[str, Any], tokenizer: str) -> str:
    """The scores of a language model in a line; perplexity per word only for word models.

    With other tokenizers it is correct, but so large that it says little to a reader.
    """
    token, word = (perplexity(scores[name]) for name in ("perplexity", "word_perplexity"))
    byte, character = (
        NOTHING if scores.get(name) is None else f"{scores[name]:.3f}" for name in ("bits_per_byte", "bits_per_char")
    )
    per = f"{word} per word" if tokenizer == "word" else f"{character} bits per character"
    return f"perplexity {token} per token, {per}, {byte} bits per byte ({count(scores['tokens'] or 0, 'token')})"


def _task(info: ModelInfo) -> str:
    if not info.labels:
        return require_task(info.task).title.removeprefix("a ")
    return f"{of_display(info.task)}, {count(len(info.labels), 'label')}" + (
        ", several per text" if info.multilabel else ""
    )


def _scores(scores: dict[str, Any], tokenizer: str) -> str:
    """The main scores of a stored report."""
    if "bits_per_byte" in scores:
        return perplexities(scores, tokenizer)
    if "bleu" in scores:
        bleu, chrf = (NOTHING if scores[name] is None else f"{scores[name]:.2f}" for name in ("bleu", "chrf"))
        cost = perplexity(scores["perplexity"])
        return f"BLEU {bleu}, chrF {chrf}, perplexity {cost} per token ({count(scores['pairs'] or 0, 'pair')}, greedy)"
    names = {"accuracy": "accuracy", "macro_f1": "macro F1", "ece": "calibration error"}
    stored = {words: scores[name] for name, words in names.items() if scores.get(name) is not None}
    shown = [f"{of_display(words)} {percent(score, 2)}" for words, score in stored.items()]
    shown += [f"{name.replace('_', ' ')} {_value(scores[name])}" for name in sorted(set(scores) - {*names, "n"})]
    return ", ".join(shown) + (f" ({of_display(count(scores['n'], 'text'))})" if scores.get("n") else "")


def _value(value: object) -> str:
    """A stored value as text."""
    if isinstance(value, dict):
        return ", ".join(f"{of_display(name)} {_value(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_value, value))
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
