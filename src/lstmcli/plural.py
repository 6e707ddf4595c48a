"""Numbers with their nouns, for messages."""

from __future__ import annotations


def count(n: int, noun: str) -> str:
    """``1 text``, ``2,000 texts``, ``2 probabilities``."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun.removesuffix('y')}ies" if noun.endswith("y") else f"{n:,} {noun}s"


def are(n: int) -> str:
    return "is" if n == 1 else "are"


def have(n: int) -> str:
    return "has" if n == 1 else "have"
