"""Tokenizers, all of them Hugging Face ``tokenizers`` and stored as one ``tokenizer.json``.

========  =====================================================================================
word      lower-cased words, punctuation marks, and of scripts without spaces each character or syllable
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

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from lstmcli.errors import DataError
from lstmcli.faults import bad_package, shortage
from lstmcli.safe_files import read_plain
from lstmcli.tokenization.config import TOKENIZERS, TokenizerConfig
from lstmcli.tokenization.guard import MAX_BYTES, is_panic, load_safely
from lstmcli.tokenization.ids import PADDING_ID, UNKNOWN_ID
from lstmcli.tokenization.markup import html_stripping_steps
from lstmcli.tokenization.scripts import CJK, CLUSTER, GAP, UNSPACED

PADDING, UNKNOWN = "[PAD]", "[UNK]"
SPECIAL = [PADDING, UNKNOWN]
_TOKENIZERS = f"give the tokenizer.json of a model, or one of {', '.join(TOKENIZERS)}"

ENDINGS = "s|t|re|ve|ll|d|m"
CONTRACTION = rf"['’](?i:{ENDINGS})(?![\p{{L}}\p{{N}}])"
WORD_0_1 = rf"[{CJK}]|{CONTRACTION}|[[\p{{L}}\p{{M}}\p{{N}}_]&&[^{CJK}]]+|[^\s\p{{L}}\p{{M}}\p{{N}}_]"
"""Of models made by version 0.1.0: a text of Thai or Khmer without spaces is one word."""
WORD = (
    rf"[{CJK}]|{CONTRACTION}|{CLUSTER}|[[\p{{L}}\p{{M}}\p{{N}}_]&&[^{CJK}{UNSPACED}]]+"
    rf"|(?!{GAP})[^\s\p{{L}}\p{{M}}\p{{N}}_]"
)


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
    """What a tokenizer is made from, whatever it is for."""

    kind: str
    vocab_size: int
    min_count: int
    special: Sequence[str]
    """The tokens of the first ids; the second is the unknown one."""
    normalizer: normalizers.Normalizer | None
    words: str = WORD
    """The regular expression of a word and what else is kept; what it does not match is left out."""
    lead: bool = True
    """unigram: a text is read as if a space stood before it."""

    @property
    def unknown(self) -> str:
        return self.special[1]


def learn(texts: Iterable[str], recipe: Recipe) -> Tokenizer:
    """The tokenizer of a recipe.

    Raises:
        DataError: a unigram vocabulary cannot hold every character.
    """
    tokenizer, trainer = _BUILDERS[recipe.kind](recipe)
    if recipe.kind == "byte":
        texts = ()  # there is nothing to learn, and the trainer would keep every text as one long word
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


def is_ours(tokenizer: Tokenizer) -> bool:
    """Whether ids 0 and 1 are padding and the unknown token."""
    return [tokenizer.token_to_id(token) for token in SPECIAL] == [PADDING_ID, UNKNOWN_ID]


def is_plain(tokenizer: Tokenizer, lowercase: bool) -> bool:
    """Whether it cuts text into words just as one that ``train_tokenizer`` makes, or made in an earlier version."""
    changes = json.loads(tokenizer.normalizer.__getstate__()) if tokenizer.normalizer else None
    steps = [{"type": "NFC"}, {"type": "Lowercase"}][: 1 + lowercase]
    return changes == {"type": "Sequence", "normalizers": steps} and _pattern(tokenizer) in (WORD, WORD_0_1)


def cuts_unspaced(tokenizer: Tokenizer) -> bool:
    """Whether it cuts text of scripts without spaces other than Chinese and Japanese."""
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


def _word(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    return _whole(recipe, pre_tokenizers.Split(Regex(recipe.words), behavior="removed", invert=True))


def _char(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    tokenizer, trainer = _whole(recipe, pre_tokenizers.Split(Regex(r"(?m:.)|\n"), behavior="isolated"))
    tokenizer.decoder = decoders.Fuse()
    return tokenizer, trainer


def _whole(recipe: Recipe, pre_tokenizer: pre_tokenizers.PreTokenizer) -> tuple[Tokenizer, trainers.Trainer]:
    """Tokens that are either known as a whole or unknown."""
    tokenizer = Tokenizer(models.WordLevel({}, unk_token=recipe.unknown))
    tokenizer.normalizer = recipe.normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.WordLevelTrainer(
        vocab_size=recipe.vocab_size,
        min_frequency=recipe.min_count,
        special_tokens=list(recipe.special),
        show_progress=False,
    )
    return tokenizer, trainer


def _bpe(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    return _bytes(recipe, pre_tokenizers.ByteLevel(add_prefix_space=False), recipe.vocab_size)


def _byte(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer, trainer = _bytes(recipe, whole, 256 + len(recipe.special))
    tokenizer.normalizer = None
    return tokenizer, trainer


def _bytes(
    recipe: Recipe, pre_tokenizer: pre_tokenizers.PreTokenizer, vocab_size: int
) -> tuple[Tokenizer, trainers.Trainer]:
    tokenizer = Tokenizer(models.BPE(unk_token=recipe.unknown))
    tokenizer.normalizer = recipe.normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=max(2, recipe.min_count),
        special_tokens=list(recipe.special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    return tokenizer, trainer


def _unigram(recipe: Recipe) -> tuple[Tokenizer, trainers.Trainer]:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = recipe.normalizer
    scheme = "always" if recipe.lead else "never"
    # The model's lattice knows its special tokens as pieces: a bracket by itself keeps a "[PAD]" in a text apart.
    brackets = sorted({token[0] for token in recipe.special})
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme=scheme),
            *(pre_tokenizers.Split(bracket, "isolated") for bracket in brackets),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(prepend_scheme=scheme)
    trainer = trainers.UnigramTrainer(
        vocab_size=recipe.vocab_size,
        special_tokens=list(recipe.special),
        unk_token=recipe.unknown,
        show_progress=False,
    )
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


_BUILDERS = {"word": _word, "bpe": _bpe, "unigram": _unigram, "char": _char, "byte": _byte}
