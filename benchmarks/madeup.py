"""Made-up text of any size, the same for the same seed: words by a law like that of real text, and ever new ones.

The rank of a word is drawn from a Lomax distribution (Zipf and Mandelbrot's law, without an end), so that the number
of different words grows with the 0.6th power of the text: about 150,000 in 60 MB, more than a million in 2 GB.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

TAIL, SHIFT = 0.6, 30
SYLLABLES = [a + b + c for a in "bdfghjklmnprstvwxyz" for b in "aeiou" for c in "lnrt"]
KNOWN = 200_000
"""Words that are spelled once."""
WORDS, LINES = 200_000, 2_000
"""Drawn at once."""
MAX_ALPHABET = 4.65
"""Of a word and the space behind it, about."""


def spell(rank: int) -> str:
    """The word of a rank from 0; the frequent ones are short."""
    parts = []
    while True:
        rank, last = divmod(rank, len(SYLLABLES))
        parts.append(SYLLABLES[last])
        if not rank:
            return "".join(parts)
        rank -= 1


def lines(size: int, mean: int, seed: int = 1) -> Iterator[str]:
    """Lines with their ends, of about ``mean`` bytes and of any length up to twice that, ``size`` bytes together."""
    rng = np.random.default_rng(seed)
    spelled = [spell(rank) for rank in range(KNOWN)]
    longest = max(2, round(2 * mean / MAX_ALPHABET))
    words: list[str] = []
    at = done = 0
    while True:
        for length in rng.integers(1, longest, LINES).tolist():
            if at + length > len(words):
                ranks = (rng.pareto(TAIL, WORDS) * SHIFT).clip(0, 2**40).astype(np.int64).tolist()
                words, at = words[at:] + [spelled[r] if r < KNOWN else spell(r) for r in ranks], 0
            line = " ".join(words[at : at + length]) + ".\n"
            at, done = at + length, done + len(line)
            yield line
            if done >= size:
                return
