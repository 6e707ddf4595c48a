"""The model card of a classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.config import SPLIT_NAMES
from lstmcli.model_dir.card import model_card, table
from lstmcli.model_dir.markdown import plain
from lstmcli.plural import count

MAX_LISTED = 50
"""Maximum number of labels listed."""

MEASURES = {"accuracy": "accuracy", "macro_f1": "f1"}
"""Figures of a report and what the Hub calls them."""


def card(config: Mapping[str, Any]) -> str:
    """The model card as Markdown with front matter, from ``config.json``.

    ``config["metrics"]`` maps the name of a split to a ``ClassReport`` as a dict.
    """
    return model_card(
        config,
        tags=("text-classification", "text-classification"),
        title=f"A text classifier with {len(config['labels'])} labels",
        about=_what(config),
        use="lstm classify --model . --text 'some text'\nlstm info .",
        labels="## Labels\n\n" + _labels(config["labels"]),
        results=_results(config["metrics"]),
        limits=_limits(config),
    )


def _what(config: Mapping[str, Any]) -> str:
    kind = "gives a text every label that fits it" if config["multilabel"] else "gives each text one label"
    start = "pretrained word vectors" if config["classifier"]["model"].get("vectors") else "scratch"
    if came_from := config.get("from"):
        start = f"a classifier of {count(len(came_from['labels']), 'label')} (see below)"
    return (
        f"It {kind}, with a probability. Architecture: {plain(config['architecture'])}; "
        f"{config['parameters']:,} parameters, trained from {start}. The weights are in `model.safetensors`. "
        "`model.onnx`, if there is one, is the network alone, without n-grams and calibration: its answers are not "
        "those of `lstm classify`. `lstm export` writes a graph that gives the same answers."
    )


def _labels(labels: list[str]) -> str:
    lines = [f"- {plain(label)}" for label in labels[:MAX_LISTED]]
    if len(labels) > MAX_LISTED:
        lines.append(f"- and {len(labels) - MAX_LISTED} more, in `config.json`")
    return "\n".join(lines)


def _results(metrics: Mapping[str, Any]) -> Iterator[str]:
    for split, report in metrics.items():
        if not isinstance(report, Mapping) or "accuracy" not in report:
            continue
        yield f"## Results: {SPLIT_NAMES.get(split, plain(split))} split"
        yield (
            f"{count(report['n'], 'text')}: accuracy {_share(report['accuracy'])}, "
            f"macro F1 {_share(report['macro_f1'])}, weighted F1 {_share(report['weighted_f1'])}, "
            f"expected calibration error {_share(report['ece'])}."
        )
        classes = report["classes"]
        rows = (
            (plain(c["label"]), *(_share(c[name]) for name in ("precision", "recall", "f1")), f"{c['support']:,}")
            for c in classes[:MAX_LISTED]
        )
        yield table(("label", "precision", "recall", "F1", "texts"), rows)
        if len(classes) > MAX_LISTED:
            yield f"{len(classes) - MAX_LISTED} more labels are in `config.json`."


def _limits(config: Mapping[str, Any]) -> str:
    most = config["classifier"]["tokenizer"]["max_tokens"]
    fits = "" if config["multilabel"] else " It always prefers one of its labels; `--threshold` lets it abstain."
    return (
        "It knows the language and the topics of its training text, and answers with confidence outside them too."
        f"{fits} The network reads at most {most} tokens of a text, half from its start and half from its end. "
        + _calibrated(config)
    )


def _calibrated(config: Mapping[str, Any]) -> str:
    """The calibration error on the validation split, in words."""
    found = config["metrics"].get("valid")
    ece = found.get("ece") if isinstance(found, Mapping) else None
    if ece is None:
        return "How far its probabilities can be trusted was not measured."
    return (
        "The probabilities were calibrated on the validation split, where they are off by "
        f"{100 * ece:.1f} points on average; on other text it may be more."
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
