"""Warnings about texts with many unknown tokens."""

from __future__ import annotations

MAX_UNKNOWN = 1 / 3  # share of unknown tokens above which there is a warning
MIN_TOKENS = 20  # minimum number of tokens of an evaluated text for a warning
MIN_ALL = 5  # the same if all of them are unknown
_OTHER = {
    "word": "--tokenizer bpe cuts rare words into pieces and leaves nothing unknown",
    "char": "--tokenizer byte leaves nothing unknown, and neither does bpe",
}


def unknown_in_validation(unknown: int, tokens: int, kind: str) -> str | None:
    """A warning about the validation split; None if few tokens are unknown.  ``kind`` is that of the tokenizer."""
    if unknown <= MAX_UNKNOWN * tokens:
        return None
    return f"{_share(unknown, tokens)} of the tokens in validation are unknown to the vocabulary; " + _OTHER.get(
        kind, "--tokenizer bpe makes one from this text that leaves nothing unknown"
    )


def unknown_in_text(unknown: int, tokens: int) -> str | None:
    """A warning about a text given to a trained model; None if few tokens are unknown."""
    if unknown <= MAX_UNKNOWN * tokens or tokens < (MIN_ALL if unknown == tokens else MIN_TOKENS):
        return None
    return (
        f"{_share(unknown, tokens)} of the tokens are unknown to the model: it was trained on text of another kind, "
        "or in another language, and its answers mean little here"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
