"""The model card of a translator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.config import SPLIT_NAMES
from lstmcli.model_dir.card import pairs, table
from lstmcli.model_dir.markdown import code, plain


def card(config: Mapping[str, Any]) -> str:
    """The model card as Markdown with front matter, from ``config.json``.

    ``config["metrics"]`` maps the name of a split to a ``TranslationReport`` as a dict.
    """
    read = config["translator"]["read"]
    sides = f"from `{plain(', '.join(read['text_columns']))}` to `{plain(read['target_column'] or '')}`"
    parts = [
        "---\nlibrary_name: lstmcli\npipeline_tag: translation\ntags:\n- lstm\n- translation\n---",
        "# A translator",
        f"It translates text, line by line, {sides} of its training data. Architecture: "
        f"{plain(config['architecture'])}; {config['parameters']:,} parameters; a vocabulary of "
        f"{config['tokenizer']['vocab_size']:,} ({plain(config['tokenizer']['kind'])}). "
        "The weights are in `model.safetensors`; `model.onnx` is one step of its decoder for ONNX Runtime.",
        "## Use\n\n" + code("pip install lstmcli\nlstm translate --model . text.txt"),
        "Run in this directory, or name it after `--model`. It needs no GPU and no network.",
        "## Training",
        code(config["command"]),
        pairs({"trained": config["created"], "seed": str(config["seed"]), **config["data"]}),
        "Versions: " + ", ".join(f"{plain(name)} {plain(v)}" for name, v in config["versions"].items()) + ".",
        *_figures(config["metrics"]),
        "## Limits",
        "It translates texts like those of its training data. Of others, and of texts much longer, it leaves parts "
        "out, repeats itself, or makes things up, without a sign that it does.",
    ]
    card = "\n\n".join(part for part in parts if part) + "\n"
    return card.encode("utf-8", "backslashreplace").decode()


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
