"""Tokenizers of language models, which keep the text, so that ids can be decoded.

========  =====================================================================================
word      ``spaces``: the text is already tokenized, words are separated by white space;
          ``text``: a word or mark with the space before it; in scripts without spaces each character or syllable
bpe       byte-pair encoding over bytes (Sennrich et al. 2016): no unknown tokens
unigram   unigram language model (Kudo 2018); composes characters (NFC)
char      Unicode characters
byte      bytes: 256 ids and the two below; never lower-cased
========  =====================================================================================

Id 0 is ``</s>``, the end of a line or document, and id 1 ``<unk>``.  There is no padding.  The string ``<unk>`` in a
text is the unknown token for word tokenizers and ordinary text for the others.  The string ``</s>`` in a text is always
ordinary text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.ids import END, UNKNOWN
from lstmcli.tokenization.scripts import CLUSTER, UNSPACED
from lstmcli.tokenization.tokenizer import CONTRACTION, Recipe, learn, read_tokenizer, well_formed

NEWLINE = "\n"
WRITTEN_END = f" {END}"  # the word `</s>` in a text, for words between spaces; no other entry has a space

# CJK punctuation and full-width forms are separate tokens, like the characters.
_CJK = "\\p{Han}\\p{Hiragana}\\p{Katakana}\u3000-\u303f\uff00-\uffef"
_LETTER = r"\p{L}\p{M}\p{N}_"
WORDS = (
    rf"[{_CJK}]|{CONTRACTION}| ?{UNKNOWN}| ?(?:{CLUSTER})"
    rf"| ?[[{_LETTER}]&&[^{_CJK}{UNSPACED}]]+| ?[[^\s{_LETTER}]&&[^{_CJK}]]|\s"
)

SAMPLE = 50_000_000  # characters that are all used to learn a vocabulary; longer texts are subsampled
MAX_WORDS = 2**20  # maximum number of distinct words that are counted at once


def train_lm_tokenizer(texts: Iterable[str], config: LmTokenizerConfig) -> Tokenizer:
    """The tokenizer that ``config`` describes; ``config`` must have no "auto".

    Args:
        texts: lines as they will be encoded, including a leading space if they get one.

    Raises:
        DataError: ``config.path`` is not a tokenizer.json, or a unigram vocabulary cannot hold every character.
    """
    if config.path is not None:
        return read_tokenizer(config.path)
    assert config.kind != "auto"
    assert config.vocab_size is not None or config.kind not in ("bpe", "unigram")
    in_vocabulary = config.kind in ("word", "char", "unigram") and config.mode == "document"
    special = [END, UNKNOWN, NEWLINE] if in_vocabulary else [END, UNKNOWN]
    if config.kind == "word" and config.words == "spaces":
        return _whitespace_tokenizer(texts, config, special)
    steps: list[normalizers.Normalizer] = [normalizers.NFC()] if config.kind == "unigram" else []
    steps += [normalizers.Lowercase()] if config.lowercase else []
    size, normalizer = config.vocab_size or 2**31, normalizers.Sequence(steps)
    recipe = Recipe(config.kind, size, config.min_count, special, normalizer, words=WORDS, lead=False)
    if config.kind in ("word", "bpe", "unigram"):
        texts = subsampled(texts, SAMPLE)
    return _plain(learn(texts, recipe), config)


def subsampled(texts: Iterable[str], characters: int) -> Iterator[str]:
    """All texts up to ``characters``, then every second up to as many again, every fourth, and so on."""
    step, taken = 1, 0
    for number, text in enumerate(texts):
        if number % step == 0:
            yield text
            taken += len(text)
            if taken >= characters:
                step, taken = 2 * step, 0


def _whitespace_tokenizer(texts: Iterable[str], config: LmTokenizerConfig, special: list[str]) -> Tokenizer:
    """All words with at least ``min_count`` occurrences, most frequent first, up to the vocabulary size."""
    counts = count_words((text.lower() if config.lowercase else text for text in texts), MAX_WORDS)
    counts.pop(UNKNOWN, None)
    if END in counts:
        counts[WRITTEN_END] = counts.pop(END)
    words = sorted((-times, word) for word, times in counts.items() if times >= config.min_count)
    if config.vocab_size is not None:
        words = words[: config.vocab_size - len(special)]
    vocabulary = dict(zip((*special, *(well_formed(word) for _, word in words)), count()))
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    if config.lowercase:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([END, UNKNOWN])
    tokenizer.encode_special_tokens = True
    return tokenizer


def count_words(texts: Iterable[str], most: int) -> Counter[str]:
    """Word counts in memory for ``most`` distinct words.

    When there are more, all counts are reduced by the count of the first word that does not fit, and words with a count
    of 0 are dropped (Misra & Gries 1982; Agarwal et al. 2012, "Mergeable Summaries", section 2).  For N words a count
    is too low by at most N / (most + 1); with at most ``most`` distinct words all counts are exact.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.split())
        if len(counts) > most:
            least = sorted(counts.values(), reverse=True)[most]
            counts = Counter({word: times - least for word, times in counts.items() if times > least})
    return counts


def _plain(tokenizer: Tokenizer, config: LmTokenizerConfig) -> Tokenizer:
    """Make the line end an ordinary token, and treat `` <unk>`` like ``<unk>``."""
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = [token for token in content["added_tokens"] if token["content"] != NEWLINE]
    if config.kind == "word":
        words = sorted(content["model"]["vocab"].items(), key=lambda entry: int(entry[1]))
        kept = (word for word, _ in words if word != f" {UNKNOWN}")
        content["model"]["vocab"] = {word: i for i, word in enumerate(kept)}
    tokenizer = Tokenizer.from_str(json.dumps(content))
    if config.kind == "word":
        tokenizer.decoder = decoders.Fuse()
    tokenizer.encode_special_tokens = True
    return tokenizer
