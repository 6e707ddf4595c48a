"""Exports of a classifier."""

from __future__ import annotations

import json
from typing import Any

from lstmcli import __version__
from lstmcli.classification.characters.words import LONGEST
from lstmcli.classification.load import read_encoder, read_linear, read_weights
from lstmcli.classification.thresholds import of_model
from lstmcli.engine.nodes import OPSET
from lstmcli.exporting.classifier_graph import whole_classifier
from lstmcli.exporting.templates import render
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import TOKENIZER, ModelDir


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
    shift, unknown = encoder.moved
    values: dict[str, Any] = {
        "features": encoder.features is not None,
        "shift": shift,
        "unknown": -1 if unknown is None else unknown,
        "lowercase": config.tokenizer.lowercase,
        "multilabel": model.multilabel,
        "thresholds": of_model(model).tolist(),
        "labels": model.labels,
        "ngrams": ngrams is not None,
        "characters": characters is not None,
        "strip_html": config.tokenizer.strip_html and config.tokenizer.path is None,
        "longest": LONGEST,
        "opset": OPSET,
        "name": model.path.name,
        "version": __version__,
    }
    labels = json.dumps(model.labels, ensure_ascii=False, indent=2)
    tokenizer, settings = tokenizer_files(model)
    return [
        File("model.onnx", graph.serialise(), "the graph, from token ids to probabilities"),
        tokenizer,
        settings,
        File("labels.json", f"{labels}\n".encode(), "the labels, in the order of the output"),
        File("classify.py", render("classify.py.jinja", **values), "classifies lines in Python"),
        File("classify.mjs", render("classify.mjs.jinja", **values), "classifies lines in Node.js"),
        File("README.md", render("README.md.jinja", **values), "inputs and output of the graph"),
    ]


def tokenizer_files(model: ModelDir) -> tuple[File, File]:
    """The tokenizer for the ``tokenizers`` libraries; that of JavaScript learns the unknown token from the other."""
    # The library in JavaScript does not read the pattern of a character in Oniguruma's way.
    data = model.read(TOKENIZER).replace(rb'"(?m:.)|\\n"', rb'"[\\s\\S]"')
    unknown = json.loads(data)["model"].get("unk_token")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "unk_token": unknown,
        "clean_up_tokenization_spaces": False,
    }
    text = json.dumps(settings, ensure_ascii=False, indent=2)
    return (
        File(TOKENIZER, data, "the tokenizer"),
        File("tokenizer_config.json", f"{text}\n".encode(), "what the tokenizer's library in JavaScript needs besides"),
    )
