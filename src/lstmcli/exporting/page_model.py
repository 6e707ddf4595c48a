"""A model as the data of a page: a head in JSON and the numbers behind it, compressed, in base64.

``templates/page/payload.js`` reads it.  The bytes of an array are sorted by their place in a number, because they
compress better so.

A model that is too large for a page as it is gets rounded: the rows of its tables to 8 bits and a scale each, its other
matrices to 16 bits.  On the test texts of TREC-6 that moves no probability by more than 0.001.

Shapes: N rows, K numbers of a row.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli import __version__
from lstmcli.cells import CELLS
from lstmcli.classification import load as classification
from lstmcli.classification.thresholds import of_model
from lstmcli.errors import UsageError
from lstmcli.exporting.page_tokens import classifier_tokens, language_model_tokens
from lstmcli.language_modeling import load as language_modeling
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.ids import END_ID

MAX_BYTES = 4_900_000
"""Maximum size of a model in a page of 5 MB; the rest is the program."""
BLOCK = 1 << 20
"""Bytes that are compressed before the size is looked at."""
_TYPES = {"int8": "i1", "float16": "f2", "float32": "f4", "int32": "i4", "uint64": "u8"}
_TABLES = ("embedding", "decoder.weight")
OF_ROWS = ".scale"
"""Behind the name of a table in 8 bits: what each of its rows is multiplied by, [N]."""

Head = dict[str, Any]
Data = tuple[Head, dict[str, NDArray[Any]]]
"""Settings, and numbers by name."""


def classifier_data(model: ModelDir) -> Data:
    """Settings and weights of a classifier.  Raises: UsageError, ModelError."""
    config = model.settings
    encoder = classification.read_encoder(model)
    arrays, (ngrams, characters) = classification.read_weights(model, encoder), classification.read_linear(model)
    head = {
        **_common(model, [config.model.hidden] * config.model.layers, 2 if config.model.bidirectional else 1),
        "labels": list(model.labels),
        "multilabel": model.multilabel,
        "thresholds": of_model(model).tolist(),
        "scale": float(model.config["calibration"]["scale"]),
        "pooling": list(config.model.pools),
        "segment": config.model.segment,
        "maxTokens": config.tokenizer.max_tokens,
        "tokenizer": classifier_tokens(encoder, config.tokenizer),
    }
    if encoder.features:
        apart = [i for i, word in enumerate(encoder.vocabulary()) if encoder.features.is_apart(word)]
        head["features"] = {"buckets": encoder.features.buckets, "size": encoder.vocab_size, "apart": apart}
    if ngrams:
        head["order"] = ngrams.order
        arrays |= {"ngrams.keys": ngrams.keys, "ngrams.weights": ngrams.weights_PC, "ngrams.bias": ngrams.bias_C}
    if characters:
        own = characters.table
        head |= {"characters": own.order, "lowerWords": config.tokenizer.lowercase}
        arrays |= {"characters.keys": own.keys, "characters.weights": own.weights_PC, "characters.bias": own.bias_C}
    return head, arrays


def language_model_data(model: ModelDir) -> Data:
    """Settings and weights of a language model.  Raises: UsageError, ModelError."""
    config = model.settings
    if config.model.softmax != "full":
        hint = "train with --softmax full, or export with --to onnx"
        raise UsageError("a page has no adaptive softmax", hint=hint)
    encoder = language_modeling.read_encoder(model)
    arrays = language_modeling.read_weights(model, encoder)
    head = {
        **_common(model, config.model.widths, 1),
        "end": END_ID,
        "close": encoder.close_id,
        "spaced": encoder.leads or encoder.written_end is not None,  # the first space of a line is not of the text
        "names": encoder.tokens(range(encoder.vocab_size)),
        "pieces": [piece.decode("latin-1") for piece in encoder.pieces],
        "tokenizer": language_model_tokens(encoder, config),
    }
    return head, arrays


def _common(model: ModelDir, widths: Any, directions: int) -> Head:
    cell = CELLS[model.settings.model.cell]
    return {
        "name": model.path.absolute().name,
        "version": __version__,
        "cell": cell.name,
        "title": cell.title,
        "widths": list(widths),
        "directions": directions,
    }


def packed(head: Head, arrays: Mapping[str, NDArray[Any]]) -> tuple[str, bool]:
    """The data of a page, and whether its numbers had to be rounded.

    Raises:
        UsageError: it is too large all the same.
    """
    exact = _encoded(head | {"rounded": False}, arrays, MAX_BYTES)
    if len(exact) <= MAX_BYTES:
        return exact, False
    smaller = _encoded(head | {"rounded": True}, rounded(arrays))
    if len(smaller) > MAX_BYTES:
        size, most = len(smaller) / 1e6, MAX_BYTES / 1e6
        raise UsageError(
            f"a page can hold a model of at most {most:g} MB; {head['name']} has {size:.1f} MB, rounded to 8 bits",
            hint="train a smaller one: fewer --hidden units, a narrower --embedding or a smaller --vocab-size",
        )
    return smaller, True


def rounded(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Tables in 8 bits, with a scale for each row, and other matrices in 16, where that holds them; the rest as is."""
    found = dict(arrays)
    for name, value in arrays.items():
        if name in _TABLES:
            table_NK = value.astype(np.float32)
            scale_N = abs(table_NK).max(axis=1) / np.float32(127)
            found[name] = np.rint(table_NK / np.where(scale_N > 0, scale_N, 1)[:, None]).astype(np.int8)
            found[name + OF_ROWS] = scale_N
        elif value.dtype == np.float32 and value.ndim > 1 and abs(value).max() < np.finfo(np.float16).max:
            found[name] = value.astype(np.float16)
    return found


def _encoded(head: Head, arrays: Mapping[str, NDArray[Any]], most: float = math.inf) -> str:
    """The data compressed, in Base64; of more than ``most`` bytes only a beginning."""
    listed, parts = [], []
    for name, value in sorted(arrays.items()):
        array = np.ascontiguousarray(value)
        listed.append({"name": name, "type": _TYPES[str(array.dtype)], "shape": list(array.shape)})
        planes = np.frombuffer(array.astype(array.dtype.newbyteorder("<")).tobytes(), np.uint8)
        parts.append(planes.reshape(-1, array.dtype.itemsize).T.tobytes())
    text = json.dumps({**head, "arrays": listed}, ensure_ascii=False, separators=(",", ":")).encode()
    data = memoryview(b"".join([len(text).to_bytes(4, "little"), text, *parts]))
    compressor, found = zlib.compressobj(9, wbits=31), bytearray()
    for start in range(0, len(data), BLOCK):
        found += compressor.compress(data[start : start + BLOCK])
        if len(found) * 4 / 3 > most:
            break
    return base64.b64encode(found + compressor.flush()).decode()
