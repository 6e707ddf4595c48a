"""Tokenizers, all of them Hugging Face ``tokenizers`` and stored as one ``tokenizer.json``.

========  =====================================================================================
word      lower-cased words, punctuation marks, and of Korean and scripts without spaces each character or syllable
bpe       byte-pair encoding over bytes (Sennrich et al. 2016): lossless, nothing is unknown
unigram   unigram language model of pieces (Kudo 2018)
char      one Unicode character each
byte      one byte each: 256 ids, lossless, nothing is unknown
========  =====================================================================================

Id 0 is padding and id 1 the unknown token; a tokenizer.json made elsewhere may have it otherwise.
Vocabularies are learned from the texts given, which are those of the training split.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from lstmcli.errors import DataError
from lstmcli.faults import bad_package, shortage
from lstmcli.safe_files import read_plain
from lstmcli.tokenization.config import TOKENIZERS, TokenizerConfig
from lstmcli.tokenization.guard import MAX_BYTES, is_panic, load_safely
from lstmcli.tokenization.ids import UNKNOWN_ID
from lstmcli.tokenization.markup import html_stripping_steps
from lstmcli.tokenization.scripts import CJK, CLUSTER, GAP, HANGUL, UNSPACED

PADDING, UNKNOWN = "[PAD]", "[UNK]"
SPECIAL = [PADDING, UNKNOWN]
_TOKENIZERS = f"give the tokenizer.json of a model, or one of {', '.join(TOKENIZERS)}"

ENDINGS = "s|t|re|ve|ll|d|m"
CONTRACTION = rf"['’](?i:{ENDINGS})(?![\p{{L}}\p{{N}}])"
WORD_0_1 = rf"[{CJK}]|{CONTRACTION}|[[\p{{L}}\p{{M}}\p{{N}}_]&&[^{CJK}]]+|[^\s\p{{L}}\p{{M}}\p{{N}}_]"
"""Of models made by version 0.1.0: a text of Thai or Khmer without spaces is one word."""
CHARACTER = r"(?m:.)|\n"


def _word(characters: str) -> str:
    """The regular expression of tokens, where each of ``characters`` is one."""
    return (
        rf"[{characters}]|{CONTRACTION}|{CLUSTER}|[[\p{{L}}\p{{M}}\p{{N}}_]&&[^{characters}{UNSPACED}]]+"
        rf"|(?!{GAP})[^\s\p{{L}}\p{{M}}\p{{N}}_]"
    )


WORD, WORD_BEFORE_HANGUL = _word(CJK + HANGUL), _word(CJK)
"""Of new models, and of those made when each Korean word was one token."""
WORDS_OF_ALL_VERSIONS = (WORD, WORD_BEFORE_HANGUL, WORD_0_1)


def train_tokenizer(texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
    """The tokenizer that ``config`` asks for, its vocabulary learned from ``texts``.

    Raises:
        DataError: ``config.path`` is not a tokenizer.json, or a unigram vocabulary cannot hold every character.
    """
    if config.path is not None:
        return read_tokenizer(config.path)
    steps: list[normalizers.Normalizer] = [*(html_stripping_steps() if config.strip_html else ()), normalizers.NFC()]
    if config.lowercase:
        steps.append(normalizers.Lowercase())
    recipe = Recipe(config.kind, config.vocab_size, config.min_count, SPECIAL, normalizers.Sequence(steps))
    return learn(texts, recipe)


@dataclass(frozen=True)
class Recipe:
    """The settings of a tokenizer to be trained, for either task."""

    kind: str
    vocab_size: int
    min_count: int
    special: Sequence[str]  # the tokens with the first ids; the second is the unknown token
    normalizer: normalizers.Normalizer | None
    words: str = WORD  # the regular expression of words and other tokens; the rest of the text is dropped
    lead: bool = True  # unigram: add a space before each text

    @property
    def unknown(self) -> str:
        return self.special[1]


def learn(texts: Iterable[str], recipe: Recipe) -> Tokenizer:
    """The tokenizer of a recipe.

    Raises:
        DataError: a unigram vocabulary cannot hold every character.
    """
    tokenizer, trainer = _untrained(recipe)
    if recipe.kind == "byte":
        texts = ()  # nothing to learn, and the trainer would keep every text as one long word
    try:
        tokenizer.train_from_iterator(map(well_formed, texts), trainer)
    except Exception as error:  # the Rust side raises bare Exception
        if "not large enough" not in str(error):
            raise
        raise DataError(
            f"the texts hold more different characters than a vocabulary of {recipe.vocab_size} has room for",
            hint="choose a larger vocabulary, or the tokenizer bpe, which needs no character",
        ) from error
    if recipe.kind == "unigram":
        tokenizer = _canonical(tokenizer, len(recipe.special))
    tokenizer.encode_special_tokens = True  # a "[PAD]" in a text is text
    return tokenizer


def well_formed(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which no tokenizer accepts (JSON escapes can make them)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def read_tokenizer(path: str) -> Tokenizer:
    """A tokenizer.json that somebody else made."""
    try:
        content = read_plain(Path(path), MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DataError(f"cannot read the tokenizer: {reason}", path=path, hint=_TOKENIZERS) from error
    return parse_tokenizer(content, path)


def parse_tokenizer(content: str, path: str | None = None) -> Tokenizer:
    """A tokenizer from the text of a ``tokenizer.json``.

    Raises:
        DataError: it is no tokenizer, or one that takes memory out of proportion.
    """
    try:
        return load_safely(content)
    except DataError as error:
        error.path = error.path or path
        raise
    except BaseException as error:  # the Rust side raises bare Exception, or panics
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        if fault := shortage(error) or bad_package(error):
            raise fault from error
        raise DataError(f"not a Hugging Face tokenizer: {error}", path=path, hint=_TOKENIZERS) from error


class MovedIds(NamedTuple):
    """How the ids of a tokenizer made elsewhere are changed, so that ids 0 and 1 are our special tokens."""

    shift: int = 0  # added to its ids
    unknown: int | None = None  # its unknown token, which becomes id 1

    def move(self, ids: list[int]) -> list[int]:
        return [UNKNOWN_ID if i == self.unknown else i + self.shift for i in ids] if self.shift else ids


def is_ours(tokenizer: Tokenizer, special: Sequence[str] = SPECIAL) -> bool:
    """Whether the special tokens have the ids 0 and 1."""
    return [tokenizer.token_to_id(token) for token in special] == [0, 1]


def moved_ids(tokenizer: Tokenizer, special: Sequence[str] = SPECIAL) -> MovedIds:
    return MovedIds() if is_ours(tokenizer, special) else MovedIds(len(special), unknown_id(tokenizer))


def is_plain(tokenizer: Tokenizer, lowercase: bool) -> bool:
    """Whether it cuts text into words just as one that ``train_tokenizer`` makes, or made in an earlier version."""
    changes = json.loads(tokenizer.normalizer.__getstate__()) if tokenizer.normalizer else None
    steps = [{"type": "NFC"}, {"type": "Lowercase"}][: 1 + lowercase]
    return changes == {"type": "Sequence", "normalizers": steps} and _pattern(tokenizer) in WORDS_OF_ALL_VERSIONS


def cuts_unspaced(tokenizer: Tokenizer) -> bool:
    """Whether it cuts text of scripts without spaces other than Chinese and Japanese."""
    return _pattern(tokenizer) in (WORD, WORD_BEFORE_HANGUL)


def is_newest(tokenizer: Tokenizer) -> bool:
    """Whether it cuts text into words as this version does."""
    return _pattern(tokenizer) == WORD


def _pattern(tokenizer: Tokenizer) -> str | None:
    """The regular expression of its words, where it cuts by nothing else."""
    cuts = json.loads(tokenizer.pre_tokenizer.__getstate__()) if tokenizer.pre_tokenizer else {}
    pattern = (cuts.get("pattern") or {}).get("Regex")
    plain = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Removed", "invert": True}
    return pattern if cuts == plain else None


def unknown_id(tokenizer: Tokenizer) -> int | None:
    """The id of the token for what the vocabulary lacks, if the tokenizer has one."""
    if isinstance(tokenizer.model, models.Unigram):
        number: int | None = json.loads(tokenizer.to_str())["model"]["unk_id"]
        return number
    token = tokenizer.model.unk_token  # ``to_str`` takes seconds for a vocabulary with large gaps
    return None if token is None else tokenizer.token_to_id(token)


def _untrained(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    """The tokenizer of a recipe with an empty vocabulary, and its trainer."""
    unk, common = recipe.unknown, dict[str, Any](special_tokens=list(recipe.special), show_progress=False)
    trainer: trainers.Trainer
    if recipe.kind == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        trainer = trainers.UnigramTrainer(vocab_size=recipe.vocab_size, unk_token=unk, **common)
        scheme = "always" if recipe.lead else "never"
        # The model's lattice knows its special tokens as pieces: a bracket by itself keeps a "[PAD]" in a text apart.
        brackets = [pre_tokenizers.Split(mark, "isolated") for mark in sorted({token[0] for token in recipe.special})]
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme=scheme), *brackets])
        tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme)
    elif recipe.kind in ("bpe", "byte"):
        tokenizer = Tokenizer(models.BPE(unk_token=unk))
        trainer = trainers.BpeTrainer(
            vocab_size=recipe.vocab_size if recipe.kind == "bpe" else 256 + len(recipe.special),
            min_frequency=max(2, recipe.min_count),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            **common,
        )
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=recipe.kind == "bpe")
        tokenizer.decoder = decoders.ByteLevel()
    else:
        tokenizer = Tokenizer(models.WordLevel({}, unk_token=unk))
        trainer = trainers.WordLevelTrainer(vocab_size=recipe.vocab_size, min_frequency=recipe.min_count, **common)
        if recipe.kind == "word":
            tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(recipe.words), behavior="removed", invert=True)
        else:
            tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(CHARACTER), behavior="isolated")
            tokenizer.decoder = decoders.Fuse()
    tokenizer.normalizer = None if recipe.kind == "byte" else recipe.normalizer
    return tokenizer, trainer


def _canonical(tokenizer: Tokenizer, special: int) -> Tokenizer:
    """A unigram tokenizer made the same in every run, whatever the order of the trainer's hash maps was.

    That order shows in the last digits of the scores, in the order of pieces of equal score, and in the scores
    of the characters that no piece of their own survived: lowest score, lowest + 1e-4, lowest + 2e-4 and so on.
    """
    content = json.loads(tokenizer.to_str())
    pieces: list[tuple[str, float]] = content["model"]["vocab"][special:]
    lowest = min((score for _, score in pieces), default=0.0)

    def canonical_entry(piece: str, score: float) -> tuple[float, str]:
        steps = (score - lowest) * 1e4
        is_filler = len(piece) == 1 and steps < len(pieces) and abs(steps - round(steps)) < 1e-3
        return -round(lowest if is_filler else score, 4), piece

    content["model"]["vocab"][special:] = [
        (p, -loss) for loss, p in sorted(canonical_entry(*entry) for entry in pieces)
    ]
    return Tokenizer.from_str(json.dumps(content))
