"""The tokenization style of a language model's corpus, inferred from its vocabulary, and text converted to it.

A word vocabulary contains words as they are written in its corpus.  Published corpora are tokenized in different ways:
marks are separate (``fell .``), everything is in lower case, numbers are ``N`` (the Penn Treebank of Mikolov et al.
2010, without punctuation), contractions are split (``do n't``), quotes and brackets are `` `` '' -LRB- ``, a mark in a
word is ``@-@`` (WikiText).  In ordinary text most unknown words of such a model are known words with a mark attached.
Conversely, a model of ordinary text does not know tokenized text.

The style depends on the vocabulary only, and a word in the vocabulary is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from lstmcli.tokenization.ids import UNKNOWN
from lstmcli.tokenization.tokenizer import ENDINGS

_CASED = 0.02  # maximum share of words with capitals in the vocabulary of a lower-cased corpus
_LEAST_WORDS = 20  # minimum number of words with letters to infer the case
_ATTACHED = 0.005  # maximum share of words that end with a mark in the vocabulary of a tokenized corpus
_SPECIAL = re.compile(r"<.*>|@.*@|-[A-Za-z]{3}-|N")
_NUMBER = re.compile(r"[+-]?\d[\d.,:/-]*")
_CONTRACTED = tuple(re.compile(rf"(?<=\w){ending}$", re.IGNORECASE) for ending in ("n['’]t", f"['’](?:{ENDINGS})"))
"""Penn Treebank has ``do n't``, WikiText ``don 't``."""
_INSIDE = re.compile(r"(?<=\w)([-–,.])(?=\w)")
_LETTER = re.compile(r"\w")
_LONGEST_ENDING = 8  # characters of a contracted ending and of the letter before it, at most
_BRACKETS = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}
_PLAIN = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "..."}
"""Typographic marks and their ASCII equivalents."""
_JOINED = (
    (re.compile(r"(?:(?<!\s)\s+)?@([-–,.])@\s*"), r"\1"),
    (re.compile(r"``\s*|(?:(?<!\s)\s+)?''"), '"'),
    (re.compile(r"(?<!\s)\s+(n['’]t)(?!\w)", re.IGNORECASE), r"\1"),
    (re.compile(rf"(?<!\s)\s+(['’](?:{ENDINGS}))(?!\w)", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<!\s)\s+([,.;:!?%)\]}])(?!\S)"), r"\1"),
    (re.compile(r"(?<!\S)([(\[{])\s+"), r"\1"),
)


@dataclass(frozen=True)
class CorpusStyle:
    """The tokenization style of the corpus behind a closed vocabulary."""

    words: frozenset[str] = field(repr=False)  # the vocabulary, without spaces
    between_spaces: bool  # words are separated by spaces; otherwise they are found in ordinary text
    of_words: bool = True  # False for a vocabulary of characters, for which only the case matters

    @cached_property
    def is_lowercase(self) -> bool:
        """Whether the corpus was in lower case."""
        own = [word for word in self.words if word.lower() != word.upper() and not _SPECIAL.fullmatch(word)]
        capitals = sum(word != word.lower() for word in own)
        return len(own) >= _LEAST_WORDS and capitals <= _CASED * len(own)

    @cached_property
    def separates_marks(self) -> bool:
        """Whether punctuation marks are separate tokens, or absent; otherwise they are attached to words."""
        attached = sum(len(word) > 1 and word[-1] in ",;!?" for word in self.words)
        return self.between_spaces and attached <= _ATTACHED * len(self.words)

    @cached_property
    def has_marks(self) -> bool:
        return not self.words.isdisjoint(".,。，")

    @cached_property
    def has_number_token(self) -> bool:
        """Whether ``N`` stands for numbers: it is in the vocabulary, and no number is."""
        return "N" in self.words and not any(word.isdigit() for word in self.words)

    @property
    def traits(self) -> list[str]:
        """Descriptions of the properties in which other text may differ."""
        tokenized = self.of_words and self.separates_marks
        marks = "marks apart from words" if self.has_marks else "no punctuation marks"
        traits = {
            marks: tokenized,
            "not tokenized": self.of_words and not tokenized,
            "lower case": self.is_lowercase,
            "N for numbers": tokenized and self.has_number_token,
        }
        return [trait for trait, holds in traits.items() if holds]

    def restyle(self, text: str) -> str:
        """A line of text converted to the style of the corpus; idempotent."""
        if self.of_words and self.separates_marks:
            found, quotes = list[str](), 0
            for word in text.split():
                found += self._cut(word, opens=quotes % 2 == 0)
                quotes += word.count('"')
            return " ".join(found)
        for pattern, replacement in _JOINED if self.of_words else ():
            text = pattern.sub(replacement, text)
        return text.lower() if self.is_lowercase else text

    @cached_property
    def _longest(self) -> int:
        """Characters of a known word; no run of more is looked up."""
        return max(map(len, self.words), default=0)

    def _knows(self, word: str) -> bool:
        return word in self.words or word == UNKNOWN

    def _cut(self, word: str, *, opens: bool) -> list[str]:
        """Split a word into the tokens that the corpus would have.

        Args:
            opens: a separate quotation mark opens a quotation.
        """
        if self._knows(word):
            return [word]
        if self.is_lowercase:
            word = word.lower()
        if self._knows(word):
            return [word]
        plain = "".join(_PLAIN.get(c, c) if c not in self.words else c for c in word)
        if self._knows(plain):
            return [plain]
        before, core, after = self._strip_marks(plain)
        opening = self._marks(before, opening=bool(core) or opens)
        return [*opening, *self._core(core), *self._marks(after, opening=False)]

    def _strip_marks(self, word: str) -> tuple[str, str, str]:
        """Marks before, the word, marks behind; a mark that a known word ends with is part of it (``Mr.,``)."""
        first, last = _LETTER.search(word), _LETTER.search(word[::-1])
        if first is None or last is None:
            return word, "", ""
        end = len(word) - last.start()
        before, core, after = word[: first.start()], word[first.start() : end], word[end:]
        for kept in range(min(len(after), self._longest - len(core)), 0, -1):
            if self._knows(core + after[:kept]):
                return before, core + after[:kept], after[kept:]
        return before, core, after

    def _core(self, word: str) -> list[str]:
        endings: list[str] = []
        while word and not self._knows(word) and not (self.has_number_token and _NUMBER.fullmatch(word)):
            for contracted in _CONTRACTED:
                found = contracted.search(word[-_LONGEST_ENDING:])
                ending = found[0].replace("’", "'") if found else ""
                if ending and self._knows(ending):
                    word = word[: -len(ending)]
                    endings.append(ending)
                    break
            else:
                break
        return [*self._stem(word), *reversed(endings)]

    def _stem(self, word: str) -> list[str]:
        """A word without what was contracted with it."""
        if not word or self._knows(word):
            return [word] if word else []
        if self.has_number_token and _NUMBER.fullmatch(word):
            return ["N"]
        if any(f"@{mark}@" in self.words for mark in "-,."):
            spaced = _INSIDE.sub(lambda m: f" @{m[1]}@ " if f"@{m[1]}@" in self.words else m[1], word)
            return spaced.split()
        return [word]

    def _marks(self, marks: str, *, opening: bool) -> list[str]:
        """Each mark as a token in the style of the corpus; known runs (``...``, ``--``) stay together."""
        result, start = list[str](), 0
        while start < len(marks):
            ends = range(min(len(marks), start + self._longest), start, -1)
            end = next((e for e in ends if self._knows(marks[start:e])), start + 1)
            mark = self._mark(marks[start:end], opening)
            if self._knows(mark) or self.has_marks:
                result.append(mark)
            start = end
        return result

    def _mark(self, mark: str, opening: bool) -> str:
        if self._knows(mark):
            return mark
        mark = {**_BRACKETS, '"': "``" if opening else "''"}.get(mark, mark)
        return mark if self._knows(mark) or not self._knows(mark.lower()) else mark.lower()


def infer_corpus_style(names: Iterable[str], kind: str, words: str) -> CorpusStyle | None:
    """The style of the corpus behind a vocabulary; None for an open vocabulary, such as that of bpe.

    Args:
        names: of the tokens, including special ones.
        kind: of the tokenizer.
        words: spaces or text, for a word tokenizer.
    """
    if kind not in ("word", "char"):
        return None
    known = frozenset(name.strip() for name in names) - {"", UNKNOWN}
    return CorpusStyle(known, between_spaces=words == "spaces", of_words=kind == "word")
