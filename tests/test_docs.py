"""The documentation, held against the program: option tables, examples, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from lstmcli.cli.app import COMMANDS, app
from lstmcli.cli.commands.demo import write_sample
from support.lm_models import untrained_lm
from support.models import untrained_model
from support.tools import tool
from support.translators import tiny_translator

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
"""Pages for users, whose examples are run."""
CHINESE = sorted((ROOT / "docs" / "zh").glob("*.md"))
PAGES = [*GUIDES, *CHINESE, *sorted(set(ROOT.glob("*.md")) - set(GUIDES)), ROOT / "benchmarks" / "RESULTS.md"]
GROUP: Any = typer.main.get_command(app)
OPERATORS = {"|", "<", ">", ";", "&&"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def params_of(name: str) -> list[Any]:
    """The parameters of a command, and of its other form where it has one."""
    command = GROUP.get_command(None, name)
    return [*command.params, *getattr(getattr(command, "other", None), "params", [])]


def without_code(text: str) -> str:
    return re.sub(r"(?ms)^```.*?^```", "", text)


@pytest.fixture(scope="module")
def docs() -> ModuleType:
    return tool("docs")


@pytest.mark.parametrize(("language", "folder"), [("en", ROOT / "docs"), ("zh", ROOT / "docs" / "zh")])
@pytest.mark.parametrize("name", COMMANDS)
def test_option_tables_are_those_of_the_code(name: str, language: str, folder: Path, docs: ModuleType) -> None:
    page = text_of(folder / f"{name}.md")
    assert page == docs.page_with_tables(page, name, GROUP.get_command(None, name), language), "run `make docs`"


def test_a_page_without_a_place_for_its_tables_is_refused(docs: ModuleType) -> None:
    with pytest.raises(ValueError, match="the page of info needs the line"):
        docs.page_with_tables("# lstm info\n", "info", GROUP.get_command(None, "info"))


def test_the_reference_of_the_python_api_is_that_of_the_code(docs: ModuleType) -> None:
    assert text_of(ROOT / "docs" / docs.REFERENCE) == docs.api_reference.page(), "run `make docs`"
    assert text_of(ROOT / "docs" / "zh" / docs.REFERENCE) == docs.api_reference.page("zh"), "run `make docs`"


def test_every_option_is_in_its_table(docs: ModuleType) -> None:
    for name in COMMANDS:
        table = docs.option_tables(name, GROUP.get_command(None, name))
        for param in params_of(name):
            if param.param_type_name == "option" and not param.hidden:
                assert any(option in table for option in param.opts), (name, param.opts)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) < 8192


# Links


def anchors_of(text: str) -> set[str]:
    """Anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"(?m)^#+ (.*)$", without_code(text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(page))):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{target} is not there"
        assert path.is_relative_to(ROOT), f"{target} is outside the repository"
        if anchor:
            assert anchor in anchors_of(text_of(path)), f"{target}: no such heading"


@pytest.mark.parametrize("folder", [ROOT / "docs", ROOT / "docs" / "zh"], ids=["en", "zh"])
def test_every_page_is_in_the_index(folder: Path) -> None:
    index = text_of(folder / "index.md")
    for page in folder.glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index, page.name


def outline(page: str) -> list[str]:
    """The levels of the headings, and the pictures, tables and kinds of listings below them."""
    lines = re.sub(r"(?ms)^```(\w*)\n.*?^```", r"```\1", page).splitlines()
    marks = [re.match(r"#+ |```\w*|!(?=\[)|\|(?=-)|\|(?= --)", line) for line in lines]
    return [mark[0] for mark in marks if mark]


def test_every_page_has_a_chinese_twin_with_the_same_outline() -> None:
    english = sorted((ROOT / "docs").glob("*.md"))
    assert [page.name for page in CHINESE] == [page.name for page in english]
    for ours, theirs in zip(CHINESE, english, strict=True):
        assert outline(text_of(ours)) == outline(text_of(theirs)), ours.name


def test_chinese_pages_link_to_chinese_pages() -> None:
    for page in CHINESE:
        links = re.findall(r"\]\(\.\./([a-z-]+\.md)", text_of(page))
        assert links == (["index.md"] if page.name == "index.md" else []), page.name


def listing_lines(page: Path) -> list[str]:
    """The lines of shell of a page, and those of its listings of Python."""
    python = re.findall(r"(?ms)^```python\n(.*?)^```", text_of(page))
    return [*lines_of_shell(text_of(page)), *"".join(python).splitlines()]


@pytest.mark.parametrize("page", CHINESE, ids=lambda path: path.name)
def test_a_chinese_page_shows_the_commands_of_the_english_one(page: Path) -> None:
    """So the tests of those hold for both; comments may be translated."""
    english = ROOT / "docs" / page.name
    ours, theirs = ([line.partition("  #")[0].rstrip() for line in listing_lines(each)] for each in (page, english))
    assert ours == theirs


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"`((?:tests|tools|benchmarks|src)/[\w/.-]+)`", text_of(page)):
        assert "NAME" in name or (ROOT / name).exists(), f"{page.name}: {name}"


# Examples


@dataclass
class Example:
    """One ``lstm`` command of a line of shell."""

    line: str
    arguments: list[str]
    before: list[str] = field(default_factory=list)
    """The command whose output it reads through a pipe."""
    reads: str | None = None
    """The file it reads as stdin."""
    writes: bool = False


def lines_of_shell(text: str) -> Iterator[str]:
    """Lines of ``sh`` blocks, and those after a prompt in ``console`` blocks; a backslash joins lines."""
    for kind, block in re.findall(r"(?ms)^```(sh|console)\n(.*?)^```", text):
        for line in block.replace("\\\n", " ").splitlines():
            if kind == "sh" or line.startswith("$ "):
                yield line.removeprefix("$ ")


def examples_in(line: str) -> Iterator[Example]:
    words = shlex.shlex(line, posix=True, punctuation_chars="|<>;&")
    words.whitespace_split = True
    before: list[str] = []
    parts = [word for word in words if word != "…"]
    while parts:
        end = next((i for i, word in enumerate(parts) if word in OPERATORS - {"<", ">"}), len(parts))
        part, operator, parts = parts[:end], parts[end : end + 1], parts[end + 1 :]
        example = Example(line, [], before)
        plain = iter(part)
        for word in plain:
            if word == "<":
                example.reads = next(plain)
            elif word == ">":
                example.writes = bool(next(plain))
            else:
                example.arguments.append(word)
        if example.arguments[:1] == ["lstm"]:
            yield Example(line, example.arguments[1:], before, example.reads, example.writes)
        before = part if operator == ["|"] else []


EXAMPLES = [example for page in GUIDES for line in lines_of_shell(text_of(page)) for example in examples_in(line)]
EPILOGS = [
    example
    for name in COMMANDS
    for line in (GROUP.get_command(None, name).epilog or "").splitlines()
    if "lstm" in line
    for example in examples_in(line.strip())
]


def test_examples_are_found() -> None:
    assert {example.arguments[0] for example in EXAMPLES} == set(COMMANDS)
    assert len(EXAMPLES) >= 50 and len(EPILOGS) >= 20
    (example,) = examples_in("zcat a.gz | lstm train - --label-column q > x  # why")
    assert example == Example(
        "zcat a.gz | lstm train - --label-column q > x  # why",
        ["train", "-", "--label-column", "q"],
        before=["zcat", "a.gz"],
        writes=True,
    )


@pytest.mark.parametrize("example", EXAMPLES + EPILOGS, ids=lambda example: example.line)
def test_examples_can_be_typed(example: Example, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typer reads the whole line: the command, its options and their values are there."""
    monkeypatch.chdir(place)
    name, *arguments = example.arguments
    with GROUP.get_command(None, name).make_context(f"lstm {name}", arguments):
        pass


def test_options_that_prose_names_exist() -> None:
    known = {option for name in COMMANDS for p in params_of(name) for option in (*p.opts, *p.secondary_opts)}
    known |= {option for p in GROUP.params for option in p.opts} | {"--help", "--install-completion"}
    for page in GUIDES:
        if page.name == "reliability.md":
            continue
        for code in re.findall(r"`([^`\n]+)`", without_code(text_of(page))):
            if code.startswith(("lstm ", "--")):
                assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)) <= known, f"{page.name}: {code}"


def test_environment_variables_are_those_of_the_code() -> None:
    code = "".join(text_of(path) for path in (ROOT / "src").rglob("*.py"))
    table = re.findall(r"(?m)^\| `([A-Z_]+)` \|", text_of(ROOT / "docs" / "index.md"))
    assert set(table) == set(re.findall(r"\"(LSTM_[A-Z]+)\"", code)) | {"NO_COLOR"}


FILES = {
    "run.toml": 'threads = 1\n[train]\nsource = "reviews.csv"\n',
    **dict.fromkeys(
        ("reviews.csv", "train.csv", "valid.csv", "test.csv", "new.csv", "unlabelled.csv"),
        "text,label\nfine,good\ndull,bad\n",
    ),
    "items.csv": "sentence,context\nthe cat sat,the cat\n",
    **dict.fromkeys(
        ("new.txt", "prompts.txt", "lines.txt", "line.txt", "poem.txt", "german.txt"), "the cat\n\na fine film\n"
    ),
    "pairs.csv": "source,target\nabc,cba\nfe,ef\n",
    "pairs.tsv": "abc\tcba\nfe\tef\n",
    **dict.fromkeys(("test.de", "test.en", "corpus/a.de", "corpus/a.txt"), "abc\nfe\n"),
    **dict.fromkeys(("logs/monday.csv", "logs/monday.txt"), "text\nfine\ndull\n"),
    **dict.fromkeys(("stimuli.txt", "chapter.txt", "segmented.txt", "book.txt"), "the cat sat on the mat\n" * 3),
}
TOPICS = ("business", "health", "science", "sport", "technology", "world")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files and models that examples name."""
    place = tmp_path_factory.mktemp("examples")
    for name, text in FILES.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    (place / "lstm-demo").mkdir()
    write_sample(place / "lstm-demo")
    for name in ("lstm-demo/model", "lstm-model/classifier", "models/topics", "models/rnn", "topics"):
        untrained_model(place / name, labels=TOPICS)
    for name in ("models/news", "models/baseline", "sentiment"):
        untrained_model(place / name, labels=("bad", "good"))
    for name in ("lstm-model/translator", "lstm-demo/translator", "dates"):
        tiny_translator(place / name)
    for name in ("lstm-model/lm", "lstm-demo/language-model", "stories", "models/book"):
        untrained_lm(place / name, "bpe")
    return place


def is_fast(example: Example) -> bool:
    """Training is checked without training, and what needs other programs, a person or fails on purpose is not run."""
    name, *arguments = example.arguments
    if name == "train":
        return any(word.startswith(("sample:", "lstm-demo/")) for word in arguments)
    if name == "compare":
        return "lstm-demo/held-out.csv" in arguments
    left_out = {"--interactive", "--ray", "nowhere"}
    return name not in ("demo", "push", "serve", "tune") and not left_out & set(arguments)


def stdin_of(example: Example, place: Path) -> str | None:
    if example.reads:
        return text_of(place / example.reads)
    if example.before[:1] == ["cat"]:
        return text_of(place / example.before[1])
    if example.before[:1] in (["echo"], ["printf"]):
        return example.before[1].replace("\\n", "\n") + "\n"
    return None


@pytest.mark.parametrize(
    "example", {e.line: e for e in EXAMPLES if is_fast(e)}.values(), ids=lambda example: example.line
)
def test_examples_run(example: Example, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("LSTM_CACHE", str(place / "cache"))
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    name = example.arguments[0]
    more = {"train": ["--dry-run", "--force"], "compare": ["--no-cold-start"], "generate": ["--max-tokens", "3"]}
    arguments = [*example.arguments, *more.get(name, [])]
    result = CliRunner().invoke(app, arguments, input=stdin_of(example, place))
    assert result.exit_code == 0, result.output
    assert result.stdout or name == "train" or {"--html", "-o"} & set(arguments)
