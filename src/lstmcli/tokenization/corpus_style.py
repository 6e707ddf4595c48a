"""How the corpus of a language model was written, as its vocabulary shows, and other text written the same way.

A vocabulary of words knows a word only as its corpus had it.  Corpora are published tokenized, and each has its
habits: marks stand apart (``fell .``), everything is in lower case, numbers are ``N`` (Penn Treebank as Mikolov et al.
2010 have it, without any punctuation), contractions are cut (``do n't``), quotes and brackets are `` `` '' -LRB- ``, a
mark inside a word is ``@-@`` (WikiText).  Ordinary text has words that such a model does not know, most of them its own
words with a mark attached.  The other way round, a model of ordinary text does not know tokenized text.

No habit is guessed from the text: a word that the vocabulary knows stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from lstmcli.tokenization.tokenizer import ENDINGS

UNKNOWN = "<unk>"
_CASED = 0.02
"""Share of a vocabulary's words with capitals below which its corpus was in lower case."""
_LEAST_WORDS = 20
"""Words with letters that must be known before their case says anything."""
_ATTACHED = 0.005
"""Share of a vocabulary's words that end with a mark above which its corpus was not tokenized."""
_SPECIAL = re.compile(r"<.*>|@.*@|-[A-Za-z]{3}-|N")
_NUMBER = re.compile(r"[+-]?\d[\d.,:/-]*")
_CONTRACTED = tuple(re.compile(rf"(?<=\w){ending}$", re.IGNORECASE) for ending in ("n['’]t", f"['’](?:{ENDINGS})"))
"""Penn Treebank has ``do n't``, WikiText ``don 't``."""
_INSIDE = re.compile(r"(?<=\w)([-–,.])(?=\w)")
_LETTER = re.compile(r"\w")
_LONGEST_ENDING = 8
"""Characters of a contracted ending and of the letter before it, at most."""
_BRACKETS = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}
_PLAIN = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "..."}
"""Typographic marks and what a corpus of ASCII has for them."""
_JOINED = (
    (re.compile(r"(?:(?<!\s)\s+)?@([-–,.])@\s*"), r"\1"),
    (re.compile(r"``\s*|(?:(?<!\s)\s+)?''"), '"'),
    (re.compile(r"(?<!\s)\s+(n['’]t)(?!\w)", re.IGNORECASE), r"\1"),
    (re.compile(rf"(?<!\s)\s+(['’](?:{ENDINGS}))(?!\w)", re.IGNORECASE), r"\1"),
    (re.compile(r"(?<!\s)\s+([,.;:!?%)\]}])(?!\S)"), r"\1"),
    (re.compile(r"(?<!\S)([(\[{])\s+"), r"\1"),
)


@dataclass(frozen=True)
class Writing:
    """How the corpus of a closed vocabulary was written."""

    words: frozenset[str] = field(repr=False)
    """What the vocabulary holds, without spaces."""
    between_spaces: bool
    """Words stand between spaces; else they are found in text as people write it."""
    of_words: bool = True
    """False: of characters, which have their case only."""

    @cached_property
    def lower_case(self) -> bool:
        """Whether capitals do not occur in it."""
        own = [word for word in self.words if word.lower() != word.upper() and not _SPECIAL.fullmatch(word)]
        capitals = sum(word != word.lower() for word in own)
        return len(own) >= _LEAST_WORDS and capitals <= _CASED * len(own)

    @cached_property
    def apart(self) -> bool:
        """Marks stand by themselves, or there are none; else they are attached to words, as people write."""
        attached = sum(len(word) > 1 and word[-1] in ",;!?" for word in self.words)
        return self.between_spaces and attached <= _ATTACHED * len(self.words)

    @cached_property
    def has_marks(self) -> bool:
        return not self.words.isdisjoint(".,。，")

    @cached_property
    def numbers_are_n(self) -> bool:
        """``N`` stands for numbers: it is known, and no number of digits is."""
        return "N" in self.words and not any(word.isdigit() for word in self.words)

    @property
    def habits(self) -> list[str]:
        """In words, those that another text may not have."""
        found = []
        if self.of_words and self.apart:
            found.append("marks apart from words" if self.has_marks else "no punctuation marks")
        elif self.of_words:
            found.append("not tokenized")
        if self.lower_case:
            found.append("lower case")
        if self.of_words and self.apart and self.numbers_are_n:
            found.append("N for numbers")
        return found

    def like_it(self, text: str) -> str:
        """A line of text written as the corpus was; the same again if it is already."""
        if not self.of_words:
            return text.lower() if self.lower_case else text
        if self.apart:
            found, quotes = list[str](), 0
            for word in text.split():
                found += self._cut(word, opens=quotes % 2 == 0)
                quotes += word.count('"')
            return " ".join(found)
        for pattern, replacement in _JOINED:
            text = pattern.sub(replacement, text)
        return text.lower() if self.lower_case else text

    @cached_property
    def _longest(self) -> int:
        """Characters of a known word; no run of more is looked up."""
        return max(map(len, self.words), default=0)

    def _knows(self, word: str) -> bool:
        return word in self.words or word == UNKNOWN

    def _cut(self, word: str, *, opens: bool) -> list[str]:
        """A word between spaces, as the words that the corpus would have.

        Args:
            opens: a quotation mark that stands by itself begins a quotation.
        """
        if self._knows(word):
            return [word]
        if self.lower_case:
            word = word.lower()
        if self._knows(word):
            return [word]
        plain = "".join(_PLAIN.get(c, c) if c not in self.words else c for c in word)
        if self._knows(plain):
            return [plain]
        before, core, after = self._peeled(plain)
        return [
            *self._marks(before, opening=bool(core) or opens),
            *self._core(core),
            *self._marks(after, opening=False),
        ]

    def _peeled(self, word: str) -> tuple[str, str, str]:
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
        while word and not self._knows(word) and not (self.numbers_are_n and _NUMBER.fullmatch(word)):
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
        if self.numbers_are_n and _NUMBER.fullmatch(word):
            return ["N"]
        if any(f"@{mark}@" in self.words for mark in "-,."):
            spaced = _INSIDE.sub(lambda m: f" @{m[1]}@ " if f"@{m[1]}@" in self.words else m[1], word)
            return spaced.split()
        return [word]

    def _marks(self, marks: str, *, opening: bool) -> list[str]:
        """Each mark by itself, as the corpus has it; runs that it knows (``...``, ``--``) stay together."""
        found, start = list[str](), 0
        while start < len(marks):
            ends = range(min(len(marks), start + self._longest), start, -1)
            end = next((e for e in ends if self._knows(marks[start:e])), start + 1)
            mark = self._mark(marks[start:end], opening)
            if self._knows(mark) or self.has_marks:
                found.append(mark)
            start = end
        return found

    def _mark(self, mark: str, opening: bool) -> str:
        if self._knows(mark):
            return mark
        if mark == '"':
            mark = "``" if opening else "''"
        mark = _BRACKETS.get(mark, mark)
        return mark if self._knows(mark) or not self._knows(mark.lower()) else mark.lower()


def writing_of(names: Iterable[str], kind: str, words: str) -> Writing | None:
    """How the corpus of a vocabulary was written.

    Args:
        names: of its tokens, special ones too.
        kind: of the tokenizer; None is the answer for one that spells whatever it does not know.
        words: spaces or text, of a tokenizer of words.
    """
    if kind not in ("word", "char"):
        return None
    known = frozenset(name.strip() for name in names) - {"", UNKNOWN}
    return Writing(known, between_spaces=words == "spaces", of_words=kind == "word")
