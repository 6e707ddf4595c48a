"""What may be replaced by a model, and that one is read only if every file is as it was written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmcli.errors import ModelError, OutputError
from lstmcli.model_dir.directory import check_target, default_model_path, read_model, write_model
from lstmcli.tasks import CLASSIFICATION, LANGUAGE_MODELING
from support.model_dirs import CHECKED, names, refused, reuse_tmp_path, rewrite
from support.models import LABELS, TINY, description, stub_files, stub_model

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
    assert model.size == size, "train, info and compare say the same"
    (target / "notes.txt").write_text("of somebody else")
    assert model.size == size


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


@pytest.mark.parametrize("name", CHECKED)
def test_an_altered_file(model: Path, name: str) -> None:
    whole = bytearray((model / name).read_bytes())
    whole[len(whole) // 2] ^= 1
    (model / name).write_bytes(whole)
    assert "altered" in refused(model).message
    (model / name).write_bytes(whole + b"more")
    assert "altered" in refused(model).message


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


def test_a_file_that_the_model_never_had(model: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no model\.int8"):
        read_model(model).read("model.int8")


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
