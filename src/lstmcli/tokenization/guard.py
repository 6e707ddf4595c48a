"""What a tokenizer from a stranger may do: nothing that takes memory out of proportion to its file and its text.

A tokenizer.json says how text is rewritten before and after it is cut.  Twenty steps that each double what they
find would make a gigabyte of a line; so the steps that can make text longer are multiplied out before any is run.
Its regular expressions may be slow: that costs time, and the library gives up by itself.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lstmcli.errors import DataError, LstmError, ModelError
from lstmcli.faults import shortage

MAX_GROWTH = 64
"""Times as many bytes as the text has; the normal forms of Unicode, which need at most 18, come on top."""
GAPS = 1_000_000
"""Ids that a vocabulary made elsewhere may leave unused, beyond as many as it uses."""


@contextmanager
def guarded() -> Iterator[None]:
    """Raises Shortage for a lack of memory or threads, ModelError for what else ``tokenizers`` raises, panics too."""
    try:
        yield
    except LstmError:
        raise
    except BaseException as error:
        if lack := shortage(error):
            raise lack from error
        if isinstance(error, Exception) or is_panic(error):
            message = f"the tokenizer of the model fails: {error}"
            raise ModelError(message, hint="get the model again from where it was made, or train anew") from error
        raise


def is_panic(error: BaseException) -> bool:
    """Whether a library in Rust gave up; what it raises then is no Exception."""
    return type(error).__name__ == "PanicException"


def check_growth(tokenizer: Tokenizer) -> None:
    """Raises DataError for a tokenizer that would make a text very much longer."""
    for part in (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder):
        if part is not None and _growth(json.loads(part.__getstate__())) > MAX_GROWTH:
            raise DataError("its rules make a text very much longer", hint="this tokenizer cannot be used")


def check_ids(highest: int, count: int) -> None:
    """Raises DataError for a vocabulary of ``count`` tokens whose ids are mostly gaps."""
    if highest > 2 * count + GAPS:
        raise DataError(f"{count:,} tokens have ids up to {highest:,}", hint="this tokenizer cannot be used")


def checked(ids_N: NDArray[np.int64], vocab_size: int) -> NDArray[np.int32]:
    """Ids in 32 bits.  Raises ModelError for one that a vocabulary of this size has not."""
    if len(ids_N) and ids_N.max() >= vocab_size:
        raise ModelError(f"its tokenizer gives the id {ids_N.max()}, and the vocabulary has {vocab_size:,}")
    return ids_N.astype(np.int32)


def _growth(step: dict[str, Any]) -> float:
    """Bytes after a step for each byte before it, at most."""
    kind = step.get("type")
    if kind == "Sequence":
        return prod(
            _growth(inner) for key in ("normalizers", "pretokenizers", "decoders") for inner in step.get(key, [])
        )
    if kind == "Replace":
        new, old = len(step["content"].encode()), step["pattern"].get("String")
        if old is None:  # a regular expression can match between any two characters
            return 1.0 + new
        return max(1.0, new / max(1, len(old.encode()))) if old else 1.0 + new
    if kind == "Prepend":
        return 1.0 + len(step["prepend"].encode()) / 16
    if kind == "Precompiled":
        return _precompiled(step["precompiled_charsmap"])
    return 1.0


def _precompiled(charsmap: str) -> float:
    """The longest replacement in a map of SentencePiece: the size of a trie, the trie, texts that end with a NUL."""
    try:
        data = base64.b64decode(charsmap)
    except (binascii.Error, ValueError):
        return float("inf")
    texts = data[4 + int.from_bytes(data[:4], "little") :]
    return max(1.0, max(map(len, texts.split(b"\0"))) / 3)
