"""Tokenizers of language models: text is kept as it is written, so that it can be written again.

========  =====================================================================================
word      ``spaces``: the text is tokenised already, words stand between white space;
          ``text``: a word with the space before it, a mark with its own; of scripts without spaces each character
          or syllable
bpe       byte-pair encoding over bytes (Sennrich et al. 2016): nothing is unknown
unigram   unigram language model of pieces (Kudo 2018); composes characters (NFC)
char      one Unicode character each
byte      one byte each: 256 ids and the two below; case is always kept
========  =====================================================================================

Id 0 is ``</s>``, the end of a line or document, and id 1 ``<unk>``.  There is no padding.  ``<unk>`` written in a
text is the unknown token where tokens are words, and text like any other where they are made of letters.
``</s>`` written in a text is always text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from lstmcli.tokenization.config import LmTokenizerConfig
from lstmcli.tokenization.scripts import CLUSTER, UNSPACED
from lstmcli.tokenization.tokenizer import CONTRACTION, Recipe, learn, read_tokenizer, well_formed

END, UNKNOWN, NEWLINE = "</s>", "<unk>", "\n"
END_ID, UNKNOWN_ID = 0, 1
WRITTEN_END = f" {END}"
"""How the vocabulary of words between spaces calls a ``</s>`` of the text: no other word has a space."""

# Marks of Chinese and Japanese, and full-width forms, stand by themselves like the characters.
_CJK = "\\p{Han}\\p{Hiragana}\\p{Katakana}\u3000-\u303f\uff00-\uffef"
_LETTER = r"\p{L}\p{M}\p{N}_"
_WORDS = (
    rf"[{_CJK}]|{CONTRACTION}| ?{UNKNOWN}| ?(?:{CLUSTER})"
    rf"| ?[[{_LETTER}]&&[^{_CJK}{UNSPACED}]]+| ?[[^\s{_LETTER}]&&[^{_CJK}]]|\s"
)

SAMPLE = 50_000_000
"""Characters up to which all of a text is looked at for its pieces and words; of a longer one ever fewer
lines."""
MAX_WORDS = 2**20
"""Different words between spaces that are counted at once."""


def train_lm_tokenizer(texts: Iterable[str], config: LmTokenizerConfig) -> Tokenizer:
    """The tokenizer that a settled ``config`` asks for.

    Args:
        texts: lines as they are to be encoded, with the space before them where they are to have one.

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
    recipe = Recipe(
        config.kind,
        config.vocab_size or 2**31,
        config.min_count,
        special,
        normalizers.Sequence(_steps(config)),
        words=_WORDS,
        lead=False,
    )
    if config.kind in ("word", "bpe", "unigram"):
        texts = subsampled(texts, SAMPLE)
    return _plain(learn(texts, recipe), config)


def subsampled(texts: Iterable[str], characters: int) -> Iterator[str]:
    """All of the texts up to so many characters, every second up to as many again, every fourth, and so on."""
    step, taken = 1, 0
    for number, text in enumerate(texts):
        if number % step == 0:
            yield text
            taken += len(text)
            if taken >= characters:
                step, taken = 2 * step, 0


def _steps(config: LmTokenizerConfig) -> list[normalizers.Normalizer]:
    steps: list[normalizers.Normalizer] = []
    if config.kind == "unigram":
        steps.append(normalizers.NFC())
    if config.lowercase:
        steps.append(normalizers.Lowercase())
    return steps


def _whitespace_tokenizer(texts: Iterable[str], config: LmTokenizerConfig, special: list[str]) -> Tokenizer:
    """Every word of ``min_count``, the frequent first; as many as there is room for."""
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
    """How often each word occurs, in memory for ``most`` different ones.

    When there are more, all counts are lowered by that of the first word too many, and those of nothing forgotten
    (Misra & Gries 1982; Agarwal et al. 2012, "Mergeable Summaries", section 2).  Of N words a count is short by no
    more than N / (most + 1); with fewer different words all counts are exact.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.split())
        if len(counts) > most:
            least = sorted(counts.values(), reverse=True)[most]
            counts = Counter({word: times - least for word, times in counts.items() if times > least})
    return counts


def _plain(tokenizer: Tokenizer, config: LmTokenizerConfig) -> Tokenizer:
    """The line end made a token like others; `` <unk>`` made the unknown token, as ``<unk>`` is."""
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
