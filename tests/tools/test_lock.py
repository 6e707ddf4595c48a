"""The lock file: the versions of constraints.txt, and the hashes that pip reports."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from support.tools import tool

ROOT = Path(__file__).resolve().parent.parent.parent
CONSTRAINTS = '# pins\none==1.0\ntwo==2.0; python_version >= "3"\ntwo==1.0; python_version < "3"\nextra==5\n'


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    return tool("lock")


def entry(name: str, version: str, digest: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "version": version},
        "download_info": {"archive_info": {"hashes": {"sha256": digest}}},
    }


FOUND = [entry("One", "1.0+cpu", "aa"), entry("two", "2.0", "bb")]


def test_what_pip_takes_is_written_by_its_hash(lock: ModuleType) -> None:
    assert lock.lines(CONSTRAINTS, FOUND, "") == [
        "one==1.0 --hash=sha256:aa",
        'two==2.0; python_version >= "3" --hash=sha256:bb',
    ]


def test_hashes_of_other_machines_stay_while_the_version_does(lock: ModuleType) -> None:
    before = "# head\none==1.0 --hash=sha256:cc\ntwo==1.9 --hash=sha256:dd\n"
    assert lock.lines(CONSTRAINTS, FOUND, before) == [
        "one==1.0 --hash=sha256:aa --hash=sha256:cc",
        'two==2.0; python_version >= "3" --hash=sha256:bb',
    ]


def test_a_package_that_is_no_longer_needed_leaves_the_file(lock: ModuleType) -> None:
    before = '# head\nextra==5 --hash=sha256:cc\ntwo==1.0; python_version < "3" --hash=sha256:dd\n'
    assert lock.lines(CONSTRAINTS, FOUND, before) == [
        "one==1.0 --hash=sha256:aa",
        'two==2.0; python_version >= "3" --hash=sha256:bb',
        'two==1.0; python_version < "3" --hash=sha256:dd',
    ]


@pytest.mark.parametrize("found", [entry("one", "1.1", "aa"), entry("three", "3", "aa")])
def test_what_is_not_pinned_is_refused(found: dict[str, Any], lock: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"pip takes 1\.1|not pinned"):
        lock.lines(CONSTRAINTS, [found], "")
