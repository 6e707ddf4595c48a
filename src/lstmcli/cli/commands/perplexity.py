"""``lstm perplexity``: how well a language model foresees a text, in figures or in tables of surprisal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lstmcli.cli.io import streams
from lstmcli.cli.io.inputs import Inputs, specs, with_notices_told
from lstmcli.cli.options import common as o
from lstmcli.cli.options.configs import read_config
from lstmcli.cli.options.kept_columns import Header, KeepColumns
from lstmcli.cli.output.surprisal import write_figures, writer
from lstmcli.cli.output.unknown_words import MATCH, Warner, as_asked, say_how
from lstmcli.cli.typer_classes import Command
from lstmcli.data.config import ReadConfig
from lstmcli.errors import NoDataError, UsageError
from lstmcli.language_modeling.config import AdaptConfig, CacheConfig
from lstmcli.tasks import LANGUAGE_MODELING

if TYPE_CHECKING:
    from lstmcli.language_modeling.model import LanguageModel as Scoring
    from lstmcli.language_modeling.scoring.perplexity import Text

READ = ReadConfig()
CACHE, ADAPT = CacheConfig(), AdaptConfig()
ADAPTING = "Adapting to the text"
TABLES = ("line", "word", "token", "char")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2}")
NO_SPACES = (
    "note: Chinese and Japanese have no spaces between words; mark words by spaces (--segments), or use --per char"
)

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(
    cls=Command,
    epilog="""Examples:
  echo "the cat sat on the mat" | lstm perplexity
  lstm perplexity test.txt --format json
  lstm perplexity stimuli.txt --per word --format csv > surprisal.csv
  lstm perplexity items.csv --text-column sentence --per word --keep-columns --match-corpus > surprisal.tsv
  lstm perplexity segmented.txt --segments --per word""",
)
def perplexity(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help="Files to score, `-` for stdin. Without any: what is piped in."),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", metavar="TEXT", help="A text to score; may be repeated.")
    ] = None,
    model: o.LmModelPath = None,
    per: Annotated[
        str | None,
        o.option("--per", among=TABLES, text="Give surprisal in bits, a row for each of these, instead of figures."),
    ] = None,
    stream: Annotated[
        bool,
        typer.Option(
            "--stream",
            show_default=False,
            help="Carry the state from line to line, even if the model was trained on lines apart.",
        ),
    ] = False,
    lines: Annotated[
        bool,
        typer.Option(
            "--lines", show_default=False, help="Score each line by itself, even if the model was trained on documents."
        ),
    ] = False,
    segments: Annotated[
        bool,
        typer.Option(
            "--segments",
            show_default=False,
            help="Spaces mark words and are not part of the text: your own segmentation of Chinese.",
        ),
    ] = False,
    match_corpus: Annotated[
        bool,
        typer.Option(
            MATCH,
            show_default=False,
            help="Write the text as the model's corpus was, by its vocabulary: marks apart, lower case, @-@, N for "
            "numbers. Figures and rows are of the text so written.",
        ),
    ] = False,
    cache: Annotated[
        int | None,
        o.option(
            "--cache",
            panel=ADAPTING,
            metavar="N",
            text=f"Mix in a cache of the last N tokens (Grave et al. 2017); {CACHE.window} is a good start.",
        ),
    ] = None,
    cache_theta: Annotated[
        float, o.option("--cache-theta", panel=ADAPTING, metavar="X", text="How much more a like context counts.")
    ] = CACHE.theta,
    cache_lambda: Annotated[
        float, o.option("--cache-lambda", panel=ADAPTING, metavar="P", text="Share of the cache in the mixture.")
    ] = CACHE.share,
    adapt: Annotated[
        bool,
        o.option(
            "--adapt",
            panel=ADAPTING,
            show_default=False,
            text="Go on learning from what was scored (dynamic evaluation, Krause et al. 2018); needs PyTorch.",
        ),
    ] = False,
    adapt_rate: Annotated[
        float, o.option("--adapt-rate", panel=ADAPTING, metavar="X", text="Size of the steps.")
    ] = ADAPT.rate,
    adapt_decay: Annotated[
        float, o.option("--adapt-decay", panel=ADAPTING, metavar="X", text="How fast the weights go back.")
    ] = ADAPT.decay,
    batch_size: o.AtOnce = None,
    threads: o.Threads = None,
    engine: Annotated[
        str | None,
        o.option(
            "--engine",
            among=("onnx", "torch"),
            show_default="onnx; torch with --device cuda",
            text="What runs the network.",
        ),
    ] = None,
    device: o.Device = "auto",
    text_columns: o.TextColumns = None,
    delimiter: o.Delimiter = READ.delimiter,
    encoding: o.Encoding = READ.encoding,
    input_format: o.InputFormat = READ.input_format,
    split: o.Split = READ.split,
    format: Annotated[
        o.Format | None,
        o.format_option(
            "tsv: a name and a value a line; with --per: text, surprisal, entropy, line, tokens, unknown tokens, "
            "and surprisal and entropy before --cache or --adapt. csv has the same under a header."
        ),
    ] = None,
    keep_columns: KeepColumns = False,
    output_header: Header = None,
    quiet: o.Quiet = False,
) -> None:
    """Measure how well a language model foresees a text: perplexity and bits, or surprisal row by row.

    The first token and the end of every line are scored; nothing is cut off. Perplexity per token compares
    models of one tokenizer only; per word, and bits per character or byte, compare all. A model trained on
    lines scores each by itself, one trained on documents carries its state through a file. With --per, a line
    written into a pipe is answered at once, rows of words pay for their own ends (arXiv 2406.14561), and the
    row of what closes a line says </s> or the line end.

    A model of a closed vocabulary scores an unknown word as its unknown token, which may be far more probable than
    the word itself. Such a word is marked in every table (? on a terminal, else the column of unknown tokens, oov;
    of its characters, which share its surprisal, the first), counted in the figures, where perplexity stands with
    and without unknown tokens, and said on stderr. A text whose words are unknown because it is not tokenized as
    the model's corpus was is said too; --match-corpus writes it so.

    --cache and --adapt read each file as one text, use what they have read to do better on what comes, and
    show the figures, or the surprisal of each row, without and with it.
    """
    values = locals()
    named = specs(files, text)
    check(values)

    from lstmcli.language_modeling.scoring.methods import METHOD_OPTIONS, adapting, method_of

    config = adapting(**{name: values[name] for name in METHOD_OPTIONS})

    from lstmcli.language_modeling.model import ENGINES
    from lstmcli.language_modeling.predict import LanguageModel
    from lstmcli.language_modeling.scoring import perplexity as task
    from lstmcli.language_modeling.scoring.unknown_words import Unknowns
    from lstmcli.model_dir.directory import default_model_path
    from lstmcli.model_dir.loaded import engine_for
    from lstmcli.nn.device import check_engine

    engine = engine_for(engine, device, "onnx")
    check_engine(engine, ENGINES, device)
    place = default_model_path(LANGUAGE_MODELING, model)
    loaded = LanguageModel(place, threads=threads, engine=engine, device=device).scoring
    trained = loaded.model.settings.read
    writing = loaded.encoder.writing
    unknowns = Unknowns(loaded, writing)
    warner = Warner(unknowns, matched=match_corpus or segments, quiet=quiet)
    inputs = Inputs(
        named,
        text or [],
        read_config(values),
        prefer=trained,
        labelled=False,
        keep_columns=keep_columns,
        as_files=True,
        quiet=quiet,
    )
    if match_corpus:
        say_how(writing, quiet)

    def texts() -> Iterator[Text]:
        for records, ready, _, kind in inputs:
            records = with_notices_told(records, kind)
            bare = keep_columns and kind == "text"  # whose only column is the text itself
            rewritten = as_asked(records, writing if match_corpus else None, bare)
            yield task.Text(rewritten, task.is_carried(loaded.mode, kind, stream=stream, lines=lines), ready)

    how: dict[str, Any] = {"segments": segments, "watch": unknowns.watch}
    if batch_size is not None:
        how["batch_size"] = batch_size
    shown = format or o.default_format()
    how["method"] = method_of(config)
    if per is None:
        found = task.perplexity(loaded, texts(), **how)
        warner.look()
        write_figures(found, shown, sys.stdout)
    else:
        several = len(named) + len(text or []) > 1
        out = writer(shown, sys.stdout, several=several, keep_columns=keep_columns, header=output_header)
        _write_rows(loaded, texts(), per, out, warner, how, check_spaces=not (quiet or segments) and per == "word")
    sys.stdout.flush()
    warner.close()


def _write_rows(
    loaded: Scoring,
    texts: Iterable[Text],
    per: str,
    out: Any,
    warner: Warner,
    how: Mapping[str, Any],
    *,
    check_spaces: bool,
) -> None:
    """Write the surprisal of every unit of the texts.

    Args:
        check_spaces: say so where words of a script without spaces are asked for.

    Raises:
        NoDataError: there is no text.
    """
    from lstmcli.language_modeling.scoring.surprisal import surprisals

    rows = 0
    for source in texts:
        for row in surprisals(loaded, source, per, **how):
            warner.look()
            out.write(row)
            rows += 1
            if check_spaces and _CJK.search(row.text):
                check_spaces = False
                streams.say(NO_SPACES)
            if source.ready is not None and not source.ready():
                sys.stdout.flush()
    if not rows:
        raise NoDataError("nothing to score: there is no text", hint="give at least one line")
    out.close()


def check(values: Mapping[str, Any]) -> None:
    """Raises ``UsageError`` for options that contradict each other."""
    per = values["per"]
    if values["stream"] and values["lines"]:
        raise UsageError("--stream and --lines contradict each other", hint="give one, or neither")
    if per is not None and per not in TABLES:
        raise UsageError(f"--per must be one of {', '.join(TABLES)}, not {per!r}")
    if per is None:
        for name, given in (("keep-columns", values["keep_columns"]), ("output-header", values["output_header"])):
            if given:
                raise UsageError(f"--{name} is for tables", hint="--per line gives a row for each text")
    if values["match_corpus"] and values["segments"]:
        raise UsageError(f"{MATCH} and --segments do not go together", hint="words that you marked are not cut")
