"""Files, patterns and folders that ``-o DIR`` answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmcli.cli.io.bulk_files import find
from lstmcli.errors import DataError, UsageError


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "logs/a.csv",
        "logs/mon/a.csv",
        "logs/mon/b.txt.gz",
        "logs/mon/c.exe",
        "logs/.hid/d.csv",
        "logs/_e.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        (["logs/a.csv"], ["a.csv"]),
        (["logs/mon/c.exe"], ["c.exe"]),
        (["logs/*.csv"], ["_e.csv", "a.csv"]),
        (["logs/*/*.csv"], ["mon/a.csv"]),
        (["logs/**/*.csv"], ["_e.csv", "a.csv", "mon/a.csv"]),
        (["lo*/mon/a.csv"], ["logs/mon/a.csv"]),
        (["logs"], ["a.csv", "mon/a.csv", "mon/b.txt.gz"]),
        (["logs/a.csv", "logs/a.csv"], ["a.csv"]),
    ],
)
def test_names_begin_where_the_pattern_or_the_folder_does(logs: Path, specs: list[str], names: list[str]) -> None:
    for base in ("", f"{logs}/"):
        found = find([base + spec for spec in specs], Path("out"))
        assert [each.name for each in found] == names and all(each.path.is_file() for each in found)


@pytest.mark.parametrize(
    ("specs", "folder", "error", "says"),
    [
        ([], "out", UsageError, "needs files"),
        (["logs/a.csv", "logs/mon/a.csv"], "out", UsageError, "two files are called 'a.csv'"),
        (["logs"], "logs/mon", UsageError, "in the folder of the answers"),
        (["logs/b*.csv"], "out", DataError, "no file matches"),
        (["logs/b.csv"], "out", DataError, "no such file"),
        (["empty"], "out", DataError, "no file in this folder"),
        (["/dev/null"], "out", UsageError, "is none"),
    ],
)
def test_what_cannot_be_answered_is_said(
    logs: Path, specs: list[str], folder: str, error: type[Exception], says: str
) -> None:
    (logs / "empty").mkdir()
    with pytest.raises(error, match=says):
        find(specs, Path(folder))
