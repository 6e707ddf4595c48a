"""Plain text with a label in every line: told by what recurs, and never a dialogue, a log or verses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.data.config import ReadConfig, TrainedRead
from lstmcli.data.formats.labelled import LineForm, find_form
from lstmcli.data.sources import Source, open_source
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError

PROSE = """the room was clean and quiet but breakfast came late so we left early with our bags because a guide
    asked for more money than the boat costs in winter when nobody swims near old stone bridges"""
WORDS = PROSE.split()
HANZI = "今天我们去北京看比赛球队的教练说经济增长很快投资者对市场有信心新手机的芯片性能提高"


def prose(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(5, 14)))


def hanzi(rng: random.Random) -> str:
    return "".join(rng.choice(HANZI) for _ in range(rng.randint(8, 20)))


def file_of(line: Callable[[random.Random, int], str], rows: int = 120) -> str:
    rng = random.Random(7)
    return "".join(line(rng, i) + "\n" for i in range(rows))


def opened(path: Path, text: str, labelled: bool | None = None, **read: str) -> Source:
    path.write_text(text, encoding="utf-8")
    return open_source(str(path), ReadConfig(**read), labelled=labelled)


def pick(*values: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(values)


mood = pick("joy", "anger", "sadness", "love")
LABELLED = {
    "text;label": lambda rng, i: f"{prose(rng)};{mood(rng)}",
    "semicolons in the text": lambda rng, i: f"{prose(rng)}; {prose(rng)};{mood(rng)}",
    "ham | text": lambda rng, i: f"{rng.choice(['ham', 'spam'])} | {prose(rng)} | {prose(rng)}",
    "text | label": lambda rng, i: f"{prose(rng)} | {mood(rng)}",
    "TREC": lambda rng, i: (
        f"{rng.choice(['LOC:city', 'HUM:ind', 'NUM:count', 'LOC:other', 'DESC:def'])} What {prose(rng)} ?"
    ),
    "1 text": lambda rng, i: f"{rng.choice('01')} {prose(rng)}",
    "-1 text": lambda rng, i: f"{rng.choice(['-1', '+1'])} {prose(rng)}",
    "text 1": lambda rng, i: f"{prose(rng)} {rng.choice('12345')}",
    "label<tab>text": lambda rng, i: f"{mood(rng)}\t{prose(rng)}",
    "text<tab>label": lambda rng, i: f"{prose(rng)}\t{rng.choice('01')}",
    "tabs in the text": lambda rng, i: f"{mood(rng)}\t{prose(rng)}" + i % 3 * f"\t{prose(rng)}",
    "text @@@ label": lambda rng, i: f"{prose(rng)} @@@ {mood(rng)}",
    "label ||| text": lambda rng, i: f"{mood(rng)} ||| {prose(rng)}",
    "label +++$+++ text": lambda rng, i: f"{mood(rng)} +++$+++ {prose(rng)}",
    "text => label": lambda rng, i: f"{prose(rng)} => {mood(rng)}",
    "text##label": lambda rng, i: f"{prose(rng)}##{mood(rng)}",
    "label::text": lambda rng, i: f"{mood(rng)}::{prose(rng)}",
    "label,text": lambda rng, i: f"{mood(rng)},{prose(rng)}, {prose(rng)}",
    "text,label": lambda rng, i: f"{prose(rng)}, {prose(rng)},{mood(rng)}",
    "text~label": lambda rng, i: f"{prose(rng)}~{mood(rng)}",
    "quoted": lambda rng, i: f'"{prose(rng)}, ""{prose(rng)}""",{mood(rng)}',
    "体育;文": lambda rng, i: f"{rng.choice(['体育', '财经', '科技'])};{hanzi(rng)}",
    "文,体育": lambda rng, i: f"{hanzi(rng)},{hanzi(rng)},{rng.choice(['体育', '财经', '科技'])}",
    "1 文": lambda rng, i: f"{rng.choice('01')} {hanzi(rng)}",
    "two-word labels": lambda rng, i: f"{prose(rng)};{rng.choice(['very bad', 'so-so', 'really good'])}",
    "sorted": lambda rng, i: f"{i // 60} {prose(rng)}",
    "a few bad lines": lambda rng, i: prose(rng) if i == 50 else f"{prose(rng)};{mood(rng)}",
}


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("file", ["a.txt", "a.data", "a"])
def test_labelled_lines_are_recognised(tmp_path: Path, name: str, file: str) -> None:
    text = file_of(LABELLED[name])
    source = opened(tmp_path / file, text)
    records = list(source)
    assert source.labelled and len(records) == 120
    found = {record.labels[0] for record in records if record.labels}
    assert 2 <= len(found) <= 5
    for record, line in zip(records, text.splitlines(), strict=True):
        if record.labels:
            assert record.labels[0] in line and len(record.text) >= 8
            assert len(record.text) + len(record.labels[0]) >= len(line) - 12


def dialogue(rng: random.Random, i: int) -> str:
    return f"{rng.choice(['ROMEO', 'JULIET', 'NURSE'])}: {prose(rng)}"


PLAIN = {
    "prose": lambda rng, i: f"{prose(rng).capitalize()}, {prose(rng)}; {prose(rng)}.",
    "a poem": lambda rng, i: f"{prose(rng)},",
    "a play": dialogue,
    "a chat": lambda rng, i: f"{rng.choice('AB')}: {prose(rng)}",
    "a chat with times": lambda rng, i: f"[{i // 60:02}:{i % 60:02}] {rng.choice(['ann', 'bob'])}: {prose(rng)}",
    "a messenger": lambda rng, i: f"12/03/2021, 10:{i % 60:02} - {rng.choice(['Ann', 'Bob'])}: {prose(rng)}",
    "a log": lambda rng, i: f"2024-01-02 10:{i % 60:02}:11 {rng.choice(['INFO', 'WARN'])} {prose(rng)}",
    "a log with levels": lambda rng, i: f"{rng.choice(['INFO', 'WARN'])}: {prose(rng)}",
    "times": lambda rng, i: f"10:{i % 60:02} {prose(rng)}",
    "times and semicolons": lambda rng, i: f"10:{i % 60:02};{prose(rng)}",
    "a numbered list": lambda rng, i: f"{i + 1} {prose(rng)}",
    "a list with dots": lambda rng, i: f"{i + 1}. {prose(rng)}",
    "verses": lambda rng, i: f"{i % 30 + 1} {prose(rng)}",
    "chapters and verses": lambda rng, i: f"{i // 30 + 1}:{i % 30 + 1} {prose(rng)}",
    "the Bible": lambda rng, i: f"{['Genesis', 'Exodus'][i // 60]} {i // 30 + 1}:{i % 30 + 1} {prose(rng)}",
    "the Bible in columns": lambda rng, i: f"{['Gen', 'Exo'][i // 60]}|{i // 30 + 1}|{i % 30 + 1}|{prose(rng)}",
    "subtitles": lambda rng, i: [str(i // 3), "00:00:01,000 --> 00:00:02,000", prose(rng)][i % 3],
    "ingredients": lambda rng, i: f"{rng.choice('123')} {rng.choice(['cups', 'spoons'])} {rng.choice(WORDS)}",
    "a dictionary": lambda rng, i: f"word{i}: {prose(rng)}",
    "quotations": lambda rng, i: f"{prose(rng)} -- {rng.choice(['Twain', 'Wilde'])}",
    "paths": lambda rng, i: f"{rng.choice(['src', 'tests'])}/{rng.choice(WORDS)}.py",
    "code": lambda rng, i: f"{rng.choice(WORDS)} = {rng.choice(WORDS)}();",
    "numbers": lambda rng, i: f"{rng.random()},{rng.random()},{i % 3}",
    "names": lambda rng, i: f"{rng.choice(['Smith', 'Jones'])}, {rng.choice(WORDS)}",
    "Chinese dialogue": lambda rng, i: f"{rng.choice('甲乙')}：{hanzi(rng)}",
    "Chinese prose": lambda rng, i: f"{hanzi(rng)}，{hanzi(rng)}；{hanzi(rng)}。",
    "questions and answers": lambda rng, i: f"{'QA'[i % 2]}: {prose(rng)}",
    "tokenised": lambda rng, i: f"{prose(rng)} , {prose(rng)} .",
    "a markdown table": lambda rng, i: f"| {mood(rng)} | {prose(rng)} |",
}


@pytest.mark.parametrize("name", PLAIN)
def test_other_text_stays_text(tmp_path: Path, name: str) -> None:
    text = file_of(PLAIN[name])
    source = opened(tmp_path / "a.txt", text)
    assert source.format == "text" and not source.labelled
    assert [record.text for record in source] == text.splitlines()


def test_a_note_names_the_detected_form_and_the_option_to_override_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = file_of(LABELLED["text;label"])
    (note,) = opened(path, text).notes
    assert note.startswith(f"{path}: labelled lines, a label after the last ';', UTF-8; ")
    assert "--task lm" in note and "--input-format text" in note and "--delimiter" in note and "'joy'" in note
    for source in (opened(path, text, False), opened(path, text, input_format="text")):
        assert [record.text for record in source] == text.splitlines()


@pytest.mark.parametrize("name", ["a play", "a chat", "a log with levels", "the Bible in columns"])
def test_doubtful_lines_are_text_with_a_remark_and_labels_when_asked(tmp_path: Path, name: str) -> None:
    text = file_of(PLAIN[name])
    (note,) = opened(tmp_path / "a.txt", text).notes
    assert "--task classify" in note
    source = opened(tmp_path / "a.txt", text, True)
    assert 2 <= len({record.labels for record in source}) <= 4


def test_prose_has_no_labels_even_if_asked_for(tmp_path: Path) -> None:
    for name in ("prose", "a poem", "a numbered list", "Chinese prose"):
        with pytest.raises(DataError, match="without labels"):
            opened(tmp_path / "a.txt", file_of(PLAIN[name]), True)


def test_a_mark_that_the_user_names(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for mark, line in (("%%", "good day%%x"), ("/", "one/two words/x"), (":", "x:y is so"), ("tab", "a b\tx")):
        first = line.startswith("x")
        text = "".join(f"{line.replace('x', label)} {n}\n" if first else f"{n} {line.replace('x', label)}\n"
                       for n, label in enumerate(["pos", "neg"] * 3))  # fmt: skip
        source = opened(path, text, True, delimiter=mark)
        assert [record.labels for record in source] == [("pos",), ("neg",)] * 3, mark


def test_companions_are_read_as_the_training_file_was(tmp_path: Path) -> None:
    train, valid = tmp_path / "train.txt", tmp_path / "val.txt"
    train.write_text(file_of(LABELLED["semicolons in the text"]))
    valid.write_text("so it goes; and goes;joy\nno label here\n")
    splits = load_splits(str(train), ReadConfig(), valid=str(valid), test=None, valid_fraction=None, seed=1)
    assert splits.read.line_form == "text;label"
    assert [(record.text, record.labels) for record in splits.valid] == [("so it goes; and goes", ("joy",))]
    assert "1 row has no label" in splits.warnings[0]

    trained = TrainedRead.of(ReadConfig(line_form="text;label"), ["joy", "anger"])
    for text, expected in (
        ("what a day;joy\nleave me;anger\n", ["what a day", "leave me"]),
        ("no label; none at all\nplain\n\n", ["no label; none at all", "plain", ""]),
        (file_of(LABELLED["ham | text"]), file_of(LABELLED["ham | text"]).splitlines()),  # labels of another model
    ):
        valid.write_text(text)
        found = open_source(str(valid), ReadConfig(), labelled=None, prefer=trained)
        assert [record.text for record in found] == expected


def test_a_folder_of_labelled_files(tmp_path: Path) -> None:
    for name in ("train.txt", "val.txt", "test.txt"):
        (tmp_path / name).write_text(file_of(LABELLED["text;label"], 120 if name == "train.txt" else 3))
    splits = load_splits(str(tmp_path), ReadConfig(), valid=None, test=None, valid_fraction=None, seed=1)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (120, 3, 3)
    assert all(record.labels for record in splits.test)


def test_a_large_file_sorted_by_label(tmp_path: Path) -> None:
    rng = random.Random(1)
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{label} {prose(rng)}\n" for label in "01" for _ in range(6000)))
    assert path.stat().st_size > 600_000
    assert open_source(str(path), ReadConfig(), labelled=None).format == "labelled"


@given(
    st.lists(
        st.tuples(st.from_regex(r"\w{1,5}( \w{1,5}){1,3}", fullmatch=True), st.sampled_from(["a", "b c"])),
        min_size=1, max_size=4,
    ),
    st.sampled_from([";", " | ", " @@@ ", "|||", "\t"]),
    st.booleans(),
)  # fmt: skip
def test_what_was_joined_is_cut(pairs: Sequence[tuple[str, str]], mark: str, first: bool) -> None:
    form = LineForm(mark.strip(" "), first)
    for text, label in pairs:
        line = f"{label}{mark}{text}" if first else f"{text}{mark}{label}"
        assert form.split(line + "\n") == (text, label)
    assert LineForm.parse(str(form)) == form


@given(st.lists(st.text("ab ,;:|\t1é好\"'", max_size=12), max_size=30))
def test_any_lines_are_judged(lines: list[str]) -> None:
    found = find_form(lines)
    assert found is None or len(found.labels) >= 2


@pytest.mark.parametrize(("opening", "end"), ["[]", "()", "【】"])
def test_a_label_in_brackets_at_the_start(opening: str, end: str) -> None:
    rng = random.Random(1)
    lines = [f"{opening}{('bug', 'feature', 'question')[i % 3]}{end} {prose(rng)}" for i in range(60)]
    found = find_form(lines)
    assert found is not None
    assert found.sure
    assert set(found.labels) == {"bug", "feature", "question"}
    assert LineForm.parse(str(found.form)) == found.form


def test_levels_of_a_log_in_brackets_are_not_sure() -> None:
    rng = random.Random(1)
    found = find_form([f"[{('INFO', 'WARN', 'ERROR')[i % 3]}] {prose(rng)}" for i in range(60)])
    assert found is None or not found.sure


@pytest.mark.parametrize(
    "line",
    [
        "Round {n}, {text}",
        "{n} {v} {text}",
        "<{who}> {text}",
        "x[{v}] = f({text}, {n});",
        "{who}：今天我们，{text}。",
        "{who}: Well, {text}",
    ],
)
def test_parts_in_their_order_and_speakers_are_no_labels(line: str) -> None:
    rng = random.Random(2)
    lines = [line.format(n=i // 9 + 1, v=i % 9 + 1, who="甲乙"[i % 2], text=prose(rng)) for i in range(120)]
    found = find_form(lines)
    assert found is None or not found.sure


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dump.sql", "INSERT INTO reviews (id, text, label) VALUES ({n}, '{text}', {m});"),
        ("events.log", "2024-01-02T12:00:{n:02d}Z\t{m}\t{text}"),
    ],
)
def test_statements_and_logs_are_plain_text(tmp_path: Path, name: str, line: str) -> None:
    rng = random.Random(3)
    path = tmp_path / name
    path.write_text("".join(line.format(n=i % 60, m=i % 2, text=prose(rng)) + "\n" for i in range(80)))
    assert open_source(str(path), ReadConfig(), labelled=None).format == "text"


def test_fields_between_a_long_mark_are_noted(tmp_path: Path) -> None:
    rng = random.Random(4)
    path = tmp_path / "train.txt"
    path.write_text("".join(f"{i} ::: {prose(rng)} ::: {'ab'[i % 2]} ::: {prose(rng)}\n" for i in range(60)))
    assert "4 fields between ':::'" in open_source(str(path), ReadConfig(), labelled=None).notes[0]


@pytest.mark.parametrize("mark", [" | ", ";", " "])
def test_a_file_hardly_larger_than_what_is_read_first(tmp_path: Path, mark: str) -> None:
    """The places that are looked at overlap there: a line that is seen twice is no text that recurs."""
    rng = random.Random(1)
    text = "".join(f"{rng.choice('12')}{mark}{prose(rng)}\n" for _ in range(5500))
    assert 1 << 18 < len(text) < 1.3 * (1 << 18)
    assert opened(tmp_path / "a.txt", text).format == "labelled"
