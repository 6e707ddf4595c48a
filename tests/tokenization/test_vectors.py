"""Word vectors from files as people have them, and from files that are damaged or something else."""

from __future__ import annotations

import gzip
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmcli.errors import DataError, NoDataError
from lstmcli.tokenization import vectors as module
from lstmcli.tokenization.vectors import Vectors, read_vectors

GLOVE = "the 0.1 0.2 0.3\ncat -1 2.5e-1 3\n你好 4 5 6\n"
FASTTEXT = "3 3\n" + "".join(f"{line} \n" for line in GLOVE.splitlines())  # fastText ends lines with a space
WORDS = ["[PAD]", "cat", "dog", "你好", "the"]


Write = Callable[[str | bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> str:
        path = tmp_path / "words.vec"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def as_dict(vectors: Vectors, vocabulary: list[str]) -> dict[str, list[float]]:
    rows = zip(vectors.rows, vectors.values, strict=True)
    return {vocabulary[row]: [round(float(v), 4) for v in values] for row, values in rows}


@pytest.mark.parametrize(
    "content",
    [
        GLOVE,
        FASTTEXT,
        gzip.compress(FASTTEXT.encode()),
        b"\xef\xbb\xbf" + FASTTEXT.encode(),
        GLOVE.replace("\n", "\r\n"),
        GLOVE.replace(" ", "\t"),
        GLOVE.removesuffix("\n"),
        "\n" + GLOVE.replace("\n", "\n\n"),
    ],
    ids=["glove", "fasttext", "gzip", "bom", "crlf", "tabs", "no-newline", "blank-lines"],
)
def test_every_form_gives_the_same_vectors(write: Write, content: str | bytes) -> None:
    vectors = read_vectors(write(content), WORDS)
    assert vectors.dimension == 3 and vectors.rows.tolist() == [1, 3, 4]
    assert vectors.rows.dtype == np.int64 and vectors.values.dtype == np.float32
    assert as_dict(vectors, WORDS) == {"the": [0.1, 0.2, 0.3], "cat": [-1, 0.25, 3], "你好": [4, 5, 6]}


@given(
    table=st.dictionaries(
        st.text(st.characters(categories=["Ll", "Lo", "N", "P"]), min_size=1, max_size=5),
        st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3),
        min_size=2,
    ),
    header=st.booleans(),
    data=st.data(),
)
@settings(max_examples=100)
def test_what_was_written_is_read(table: dict[str, list[float]], header: bool, data: st.DataObject) -> None:
    lines = [f"{word} {' '.join(map(repr, values))}" for word, values in table.items()]
    vocabulary = data.draw(st.lists(st.sampled_from([*table, "absent word"]), unique=True, min_size=1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.vec"
        path.write_text("\n".join([f"{len(table)} 3"] * header + lines), encoding="utf-8")
        vectors = read_vectors(str(path), vocabulary)
    found = dict(zip((vocabulary[row] for row in vectors.rows), vectors.values.tolist(), strict=True))
    assert found == {word: np.float32(table[word]).tolist() for word in vocabulary if word in table}


def test_words_may_hold_spaces(write: Write) -> None:
    content = "the 0.1 0.2 0.3\n. . . 1 2 3\nat name@domain.com 4 5 6\n1 000 7 8 9\nnew\u00a0york 1 1 1\n"
    words = [". . .", "at name@domain.com", "1 000", "new\u00a0york", "."]
    vectors = read_vectors(write(content), words)
    assert as_dict(vectors, words) == {
        ". . .": [1, 2, 3],
        "at name@domain.com": [4, 5, 6],
        "1 000": [7, 8, 9],
        "new\u00a0york": [1, 1, 1],
    }


def test_a_word_that_is_a_space_or_not_utf8_is_passed_over(write: Write) -> None:
    content = b"cat 1 2 3\n  4 5 6\n 7 8 9\n\xff\xfe 1 2 3\nthe 1 1 1\n"
    assert read_vectors(write(content), ["", "the", "cat"]).rows.tolist() == [1, 2]


def test_case_falls_back_and_the_exact_word_wins(write: Write) -> None:
    content = "Apple 1 1\napple 2 2\nHAUS 3 3\nHaus 4 4\ncat 5 5\n"
    words = ["apple", "Apple", "APPLE", "haus", "Cat"]
    assert as_dict(read_vectors(write(content), words), words) == {
        "apple": [2, 2],
        "Apple": [1, 1],
        "APPLE": [2, 2],  # by its lower-case form
        "haus": [3, 3],  # by the first word in the file that becomes it
        "Cat": [5, 5],
    }
    other_order = read_vectors(write("apple 2 2\nApple 1 1\n"), words[:2])
    assert as_dict(other_order, words) == {"apple": [2, 2], "Apple": [1, 1]}


def test_the_first_of_several_lines_for_a_word_counts(write: Write) -> None:
    assert as_dict(read_vectors(write("cat 1 2\ncat 3 4\n"), ["cat"]), ["cat"]) == {"cat": [1, 2]}


def test_nothing_in_common_is_no_error(write: Write) -> None:
    vectors = read_vectors(write(FASTTEXT), ["zebra"])
    assert vectors.rows.shape == (0,) and vectors.values.shape == (0, 3)


def test_one_line_or_one_number_is_enough(write: Write) -> None:
    assert read_vectors(write("cat 1 2 3"), ["cat"]).dimension == 3
    words = ["cat", "5"]
    assert as_dict(read_vectors(write("3 1\nthe 1\ncat 2\n5 3\n"), words), words) == {"cat": [2], "5": [3]}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (GLOVE + "dog 1 2\n", 4, "2 numbers where the file's vectors have 3"),
        (GLOVE + "dog 1.5 2.5 3.5 4.5\n", 4, "4 numbers where the file's vectors have 3"),
        (GLOVE + "dog 1 x 3\n", 4, "'x' is not a number, in the vector of 'dog'"),
        (GLOVE + "dog 1 nan 3\n", 4, "infinite or missing numbers in the vector of 'dog'"),
        ("2 300\ncat 1 2 3\n", 2, "3 numbers where the file's vectors have 300"),
        ("2 99999999999999\ncat 1 2 3\n", 2, "3 numbers where"),
        ("apple\nbanana\n", 1, "no numbers after the first word"),
        ("2 0\ncat\n", 1, "no numbers after the first word"),
    ],
)
def test_a_damaged_line_is_named(write: Write, content: str, line: int, message: str) -> None:
    path = write(content)
    with pytest.raises(DataError) as caught:
        read_vectors(path, ["dog"])
    assert message in caught.value.message
    assert (caught.value.path, caught.value.line) == (path, line)


@pytest.mark.parametrize("content", ["", "\n\n", "100 3\n"])
def test_an_empty_file_is_no_data(write: Write, content: str) -> None:
    with pytest.raises(NoDataError):
        read_vectors(write(content), ["cat"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xba\x16\x4f\x2f\x0c\x00\x00\x00binary", "not text"),
        (b"PK\x03\x04glove", "a zip archive"),
        (b"x" * 3000, "not text"),
        (gzip.compress(FASTTEXT.encode() * 50)[:40], "damaged or cut short"),
        (gzip.compress(FASTTEXT.encode())[:-12] + b"\0" * 12, "damaged or cut short"),
    ],
    ids=["binary", "zip", "one endless line", "cut gzip", "wrong checksum"],
)
def test_a_file_of_another_kind_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 2000)
    with pytest.raises(DataError, match=message) as caught:
        read_vectors(write(content), ["cat"])
    assert caught.value.hint


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "nowhere.vec", "No such file"), (tmp_path, "directory")):
        with pytest.raises(DataError, match=reason):
            read_vectors(str(path), ["cat"])


def test_reading_takes_the_memory_of_the_vocabulary_not_of_the_file(write: Write) -> None:
    path = write("cat 1 2 3 4\n" + "".join(f"word{i} 0.125 0.25 0.5 0.75\n" for i in range(50_000)))
    tracemalloc.start()
    vectors = read_vectors(path, ["cat"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert vectors.rows.tolist() == [0] and peak < 300_000  # of 1.6 MB
