"""The words of a text as the character model reads them: what white space separates, each once.

The text is lower-cased and composed as the tokenizer does it, but punctuation stays in its word, and a text without
spaces is one word, cut every ``LONGEST`` characters.  So the model needs no tokenizer, and reads what the vocabulary
does not have.

Shapes: N texts, M words of all texts, W distinct words.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import well_formed

LONGEST = 64
"""Characters of a word, at most."""
MAX_TEXT = 1_000_000
"""Characters of a text that are read, at most; the rest of a longer one is left out."""


def splitter(encoder: TextEncoder) -> Callable[[str], list[str]]:
    """The function that gives the distinct words of a text, in the order of their first occurrence."""
    config, normalizer = encoder.config, encoder.tokenizer.normalizer
    strip = config.strip_html and config.path is None

    def words(text: str) -> list[str]:
        text = text[:MAX_TEXT]
        if strip:
            text = str(normalizer.normalize_str(well_formed(text)))
        elif not text.isascii():
            text = normalize("NFC", well_formed(text))
        if config.lowercase:
            text = text.lower()
        return distinct(text)

    return words


def distinct(text: str) -> list[str]:
    """The distinct words of a text that is ready to be split."""
    found = dict.fromkeys(text.split())
    if max(map(len, found), default=0) <= LONGEST:
        return list(found)
    pieces = (word[start : start + LONGEST] for word in found for start in range(0, len(word), LONGEST))
    return list(dict.fromkeys(pieces))


class WordTexts:
    """The distinct words of each text of a corpus, in little memory."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        places: dict[str, int] = {}
        which, ends = array("i"), array("q", [0])
        for words in texts:
            which.extend([places.setdefault(word, len(places)) for word in words])
            ends.append(len(which))
        self.words: list[str] = list(places)
        self.which_M: NDArray[np.int32] = np.frombuffer(which, np.int32)
        """Indices into ``words``."""
        self.ends: NDArray[np.int64] = np.frombuffer(ends, np.int64)
        """The end of each text in ``which_M``, after a 0."""

    def __len__(self) -> int:
        return len(self.ends) - 1

    def texts(self, which: slice) -> list[list[str]]:
        """The words of some texts."""
        spans = [(self.ends[i], self.ends[i + 1]) for i in range(*which.indices(len(self)))]
        return [[self.words[w] for w in self.which_M[start:end]] for start, end in spans]


def code_points(words: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The characters of words with a space before and after each, concatenated, and the length of each.

    A NUL is given as 1, which no n-gram has: a graph reads 0 as the end of a word.
    """
    lengths = np.fromiter(map(len, words), np.int64, len(words)) + 2
    joined = "".join(f" {word} " for word in words)
    return np.maximum(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.int32), 1), lengths
