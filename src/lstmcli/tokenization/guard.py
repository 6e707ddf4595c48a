"""What a tokenizer from a stranger may do: nothing that takes memory or time out of proportion to its text.

A tokenizer.json says how text is rewritten before and after it is cut.  Twenty steps that each double what they find
would make a gigabyte of a line.  So all of its parts are looked at before any is run: what a step is known to do is
multiplied out (``growth.py``), regular expressions are read (``regexes.py``), numbers and strings that are used for
every word are bounded, and what is not known is refused.  What this program has no use for is taken out: padding,
truncation, templates of special tokens, and whatever draws lots.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, processors

from lstmcli.errors import DataError, LstmError, ModelError
from lstmcli.faults import bad_package, shortage
from lstmcli.safe_files import read_plain
from lstmcli.tokenization.growth import (
    RefusedError,
    Step,
    check_steps,
    decoder_growth,
    normalizer_growth,
    pre_tokenizer_growth,
)

MAX_BYTES = 1 << 28
"""Of a ``tokenizer.json``; those of large models have a tenth of it."""
MAX_GROWTH = 32
"""Times the weight of the text, which is at most 11 times its bytes, and hardly ever more than they are."""
MAX_DECODED = 64
"""Times the bytes of a token."""
LONGEST_AFFIX = 100
"""Characters of the unknown token and of the marks of a word's parts, which are written out for each."""
LONGEST_PIECE = 512
"""Characters that a model looks at together: of a unigram piece, or of a word that WordPiece cuts."""
GAPS = 1_000_000
"""Ids that a vocabulary made elsewhere may leave unused, beyond as many as it uses."""
_MODELS = ("BPE", "Unigram", "WordPiece", "WordLevel")
_HINT = "this tokenizer cannot be used"


@contextmanager
def guarded() -> Iterator[None]:
    """Raises Shortage for a lack of memory or threads, ModelError for what else ``tokenizers`` raises, panics too."""
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


def is_panic(error: BaseException) -> bool:
    """Whether a library in Rust gave up; what it raises then is no Exception."""
    return type(error).__name__ == "PanicException"


def load_safely(content: str) -> Tokenizer:
    """A tokenizer from the text of a ``tokenizer.json``, without what is not for us.

    To load one already runs its normalizer, on its added tokens.  So its steps are loaded first, and checked, with an
    empty model.

    Raises:
        DataError: it could take memory or time out of proportion, or has parts that are not known.
        ValueError: it is no JSON object.
        Exception: whatever ``tokenizers`` raises for what is no tokenizer; it may panic.
    """
    whole = json.loads(content, object_pairs_hook=_without_twins)
    if not isinstance(whole, dict):
        raise ValueError("not a JSON object")
    empty = {"type": "WordLevel", "vocab": {}, "unk_token": ""}
    bare = {**whole, "truncation": None, "padding": None, "added_tokens": [], "model": empty}
    with _refused():
        _check_steps(Tokenizer.from_str(json.dumps(bare)))
    tokenizer = Tokenizer.from_str(content)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True  # a "[PAD]" in a text is text; not part of the file
    with _refused():
        _check_model(tokenizer)
        tokenizer.post_processor = _offsets_only(_state(tokenizer.post_processor))
    switch_off_randomness(tokenizer)
    return tokenizer


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (RefusedError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = str(error) if isinstance(error, RefusedError) else f"not understood: {error!r}"
        raise DataError(message, hint=_HINT) from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object.  Raises ``ValueError`` if a name is there twice: which one counts depends on who reads it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice in one JSON object")
    return found


def _check_steps(tokenizer: Tokenizer) -> None:
    parts = [_state(part) for part in (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder)]
    if growth_of(tokenizer) > MAX_GROWTH or (parts[2] and decoder_growth(parts[2]) > MAX_DECODED):
        raise RefusedError("its rules make a text very much longer")
    check_steps(*(part for part in parts if part))


def growth_of(tokenizer: Tokenizer) -> float:
    """The weight of all pieces of a text, for each unit of weight that it has, at most.  Raises: RefusedError."""
    normalizer, cuts = _state(tokenizer.normalizer), _state(tokenizer.pre_tokenizer)
    return (normalizer_growth(normalizer) if normalizer else 1.0) * (pre_tokenizer_growth(cuts) if cuts else 1.0)


def switch_off_randomness(tokenizer: Tokenizer) -> bool:
    """Make a model cut a text the same way each time; returns whether it did not.

    Dropout of merges (Provilkov et al. 2020) and sampling of pieces (Kudo 2018) are for the training of other programs.
    """
    model, found = tokenizer.model, False
    for name in ("dropout", "alpha", "nbest_size"):
        if getattr(model, name, None) is not None:
            found = found or name == "alpha" or bool(getattr(model, name))
            setattr(model, name, None)
    return found


def draws_lots(path: str) -> str | None:
    """What to say of a ``tokenizer.json`` that would cut a text anew each time; None where there is nothing to say."""
    try:
        dropout = json.loads(read_plain(Path(path), MAX_BYTES))["model"].get("dropout")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # it is another kind of file: whoever reads it as a tokenizer says so
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
        value = getattr(model, name, None)
        if value is not None and len(value) > LONGEST_AFFIX:
            raise RefusedError(f"its {name} has {len(value):,} characters, and {LONGEST_AFFIX} are the most")
    if kind == "WordPiece" and model.max_input_chars_per_word > LONGEST_PIECE:
        most = f"{model.max_input_chars_per_word:,}, and {LONGEST_PIECE} are the most"
        raise RefusedError(f"its max_input_chars_per_word is {most}")
    if kind == "Unigram":
        longest = max(map(len, tokenizer.get_vocab(with_added_tokens=False)), default=0)
        if longest > LONGEST_PIECE:
            raise RefusedError(f"a piece of it has {longest:,} characters, and {LONGEST_PIECE} are the most")


def _offsets_only(step: Step | None) -> processors.PostProcessor | None:
    """What of a post-processor says where tokens are; special tokens are not asked for here.

    Raises:
        RefusedError: it is not known.
    """
    if step is None or step["type"] in ("TemplateProcessing", "BertProcessing"):
        return None
    if step["type"] == "Sequence":
        found = [processor for processor in map(_offsets_only, step["processors"]) if processor is not None]
        return found[0] if found else None
    if step["type"] in ("ByteLevel", "RobertaProcessing"):
        space, trims = bool(step["add_prefix_space"]), bool(step["trim_offsets"])
        return processors.ByteLevel(add_prefix_space=space, trim_offsets=trims)
    raise RefusedError(f"its post-processor {step['type']!r} is not known to this version of lstm")


def check_ids(highest: int, count: int) -> None:
    """Raises DataError for a vocabulary of ``count`` tokens whose ids are mostly gaps."""
    if highest > 2 * count + GAPS:
        raise DataError(f"{count:,} tokens have ids up to {highest:,}", hint="this tokenizer cannot be used")


def checked(ids_N: NDArray[np.int64], vocab_size: int) -> NDArray[np.int32]:
    """Ids in 32 bits.  Raises ModelError for one that a vocabulary of this size has not."""
    if len(ids_N) and ids_N.max() >= vocab_size:
        raise ModelError(f"its tokenizer gives the id {ids_N.max()}, and the vocabulary has {vocab_size:,}")
    return ids_N.astype(np.int32)
