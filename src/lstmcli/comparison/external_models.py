"""Models of other programs for a comparison: fastText classifiers and KenLM language models.

Each needs its package, an optional dependency.  They get the text unchanged: models trained on preprocessed text
(lower-cased, tokenized) must be compared on text that is preprocessed in the same way.

Shapes: N texts, C labels, T words of a line.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lstmcli.comparison.models import Answers, ClassifierColumn, Cost, LmColumn, Pieces, decide, median_seconds
from lstmcli.comparison.results import ComparedModel
from lstmcli.errors import ModelError, UsageError
from lstmcli.safe_path import python_command
from lstmcli.scoring.lines import lines_of

if TYPE_CHECKING:
    from lstmcli.data.records import Record

# First bytes of the files: fastText's src/fasttext.cc (FASTTEXT_FILEFORMAT_MAGIC_INT32, little-endian), KenLM's
# lm/binary_format.cc, and the ARPA format of SRILM's ngram-format(5).
FASTTEXT, KENLM, ARPA = (793712314).to_bytes(4, "little"), b"mmap lm http://kheafield.com/code", b"\\data\\"
_NATS = math.log(10)
_WORD = re.compile("[^ \t\n\r\x0b\x0c]+")
"""KenLM's Python package splits at ASCII white space only."""
_ANSWER = """import contextlib, io, sys, fasttext
with contextlib.redirect_stderr(io.StringIO()):
    fasttext.load_model(sys.argv[1]).f.predict(sys.argv[2] + "\\n", 1, 0.0, "strict")
"""


class FastText(ClassifierColumn):
    """A supervised fastText model (``.bin`` or ``.ftz``; Joulin et al. 2016, arXiv:1607.01759).

    Raises:
        UsageError: the package is not installed.
        ModelError: the file cannot be loaded, or holds word vectors only.
    """

    def __init__(self, name: str, path: Path, prefix: str) -> None:
        package = _package("fasttext", "fastText", path)
        try:
            with contextlib.redirect_stderr(io.StringIO()):  # it prints a warning about its API
                self._model: Any = package.load_model(str(path))
            arguments = self._model.f.getArgs()
            if arguments.model.name != "supervised":
                raise ModelError("holds word vectors, not a classifier", path=path, hint=_SUPERVISED)
            labels = list(self._model.get_labels())
            words = len(self._model.get_words())
        except (ValueError, RuntimeError, MemoryError) as error:
            raise ModelError(f"fastText cannot load it: {error}", path=path, hint=_SUPERVISED) from error
        self._prefix = prefix
        rows = words + int(arguments.bucket) + len(labels)
        quantized = bool(self._model.is_quantized())
        parameters = None if quantized else rows * int(self._model.get_dimension())
        self.about = ComparedModel(name, "fasttext", str(path), parameters, path.stat().st_size)
        self.labels = tuple(label.removeprefix(prefix) for label in labels)
        self.multilabel = False

    def answer(self, records: Sequence[Record], labels: Sequence[str], multilabel: bool) -> Answers:
        column = {f"{self._prefix}{label}": c for c, label in enumerate(labels)}
        column |= {label: c for c, label in enumerate(labels)}
        p_NC = np.zeros((len(records), len(labels)))
        for n, record in enumerate(records):
            # For a list of texts predict() gives every label the probability of the first, and for a single text it
            # fails with NumPy 2, so the compiled model below it is used.
            for p, name in self._model.f.predict(record.text.replace("\n", " ") + "\n", -1, 0.0, "strict"):
                p_NC[n, column[name]] = p
        answers = decide(np.minimum(p_NC, 1.0), multilabel)  # fastText rounds up to 1.00001
        answers.called_NC[~p_NC.any(axis=1)] = False  # no word of the text is known
        return answers

    def cold_start(self, text: str) -> float | None:
        return median_seconds(lambda: python_command(_ANSWER, [self.about.path, text.replace("\n", " ")]))


class KenLm(LmColumn):
    """An n-gram model of KenLM, ``.arpa`` or binary (Heafield 2011).

    Raises:
        UsageError: the package is not installed.
        ModelError: the file cannot be loaded.
    """

    reading = "lines"

    def __init__(self, name: str, path: Path) -> None:
        package = _package("kenlm", "KenLM", path)
        config = package.Config()
        config.show_progress = False
        config.arpa_complain = package.ARPALoadComplain.NONE
        try:
            self._model: Any = package.Model(str(path), config)
        except (OSError, RuntimeError, MemoryError) as error:
            why = str(error).replace("\n", " ")
            raise ModelError(f"KenLM cannot load it: {why}", path=path, hint="build it anew with lmplz") from error
        self.about = ComparedModel(name, "kenlm", str(path), None, path.stat().st_size)
        self.tokenizer = f"words, {self._model.order}-grams"
        self.code = f"kenlm {path}"

    def score(self, records: Sequence[Record], pieces: bool) -> list[Cost]:
        result = []
        for record in records:
            lines = [self._line(line.text) for line in lines_of(record, False)]
            nats = math.fsum(float(line.nats_T.sum()) for line in lines)
            tokens, oov = sum(len(line.ends_T) for line in lines), sum(int(line.unknown_T.sum()) for line in lines)
            result.append(Cost(nats, tokens, oov, lines if pieces else []))
        return result

    def _line(self, text: str) -> Pieces:
        scores = list(self._model.full_scores(text, bos=True, eos=True))
        ends_T = [word.end() for word in _WORD.finditer(text)] + [len(text) + 1]
        return Pieces(
            text,
            ends_T,
            np.array([-log10_p * _NATS for log10_p, _, _ in scores]),
            np.array([unknown for _, _, unknown in scores], np.bool_),
        )


_SUPERVISED = "give a model that `fasttext supervised` wrote"


def _package(name: str, title: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        message = f"{path} is a model of {title}, whose package is not installed"
        raise UsageError(message, hint=f"pip install 'lstmcli[{name}]'") from error
