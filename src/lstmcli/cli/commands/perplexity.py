"""``lstm perplexity``: score text with a language model: perplexity, or tables of surprisal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.commands.perplexity_of_pairs import check as check_kind
from lstmcli.cli.commands.perplexity_of_pairs import perplexity_of_pairs
from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs, with_licence_warning
from lstmcli.cli.options import common as o
from lstmcli.cli.options.bulk import is_wanted
from lstmcli.cli.options.translation import PairTarget, PairTargetFile
from lstmcli.cli.output.surprisal import FIGURES, writer
from lstmcli.cli.output.unknown_words import MATCH, Warner, prepare_records, say_how
from lstmcli.cli.output.writer import write
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig
from lstmcli.engine.registry import check_engine
from lstmcli.errors import NoDataError, UsageError
from lstmcli.language_modeling.config import AdaptConfig, CacheConfig
from lstmcli.options import read_config
from lstmcli.tasks import LANGUAGE_MODELING, TRANSLATION

if TYPE_CHECKING:
    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.language_modeling.scoring.perplexity import Text

READ = ReadConfig()
CACHE, ADAPT = CacheConfig(), AdaptConfig()
ADAPTING = o.Section("Adapting to the text")
TABLES = ("line", "word", "token", "char")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2}")
NO_SPACES = (
    "note: Chinese and Japanese have no spaces between words; separate words by spaces (--segments), or use --per char"
)
CARRIED = (
    "note: the model remembers earlier lines, since it was trained on a document; --lines scores each line by itself, "
    "--stream says that this is meant"
)

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(cls=Command)
def perplexity(
    files: Annotated[
        list[str] | None, o.argument("FILE", "Files to score, or `-` for stdin. Default: stdin, if piped.")
    ] = None,
    text: Annotated[list[str] | None, o.MAIN.option("--text", "TEXT", "Text to score; repeatable.")] = None,
    target: PairTarget = None,
    target_file: PairTargetFile = None,
    model: o.LmModelPath = None,
    per: Annotated[
        str | None,
        o.MAIN.choice("--per", TABLES, "Print a table of surprisal in bits, with one row per unit, instead of totals."),
    ] = None,
    stream: Annotated[
        bool,
        o.MAIN.flag("--stream", "Carry the state from line to line, even if the model was trained on separate lines."),
    ] = False,
    lines: Annotated[
        bool, o.MAIN.flag("--lines", "Score each line separately, even if the model was trained on documents.")
    ] = False,
    segments: Annotated[
        bool, o.MAIN.flag("--segments", "Spaces separate words but are not part of the text (segmented Chinese).")
    ] = False,
    match_corpus: Annotated[
        bool,
        o.MAIN.flag(
            MATCH,
            "Rewrite the text in the style of the training corpus (separate punctuation, lower case, @-@, N for "
            "numbers) before scoring it.",
        ),
    ] = False,
    cache: Annotated[
        int | None,
        ADAPTING.option(
            *("--cache", "N"), f"Interpolate with a cache of the last N tokens (Grave et al. 2017); try {CACHE.window}."
        ),
    ] = None,
    cache_theta: Annotated[
        float, ADAPTING.option("--cache-theta", "X", "How strongly the cache prefers similar contexts.")
    ] = CACHE.theta,
    cache_lambda: Annotated[
        float, ADAPTING.option("--cache-lambda", "P", "Interpolation weight of the cache.")
    ] = CACHE.share,
    adapt: Annotated[
        bool,
        ADAPTING.flag(
            "--adapt",
            "Keep learning from the text after scoring it (dynamic evaluation, Krause et al. 2018). Uses PyTorch.",
        ),
    ] = False,
    adapt_rate: Annotated[float, ADAPTING.option("--adapt-rate", "X", "Learning rate of --adapt.")] = ADAPT.rate,
    adapt_decay: Annotated[
        float, ADAPTING.option("--adapt-decay", "X", "How fast the weights return to the trained ones.")
    ] = ADAPT.decay,
    batch_size: o.AtOnce = None,
    threads: o.Threads = None,
    workers: o.Workers = None,
    ray: o.Ray = None,
    limit_memory: o.LimitMemory = None,
    engine: o.ScoringEngine = None,
    device: o.Device = "auto",
    text_columns: o.TextColumns = None,
    target_column: o.TargetColumn = READ.target_column,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.FormatOrParquet | None,
        o.format_option("tsv has one name and value per line; with --per, one row per unit.", parquet=True),
    ] = None,
    keep_columns: o.KeepColumns = False,
    output: o.AnswerFolder = None,
    output_header: o.OutputHeader = None,
    quiet: o.Quiet = False,
) -> None:
    """Score text with a language model: perplexity, bits per character and byte, or a table of surprisal. A translator
    (-m) scores translations given their sources.

    Every token is scored, including the first token and the end of each line; nothing is truncated. Perplexity per
    token is comparable only between models with the same tokenizer; perplexity per word and bits per character or
    byte are comparable between all models.

    A model trained on lines scores each line separately; one trained on a document carries its state through the
    file. Unknown words are marked, counted and reported. --cache and --adapt also show the result without them.

    A translator reads pairs: a table with two columns, lines of source TAB target from a pipe, or two files. The
    figures are of the targets, each given its source.

    Examples:
      echo "the cat sat on the mat" | lstm perplexity
      lstm perplexity test.txt --format json
      lstm perplexity stimuli.txt --per word --format csv > surprisal.csv
      lstm perplexity items.csv --text-column sentence --per word --keep-columns --match-corpus > surprisal.tsv
      lstm perplexity segmented.txt --segments --per word
      lstm perplexity -m lstm-model/translator pairs.csv
      lstm perplexity "corpus/*.txt" -o figures --workers 8
      lstm perplexity -m lstm-model/translator test.de --target-file test.en --per line
    """
    values = locals()
    named = specs(files, text)
    check(values)
    into_folder = is_wanted(values)
    check_engine(engine, device, scoring=True)

    from lstmcli.language_modeling.scoring.methods import METHOD_OPTIONS, adapting, method_of

    config = adapting(**{name: values[name] for name in METHOD_OPTIONS})

    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.language_modeling.scoring import perplexity as scoring
    from lstmcli.language_modeling.scoring.unknown_words import UnknownTokenCounter
    from lstmcli.model_dir.directory import default_model_path, read_model

    place = default_model_path(LANGUAGE_MODELING, model)
    if model is None and not place.exists() and TRANSLATION.default_dir.exists():
        place = default_model_path(TRANSLATION)
    if into_folder:
        from lstmcli.cli.commands.perplexity_into_folder import perplexity_into_folder

        perplexity_into_folder(place, read_model(place) if place.exists() else None, values)
        return
    if place.exists() and read_model(place).task is TRANSLATION:
        perplexity_of_pairs(place, values, format or o.default_format())
        return
    check_kind(values, paired=False)
    loaded = LanguageModel(place, threads=threads, engine=engine, device=device)
    unknowns = UnknownTokenCounter(loaded, loaded.encoder.corpus_style)
    warner = Warner(unknowns, matched=match_corpus or segments, quiet=quiet)
    sources: dict[str, Any] = {"labelled": False, "keep_columns": keep_columns, "as_files": True, "quiet": quiet}
    inputs = Inputs(named, text or [], read_config(values), prefer=loaded.directory.settings.read, **sources)
    if match_corpus:
        say_how(unknowns.corpus_style, quiet)
    texts = _texts(loaded, inputs, values)
    how: dict[str, Any] = {"segments": segments, "on_lines": unknowns.on_lines, "method": method_of(config)}
    if batch_size is not None:
        how["batch_size"] = batch_size
    shown = format or o.default_format()
    if per is None:
        report = scoring.perplexity(loaded, texts, **how)
        warner.check()
        write(report, FIGURES, shown)
    else:
        several = len(named) > 1 or bool(named and text)  # what was typed has no file
        out = writer(shown, sys.stdout, several=several, keep_columns=keep_columns, header=output_header)
        wanted = {NO_SPACES: per == "word" and not segments, CARRIED: not values["stream"]}
        unsaid = {note for note, is_wanted in wanted.items() if is_wanted and not quiet}
        _write_rows(loaded, texts, per, how, out, warner, unsaid)
    sys.stdout.flush()
    warner.close()


def _texts(loaded: LanguageModel, inputs: Inputs, values: Mapping[str, Any]) -> Iterator[Text]:
    """The texts to score, in the style of the training corpus if that is requested."""
    from lstmcli.language_modeling.scoring.perplexity import Text, is_carried

    style = loaded.encoder.corpus_style if values["match_corpus"] else None
    for records, ready, _, kind in inputs:
        bare = values["keep_columns"] and kind == "text"  # whose only column is the text itself
        prepared = prepare_records(with_licence_warning(records, kind), style, bare)
        carried = is_carried(loaded.mode, kind, stream=values["stream"], lines=values["lines"])
        yield Text(prepared, carried, ready)


def _write_rows(
    loaded: LanguageModel,
    texts: Iterable[Text],
    per: str,
    how: Mapping[str, Any],
    out: Any,
    warner: Warner,
    unsaid: set[str],
) -> None:
    """Write the surprisal of every unit of the texts.

    Args:
        unsaid: the notes to give if a row contains Chinese or Japanese text, or if a line is read after another.

    Raises:
        NoDataError: there is no text.
    """
    from lstmcli.language_modeling.scoring.surprisal import surprisals

    rows = 0
    for source in texts:
        for row in surprisals(loaded, source, per, **how):
            warner.check()
            out.write(row)
            rows += 1
            if NO_SPACES in unsaid and _CJK.search(row.text):
                unsaid.discard(NO_SPACES)
                streams.say(NO_SPACES)
            if CARRIED in unsaid and source.carried and row.line > 1:
                unsaid.discard(CARRIED)
                streams.say(CARRIED)
            if source.ready is not None and not source.ready():
                sys.stdout.flush()
    if not rows:
        raise NoDataError("nothing to score: there is no text", hint="give at least one line")
    out.close()


def check(values: Mapping[str, Any]) -> None:
    """Raises ``UsageError`` for options that contradict each other."""
    per, again = values["per"], "leave one of them out"
    if values["stream"] and values["lines"]:
        raise UsageError("--stream and --lines contradict each other", hint=again)
    if per is not None and per not in TABLES:
        raise UsageError(f"--per must be one of {', '.join(TABLES)}, not {per!r}")
    for name in ("keep_columns", "output_header"):
        if per is None and values[name]:
            message = f"--{name.replace('_', '-')} applies only to tables of surprisal"
            raise UsageError(message, hint="add --per line for one row per text")
    if values["match_corpus"] and values["segments"]:
        raise UsageError(f"{MATCH} and --segments contradict each other", hint=again)
