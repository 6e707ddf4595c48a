"""Rules for the settings "auto" of a language model's tokenizer, from the training text.

==========  ==================================================================================================
kind        word if the text is already tokenized, else bpe; for a tokenizer.json, its kind
words       spaces if the text is already tokenized, else text
mode        lines if the text is already tokenized or comes from the rows of a table, else document
vocab_size  bpe and unigram: one piece per 250 characters of text, from 512 to 16,000; word and char: all of them
            (above 50 million characters, the words of a sample)
==========  ==================================================================================================

A text counts as tokenized if at least one word in a thousand is ``<unk>``, or if nine in ten of its commas and
line-final full stops are surrounded by spaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END, END_ID, UNKNOWN, UNKNOWN_ID
from lstmcli.tokenization.tokenizer import CHARACTER, read_tokenizer

MIN_PIECES, MAX_PIECES = 512, 16_000
CHARACTERS_PER_PIECE = 250
SAMPLE = 1_000_000  # characters from the start of a text that the rules are applied to

_UNKNOWN = re.compile(rf"(?<!\S){re.escape(UNKNOWN)}(?!\S)")
_MARKS = "[,;!?，。；！？、]"
_APART = re.compile(rf"(?<!\S){_MARKS}(?!\S)|(?<!\S)\.\s*$", re.MULTILINE)
_ATTACHED = re.compile(rf"(?<=\S){_MARKS}(?!\d)|(?<=[^\s.])\.\s*$", re.MULTILINE)
"""A comma before a digit, as in 1,000, does not count."""


def infer_tokenizer_config(
    config: LmTokenizerConfig, lines: Sequence[str], characters: int | None = None, *, table: bool = False
) -> LmTokenizerConfig:
    """``config`` with every "auto" and None replaced.

    Args:
        lines: the training text, or a sample from its start.
        characters: length of the training text; None if ``lines`` is all of it.
        table: the lines are rows of a table, that is, independent texts.

    Raises:
        DataError: ``config.path`` is not a tokenizer.json.
    """
    if characters is None:
        characters = sum(len(line) + 1 for line in lines)
    sample = list(_first(lines))
    tokenised = is_tokenized(sample)
    kind, words = config.kind, config.words
    if config.path is not None:
        kind, words = _kind_of(json.loads(read_tokenizer(config.path).to_str()))
    if kind == "auto":
        kind = "word" if tokenised or words == "spaces" else "bpe"
    if words == "auto":
        words = "spaces" if tokenised else "text"
    mode = config.mode
    if mode == "auto":
        mode = "lines" if tokenised or table else "document"
    size = config.vocab_size
    if size is None and kind in ("bpe", "unigram") and config.path is None:
        least = MIN_PIECES
        if kind == "unigram":  # its vocabulary must hold every character
            least += 2 * len(set().union(*sample))
        size = max(least, min(MAX_PIECES, characters // CHARACTERS_PER_PIECE))
    return replace(config, kind=kind, words=words, mode=mode, vocab_size=size)


def _first(lines: Sequence[str]) -> Iterator[str]:
    """The first lines, up to ``SAMPLE`` characters."""
    room = SAMPLE
    for line in lines:
        if room <= 0:
            return
        yield line[:room]
        room -= len(line) + 1


def is_tokenized(sample: Sequence[str]) -> bool:
    """Whether the tokens of a text are already separated by spaces."""
    text = "\n".join(sample)
    if 1000 * len(_UNKNOWN.findall(text)) >= max(1, len(text.split())):
        return True
    apart, attached = len(_APART.findall(text)), len(_ATTACHED.findall(text))
    return apart > 0 and apart >= 9 * attached


def _kind_of(content: dict[str, Any]) -> tuple[str, str]:
    """``kind`` and ``words`` of a tokenizer.json; for one made elsewhere, the nearest kind."""
    model = content["model"]
    kind: str = {"BPE": "bpe", "Unigram": "unigram"}.get(model["type"], "word")
    vocabulary = model["vocab"]
    if kind == "unigram" or (vocabulary.get(END), vocabulary.get(UNKNOWN)) != (END_ID, UNKNOWN_ID):
        return kind, "text"
    before = content.get("pre_tokenizer") or {}
    if kind == "bpe":
        return "bpe" if model["merges"] or before.get("use_regex") else "byte", "text"
    if before.get("type") == "WhitespaceSplit":
        return "word", "spaces"
    return "char" if before.get("pattern") == {"Regex": CHARACTER} else "word", "text"
