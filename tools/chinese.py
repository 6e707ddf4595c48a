"""The catalogues of Chinese texts, src/lstmcli/chinese/*.po, brought up to date with the code.

    python tools/chinese.py [FILE.po …]

Adds an entry without a translation for each new text, which is then to be filled in, and drops those that are no longer
used.  Translations that are there are kept, and those of other files are taken where there is none.  A test compares.

help.po has the texts of help pages, in the order in which pages show them.  messages.po has what errors, warnings and
notes say, by module; ``{0}`` is filled in, ``{0#}`` is a number, and a translation may leave out ``{0~}``, which is a
word such as "is" or "are".  A translation with ``{0=}`` asks for that of a single word, which is in words.po.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer
from messages import Messages, of_templates

from lstmcli.cli import app, foreign_names, help, language
from lstmcli.cli.output.surprisal import READINGS
from lstmcli.data.formats.dialect import DELIMITER_NAMES
from lstmcli.exporting.results import FORMATS

Texts = dict[str, list[str]]
"""The texts of a catalogue, by the heading that they stand under there."""
FRAME = [
    *("Usage:", "or:   ", "[OPTIONS]", "COMMAND [ARGS]...", "[default: {0}]", "[required]"),
    *("Commands:", "Options:", "Arguments:", "Examples:"),
]
"""What Typer and ``cli/help.py`` add."""
FOREIGN = [
    *("missing argument {0}", "missing option {0}", "option {0} requires an argument", "invalid value for {0}: {1}"),
    *("option {0} does not take a value", "got unexpected extra argument ({0})", "invalid value: {0}"),
    *("got unexpected extra arguments ({0})", "option {0} requires {1} arguments"),
]
"""Errors of Typer."""
JSON = [
    *("expecting value", "extra data", "unterminated string starting at", "expecting ',' delimiter"),
    *(
        "expecting property name enclosed in double quotes",
        "expecting ':' delimiter",
        "invalid control character at",
        "unterminated string starting",
    ),
    *("illegal trailing comma before end of object", "mismatched tag", "undefined entity"),
    *("no element found", "not well-formed (invalid token)", "syntax error", "unclosed token", "duplicate attribute"),
    *("invalid start byte", "invalid continuation byte", "unexpected end of data"),
    *("'{0}' codec can't decode byte {1} in position {2}: {3}", "CRC check failed {0}"),
    "Compressed file ended before the end-of-stream marker was reached",
]
"""Errors of the standard library's JSON, XML, gzip and encodings."""
SYSTEM = [
    *("no such file or directory", "permission denied", "operation not permitted", "is a directory"),
    *("not a directory", "no space left on device", "read-only file system", "file exists", "file name too long"),
    *("too many levels of symbolic links", "input/output error", "too many open files", "device or resource busy"),
    *("address already in use", "cannot assign requested address", "connection refused", "file too large"),
    *("disk quota exceeded", "invalid argument", "cannot allocate memory", "directory not empty"),
]
"""Errors of the system that messages often quote."""
SPLITS = ("train", "valid", "test")
PHRASES = [
    *(
        "use {0}",
        "an object",
        "a string",
        "the first",
        "there is '{0}'",
        "there are '{0}'",
        "standard input",
        "the command line",
    ),
    *("invalid control character", "free some space", "(others: {0}; --label-column"),
    "line {0#} column {1#} (char {2#})",
    *(f"{title}, {name}, {{0}}" for title in ("CSV", "TSV") for name in DELIMITER_NAMES.values()),
    *(f"{split} from {{0}}" for split in SPLITS),
    *(f"{split} {{0#}} pairs" for split in SPLITS),
    *(f"{precision} on {device}" for precision in ("fp32", "bf16", "fp16") for device in ("cpu", "cuda")),
    *("McNemar's exact test", "paired permutation test over lines", "paired bootstrap", "a folder per class, {0}"),
    *(f"{{0}}, {how}" for how in READINGS.values()),
    *("labels start with {0}, {1}", "translation from {0}; --text-column and --target-column name others"),
    *(f"as {format}" for format in FORMATS),
    *("bidirectional {0}", "backward {0}", "embedding {0#}", "tied embedding {0#}", "{0} pooling", "soft labels"),
    *("{0#}-gram model beside it", "{0#}-character model", "{0} attention", "{0} attention and input feeding"),
    *(
        "texts without labels",
        "texts pretrained on",
        "{0#} characters",
        "{0#} bytes",
        "{0#} words",
        "{0#} tokens",
        "{0#} lines",
        "the kernel of lstm",
        "{0} encoder {1}",
        "decoder {0}",
    ),
]
"""Texts that are filled into messages, from tables that are not in the source."""
WORDS = [
    *("error", "hint", "warning", "note", "training:", "validation:", "test:"),
    *(
        "text",
        "texts",
        "classifier",
        "language model",
        "source",
        "sources",
        "target",
        "targets",
        "training",
        "validation",
        "test",
        "train",
        "valid",
    ),
    *("word", "character", "byte", "token", "line", "label", "comment", "title", "seed"),
    *("input", "forget", "candidate", "output", "reset", "update", "cell", "hidden", "forward", "backward"),
    *(
        "saturated",
        "dead",
        "encoder",
        "decoder",
        "greedy",
        "fingerprint",
        "to",
        "classifiers",
        "language models",
        "translators",
        "notes",
        "pretraining",
        "entropy",
        "before",
        "attention",
        "probability",
        "classify",
        *(f"{gate} gate" for gate in ("input", "forget", "output", "reset", "update")),
    ),
]
"""Single words that are filled into messages where a translation asks for them, with ``{0=}``, or shown by displays."""
HEADER = "# Chinese texts of the program.  After a change of English texts, run `python tools/chinese.py`.\n"


def help_texts() -> Texts:
    """Texts of help pages, by command; each only once."""
    root: Any = typer.main.get_command(app.app)
    found = {"every page": FRAME, "lstm": [*_of_command(root), *app.COMMANDS.values()]}
    for name in app.COMMANDS:
        forms = root.get_command(None, name).forms.values()
        found[f"lstm {name}"] = [text for form in forms for text in _of_command(form)]
    return once(found)


def _of_command(command: Any) -> Iterator[str]:
    yield from help.paragraphs(command.help or "")
    if command.epilog:
        yield command.epilog.partition("\n")[0]
    with command.make_context("lstm", [], resilient_parsing=True) as context:
        for param in command.get_params(context):
            if panel := getattr(param, "rich_help_panel", None):
                yield f"{panel}:"
            yield getattr(param, "help", None) or ""
            default = getattr(param, "show_default", None)
            if isinstance(default, str):
                yield default


@cache
def _messages() -> Messages:
    return Messages()


def message_texts() -> Texts:
    """Templates of messages, by module."""
    other_tools = [text for kind in ("commands", "options") for text in foreign_names.without_equivalent(kind).values()]
    found = {"other tools": other_tools, "Typer": FOREIGN, "JSON": JSON, "the system": SYSTEM, "phrases": PHRASES}
    return once(found | {module: [*texts] for module, texts in _messages().found.items()})


def word_texts() -> Texts:
    """Single words of messages, and of tables, plots and pages, by module."""
    return once({"words": WORDS} | _messages().words | of_templates())


def once(texts: Texts) -> Texts:
    """Without repetitions, and without texts in which there is nothing to translate."""
    seen: set[str] = set()
    found: Texts = {}
    for heading, group in texts.items():
        new = [text for text in dict.fromkeys(group) if text not in seen and any(map(str.isalpha, text))]
        seen |= set(new)
        if new:
            found[heading] = new
    return found


def written(texts: Texts, known: dict[str, str]) -> str:
    """The catalogue of some texts, with the translations that are known."""
    groups = (
        "\n".join([f"# {heading}", *(entry(text, known.get(text, "")) for text in group)])
        for heading, group in texts.items()
    )
    return HEADER + "\n" + "\n".join(groups)


def entry(english: str, chinese: str = "") -> str:
    return f"msgid {json.dumps(english, ensure_ascii=False)}\nmsgstr {json.dumps(chinese, ensure_ascii=False)}\n"


CATALOGUES = {"help": help_texts, "messages": message_texts, "words": word_texts}


def main(others: list[str]) -> int:
    missing = 0
    taken = [language.entries(Path(path).read_text(encoding="utf-8")) for path in others]
    for name, texts in CATALOGUES.items():
        known, found = language.catalogue(name), texts()
        known = {english: chinese for other in taken for english, chinese in other.items()} | known
        (language.CATALOGUES / f"{name}.po").write_text(written(found, known), encoding="utf-8")
        todo = [text for group in found.values() for text in group if text not in known]
        missing += len(todo)
        print(f"{name}.po: {sum(map(len, found.values()))} texts, {len(todo)} of them to be translated")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
