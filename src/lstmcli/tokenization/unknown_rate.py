"""A text whose words a model does not know: a warning that says what to do."""

from __future__ import annotations

MAX_UNKNOWN = 1 / 3
"""Share of unknown tokens above which little of a text is read."""
MIN_TOKENS = 20
"""Of a text that is only measured or classified; fewer say nothing."""
_OTHER = {
    "word": "--tokenizer bpe cuts rare words into pieces and leaves nothing unknown",
    "char": "--tokenizer byte leaves nothing unknown, and neither does bpe",
}


def unknown_in_validation(unknown: int, tokens: int, kind: str) -> str | None:
    """What to say of the validation part, cut by a tokenizer of this kind; None where enough is known."""
    if unknown <= MAX_UNKNOWN * tokens:
        return None
    return f"{_share(unknown, tokens)} of the tokens in validation are unknown to the vocabulary; " + _OTHER.get(
        kind, "--tokenizer bpe makes one from this text that leaves nothing unknown"
    )


def unknown_in_text(unknown: int, tokens: int) -> str | None:
    """What to say of a text that a trained model has read."""
    if tokens < MIN_TOKENS or unknown <= MAX_UNKNOWN * tokens:
        return None
    return (
        f"{_share(unknown, tokens)} of the tokens are unknown to the model: it was trained on text of another kind, "
        "or in another language, and its answers mean little here"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
