"""The reference of the Python API, docs/python-reference.md, from its signatures and docstrings; for tools/docs.py."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lstmcli
from lstmcli import errors
from lstmcli.classification.predict import Classifier
from lstmcli.language_modeling.predict import LanguageModel
from lstmcli.translation.predict import Translator

HEAD = """\
# Python reference

Every public name of `lstmcli`, from the code; [the guide](python.md) shows them at work. This page is written by
`make docs`.
"""
CHINESE_HEAD = """\
# Python 参考

`lstmcli` 的全部公开名称，由代码生成；[Python 接口](python.md)展示它们的用法。本页由 `make docs` 写成。说明取自代码
里的文档字符串，所以是英文。
"""
CHINESE = {
    "Functions": "函数",
    "Errors": "错误",
    "Arguments": "参数",
    "Returns": "返回",
    "Yields": "逐个产生",
    "Raises": "异常",
}
GUIDE = Path(__file__).resolve().parent.parent / "docs" / "python.md"
CLASSES = (Classifier, LanguageModel, Translator)
"""``load`` returns one of these."""
SECTION = re.compile(r"(?m)^(Args|Returns|Yields|Raises|Example|Examples):\n")


def page(language: str = "en") -> str:
    """The page in English, or with headings in Chinese."""
    return _in_chinese(_page()) if language == "zh" else _page()


def _in_chinese(page: str) -> str:
    """The page with Chinese headings, around descriptions that stay as they are."""
    page = CHINESE_HEAD + page.removeprefix(HEAD)
    page = re.sub(r"(?m)^## (Functions|Errors)$", lambda found: f"## {CHINESE[found[1]]}", page)
    page = re.sub(r"(?m)^(Arguments|Returns|Yields|Raises):[ ]?", lambda found: f"{CHINESE[found[1]]}：", page)
    page = page.replace("All are in `lstmcli.errors`.", "全部在 `lstmcli.errors` 里。")
    return page.replace("| error | exit code | meaning |", "| 错误 | 退出码 | 含义 |")


def _page() -> str:
    functions = [name for name in lstmcli.__all__ if inspect.isfunction(getattr(lstmcli, name))]
    parts = [HEAD, "## Functions\n"]
    parts += [entry(f"lstmcli.{name}", getattr(lstmcli, name)) for name in functions]
    for kind in CLASSES:
        parts.append(f"## {kind.__name__}\n")
        parts += members(kind)
    parts += ["## Errors\n", *error_tree()]
    return "\n".join(parts).rstrip() + "\n"


def members(kind: type) -> Iterator[str]:
    """A class, and those of its methods and attributes that the guide names."""
    guide = GUIDE.read_text(encoding="utf-8")
    yield entry(kind.__name__, kind, heading=False)
    for name, member in inspect.getmembers(kind):
        named = re.search(rf"\.{name}\b|`{name}\b", guide)
        if name.startswith("_") or not named or not inspect.getdoc(member):
            continue
        if callable(member):
            yield entry(f"{kind.__name__}.{name}", member)
        elif isinstance(member, property):
            yield f"### {kind.__name__}.{name}\n\n{_prose(inspect.getdoc(member) or '')}\n"


def entry(name: str, what: Any, *, heading: bool = True) -> str:
    """The signature and the docstring of a function or class."""
    title = [f"### {name}\n"] if heading else []
    return "\n".join([*title, f"```text\n{signature(name, what)}\n```\n", described(what)])


def signature(name: str, what: Any) -> str:
    """A call with its parameters, one a line where they do not fit."""
    found = inspect.signature(what)
    parameters = [parameter for parameter in found.parameters.values() if parameter.name != "self"]
    marks = _with_marks(parameters, [_parameter(parameter) for parameter in parameters])
    untyped = found.return_annotation is found.empty or inspect.isclass(what)
    end = ")" if untyped else f") -> {_short(found.return_annotation)}"
    line = f"{name}({', '.join(marks)}{end}"
    return line if len(line) <= 100 else "\n".join([f"{name}(", *(f"    {mark}," for mark in marks), end])


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    kind = "" if parameter.annotation is parameter.empty else f": {_short(parameter.annotation)}"
    usual = "" if parameter.default is parameter.empty else f" = {_default(parameter.default)}"
    return f"{stars}{parameter.name}{kind}{usual}"


def _default(value: Any) -> str:
    return "…" if callable(value) else repr(value)


def _with_marks(parameters: list[inspect.Parameter], shown: list[str]) -> list[str]:
    """``*`` before the first parameter that is given by name only."""
    kinds = [parameter.kind for parameter in parameters]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        place = kinds.index(inspect.Parameter.KEYWORD_ONLY)
        return [*shown[:place], "*", *shown[place:]]
    return shown


def _short(annotation: Any) -> str:
    """An annotation without the names of modules."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b(?:\w+\.)+(?=[A-Z]\w*)", "", text)


def described(what: Any) -> str:
    """The docstring, with lists of arguments and errors."""
    first, *rest = SECTION.split(inspect.getdoc(what) or "")
    parts = [_prose(first)]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        body, after = _indented(body)
        if title.startswith("Example"):
            parts.append(f"```python\n{body.strip()}\n```\n")
        elif title in ("Args", "Raises"):
            parts.append(f"{title.replace('Args', 'Arguments')}:\n\n{_items(body)}")
        else:
            parts.append(f"{title}: {_prose(body)}")
        if after.strip():
            parts.append(_prose(after))
    return "\n".join(part for part in parts if part.strip())


def _indented(body: str) -> tuple[str, str]:
    """The lines of a section, and what follows it."""
    lines = body.splitlines()
    end = next((i for i, line in enumerate(lines) if line and not line.startswith(" ")), len(lines))
    return textwrap.dedent("\n".join(lines[:end])), "\n".join(lines[end:])


def _items(body: str) -> str:
    found = []
    for line in body.strip().splitlines():
        if line.startswith(" "):
            found[-1] += " " + line.strip()
        elif line:
            name, _, about = line.partition(": ")
            found.append(f"- `{name}`: {_inline(about)}")
    return "\n".join(found) + "\n"


def _prose(text: str) -> str:
    """Paragraphs, a line each."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return _inline("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)) + "\n"


def _inline(text: str) -> str:
    """reStructuredText's quotes as Markdown's."""
    return text.replace("``", "`")


def error_tree() -> Iterator[str]:
    """The errors with their exit codes."""
    yield "All are in `lstmcli.errors`.\n"
    yield "| error | exit code | meaning |\n|---|---|---|"
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, errors.LstmError):
            about = (inspect.getdoc(kind) or "").splitlines()[0]
            yield f"| `{kind.__name__}` | {kind.exit_code} | {_inline(about)} |"
