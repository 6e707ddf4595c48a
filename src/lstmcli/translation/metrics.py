"""BLEU and chrF of translations, as sacrebleu computes them (Post 2018)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


def tokenizer_for(references: Iterable[str]) -> str:
    """sacrebleu's tokenizer for the language of the references: zh, char for other scripts without spaces, or 13a."""
    text = "".join(islice(references, 1000))
    if len(_UNSPACED.findall(text)) > len(text) / 5:
        return "char"
    return "zh" if len(_HAN.findall(text)) > len(text) / 5 else "13a"


def bleu_of(references: Iterable[str], *, lowercase: bool = False) -> Any:
    """The metric, for ``corpus_score`` and ``get_signature``."""
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenizer_for(references), lowercase=lowercase)


def bleu(hypotheses: Sequence[str], references: Iterable[str]) -> tuple[float, str]:
    """Corpus BLEU, 0 to 100, and its signature."""
    metric = bleu_of(references)
    score = metric.corpus_score(list(hypotheses), [list(references)]).score
    return float(score), str(metric.get_signature())


def chrf(hypotheses: Sequence[str], references: Iterable[str]) -> float:
    """Corpus chrF, 0 to 100 (Popović 2015)."""
    return float(chrf_of().corpus_score(list(hypotheses), [list(references)]).score)


def chrf_of() -> Any:
    """The metric, for ``corpus_score`` and ``get_signature``."""
    from sacrebleu.metrics.chrf import CHRF

    return CHRF()
