"""The model card of a language model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lstmcli.data.config import SPLIT_NAMES
from lstmcli.model_dir.card import pairs, table
from lstmcli.model_dir.markdown import code, plain


def card(config: Mapping[str, Any]) -> str:
    """The model card as Markdown with front matter, from ``config.json``.

    ``config["metrics"]`` maps the name of a split to an ``LmReport`` as a dict.
    """
    parts = [
        "---\nlibrary_name: lstmcli\npipeline_tag: text-generation\ntags:\n- lstm\n- language-model\n---",
        "# A language model",
        f"It predicts text, token by token. Architecture: {plain(config['architecture'])}; {config['parameters']:,} "
        f"parameters; a vocabulary of {config['tokenizer']['vocab_size']:,} ({plain(config['tokenizer']['kind'])}). "
        "The weights are in `model.safetensors`; `model.onnx` is the same network for ONNX Runtime.",
        "## Use\n\n"
        + code("pip install lstmcli\nlstm generate --model . 'Once upon'\nlstm perplexity --model . text.txt"),
        "Run in this directory, or name it after `--model`. It needs no GPU and no network.",
        "## Training",
        code(config["command"]),
        pairs({"trained": config["created"], "seed": str(config["seed"]), **config["data"]}),
        "Versions: " + ", ".join(f"{plain(name)} {plain(v)}" for name, v in config["versions"].items()) + ".",
        *_perplexities(config["metrics"]),
        "## Limits",
        "It knows the words and the style of its training text, makes up facts, and repeats what it read there.",
    ]
    card = "\n\n".join(part for part in parts if part) + "\n"
    return card.encode("utf-8", "backslashreplace").decode()


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
