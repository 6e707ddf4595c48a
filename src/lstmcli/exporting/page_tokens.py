"""How the script of a page cuts texts into tokens: the settings of ``templates/page/tokens.js``.

Only tokenizers that the script reproduces exactly are described; the others are refused with the reason.
"""

from __future__ import annotations

import json
import re
from typing import Any

from lstmcli.errors import UsageError
from lstmcli.language_modeling.config import LmConfig
from lstmcli.tokenization.config import LmTokenizerConfig, TokenizerConfig
from lstmcli.tokenization.lm_tokenizer import WORDS
from lstmcli.tokenization.stream_encoder import NO_SPACE_BEFORE, StreamEncoder
from lstmcli.tokenization.text_encoder import TextEncoder
from lstmcli.tokenization.tokenizer import ENDINGS, WORDS_OF_ALL_VERSIONS

Spec = dict[str, Any]
SPACE = r"\p{White_Space}"
PYTHON_SPACE = r"\p{White_Space}\u001c-\u001f"
"""What ``str.split`` takes for white space."""
_SCRIPTS = (
    *("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Javanese", "Balinese"),
    *("Tai_Tham", "Tai_Le", "New_Tai_Lue", "Tai_Viet", "Yi"),
)
BYTE_LEVEL = (
    rf"'s|'t|'re|'ve|'m|'ll|'d| ?\p{{L}}+| ?\p{{N}}+| ?[^{SPACE}\p{{L}}\p{{N}}]+"
    rf"|{SPACE}+(?![^{SPACE}])|{SPACE}+"
)
"""The words of byte-level tokenizers (Radford et al. 2019)."""


def javascript_pattern(pattern: str) -> str:
    """A regular expression of ours for ``tokenizers`` in the syntax of JavaScript, with its flag ``v``."""
    either = "|".join("".join(f"[{c}{c.upper()}{'ſ' if c == 's' else ''}]" for c in end) for end in ENDINGS.split("|"))
    pattern = pattern.replace(f"(?i:{ENDINGS})", f"(?:{either})").replace(r"\s", SPACE)
    return re.sub(rf"\\p\{{({'|'.join(_SCRIPTS)})\}}", r"\\p{Script=\1}", pattern)


def classifier_tokens(encoder: TextEncoder, config: TokenizerConfig) -> Spec:
    """The settings for a classifier's tokenizer.  Raises: UsageError."""
    content = json.loads(encoder.to_json())
    _check(config, strip_html=config.strip_html)
    spec: Spec = {
        "vocabulary": encoder.vocabulary(),
        "compose": config.kind != "byte",
        "lower": "letters" if config.lowercase and config.kind != "byte" else "",
        "cut": {"byte": "none", "char": "characters"}.get(config.kind, "pattern"),
    }
    if config.kind == "word":
        pattern = content["pre_tokenizer"]["pattern"]["Regex"]
        if pattern not in WORDS_OF_ALL_VERSIONS:
            raise _refused("a tokenizer of another version of lstm")
        return {**spec, "pattern": javascript_pattern(pattern)}
    return spec if config.kind == "char" else {**spec, **_bytes(content)}


def language_model_tokens(encoder: StreamEncoder, config: LmConfig) -> Spec:
    """The settings for a language model's tokenizer.  Raises: UsageError."""
    tokenizer = config.tokenizer
    _check(tokenizer)
    content = json.loads(encoder.to_json())
    by_id = {i: token for token, i in content["model"]["vocab"].items()}
    lower = tokenizer.lowercase and tokenizer.kind != "byte"
    spec: Spec = {"vocabulary": [by_id.get(i, "") for i in range(encoder.vocab_size)], "compose": False}
    if encoder.leads:
        space = NO_SPACE_BEFORE.pattern.replace(r"\s", f"[{PYTHON_SPACE}]")
        spec |= {"lead": True, "noSpaceBefore": space}
    if tokenizer.kind == "char":
        return {**spec, "lower": "character" if lower else "", "cut": "characters"}
    if (tokenizer.kind, tokenizer.words) == ("word", "spaces"):
        words = {"cut": "pattern", "pattern": f"[^{PYTHON_SPACE}]+", "writtenEnd": True}
        return {**spec, **words, "lower": "text" if lower else ""}
    spec["lower"] = "letters" if lower else ""
    if tokenizer.kind == "word":
        return {**spec, "cut": "pattern", "pattern": javascript_pattern(WORDS)}
    cut = "none" if tokenizer.kind == "byte" else "pattern"
    return {**spec, "cut": cut, **_bytes(content)}


def _bytes(content: dict[str, Any]) -> Spec:
    merges = content["model"]["merges"]
    return {"merges": [m if isinstance(m, str) else " ".join(m) for m in merges], "pattern": BYTE_LEVEL}


def _check(config: TokenizerConfig | LmTokenizerConfig, *, strip_html: bool = False) -> None:
    if config.path is not None:
        raise _refused("a tokenizer.json made elsewhere")
    if config.kind == "unigram":
        raise _refused("a unigram tokenizer")
    if strip_html:
        raise _refused("a tokenizer that removes HTML")


def _refused(what: str) -> UsageError:
    hint = "train with --tokenizer word, bpe, char or byte, without --strip-html, or export with --to onnx"
    return UsageError(f"a page cannot cut texts exactly as {what} does", hint=hint)
