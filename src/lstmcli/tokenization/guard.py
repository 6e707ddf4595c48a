"""Load untrusted tokenizers safely: none may use memory or time out of proportion to its input.

A tokenizer.json contains steps that rewrite text; twenty steps that each double their input would turn a line into a
gigabyte.  So all parts are checked before any is run: the growth of steps is bounded (``growth.py``), regular
expressions are analysed (``regexes.py``), numbers and strings that are used for every word are limited, and unknown
parts are refused.  Parts that are not needed are removed: padding, truncation, templates of special tokens, and
randomness.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, processors

from lstmcli.errors import DataError, LstmError, ModelError
from lstmcli.faults import bad_package, shortage
from lstmcli.plural import count, have
from lstmcli.safe_files import read_plain
from lstmcli.tokenization.growth import (
    RefusedError,
    Step,
    check_steps,
    decoder_growth,
    normalizer_growth,
    pre_tokenizer_growth,
)

PIECE = 50_000  # characters given to a tokenizer as one text

MAX_BYTES = 1 << 28  # of a `tokenizer.json`; those of large models have a tenth of it
MAX_GROWTH = 32  # relative to the weight of a text, which is at most 11 times its bytes and usually about equal
MAX_ADDED = 1 << 22  # bytes of all added tokens, after the normalizer; real ones have some thousands
MAX_DECODED = 64  # maximum growth of a decoder, relative to the bytes of a token
MAX_AFFIX = 100  # maximum characters of the unknown token and of affixes, which are written for every token
MAX_PIECE = 512  # maximum characters of a unigram piece, or of a word that WordPiece splits
GAPS = 1_000_000  # unused ids that a vocabulary made elsewhere may have, in addition to as many as it uses
_MODELS = ("BPE", "Unigram", "WordPiece", "WordLevel")
_HINT = "this tokenizer cannot be used"


@contextmanager
def guarded() -> Iterator[None]:
    """Turn errors and panics of ``tokenizers`` into ModelError, and a lack of memory or threads into Shortage."""
    try:
        yield
    except LstmError:
        raise
    except BaseException as error:
        if fault := shortage(error) or bad_package(error):
            raise fault from error
        if isinstance(error, Exception) or is_panic(error):
            message = f"the tokenizer of the model fails: {error}"
            raise ModelError(message, hint="get the model again from where it was made, or train anew") from error
        raise


def cut_pieces(text: str, find_cut: Callable[[int, int], int]) -> Iterator[str]:
    """A text in pieces of at most ``PIECE`` characters.

    Args:
        find_cut: returns where to cut between two places; one that is not behind the first means the second.
    """
    start = 0
    while len(text) - start > PIECE:
        cut = find_cut(start, start + PIECE)
        cut = cut if cut > start else start + PIECE
        yield text[start:cut]
        start = cut
    yield text[start:] if start else text


def is_panic(error: BaseException) -> bool:
    """Whether a Rust library panicked; PanicException is not a subclass of Exception."""
    return type(error).__name__ == "PanicException"


def load_safely(content: str) -> Tokenizer:
    """A tokenizer from the text of a ``tokenizer.json``, without the parts that are not needed.

    Loading runs the normalizer on the added tokens, so the steps are first loaded with an empty model and checked.

    Raises:
        DataError: it could use memory or time out of proportion, or has unknown parts.
        ValueError: it is not a JSON object.
        Exception: anything that ``tokenizers`` raises for invalid content; it may also panic.
    """
    whole = json.loads(content, object_pairs_hook=_reject_duplicate_keys)
    if not isinstance(whole, dict):
        raise ValueError("not a JSON object")
    empty = {"type": "WordLevel", "vocab": {}, "unk_token": ""}
    bare = {**whole, "truncation": None, "padding": None, "added_tokens": [], "model": empty}
    with _refused():
        steps = Tokenizer.from_str(json.dumps(bare))
        _check_steps(steps)
        _check_added(whole.get("added_tokens") or [], _state(steps.normalizer))
    tokenizer = Tokenizer.from_str(content)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # a "[PAD]" in a text is text; not part of the file
    with _refused():
        _check_model(tokenizer)
        tokenizer.post_processor = _offsets_only(_state(tokenizer.post_processor))
    # Merge dropout (Provilkov et al. 2020) and sampling of pieces (Kudo 2018) are meant for training.
    for name in ("dropout", "alpha", "nbest_size"):
        if hasattr(tokenizer.model, name):
            setattr(tokenizer.model, name, None)
    return tokenizer


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (RefusedError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = str(error) if isinstance(error, RefusedError) else f"not understood: {error!r}"
        raise DataError(message, hint=_HINT) from error


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object.  Raises ``ValueError`` for a duplicate name, which JSON parsers treat differently."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a name is there twice in one JSON object")
    return result


def _check_steps(tokenizer: Tokenizer) -> None:
    decoder = _state(tokenizer.decoder)
    if growth_of(tokenizer) > MAX_GROWTH or (decoder and decoder_growth(decoder) > MAX_DECODED):
        raise RefusedError("its rules make a text very much longer")
    check_steps(*filter(None, (_state(tokenizer.normalizer), _state(tokenizer.pre_tokenizer), decoder)))


def _check_added(tokens: list[dict[str, Any]], normalizer: Step | None) -> None:
    """Added tokens become one automaton, of what the normalizer makes of them."""
    growth = normalizer_growth(normalizer) if normalizer else 1.0
    size = sum(len(token["content"].encode("utf-8", "replace")) for token in tokens)
    if size * growth > MAX_ADDED:
        longer = ", and its rules make them longer" if growth > 1 else ""
        raise RefusedError(f"its added tokens have {size:,} bytes{longer}; {MAX_ADDED:,} are the most")


def growth_of(tokenizer: Tokenizer) -> float:
    """Maximum ratio of the weight of all pieces of a text to the weight of the text.  Raises: RefusedError."""
    normalizer, cuts = _state(tokenizer.normalizer), _state(tokenizer.pre_tokenizer)
    return (normalizer_growth(normalizer) if normalizer else 1.0) * (pre_tokenizer_growth(cuts) if cuts else 1.0)


def randomness_warning(path: str) -> str | None:
    """A warning if a ``tokenizer.json`` has merge dropout, which is switched off; None otherwise."""
    try:
        dropout = json.loads(read_plain(Path(path), MAX_BYTES))["model"].get("dropout")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # not a tokenizer; loading it reports the error
    if not dropout:
        return None
    return f"{path}: its dropout of merges ({dropout}) is switched off, so that a text is always cut in the same way"


def _state(part: Any) -> Step | None:
    return None if part is None else json.loads(part.__getstate__())


def _check_model(tokenizer: Tokenizer) -> None:
    model = tokenizer.model
    kind = type(model).__name__
    if kind not in _MODELS:
        raise RefusedError(f"its model {kind!r} is not known to this version of lstm")
    for name in ("unk_token", "continuing_subword_prefix", "end_of_word_suffix"):
        length = len(getattr(model, name, None) or "")
        if length > MAX_AFFIX:
            raise RefusedError(f"its {name} has {length:,} characters, and {MAX_AFFIX} are the most")
    if kind == "WordPiece" and model.max_input_chars_per_word > MAX_PIECE:
        most = f"{model.max_input_chars_per_word:,}, and {MAX_PIECE} are the most"
        raise RefusedError(f"its max_input_chars_per_word is {most}")
    if kind == "Unigram":
        longest = max(map(len, tokenizer.get_vocab(with_added_tokens=False)), default=0)
        if longest > MAX_PIECE:
            raise RefusedError(f"a piece of it has {longest:,} characters, and {MAX_PIECE} are the most")


def _offsets_only(step: Step | None) -> processors.PostProcessor | None:
    """The part of a post-processor that changes offsets; special tokens are never added.

    Raises:
        RefusedError: an unknown post-processor.
    """
    if step is None or step["type"] in ("TemplateProcessing", "BertProcessing"):
        return None
    if step["type"] == "Sequence":
        return next(filter(None, [_offsets_only(processor) for processor in step["processors"]]), None)
    if step["type"] in ("ByteLevel", "RobertaProcessing"):
        space, trims = bool(step["add_prefix_space"]), bool(step["trim_offsets"])
        return processors.ByteLevel(add_prefix_space=space, trim_offsets=trims)
    raise RefusedError(f"its post-processor {step['type']!r} is not known to this version of lstm")


def check_ids(highest: int, tokens: int) -> None:
    """Raises DataError for a vocabulary of ``tokens`` tokens if too many ids are unused."""
    if highest > 2 * tokens + GAPS:
        raise DataError(f"{count(tokens, 'token')} {have(tokens)} ids up to {highest:,}", hint=_HINT)


def checked_ids(ids_N: NDArray[np.int64], vocab_size: int) -> NDArray[np.int32]:
    """Ids as int32.  Raises ModelError for an id outside the vocabulary."""
    if len(ids_N) and ids_N.max() >= vocab_size:
        raise ModelError(f"its tokenizer gives the id {ids_N.max()}, and the vocabulary has {vocab_size:,}")
    return ids_N.astype(np.int32)
