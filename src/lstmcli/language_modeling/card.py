"""The model card of a language model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.config import SPLIT_NAMES
from lstmcli.model_dir.card import model_card, table
from lstmcli.model_dir.markdown import plain

USE = "lstm generate --model . 'Once upon'\nlstm perplexity --model . text.txt"
BACKWARD_USE = "lstm train data.csv --init-from FORWARD --init-from {path}"
"""What a model that reads from the end is for; FORWARD is one of the same text that reads from the start."""
MEASURES = {"perplexity": "perplexity", "word_perplexity": "perplexity"}
"""Figures of a report and what the Hub calls them."""


def card(config: Mapping[str, Any]) -> str:
    """The model card as Markdown with front matter, from ``config.json``.

    ``config["metrics"]`` maps the name of a split to an ``LmReport`` as a dict.
    """
    backward = config["lm"]["model"].get("backward")
    order = ", from its end" if backward else ""
    return model_card(
        config,
        tags=("text-generation", "language-model"),
        title="A language model",
        about=f"It predicts text, token by token{order}. Architecture: {plain(config['architecture'])}; "
        f"{config['parameters']:,} parameters; a vocabulary of {config['tokenizer']['vocab_size']:,} "
        f"({plain(config['tokenizer']['kind'])}). The weights are in `model.safetensors`; `model.onnx` is the same "
        "network for ONNX Runtime.",
        use=BACKWARD_USE.format(path=".") if backward else USE,
        results=_perplexities(config["metrics"]),
        limits="It knows the words and the style of its training text, makes up facts, and repeats what it read there.",
    )


def _perplexities(metrics: Mapping[str, Any]) -> Iterator[str]:
    names = ("perplexity", "word_perplexity", "bits_per_char", "bits_per_byte")
    rows = [
        (shown[:1].upper() + shown[1:], *(_number(found[name]) for name in names), f"{found['tokens']:,}")
        for shown, found in ((SPLIT_NAMES.get(split, plain(split)), found) for split, found in metrics.items())
    ]
    if rows:
        yield "## Results"
        yield table(("split", "perplexity per token", "per word", "bits per character", "per byte", "tokens"), rows)


def _number(value: float | None) -> str:
    return f"{value:,.3f}" if value is not None and value < 1e9 else "–"  # text without spaces is one long word
