"""The catalogues of Chinese texts, src/lstmcli/chinese/*.po, brought up to date with the code.

    python tools/chinese.py

Adds an entry without a translation for each new text, which is then to be filled in, and drops those that are no longer
used.  Translations that are there are kept.  A test compares.

help.po has the texts of help pages, in the order in which pages show them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import typer

from lstmcli.cli import app, help, language

Texts = dict[str, list[str]]
"""The texts of a catalogue, by the heading that they stand under there."""
FRAME = [
    *("Usage:", "or:   ", "[OPTIONS]", "COMMAND [ARGS]...", "[default: {0}]", "[required]"),
    *("Commands:", "Options:", "Arguments:", "Examples:"),
]
"""What Typer and ``cli/help.py`` add."""
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


CATALOGUES = {"help": help_texts}


def main() -> int:
    missing = 0
    for name, texts in CATALOGUES.items():
        known, found = language.catalogue(name), texts()
        (language.CATALOGUES / f"{name}.po").write_text(written(found, known), encoding="utf-8")
        todo = [text for group in found.values() for text in group if text not in known]
        missing += len(todo)
        print(f"{name}.po: {sum(map(len, found.values()))} texts, {len(todo)} of them to be translated")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
