"""A model directory is written whole or not at all, and read only if every byte is as it was written."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmcli.errors import ModelError, OutputError
from lstmcli.model_dir import atomic, manifest
from lstmcli.model_dir.directory import check_target, default_model_path, read_model, retry_if_replaced, write_model
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING, Task
from support.models import LABELS, TINY, description, stub_files, stub_model

CHECKED = ("model.safetensors", "tokenizer.json", "model.onnx")
reuse_tmp_path = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return stub_model(tmp_path / "model")


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def rewrite(model: Path, *, seal: bool = True, **changes: Any) -> None:
    """Change config.json as a careful editor would: with a checksum that fits again."""
    path = model / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        if value is None:
            del config[name]
        else:
            config[name] = value
    if seal:
        config["checksum"] = manifest.checksum(config)
    path.write_text(json.dumps(config), encoding="utf-8")


# --- writing and reading back


def test_what_is_written_is_read(tmp_path: Path) -> None:
    target = tmp_path / "new" / "place" / "model"
    size = write_model(target, stub_files(), description(), force=False)
    assert names(target) == {*stub_files(), "config.json"}
    assert size == sum(file.stat().st_size for file in target.iterdir())
    assert names(target.parent) == {"model"}  # no leftovers
    model = read_model(target, task=CLASSIFICATION)
    assert (model.task.name, model.labels, model.multilabel, model.settings) == ("classify", LABELS, False, TINY)
    assert model.config["calibration"]["scale"] == 0.8
    for name in CHECKED:
        assert model.read(name) == stub_files()[name]
    model.verify()
    assert model.config["format_version"] == 1
    assert set(model.config["files"]) == set(CHECKED)
    assert model.size == sum(len(stub_files()[name]) for name in CHECKED)


@reuse_tmp_path
@given(labels=st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=5, unique=True))
def test_labels_of_any_characters_survive(tmp_path: Path, labels: list[str]) -> None:
    target = stub_model(tmp_path / "model", force=True, labels=labels, metrics={})
    assert read_model(target).labels == tuple(labels)


def test_chinese_is_readable_in_the_config(tmp_path: Path) -> None:
    target = stub_model(tmp_path / "model", labels=["好评", "差评"])
    assert "好评" in (target / "config.json").read_text(encoding="utf-8")


def test_a_loss_that_is_not_a_number_becomes_null(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    metrics = {"valid": {"loss": float("nan"), "ece": float("inf"), "n": np.int64(3), "f1": np.float32(0.5)}}
    read = read_model(stub_model(tmp_path / "model", metrics=metrics))
    assert read.config["metrics"] == {"valid": {"loss": None, "ece": None, "n": 3, "f1": 0.5}}


def test_people_may_edit_the_card_and_the_log(model: Path) -> None:
    (model / "README.md").write_text("mine now", encoding="utf-8")
    (model / "log.jsonl").unlink()
    read_model(model).verify()


def test_reformatting_the_config_changes_nothing(model: Path) -> None:
    rewrite(model, seal=False)
    assert read_model(model).labels == LABELS


def test_a_moved_model_is_the_same_model(model: Path) -> None:
    moved = model.rename(model.with_name("模型 copy"))
    read_model(moved).verify()


def test_a_config_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    for changes in ({"labels": []}, {"labels": ["a", "a"]}, {"classifier": {"model": {"hidden": -1}}}, {"seed": "one"}):
        with pytest.raises(ModelError):
            stub_model(tmp_path / "model", **changes)
    assert not names(tmp_path)


# --- what may be replaced


def test_a_model_is_replaced_only_with_force(model: Path) -> None:
    for attempt in (lambda: check_target(model, False), lambda: stub_model(model, seed=2)):
        with pytest.raises(OutputError, match="already there") as caught:
            attempt()
        assert "--force" in (caught.value.hint or "")
        assert caught.value.exit_code == 1
    assert read_model(model).config["seed"] == 1
    check_target(model, True)
    stub_model(model, force=True, seed=2)
    assert read_model(model).config["seed"] == 2
    assert names(model.parent) == {"model"}


def test_a_broken_model_can_be_replaced(model: Path) -> None:
    (model / "config.json").write_bytes(b"{")
    (model / "model.onnx").unlink()
    stub_model(model, force=True)
    read_model(model).verify()


@pytest.mark.parametrize("also", [(), ("config.json",)])
@pytest.mark.parametrize("force", [False, True])
def test_what_is_not_a_model_is_never_replaced(tmp_path: Path, force: bool, also: tuple[str, ...]) -> None:
    target = tmp_path / "thesis"
    target.mkdir()
    for name in ("chapter1.tex", *also):
        (target / name).write_text("{}", encoding="utf-8")
    for attempt in (lambda: check_target(target, force), lambda: stub_model(target, force=force)):
        with pytest.raises(OutputError) as caught:
            attempt()
        assert caught.value.path == str(target)
    assert (target / "chapter1.tex").read_text() == "{}"
    assert names(tmp_path) == {"thesis"}


def test_a_repository_around_the_model_is_kept(model: Path) -> None:
    (model / ".git").mkdir()
    with pytest.raises(OutputError, match=r"more than a model: \.git"):
        stub_model(model, force=True)


def test_an_empty_directory_is_filled(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    check_target(tmp_path / "model", False)
    read_model(stub_model(tmp_path / "model")).verify()


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("mine", encoding="utf-8")
    for target in (tmp_path / "model", tmp_path / "model" / "inside"):
        for attempt in (lambda t=target: check_target(t, True), lambda t=target: stub_model(t, force=True)):
            with pytest.raises(OutputError) as caught:
                attempt()
            assert caught.value.path == str(target)
            assert caught.value.hint
    assert (tmp_path / "model").read_text() == "mine"
    assert names(tmp_path) == {"model"}


def test_a_link_to_a_directory_stays_a_link(tmp_path: Path) -> None:
    stub_model(tmp_path / "disk" / "model")
    link = tmp_path / "model"
    link.symlink_to(tmp_path / "disk" / "model")
    stub_model(link, force=True, seed=3)
    assert link.is_symlink()
    assert read_model(tmp_path / "disk" / "model").config["seed"] == read_model(link).config["seed"] == 3


def test_the_working_directory_can_be_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    stub_model(Path())
    read_model(tmp_path / "here").verify()


def test_the_root_is_no_target() -> None:
    with pytest.raises(OutputError):
        check_target(Path("/"), True)


# --- nothing half-written


def test_checking_a_target_leaves_nothing(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b" / "model", False)
    assert not names(tmp_path)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_an_unwritable_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(path: Any, *_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    for attempt in (lambda: check_target(tmp_path / "m", False), lambda: stub_model(tmp_path / "m")):
        with pytest.raises(OutputError, match="cannot be written") as caught:
            attempt()
        assert "-o" in (caught.value.hint or "")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_file_system_that_takes_no_files() -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        check_target(Path("/proc/model"), False)


@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool) -> None:
    target = tmp_path / "deep" / "model"
    if existing:
        stub_model(target)
    calls = iter([None, None, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])

    def fsync(_: int) -> None:
        if error := next(calls):
            raise error

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError, match="no space left") as caught:
        stub_model(target, force=True, seed=2)
    assert "free some space" in (caught.value.hint or "")
    if existing:
        assert names(target.parent) == {"model"}
        assert read_model(target).config["seed"] == 1
    else:
        assert not names(tmp_path)


def fail_at(monkeypatch: pytest.MonkeyPatch, *steps: BaseException | None) -> list[str]:
    """Renames fail as told, one after the other; the rest go through.  Returns what was tried."""
    real, plan, tried = Path.rename, iter(steps), []

    def rename(source: Path, target: Path) -> Path:
        tried.append(f"{source.name} > {target.name}")
        if error := next(plan, None):
            raise error
        return real(source, target)

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    return tried


def test_without_a_swap_two_renames_do(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = fail_at(monkeypatch)
    stub_model(model, force=True, seed=2)
    assert len(tried) == 2
    assert read_model(model).config["seed"] == 2
    assert names(model.parent) == {"model"}


@pytest.mark.parametrize("error", [OSError(errno.EIO, "input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", [0, 1])
def test_a_failed_rename_leaves_the_old_model(
    model: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: int
) -> None:
    fail_at(monkeypatch, *[None] * step, error)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        stub_model(model, force=True, seed=2)
    assert read_model(model).config["seed"] == 1
    assert names(model.parent) == {"model"}


def test_if_even_the_way_back_fails_the_old_model_is_named(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(errno.EIO, "input/output error")
    fail_at(monkeypatch, None, error, error)
    with pytest.raises(OutputError) as caught:
        stub_model(model, force=True, seed=2)
    (aside,) = model.parent.iterdir()
    assert str(aside) in (caught.value.hint or "")
    assert read_model(aside).config["seed"] == 1


def test_leftovers_of_a_killed_run_are_no_obstacle(model: Path) -> None:
    """In a container every run may have the same process number."""
    for suffix in ("tmp", "old"):
        leftover = model.with_name(f".model.{os.getpid()}.{suffix}")
        leftover.mkdir()
        (leftover / "half").write_text("x", encoding="utf-8")
    check_target(model, True)
    stub_model(model, force=True, seed=2)
    assert read_model(model).config["seed"] == 2
    assert not (model.with_name(f".model.{os.getpid()}.tmp")).exists()


def test_what_killed_runs_left_long_ago_is_cleared_away(tmp_path: Path) -> None:
    kept = {".model.12.old", ".model.13.tmp", ".model.v2.12.tmp", ".model.mine.tmp", "model.12.tmp"}
    for name in {*kept, ".model.12.tmp"}:
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / ".model.13.tmp")  # may be another run's, at work
    check_target(tmp_path / "model", False)
    assert names(tmp_path) == kept  # an earlier model moved aside may be the only one there is
    stub_model(tmp_path / "model")
    check_target(tmp_path / "model", True)
    assert names(tmp_path) == kept - {".model.12.old"} | {"model"}


def test_of_two_runs_to_one_place_the_second_fails(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with pytest.raises(OutputError), atomic.temporary_sibling(target):
        (target / "someone").mkdir(parents=True)
        atomic.write_directory(target, {"a": b"b"}, replace=False)
    assert names(target) == {"someone"}


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs Linux's swap of two directories")
def test_a_reader_sees_the_old_or_the_new_one(model: Path) -> None:
    done = threading.Event()

    def write() -> None:
        for seed in range(2, 40):
            stub_model(model, force=True, seed=seed, command="x" * seed * 50)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    while not done.is_set():
        assert (model / "config.json").is_file()
        seen += 1
    writer.join()
    assert seen
    assert read_model(model).config["seed"] == 39


def test_reading_is_tried_again_when_the_model_was_replaced(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lstmcli.model_dir import directory

    real = directory._config_text

    def replaced_meanwhile(path: Path) -> bytes:
        text = real(path)
        if b'"seed": 1,' in text:
            files = stub_files() | {"model.onnx": b"another graph"}
            write_model(model, files, description(seed=2), force=True)
        return text

    monkeypatch.setattr(directory, "_config_text", replaced_meanwhile)
    assert read_model(model).config["seed"] == 2


def test_reading_is_tried_again_however_often_it_is_replaced(model: Path) -> None:
    """Every second directory has the number of the one before the last."""
    left = list(range(5))

    def load() -> str:
        if left:
            stub_model(model, force=True, seed=left.pop())
            stub_model(model, force=True, seed=7)
            raise ModelError("half of it is gone")
        return "whole"

    assert retry_if_replaced(model, load) == "whole"


# --- bad models


def refused(path: str | Path, task: Task | None = CLASSIFICATION) -> ModelError:
    """The error that reading all of the model ends with."""
    with pytest.raises(ModelError) as caught:
        read_model(path, task=task).verify()
    assert caught.value.exit_code == 4
    assert caught.value.path
    return caught.value


@pytest.mark.parametrize("name", [*CHECKED, "config.json"])
def test_a_missing_file(model: Path, name: str) -> None:
    (model / name).unlink()
    assert name in str(refused(model))


@pytest.mark.parametrize("name", CHECKED)
def test_a_truncated_file(model: Path, name: str) -> None:
    whole = (model / name).read_bytes()
    for size in (0, 1, len(whole) - 1):
        (model / name).write_bytes(whole[:size])
        error = refused(model)
        assert "cut short" in error.message
        assert error.path == str(model / name)
        assert error.hint


def test_a_truncated_config(model: Path) -> None:
    whole = (model / "config.json").read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 3):
        (model / "config.json").write_bytes(whole[:size])
        assert "not valid JSON" in refused(model).message


@pytest.mark.parametrize("name", CHECKED)
def test_an_altered_file(model: Path, name: str) -> None:
    whole = bytearray((model / name).read_bytes())
    whole[len(whole) // 2] ^= 1
    (model / name).write_bytes(whole)
    assert "altered" in refused(model).message
    (model / name).write_bytes(whole + b"more")
    assert "altered" in refused(model).message


@reuse_tmp_path
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_in_the_config_goes_unseen(tmp_path: Path, place: float, bit: int) -> None:
    target = tmp_path / "model"
    if not target.exists():
        stub_model(target)
    path = target / "config.json"
    whole = path.read_bytes()
    before = read_model(target).config
    altered = bytearray(whole)
    altered[int(place * len(whole))] ^= 1 << bit
    path.write_bytes(altered)
    try:
        assert read_model(target).config == before  # white space, say
    except ModelError as error:
        assert error.path
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("name", [*CHECKED, "config.json"])
def test_a_link_out_of_the_directory(model: Path, name: str) -> None:
    outside = model.parent / "outside"
    (model / name).rename(outside)
    (model / name).symlink_to(outside)
    assert "leaves the model directory" in refused(model).message
    (model / name).unlink()
    (model / name).symlink_to("nowhere")
    assert name in str(refused(model))


def test_a_link_within_the_directory_is_fine(model: Path) -> None:
    (model / "model.onnx").rename(model / "graph")
    (model / "model.onnx").symlink_to("graph")
    read_model(model).verify()


@pytest.mark.parametrize("name", [*CHECKED, "config.json"])
def test_what_is_not_a_plain_file(model: Path, name: str) -> None:
    (model / name).unlink()
    (model / name).mkdir()
    assert "not a plain file" in refused(model).message
    (model / name).rmdir()
    os.mkfifo(model / name)  # must not wait for a writer
    assert "not a plain file" in refused(model).message


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"null", b"\xff\xfe", b"{}", b'{"model_type": "bert"}', b"[" * 100_000, b'{"format_version": NaN}'],
)
def test_a_config_of_something_else(model: Path, text: bytes) -> None:
    (model / "config.json").write_bytes(text)
    assert str(model / "config.json") == refused(model).path


@pytest.mark.parametrize("field", ["task", "labels", "calibration", "classifier", "files", "versions", "parameters"])
@pytest.mark.parametrize("value", [None, 1.5, [1], {"a": 1}])
def test_fields_missing_or_of_the_wrong_type(model: Path, field: str, value: Any) -> None:
    rewrite(model, **{field: value})
    error = refused(model)
    assert error.path
    assert error.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": []},
        {"labels": ["a", "a", "b"]},
        {"seed": True},
        {"calibration": {"scale": -1.0}},
        {"calibration": {"scale": 0.0}},
        {"calibration": {"scale": True}},
        {"calibration": {"temperature": 1.0}},
        {"classifier": {"model": {"hidden": "many"}}},
        {"classifier": {"surprise": 1}},
        {"files": {"../../etc/passwd": {"bytes": 1, "sha256": "0"}}},
        {"files": {"..": {"bytes": 1, "sha256": "0"}}},
        {"files": {"model.onnx": {"bytes": "1", "sha256": "0"}}},
        {"tokenizer": {"kind": "word"}},
        {"tokenizer": {"kind": 1, "vocab_size": 2}},
        {"format_version": 0},
        {"format_version": True},
        {"format_version": "1"},
    ],
)
def test_fields_out_of_range(model: Path, changes: dict[str, Any]) -> None:
    rewrite(model, **changes)
    assert "config.json" in str(refused(model))


def test_an_edited_config(model: Path) -> None:
    rewrite(model, seal=False, labels=["good", "bad", "so so"])
    assert "altered" in refused(model).message


def test_a_file_that_the_model_never_had(model: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no model\.int8"):
        read_model(model).read("model.int8")


def test_a_newer_format_says_who_wrote_it(model: Path) -> None:
    rewrite(model, format_version=7, versions={"lstmcli": "9.1.0"}, labels=None)
    error = refused(model)
    assert "format 7" in error.message
    assert "lstm 9.1.0" in error.message
    assert "upgrade" in (error.hint or "")


def test_a_config_larger_than_any_model_has(model: Path) -> None:
    with (model / "config.json").open("wb") as file:
        file.truncate(10**12)  # sparse; reading it would take the machine's memory
    assert "too large" in refused(model).message


def test_a_language_model_given_to_classify(tmp_path: Path) -> None:
    target = stub_model(tmp_path / "lm", task="lm")
    error = refused(target)
    assert "language model" in error.message
    assert "lstm perplexity" in (error.hint or "")
    assert read_model(target).task is LANGUAGE_MODELING
    assert "lstm classify" in (refused(stub_model(tmp_path / "classifier"), task=LANGUAGE_MODELING).hint or "")


def test_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    error = refused(default_model_path(CLASSIFICATION))
    assert "default" in error.message
    assert "lstm train data.csv" in (error.hint or "")
    error = refused(tmp_path / "elsewhere")
    assert f"-o {tmp_path / 'elsewhere'}" in (error.hint or "")
    monkeypatch.setenv("LSTM_MODEL", "nowhere")
    assert "$LSTM_MODEL" in refused(default_model_path(CLASSIFICATION)).message
    refused("with\0nul")


def test_a_file_of_the_model_instead_of_the_model(model: Path) -> None:
    assert str(model) in (refused(model / "model.onnx").hint or "")
    plain = model.parent / "data.csv"
    plain.write_text("text,label\n", encoding="utf-8")
    assert "is a file" in refused(plain).message


def test_a_directory_that_is_no_model(tmp_path: Path) -> None:
    assert "config.json" in refused(tmp_path).message


def test_where_the_model_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    assert default_model_path(CLASSIFICATION) == Path("lstm-model/classifier")
    assert default_model_path(LANGUAGE_MODELING) == Path("lstm-model/lm")
    monkeypatch.setenv("LSTM_MODEL", "set")
    assert default_model_path(CLASSIFICATION) == Path("set")
    assert default_model_path(CLASSIFICATION, "asked") == Path("asked")
    monkeypatch.setenv("LSTM_MODEL", "")
    assert default_model_path(LANGUAGE_MODELING) == Path("lstm-model/lm")


def test_where_a_model_of_any_task_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LSTM_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_model_path(None) == Path("lstm-model/classifier")
    Path("lstm-model/lm").mkdir(parents=True)
    assert default_model_path(None) == Path("lstm-model/lm")
    Path("lstm-model/classifier").mkdir()
    assert default_model_path(None) == Path("lstm-model/classifier")
