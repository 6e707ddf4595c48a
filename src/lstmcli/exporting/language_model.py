"""Exports of a language model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lstmcli import __version__
from lstmcli.engine.nodes import OPSET
from lstmcli.exporting.classifier import tokenizer_files
from lstmcli.exporting.templates import render
from lstmcli.exporting.write import File
from lstmcli.language_modeling.graph import language_model_graph
from lstmcli.language_modeling.load import read_encoder, read_weights
from lstmcli.language_modeling.onnx_session import state_names
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.stream_encoder import NO_SPACE_BEFORE


def onnx(model: ModelDir) -> list[File]:
    """The graph, with its state in and out, its tokenizer, and a program that uses both."""
    config, encoder = model.settings, read_encoder(model)
    weights = read_weights(model, encoder)
    states = state_names(config.model)
    shift, unknown = encoder.moved
    values: dict[str, Any] = {
        "states": states,
        "close": encoder.close_id,
        "leads": encoder.leads,
        "no_space_before": NO_SPACE_BEFORE.pattern,
        "written_end": encoder.written_end,
        "shift": shift,
        "unknown": -1 if unknown is None else unknown,
        "size": encoder.vocab_size,
        "hidden": config.model.widths[-1],
        "opset": OPSET,
        "name": model.path.name,
        "version": __version__,
    }
    metadata = {"mode": str(config.tokenizer.mode), "closes_a_line": str(encoder.close_id)}
    graph = replace(language_model_graph(weights, config.model), metadata=metadata)
    return [
        File("model.onnx", graph.serialise(), "the graph, with its state in and out"),
        *tokenizer_files(model),
        File("perplexity.py", render("perplexity.py.jinja", **values), "scores lines in Python"),
        File("README.md", render("README-lm.md.jinja", **values), "inputs and outputs of the graph"),
    ]
