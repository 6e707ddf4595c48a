"""Unknown words are marked and said; text that is not tokenized as the model's corpus was is recognised."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from lstmcli.cli.app import app
from support.lm_models import untrained_lm

WORDS = "the a horse dog cat ran past barn fell was said he she it they not saw old man boat in on of and to so".split()  # noqa: SIM905
CORPUS = [
    " ".join(WORDS),
    "the horse ran past the barn . the <unk> fell , and so the dog ran .",
    "they said it was n't the man 's boat .",
]
ITEMS = "item,cond,sentence\n1,a,The horse ran past the barn.\n1,b,The zebra fell.\n2,a,\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("unknown")
    return {kind: untrained_lm(folder / kind, kind, CORPUS) for kind in ("words", "char", "bpe")}


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.csv"
    path.write_text(ITEMS, encoding="utf-8")
    return path


def perplexity(model: Path, *arguments: object) -> Result:
    result = CliRunner().invoke(app, ["perplexity", "-m", str(model), *map(str, arguments)])
    assert result.exit_code == 0, result.stderr
    return result


def rows(model: Path, *arguments: object) -> list[dict[str, str]]:
    result = perplexity(model, *arguments, "--format", "csv", "--quiet")
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_an_unknown_word_is_said_and_marked_in_every_form(models: dict[str, Path]) -> None:
    arguments = (models["words"], "--text", "the zebra fell .", "--per", "word")
    said = perplexity(*arguments).stderr
    assert "1 word of 4 (25.00 %) is unknown to the model: 'zebra'" in said
    assert [row["oov"] for row in rows(*arguments)] == ["0", "1", "0", "0", "0"]
    shown = perplexity(*arguments, "--format", "table").stdout.splitlines()
    assert [line.split()[-2:] == ["?", "zebra"] for line in shown] == [False, False, True, False, False, False]
    tsv = [line.split("\t")[5] for line in perplexity(*arguments, "--format", "tsv").stdout.splitlines()]
    assert tsv == ["0", "1", "0", "0", "0"]
    assert [row["oov"] for row in json.loads(perplexity(*arguments, "--format", "json").stdout)] == [0, 1, 0, 0, 0]


def test_every_character_of_an_unknown_word_is_marked(models: dict[str, Path]) -> None:
    shown = perplexity(models["words"], "--text", "the zebra", "--per", "char", "--format", "table").stdout.splitlines()
    assert [" ? " in line for line in shown[1:]] == [False] * 4 + [True] * 5 + [False]


def test_the_figures_stand_with_and_without_unknown_words(models: dict[str, Path]) -> None:
    result = perplexity(models["words"], "--text", "the zebra fell .", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["oov"], found["oov_rate"]) == (1, 0.2) and found["perplexity_without_oov"] > 1
    assert "unknown to the model" in result.stderr
    shown = perplexity(models["words"], "--text", "the zebra fell .", "--format", "table").stdout
    assert f"perplexity without them {found['perplexity_without_oov']:,.2f} per token" in " ".join(shown.split())


def test_few_unknown_words_are_a_note_many_a_warning(models: dict[str, Path]) -> None:
    few, many = "the horse ran " * 20 + "zebra", "zebra ran"
    for text, begins, quietly in ((few, "note: 1 word of 61", ""), (many, "warning: 1 word of 2", "warning: ")):
        assert perplexity(models["words"], "--text", text).stderr.startswith(begins)
        assert perplexity(models["words"], "--text", text, "--quiet").stderr.startswith(quietly)
    assert perplexity(models["words"], "--text", few, "--quiet").stderr == ""


@pytest.mark.parametrize("per", [[], ["--per", "word"], ["--per", "line"]])
@pytest.mark.parametrize("times", [1, 30])
def test_text_that_is_not_tokenized_is_recognised(models: dict[str, Path], per: list[str], times: int) -> None:
    text = "The horse ran past the barn, fell. " * times
    said = perplexity(models["words"], "--text", text, *per).stderr
    assert "not written like the training corpus (marks apart from words, lower case)" in said
    assert "42.9 % of its words are unknown, and 0.0 % if it is rewritten that way; use --match-corpus" in said
    assert said.count("--match-corpus") == 1


@pytest.mark.parametrize(
    "text", ["the horse ran past the barn , fell .", "the <unk> ran past <unk> .", "zebras graze", "", "the"]
)
def test_text_that_is_written_alike_is_left_alone(models: dict[str, Path], text: str) -> None:
    assert "--match-corpus" not in perplexity(models["words"], "--text", text, "--per", "word").stderr
    assert "unknown" not in perplexity(models["words"], "--text", text.replace("zebras graze", "the")).stderr


def test_it_is_scored_as_if_tokenized_by_hand(models: dict[str, Path]) -> None:
    raw, by_hand = "The horse wasn't old, he fell.", "the horse was n't old , he fell ."
    for per in ("word", "char", "token", "line"):
        cut = rows(models["words"], "--text", raw, "--per", per, "--match-corpus")
        assert cut == rows(models["words"], "--text", by_hand, "--per", per)
    result = perplexity(models["words"], "--text", raw, "--match-corpus")
    assert (
        result.stderr
        == "the text is rewritten in the style of the training corpus: marks apart from words, lower case\n"
    )
    assert result.stdout == perplexity(models["words"], "--text", by_hand).stdout


def test_characters_in_lower_case(models: dict[str, Path]) -> None:
    said = perplexity(models["char"], "--text", "THE HORSE RAN").stderr
    assert "characters of 13" in said and "(lower case)" in said


def test_a_model_that_spells_everything_has_no_unknown_words(models: dict[str, Path]) -> None:
    assert perplexity(models["bpe"], "--text", "The zebra, fell.").stderr == ""
    refused = CliRunner().invoke(app, ["perplexity", "-m", str(models["bpe"]), "--text", "a", "--match-corpus"])
    assert refused.exit_code == 2 and "no unknown words" in refused.stderr


def test_columns_of_the_items_are_carried_through(models: dict[str, Path], items: Path) -> None:
    arguments = (models["words"], items, "--text-column", "sentence", "--per", "word", "--keep-columns")
    found = rows(*arguments, "--match-corpus")
    ours = ["text", "surprisal", "entropy", "line", "tokens", "oov"]
    assert list(found[0]) == ["item", "cond", "sentence", *ours]
    assert [(row["item"], row["cond"], row["text"]) for row in found] == [
        *(("1", "a", word) for word in ["the", "horse", "ran", "past", "the", "barn", ".", "</s>"]),
        *(("1", "b", word) for word in ["the", "zebra", "fell", ".", "</s>"]),
        ("2", "a", "</s>"),
    ]
    assert found[0]["sentence"] == "The horse ran past the barn."
    objects = [
        json.loads(line) for line in perplexity(*arguments, "--match-corpus", "--format", "jsonl").stdout.splitlines()
    ]
    assert list(objects[0]) == ["version", *ours, "item", "cond", "sentence"]
    assert [row["text"] for row in objects] == [row["text"] for row in found]
    header, *lines = perplexity(*arguments, "--match-corpus").stdout.splitlines()  # in a pipe
    assert header.split("\t") == list(found[0]) and [line.split("\t")[1] for line in lines] == [
        r["cond"] for r in found
    ]
    shown = perplexity(*arguments, "--format", "table").stdout
    assert "item=1  cond=b" in shown


def test_a_column_that_is_called_as_one_of_ours_is_kept_under_another_name(
    models: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"text": "the horse", "line": 7, "cond": null}\n{"text": "a dog", "other": 1}\n')
    found = rows(models["words"], path, "--per", "line", "--keep-columns")
    assert list(found[0])[:3] == ["original_text", "original_line", "cond"]
    assert [row["original_line"] for row in found] == ["7", ""] and [row["line"] for row in found] == ["1", "2"]


def test_plain_text_has_no_columns_of_its_own(models: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text("the horse\n")
    assert next(iter(rows(models["words"], path, "--per", "word", "--keep-columns")[0])) == "text"


@pytest.mark.parametrize(
    ("options", "headed"),
    [
        (["--format", "tsv"], False),
        (["--format", "tsv", "--output-header"], True),
        (["--format", "csv"], True),
        (["--format", "csv", "--no-output-header"], False),
        (["--format", "tsv", "--keep-columns"], True),
        (["--format", "tsv", "--keep-columns", "--no-output-header"], False),
    ],
)
def test_a_header_stands_where_it_did_and_where_it_is_asked_for(
    models: dict[str, Path], items: Path, options: list[str], headed: bool
) -> None:
    result = perplexity(models["words"], items, "--text-column", "sentence", "--per", "line", *options, "-q")
    lines = result.stdout.splitlines()
    assert ("surprisal" in lines[0]) == headed and len(lines) == 3 + headed


@pytest.mark.parametrize("option", ["--keep-columns", "--output-header"])
def test_figures_of_a_whole_text_have_no_columns(models: dict[str, Path], items: Path, option: str) -> None:
    result = CliRunner().invoke(app, ["perplexity", "-m", str(models["words"]), str(items), option])
    assert result.exit_code == 2 and "--per line" in result.stderr


def test_an_unknown_word_has_the_surprisal_of_the_unknown_token(models: dict[str, Path]) -> None:
    zebra, unk = (
        rows(models["words"], "--text", f"the {word} fell", "--per", "word", "-q") for word in ("zebra", "<unk>")
    )
    assert [row["surprisal"] for row in zebra] == [row["surprisal"] for row in unk]
    assert all(math.isfinite(float(row["surprisal"])) for row in zebra)


def generate(model: Path, *arguments: object, **more: str) -> Result:
    options = ["--max-tokens", "3", "--seed", "1", "--allow-unknown"]
    return CliRunner().invoke(app, ["generate", "-m", str(model), *map(str, arguments), *options], **more)  # type: ignore[arg-type]


def test_prompts_of_a_table_keep_their_columns(models: dict[str, Path], items: Path) -> None:
    table = ["--text-column", "sentence", "--format", "jsonl", "-q"]
    result = generate(models["bpe"], "--file", items, *table, "--keep-columns", "-n", 2)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["item"], row["cond"], row["prompt"], row["sample"]) for row in found] == [
        (item, cond, text, n) for item, cond, text in csv.reader(ITEMS.splitlines()[1:]) for n in (0, 1)
    ]
    piped = generate(models["bpe"], "--lines", "--input-format", "csv", *table, "--keep-columns", input=ITEMS)
    assert [json.loads(line)["cond"] for line in piped.stdout.splitlines()] == ["a", "b", "a"]
    assert "cond" not in json.loads(generate(models["bpe"], "--file", items, *table).stdout.splitlines()[0])
    assert generate(models["bpe"], "--file", items, "--text-column", "sentence", "-q").stdout.count("\n") >= 3


@pytest.mark.parametrize(
    "options",
    [
        ["--file", "a.csv", "--lines"],
        ["--file", "a.csv", "--interactive"],
        ["--file", "a.csv", "prompt"],
        ["--file", "a.csv", "--keep-columns"],
        ["prompt", "--keep-columns", "--format", "jsonl"],
        ["prompt", "--text-column", "a"],
        ["--input-format", "csv"],
    ],
)
def test_options_of_prompts_that_contradict_each_other(models: dict[str, Path], options: list[str]) -> None:
    assert generate(models["bpe"], *options, input="").exit_code == 2


def test_unknown_words_of_a_prompt_are_said_with_the_prompt_as_it_should_be(models: dict[str, Path]) -> None:
    said = generate(models["words"], "The horse fell.").stderr
    assert "2 of the prompt's 3 tokens are unknown to the model" in said
    assert "as the model's corpus is written: 'the horse fell .'" in said
    assert "corpus" not in generate(models["words"], "the zebra").stderr
    assert generate(models["words"], "the horse").stderr == ""
    many = generate(models["words"], "--lines", input="the zebra\n" * 9).stderr
    assert many.count("\n") == 6 and "further warnings are omitted" in many


def inspect(model: Path, *arguments: object) -> Result:
    result = CliRunner().invoke(app, ["inspect", "-m", str(model), *map(str, arguments)])
    assert result.exit_code == 0, result.stderr
    return result


def test_inspect_keeps_columns_and_says_what_is_unknown(models: dict[str, Path], items: Path) -> None:
    arguments = (models["words"], "--file", items, "--text-column", "sentence", "--keep-columns")
    result = inspect(*arguments)
    header, *lines = result.stdout.splitlines()
    assert header.split("\t")[:5] == ["item", "cond", "sentence", "line", "layer"]
    assert {line.split("\t")[1] for line in lines} == {"a", "b"}
    assert "unknown to the model" in result.stderr and "'barn.'" in result.stderr
    by_name = list(csv.DictReader(io.StringIO(inspect(*arguments, "--format", "csv").stdout)))
    assert [row["cond"] for row in by_name] == [line.split("\t")[1] for line in lines]
    objects = [json.loads(line) for line in inspect(*arguments, "--format", "jsonl").stdout.splitlines()]
    assert [(row["item"], row["cond"]) for row in objects] == [("1", "a"), ("1", "b"), ("2", "a")]
    assert "item=1  cond=b" in inspect(*arguments, "--format", "table").stdout
    plain = inspect(*arguments[:-1]).stdout.splitlines()
    assert [line.split("\t")[3:] for line in lines] == [line.split("\t") for line in plain]


def test_comparing_says_which_model_the_text_does_not_suit(models: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "raw.txt"
    for text, said in (("The horse ran past the barn, fell.\n", True), ("the horse ran , fell .\n", False)):
        path.write_text(text * 40)
        pair = [str(models["bpe"]), str(models["words"]), "--on", str(path), "--format", "json", "--no-cold-start"]
        result = CliRunner().invoke(app, ["compare", *pair, "-q"])
        notes = " ".join(json.loads(result.stdout)["notes"])
        assert ("words: the text is not written as this model's corpus was (marks apart" in notes) == said
