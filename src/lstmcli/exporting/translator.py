"""Exports of a translator."""

from __future__ import annotations

import json
from typing import Any

from lstmcli import __version__
from lstmcli.engine.nodes import OPSET
from lstmcli.exporting.templates import render
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import SOURCE_TOKENIZER, TOKENIZER, ModelDir
from lstmcli.tokenization.ids import END_ID
from lstmcli.tokenization.stream_encoder import NO_SPACE_BEFORE, StreamEncoder
from lstmcli.translation.beam_search import LONGEST_FACTOR, LONGEST_MORE
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.graph import decoder_graph, encoder_graph, state_names
from lstmcli.translation.load import read_sides, read_weights
from lstmcli.translation.translate import MAX_TOKENS


def onnx(model: ModelDir) -> list[File]:
    """The graphs of the encoder and of a step of the decoder, the tokenizers, and a program that uses them."""
    config, sides = model.settings, read_sides(model)
    weights, own = read_weights(model, sides), sides.source_vocab_size is not None
    shift, unknown = sides.source.moved
    values: dict[str, Any] = {
        "states": state_names(config.model),
        "feeding": config.model.input_feeding,
        "copies": bool(config.model.copies),
        "hidden": config.model.hidden,
        "embedding": config.model.embedding,
        "size": sides.target.vocab_size,
        "source_tokenizer": SOURCE_TOKENIZER if own else TOKENIZER,
        "own": own,
        "leads": sides.source.leads,
        "no_space_before": NO_SPACE_BEFORE.pattern,
        "written_end": sides.source.written_end,
        "shift": shift,
        "unknown": -1 if unknown is None else unknown,
        "factor": LONGEST_FACTOR,
        "more": LONGEST_MORE,
        "most": MAX_TOKENS,
        "beam": BeamConfig.beam,
        "penalty": BeamConfig.length_penalty,
        "opset": OPSET,
        "name": model.path.name,
        "version": __version__,
    }
    about = "the tokenizer of the translations" if own else "the tokenizer of both sides"
    tokenizers = [File(TOKENIZER, model.read(TOKENIZER), about)]
    if own:
        tokenizers.append(File(SOURCE_TOKENIZER, model.read(SOURCE_TOKENIZER), "the tokenizer of the sources"))
    return [
        File("encoder.onnx", encoder_graph(weights, config.model).serialise(), "the graph of the encoder"),
        File("decoder.onnx", decoder_graph(weights, config.model).serialise(), "the graph of one step of the decoder"),
        *tokenizers,
        File("pieces.json", _pieces(sides.target), "the text that each id of a translation adds"),
        File("translate.py", render("translate.py.jinja", **values), "translates lines in Python"),
        File("README.md", render("README-translator.md.jinja", **values), "inputs and outputs of the graphs"),
    ]


def _pieces(encoder: StreamEncoder) -> bytes:
    """Bytes of UTF-8 as Latin-1, since a piece may end within a character."""
    pieces = [piece.decode("latin-1") for piece in encoder.pieces]
    pieces[END_ID] = ""
    text = json.dumps({"pieces": pieces, "spaced": encoder.spaced}, ensure_ascii=True)
    return f"{text}\n".encode()
