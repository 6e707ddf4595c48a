"""A translator for programs: ``lstmcli.load`` gives one, and ``lstm translate`` is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstmcli.config import whole
from lstmcli.data.records import Record
from lstmcli.engine.registry import check_engine, choose_engine
from lstmcli.errors import NoDataError
from lstmcli.model_dir.directory import (
    WEIGHTS,
    ModelDir,
    read_model,
    retry_if_replaced,
)
from lstmcli.model_dir.files import ReadAhead, use_file
from lstmcli.model_dir.loaded import Model
from lstmcli.nn.device import resolve_device
from lstmcli.python_names import LOG, in_python
from lstmcli.results import Results
from lstmcli.scoring.results import LmReport, Surprisal
from lstmcli.tasks import TRANSLATION
from lstmcli.tokenization.unknown_rule import oov_rule
from lstmcli.translation.config import BeamConfig
from lstmcli.translation.load import read_sides, translator_weights
from lstmcli.translation.odd_texts import OddTexts, profiles
from lstmcli.translation.results import Translation
from lstmcli.translation.session import TranslationSession
from lstmcli.translation.translate import TEXTS_AT_ONCE, translate

if TYPE_CHECKING:
    from lstmcli.data.sources import Source
    from lstmcli.translation.perplexity import PairScorer


class Translator(Model):
    """A translator, open and ready.

    Texts are a list, a tuple, a column of pandas, polars, NumPy, pyarrow or ``datasets``, or any iterable of strings.
    ``None`` and ``NaN`` are empty texts, whose translation is empty.  A translation does not depend on which texts are
    given together.
    """

    def __init__(
        self, path: str | Path, *, engine: str | None = None, device: str = "auto", threads: int | None = None
    ) -> None:
        """
        Args:
            path: the model's directory.
            engine: what runs the network; None: ``LSTM_ENGINE``, or the first that runs it on the device.
            device: cpu, cuda or auto.
            threads: None takes what the machine has.

        Raises:
            ModelError: missing, damaged, too new, or not a translator.
            UsageError: an engine or a device that does not exist.
        """
        super().__init__(path, {"engine": engine, "device": device, "threads": threads})
        check_engine(engine, device, scoring=True)
        retry_if_replaced(path, lambda: self._load(read_model(path, task=TRANSLATION), threads, engine, device))

    def _load(self, directory: ModelDir, threads: int | None, name: str | None, device: str) -> None:
        config = directory.settings
        engine = choose_engine(directory.task, config, name, device, scoring=True)
        device, ahead = resolve_device(device, engine.devices), ReadAhead(directory, WEIGHTS)
        sides = read_sides(directory)

        def session(data: bytes) -> TranslationSession:
            """Built from the verified weights, because an untrusted graph could allocate any amount of memory."""
            weights = translator_weights(data, directory, sides.target.vocab_size, sides.source_vocab_size)
            found: TranslationSession = engine.open(directory.task, config, weights, device=device, threads=threads)
            return found

        self.session = use_file(directory, WEIGHTS, session, ahead)
        self.directory, self.sides = directory, sides

    def _free(self) -> None:
        del self.session, self.sides

    def translate(
        self,
        texts: Any,
        *,
        beam: int = BeamConfig.beam,
        length_penalty: float = BeamConfig.length_penalty,
        batch_size: int = TEXTS_AT_ONCE,
    ) -> list[str]:
        """The best translation of each text.

        Args:
            beam: number of hypotheses that are kept at each step; 1: the likeliest token at each step.
            length_penalty: 0 ranks translations by their probability, which favours short ones; the higher, the longer.
            batch_size: texts that are searched at once.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.
            UsageError: ``beam``, ``length_penalty`` or ``batch_size`` is out of range.

        Example:
            >>> model.translate(["3 March 2021"])
            ['2021-03-03']
        """
        found = self.translations(texts, beam=beam, length_penalty=length_penalty, batch_size=batch_size)
        return [each.translation for each in found]

    def translations(
        self,
        texts: Any,
        *,
        n: int = BeamConfig.n,
        beam: int = BeamConfig.beam,
        length_penalty: float = BeamConfig.length_penalty,
        alignment: bool = False,
        batch_size: int = TEXTS_AT_ONCE,
        eager: bool = False,
        ready: Callable[[], bool] | None = None,
        odd: OddTexts | None = None,
    ) -> Iterator[Translation]:
        """The n best translations of each text, in order, as they come: memory stays flat, however many there are.

        Args:
            alignment: with the attention of each token of a translation to those of the text.
            eager: answer each text before the next one is asked for.
            ready: with ``eager``, whether the next text is there without waiting.
            odd: collects what is odd about the texts, see ``odd_texts``.

        Raises:
            DataError: ``texts`` is not a column of texts; the message names the row.
            UsageError: an argument is out of range.
        """
        whole("batch_size", batch_size, 1)
        whole("beam", beam, 1)
        whole("n", n, 1)
        config = BeamConfig(beam=max(beam, n) if beam == BeamConfig.beam else beam, length_penalty=length_penalty, n=n)
        how: dict[str, Any] = {
            "alignment": alignment,
            "copies": bool(self.directory.settings.model.copies),
            "batch_size": batch_size,
            "eager": eager,
            "ready": ready,
            "odd": odd,
        }
        self._check_open()
        return translate(self.sides, self.session, _records(texts), config, **how)

    @in_python()
    def perplexity(self, pairs: Any, *, batch_size: int = TEXTS_AT_ONCE) -> LmReport:
        """Perplexity and bits per byte of targets given their sources, of all pairs together.

        Args:
            pairs: a list of (source, target); (sources, targets), two columns; a table with the columns of the training
                data; or the path of a file.
            batch_size: pairs that are scored at once.

        Raises:
            DataError: there are no pairs; the message names the row.  NoDataError: there is none.
            UsageError: ``batch_size`` is out of range.

        Example:
            >>> model.perplexity([("3 March 2021", "2021-03-03")]).lines
            1
        """
        from lstmcli.translation.perplexity import perplexity

        scorer = self.scorer(batch_size)
        with _logged(scorer, self._pairs(pairs)) as found:
            return perplexity(scorer, found)

    @in_python()
    def surprisal(self, pairs: Any, per: str = "token", *, batch_size: int = TEXTS_AT_ONCE) -> Results[Surprisal]:
        """How surprising each part of a target is, in bits, given its source and all that stands before it.

        Args:
            pairs: as for ``perplexity``.
            per: line (a whole target), word, token or char.

        Returns:
            a row for each part, in order; what ends a target has a row too.

        Raises:
            DataError, NoDataError: as ``perplexity``.
            UsageError: another ``per``, or ``batch_size`` is out of range.

        Example:
            >>> [row.text for row in model.surprisal([("3 March 2021", "2021-03-03")], per="word")]
            ['2021-03-03', '</s>']
        """
        from lstmcli.translation.perplexity import NO_PAIRS, surprisals

        scorer = self.scorer(batch_size)
        with _logged(scorer, self._pairs(pairs)) as records:
            found = Results(surprisals(scorer, records, per))
        if not found:
            raise NoDataError(NO_PAIRS, hint="give at least one")
        return found

    def scorer(self, batch_size: int = TEXTS_AT_ONCE) -> PairScorer:
        """What scores pairs, and collects warnings.  Raises: UsageError."""
        from lstmcli.translation.perplexity import PairScorer

        whole("batch_size", batch_size, 1)
        self._check_open()
        rule = oov_rule(self.directory.settings.tokenizer)
        return PairScorer(self.path, self.session, *self.sides, self.odd_texts(), rule, batch_size)

    def odd_texts(self) -> OddTexts:
        """What notices sources that are unlike those of the training data."""
        return OddTexts(*profiles(self.directory.config))

    def _pairs(self, pairs: Any) -> Source:
        from lstmcli.data.config import ReadConfig
        from lstmcli.data.memory_sources import opened

        if isinstance(pairs, tuple) and len(pairs) == 2 and not isinstance(pairs[0], (str, tuple)):
            pairs = {"source": pairs[0], "target": pairs[1]}
        return opened(pairs, ReadConfig(), labelled=False, prefer=self.directory.trained_read, paired=True)


def _records(texts: Any) -> Iterable[Record]:
    from lstmcli.data.memory import records

    return records(texts)


@contextmanager
def _logged(scorer: PairScorer, source: Source) -> Iterator[Source]:
    """Logs the warnings about the pairs once they are scored."""
    from lstmcli.data.memory_sources import log_warnings

    yield source
    log_warnings(source)
    for warning in scorer.warnings():
        LOG.warning(warning)
