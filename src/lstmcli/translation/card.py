"""The model card of a translator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.config import SPLIT_NAMES
from lstmcli.model_dir.card import model_card, table
from lstmcli.model_dir.markdown import plain
from lstmcli.translation.config import JOINT

MEASURES = {"bleu": "bleu", "chrf": "chrf"}
"""Figures of a report and what the Hub calls them."""


def card(config: Mapping[str, Any]) -> str:
    """The model card as Markdown with front matter, from ``config.json``.

    ``config["metrics"]`` maps the name of a split to a ``TranslationReport`` as a dict.
    """
    read = config["translator"]["read"]
    source = config["translator"]["tokenizer"]["source_tokenizer"]
    own = "" if source == JOINT else f", and one of its own for the source ({plain(source)})"
    sides = f"from `{plain(', '.join(read['text_columns']))}` to `{plain(read['target_column'] or '')}`"
    return model_card(
        config,
        tags=("translation", "translation"),
        title="A translator",
        about=f"It translates text, line by line, {sides} of its training data. Architecture: "
        f"{plain(config['architecture'])}; {config['parameters']:,} parameters; a vocabulary of "
        f"{config['tokenizer']['vocab_size']:,} ({plain(config['tokenizer']['kind'])}){own}. "
        "The weights are in `model.safetensors`; `model.onnx` is one step of its decoder for ONNX Runtime.",
        use="lstm translate --model . text.txt",
        results=_figures(config["metrics"]),
        limits="It translates texts like those of its training data. Of others, and of texts much longer, it leaves "
        "parts out, repeats itself, or makes things up, without a sign that it does.",
    )


def _figures(metrics: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (
            SPLIT_NAMES.get(split, plain(split)).capitalize(),
            *(f"{found[name]:,.2f}" for name in ("bleu", "chrf", "perplexity")),
            f"{found['pairs']:,}",
            f"`{plain(found.get('signature', ''))}`",
        )
        for split, found in metrics.items()
    ]
    if rows:
        yield "## Results"
        yield "Of greedy translations; `lstm translate` searches with a beam, which is usually a little better."
        yield table(("split", "BLEU", "chrF", "perplexity per token", "pairs", "signature of BLEU"), rows)
