"""Which tables hold pairs, and which do not; two parallel files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from lstmcli.data.config import ReadConfig
from lstmcli.data.parallel import parallel, with_targets
from lstmcli.data.records import Splits
from lstmcli.data.splits import load_splits
from lstmcli.errors import DataError, UsageError

ENGLISH = ("Go on.", "I see the house.", "The dog runs away.", "Where are you now?", "She reads a long book.")
GERMAN = ("Weiter.", "Ich sehe das Haus.", "Der Hund rennt weg.", "Wo bist du jetzt?", "Sie liest ein langes Buch.")


def table(path: Path, header: str, *columns: tuple[str, ...], end: str = ",") -> str:
    lines = [end.join(cells) for cells in zip(*columns, strict=True)]
    path.write_text("\n".join([header, *lines] if header else lines) + "\n", encoding="utf-8")
    return str(path)


def read(spec: object, paired: bool | None = None, **how: object) -> Splits:
    config = ReadConfig(**how)  # type: ignore[arg-type]
    return load_splits(spec, config, valid=None, test=None, valid_fraction=0.2, seed=1, paired=paired)  # type: ignore[arg-type]


def pairs_of(splits: Splits) -> set[tuple[str, str | None]]:
    return {(record.text, record.target) for part in (splits.train, splits.valid) for record in part}


HEADERS = ("source,target", "src,tgt", "SRC,TRG", "en,de", "English,German", "question,answer")


@pytest.mark.parametrize("header", HEADERS)
def test_names_of_two_sides_make_pairs(tmp_path: Path, header: str) -> None:
    splits = read(table(tmp_path / "x.csv", header, ENGLISH, GERMAN))
    assert splits.paired and not splits.labelled
    assert pairs_of(splits) == set(zip(ENGLISH, GERMAN, strict=True))
    source, target = header.split(",")
    assert f"text from {source!r}, translation from {target!r}" in splits.notes[0]
    assert "--target-column" in splits.notes[0] and splits.fingerprint


@pytest.mark.parametrize("header", ["premise,hypothesis,label", "question,answer,label", "source,target,category"])
def test_pairs_with_labels_stay_classification(tmp_path: Path, header: str) -> None:
    splits = read(table(tmp_path / "x.csv", header, ENGLISH, GERMAN, ("yes", "no", "yes", "no", "yes")))
    assert splits.labelled and not splits.paired


def test_a_target_of_classes_is_a_label(tmp_path: Path) -> None:
    texts = tuple(f"this is text number {n}" for n in range(20))
    splits = read(table(tmp_path / "x.csv", "source,target", texts, ("pos", "neg") * 10))
    assert splits.labelled and not splits.paired and splits.label_column == "target"


def test_exports_of_manythings_and_tatoeba_are_known_without_a_header(tmp_path: Path) -> None:
    licence = ("CC-BY 2.0 (France) Attribution: tatoeba.org #1 (CM) & #2 (R)",) * len(ENGLISH)
    numbers = tuple(map(str, range(101, 101 + len(ENGLISH))))
    for columns in ((ENGLISH, GERMAN, licence), (numbers, ENGLISH, numbers, GERMAN), (ENGLISH, GERMAN)):
        splits = read(table(tmp_path / "x.tsv", "", *columns, end="\t"))
        assert splits.paired and pairs_of(splits) == set(zip(ENGLISH, GERMAN, strict=True))


def test_an_export_of_manythings_is_known_by_its_licence_where_its_name_says_text(tmp_path: Path) -> None:
    licence = ("CC-BY 2.0 (France) Attribution: tatoeba.org #1 (CM) & #2 (R)",) * len(ENGLISH)
    splits = read(table(tmp_path / "deu.txt", "", ENGLISH, GERMAN, licence, end="\t"))
    assert splits.paired and pairs_of(splits) == set(zip(ENGLISH, GERMAN, strict=True))
    prose = table(tmp_path / "prose.txt", "", ENGLISH, GERMAN, ("a third text",) * len(ENGLISH), end="\t")
    assert not read(prose).paired


@pytest.mark.parametrize("form", ["jsonl", "json"])
@pytest.mark.parametrize("more", [{}, {"id": "7"}])
def test_two_languages_in_one_object_are_a_pair(tmp_path: Path, form: str, more: dict[str, str]) -> None:
    rows = [{**more, "translation": {"de": de, "en": en}} for de, en in zip(GERMAN, ENGLISH, strict=True)]
    path = tmp_path / f"x.{form}"
    path.write_text(json.dumps(rows) if form == "json" else "\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert pairs_of(read(str(path))) == set(zip(GERMAN, ENGLISH, strict=True))
    other = read(str(path), True, text_columns=("translation.en",), target_column="translation.de")
    assert pairs_of(other) == set(zip(ENGLISH, GERMAN, strict=True))


def test_options_name_the_columns_and_the_direction(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", "en,de", ENGLISH, GERMAN)
    splits = read(path, True, text_columns=("de",), target_column="en")
    assert pairs_of(splits) == set(zip(GERMAN, ENGLISH, strict=True))
    with pytest.raises(DataError, match="no column 'fr'"):
        read(path, True, target_column="fr")
    three = read(table(tmp_path / "y.csv", "en,de,fr", ENGLISH, GERMAN, GERMAN))
    assert "(others: 'fr')" in three.notes[0]


def test_other_tables_are_read_as_before(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", "en,de", ENGLISH, GERMAN)
    assert not read(path, False).paired
    with pytest.raises(DataError, match="no pairs of texts found"):
        read(table(tmp_path / "y.csv", "text,number", ENGLISH, ("1", "2", "3", "4", "5")), True)


def test_a_line_without_a_tab_among_lines_with_one_is_named(tmp_path: Path) -> None:
    """Few lines are plain text; many are rows, of which one is too short."""
    few = ["Go on.\tWeiter.", "I see the house.", "Where are you?\tWo bist du?"]
    (tmp_path / "few").write_text("\n".join(few) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no tab, which other lines have") as caught:
        read(str(tmp_path / "few"), True)
    assert caught.value.line == 2
    assert "line 2 has no tab and others have one" in " ".join(read(str(tmp_path / "few")).notes)
    many = [f"Go on {i}.\tWeiter {i}." for i in range(60)]
    (tmp_path / "many").write_text("\n".join([*many[:30], "I see the house.", *many[30:]]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="expected 2 columns, found 1") as caught:
        read(str(tmp_path / "many"), True)
    assert caught.value.line == 31


def lines(path: Path, texts: tuple[str, ...]) -> str:
    data = ("\n".join(texts) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


@pytest.mark.parametrize("end", ["", ".gz"])
def test_two_files_belong_together_line_by_line(tmp_path: Path, end: str) -> None:
    source, target = lines(tmp_path / f"a.en{end}", ENGLISH), lines(tmp_path / f"a.de{end}", GERMAN)
    splits = read(parallel(source, target), True)
    assert pairs_of(splits) == set(zip(ENGLISH, GERMAN, strict=True))
    assert {record.line for record in splits.train} <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("first", "second", "longer"), [(5, 3, "a.en"), (2, 5, "a.de")])
def test_files_of_different_lengths_are_refused_by_the_line(
    tmp_path: Path, first: int, second: int, longer: str
) -> None:
    source, target = lines(tmp_path / "a.en", ENGLISH[:first]), lines(tmp_path / "a.de", GERMAN[:second])
    with pytest.raises(DataError, match="there is no such line in") as caught:
        read(parallel(source, target), True)
    assert caught.value.path == str(tmp_path / longer) and caught.value.line == min(first, second) + 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    source = lines(tmp_path / "a.en", ENGLISH)
    with pytest.raises(DataError, match="no such file"):
        parallel(source, str(tmp_path / "a.fr"))
    with pytest.raises(UsageError, match="--valid-target"):
        with_targets(None, source, "--valid-target")
    assert with_targets(source, None, "--target-file") == source
