"""Exports of a classifier."""

from __future__ import annotations

import json
from typing import Any

from lstmcli import __version__
from lstmcli.classification.load import read_encoder, read_linear, read_weights
from lstmcli.classification.thresholds import of_model
from lstmcli.engine.nodes import OPSET
from lstmcli.exporting.classifier_graph import whole_classifier
from lstmcli.exporting.templates import render
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import TOKENIZER, ModelDir
from lstmcli.tokenization.tokenizer import UNKNOWN

LOWERCASE = {"type": "Lowercase"}


def onnx(model: ModelDir) -> list[File]:
    """One graph from token ids to probabilities, its tokenizer, and programs that use both."""
    config, encoder = model.settings, read_encoder(model)
    ngrams, characters = read_linear(model)
    graph = whole_classifier(
        read_weights(model, encoder),
        config.model,
        encoder,
        ngrams,
        characters.table if characters else None,
        labels=model.labels,
        multilabel=model.multilabel,
        scale=float(model.config["calibration"]["scale"]),
        thresholds=of_model(model).tolist(),
        max_tokens=config.tokenizer.max_tokens,
    )
    values: dict[str, Any] = {
        "features": encoder.features is not None,
        "shift": encoder.moved.shift,
        "lowercase": config.tokenizer.lowercase,
        "multilabel": model.multilabel,
        "thresholds": of_model(model).tolist(),
        "labels": model.labels,
        "ngrams": ngrams is not None,
        "characters": characters is not None,
        "strip_html": config.tokenizer.strip_html and config.tokenizer.path is None,
        "opset": OPSET,
        "name": model.path.name,
        "version": __version__,
    }
    tokenizer, settings = tokenizer_files(model)
    return [
        File("model.onnx", graph.serialise(), "the graph, from token ids to probabilities"),
        tokenizer,
        settings,
        *([_written(tokenizer)] if encoder.features else []),
        _json("labels.json", model.labels, "the labels, in the order of the output"),
        File("classify.py", render("classify.py.jinja", **values), "classifies lines in Python"),
        File("classify.mjs", render("classify.mjs.jinja", **values), "classifies lines in Node.js"),
        File("README.md", render("README.md.jinja", **values), "inputs and output of the graph"),
    ]


def tokenizer_files(model: ModelDir) -> tuple[File, File]:
    """The tokenizer for the ``tokenizers`` libraries; that of JavaScript learns the unknown token from the other."""
    # The library in JavaScript does not read the pattern of a character in Oniguruma's way.
    content = json.loads(model.read(TOKENIZER).replace(rb'"(?m:.)|\\n"', rb'"[\\s\\S]"'))
    # A special token written in a text is text, and none is added to it.
    content["added_tokens"] = [token for token in content["added_tokens"] if not token["special"]]
    content["post_processor"] = None
    steps = (content["normalizer"] or {}).get("normalizers", [])
    if LOWERCASE in steps:  # that of JavaScript has a rule for this letter at the end of a word
        steps.insert(steps.index(LOWERCASE), {"type": "Replace", "pattern": {"String": "Σ"}, "content": "σ"})
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": content["model"].get("unk_token"),
        "clean_up_tokenization_spaces": False,
    }
    return (
        _json(TOKENIZER, content, "the tokenizer", indent=None),
        _json("tokenizer_config.json", settings, "what the tokenizer's library in JavaScript needs besides"),
    )


def _written(tokenizer: File) -> File:
    """A tokenizer that cuts a text as the other does, and leaves its letters as they are."""
    content = json.loads(tokenizer.data)
    steps = content["normalizer"]["normalizers"]
    content["normalizer"]["normalizers"] = [step for step in steps if step != LOWERCASE and step.get("content") != "σ"]
    content["model"]["vocab"] = {UNKNOWN: 1}
    return _json("written.json", content, "a tokenizer that leaves letters as they are, for JavaScript", indent=None)


def _json(name: str, content: Any, about: str, indent: int | None = 2) -> File:
    text = json.dumps(content, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    return File(name, f"{text}\n".encode(), about)
