"""A classifier as one program in C, without a library but that of C.

The arithmetic is in single precision.  Weights are written as they are stored: numbers of 16 bits as their bits, others
with nine digits, from which C makes the same number again.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmcli import __version__
from lstmcli.classification.characters.words import LONGEST
from lstmcli.classification.load import read_encoder, read_linear, read_weights
from lstmcli.classification.ngrams.table import NgramTable
from lstmcli.classification.thresholds import of_model
from lstmcli.errors import UsageError
from lstmcli.exporting.c_unicode import c_string, safe_comment, tables
from lstmcli.exporting.templates import render
from lstmcli.exporting.write import File
from lstmcli.model_dir.directory import ModelDir
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import is_newest

CELLS = ("lstm", "gru", "rnn")
TOKENIZERS = ("word", "char")
MAX_NUMBERS = 6_000_000
"""Numbers of a model; a compiler needs about a hundred bytes for each."""
LICENCE = "This program is yours; what it answers comes from the model's training data."


def program(model: ModelDir) -> list[File]:
    """The program.

    Raises:
        UsageError: a cell, a tokenizer or a size that it cannot have.
    """
    encoder = read_encoder(model)
    _check(model, encoder)
    weights, (ngrams, characters) = read_weights(model, encoder), read_linear(model)
    linear = ({"ngram": ngrams} if ngrams else {}) | ({"character": characters.table} if characters else {})
    sizes = [weights[name].size for name in weights]
    sizes += [table.weights_PC.size + 2 * len(table.keys) for table in linear.values()]
    if sum(sizes) > MAX_NUMBERS:
        hint = "train a smaller one: a smaller --vocab-size, a narrower --embedding, --characters 0"
        raise UsageError(f"a program in C can have {MAX_NUMBERS:,} numbers; the model has {sum(sizes):,}", hint=hint)
    text = render("classifier.c.jinja", **_values(model, encoder, weights, linear))
    return [File("classifier.c", text, "the classifier; compile it with cc -O2 -o classifier classifier.c -lm")]


def _check(model: ModelDir, encoder: TextEncoder) -> None:
    """Raises: UsageError."""
    config = model.settings
    cell, tokenizer = config.model.cell, config.tokenizer
    wrong, hint = "", "export with --to onnx"
    if cell not in CELLS:
        wrong, hint = f"has no {cell} cells", f"train with --cell {', '.join(CELLS)}, or {hint}"
    elif tokenizer.path is not None or tokenizer.kind not in TOKENIZERS:
        kind = "a tokenizer.json made elsewhere" if tokenizer.path is not None else f"a {tokenizer.kind} tokenizer"
        wrong = f"cannot cut texts as {kind} does"
        hint = f"train with --tokenizer {' or '.join(TOKENIZERS)}, or {hint}"
    elif tokenizer.strip_html:
        wrong, hint = "cannot remove HTML", f"train without --strip-html, or {hint}"
    elif tokenizer.kind == "word" and not is_newest(encoder.tokenizer):
        wrong, hint = "cannot cut texts as an earlier version of lstm did", f"train again, or {hint}"
    if wrong:
        raise UsageError(f"a program in C {wrong}", hint=hint)


def _values(
    model: ModelDir, encoder: TextEncoder, weights: Mapping[str, NDArray[Any]], linear: Mapping[str, NgramTable]
) -> dict[str, Any]:
    """The values of the template."""
    config, unicode = model.settings, tables()
    vocabulary = encoder.vocabulary()
    # By their bytes, as memcmp compares them; the special tokens are no text.
    known = sorted((word.encode("utf-8", "replace"), i) for i, word in enumerate(vocabulary) if i >= 2 and word)
    starts = np.cumsum([0, *(len(word) for word, _ in known)])
    features = encoder.features
    arrays = [_array(f"w_{_c_name(name)}", value) for name, value in sorted(weights.items())]
    for name, table in linear.items():
        arrays.append(_integers(f"{name}_keys", "uint64_t", (f"0x{key:x}u" for key in table.keys.tolist())))
        arrays += [_array(f"{name}_weights", table.weights_PC), _array(f"{name}_bias", table.bias_C)]
    classes = config.tokenizer.kind == "word" or "character" in linear
    apart = [] if features is None else [i for i, word in enumerate(vocabulary) if features.is_apart(word)]
    return {
        "name": safe_comment(model.path.absolute().name),
        "version": __version__,
        "licence": LICENCE,
        "labels": [c_string(label) for label in model.labels],
        "multilabel": model.multilabel,
        "thresholds": [c_float(p) for p in of_model(model).tolist()],
        "scale": c_float(float(model.config["calibration"]["scale"])),
        "model": config.model,
        "lowercase": config.tokenizer.lowercase,
        "words": config.tokenizer.kind == "word",
        "max_tokens": config.tokenizer.max_tokens,
        "longest": LONGEST,
        "directions": 2 if config.model.bidirectional else 1,
        "gates": {"lstm": 4, "gru": 3, "rnn": 1}[config.model.cell],
        "features": None if features is None else features.buckets,
        "vocab_size": encoder.vocab_size,
        "half": {name: str(value.dtype) == "float16" for name, value in weights.items()},
        "orders": {name: (table.order, len(table.keys)) for name, table in linear.items()},
        "half_tables": {name: str(table.weights_PC.dtype) == "float16" for name, table in linear.items()},
        "arrays": arrays,
        "classes": unicode.names if classes else [],
        "words_count": len(known),
        "tables": [
            *([_integers("classes", "uint32_t", unicode.classes)] if classes else []),
            *([_integers("lower", "uint32_t", unicode.lower)] if config.tokenizer.lowercase else []),
            _integers("decomposed", "uint32_t", unicode.decomposed),
            _integers("combining", "uint32_t", unicode.combining),
            _integers("composed", "uint32_t", unicode.composed),
            _integers("word_bytes", "unsigned char", [byte for word, _ in known for byte in word]),
            _integers("word_starts", "uint32_t", starts.tolist()),
            _integers("word_ids", "int32_t", [i for _, i in known]),
            *([_integers("apart", "int32_t", apart or [-1])] if features else []),
        ],
    }


def c_float(value: float) -> str:
    """A constant of type float."""
    digits = f"{value:.9g}"
    return f"{digits}f" if "." in digits or "e" in digits else f"{digits}.0f"


def _c_name(name: str) -> str:
    return name.replace(".", "_")


def _array(name: str, value: NDArray[Any]) -> str:
    """An array of numbers: those of 16 bits as their bits."""
    flat = np.ascontiguousarray(value).reshape(-1)
    if str(flat.dtype) == "float16":
        return _integers(name, "uint16_t", flat.view(np.uint16).tolist())
    numbers = (f"{x:.9g}" for x in flat.astype(np.float32).tolist())
    return _integers(name, "float", (f"{x}f" if "." in x or "e" in x else f"{x}.0f" for x in numbers))


def _integers(name: str, kind: str, values: Iterable[object]) -> str:
    text = ",".join(map(str, values)) or "0"
    lines = "\n".join(textwrap.wrap(text.replace(",", ", "), 120, break_long_words=False, break_on_hyphens=False))
    return f"static const {kind} {name}[] = {{\n{lines}\n}};"
