"""Bytes of files: gzip by its first bytes, and everything that is no text refused by name."""

from __future__ import annotations

import gzip
import io
import pickle
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from lstmcli.data import files
from lstmcli.data.files import CHUNKS, HEAD_BYTES, Input, refuse_binary
from lstmcli.errors import DataError


def read(path: Path) -> bytes:
    source = Input(str(path))
    source.head()
    return source.read_all()


def test_gzip_is_told_by_its_bytes(tmp_path: Path) -> None:
    for name in ("a.csv.gz", "a.csv"):
        (tmp_path / name).write_bytes(gzip.compress(b"text\n"))
        assert read(tmp_path / name) == b"text\n"
    assert Input("x/A.CSV.GZ").suffixes == [".csv"]


def test_gzip_by_name_only(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"text\n")
    with pytest.raises(DataError, match="but not gzipped"):
        read(tmp_path / "a.gz")


def test_truncated_and_damaged_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(range(256)) * 4000)
    (tmp_path / "a.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(DataError, match="ends too early"):
        read(tmp_path / "a.gz")
    (tmp_path / "b.gz").write_bytes(packed[:20] + b"\xff" * 50 + packed[70:])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / "b.gz")


@pytest.mark.parametrize("how", ["file", "data", "pipe"])
def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1 << 20)
    bomb = gzip.compress(bytes(8 << 20), mtime=0)
    (tmp_path / "bomb.gz").write_bytes(bomb)
    source = {
        "file": Input(str(tmp_path / "bomb.gz")),
        "data": Input("bomb", data=bomb),
        "pipe": Input("-", stream=io.BytesIO(bomb)),
    }[how]
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="gzipped bytes hold more than"):
            source.read_all()
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_text_that_packs_as_text_does_may_be_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED", 1 << 16)
    text = "".join(f"line {i}: the cat sat on the mat\n" for i in range(20_000)).encode()
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    assert read(tmp_path / "a.gz") == text


def test_several_gzip_members_are_one_text(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    assert read(tmp_path / "a.gz") == b"one\ntwo\n"


def test_samples_reach_the_end_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"plain\n" * (HEAD_BYTES // 3) + b"caf\xe9\n" * 20_000)
    samples = Input(str(path)).samples(Input(str(path)).head())
    assert len(samples) == CHUNKS + 1
    assert b"\xe9" in samples[-1]
    assert all(sample.endswith(b"\n") and not sample.startswith(b"\n") for sample in samples)


def test_binary_files_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "b")
    cases = {
        "PNG": b"\x89PNG\r\n\x1a\n",
        "ELF": b"\x7fELF\x02",
        "zip": (tmp_path / "a.zip").read_bytes(),
        "pickle": pickle.dumps([1, 2], protocol=4),
        "PDF": b"%PDF-1.7",
        "control characters": bytes(range(32)) * 3,
    }
    for name, data in cases.items():
        with pytest.raises(DataError, match=name):
            refuse_binary(data, "a")
    refuse_binary(b"\x1b[31mred\x1b[0m text\n", "a")
    refuse_binary("UTF-16".encode("utf-16-le"), "a", any_bytes=True)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    path.chmod(0)
    try:
        path.open().close()
    except PermissionError:
        with pytest.raises(DataError, match="Permission denied"):
            read(path)
    else:
        pytest.skip("this user may read everything")
