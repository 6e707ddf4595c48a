"""The Kubernetes files of docs/scale: what Kubernetes and KubeRay ask for, and commands that we know."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from lstmcli.cli.app import app

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "scale"


def thing(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


TEXT, WHOLE, TEXTS = (
    {"type": "string"},
    {"type": "integer", "minimum": 0},
    {"type": "array", "items": {"type": "string"}},
)
STRINGS = {"type": "object", "additionalProperties": TEXT}
QUANTITY = {"type": "string", "pattern": r"^\d+(m|Ki|Mi|Gi|Ti)?$"}
AMOUNTS = thing("", cpu=QUANTITY, memory=QUANTITY)
CONTAINER = thing(
    "name image resources volumeMounts",
    name={"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"},
    image=TEXT,
    command=TEXTS,
    resources=thing("requests limits", requests=AMOUNTS, limits=AMOUNTS),
    volumeMounts={"type": "array", "items": thing("name mountPath", name=TEXT, mountPath=TEXT)},
)
VOLUME = thing("name persistentVolumeClaim", name=TEXT, persistentVolumeClaim=thing("claimName", claimName=TEXT))
POD = thing(
    "spec",
    spec=thing(
        "containers volumes",
        containers={"type": "array", "minItems": 1, "items": CONTAINER},
        volumes={"type": "array", "items": VOLUME},
        restartPolicy={"enum": ["Never", "OnFailure"]},
    ),
)
JOB = thing("template", backoffLimit=WHOLE, template=POD)
GROUP = {"rayStartParams": STRINGS, "template": POD}
WORKERS = thing(
    "groupName rayStartParams template replicas minReplicas maxReplicas",
    groupName=TEXT,
    replicas=WHOLE,
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    **GROUP,
)
RAY_JOB = thing(
    "entrypoint rayClusterSpec",
    entrypoint=TEXT,
    shutdownAfterJobFinishes={"type": "boolean"},
    backoffLimit=WHOLE,
    rayClusterSpec=thing(
        "headGroupSpec",
        headGroupSpec=thing("rayStartParams template", **GROUP),
        workerGroupSpecs={"type": "array", "items": WORKERS},
    ),
)
KINDS = {"Job": ("batch/v1", JOB), "RayJob": ("ray.io/v1", RAY_JOB)}


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def pods(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = [value] if "containers" in value else []
        return own + [pod for part in value.values() for pod in pods(part)]
    return [pod for part in value for pod in pods(part)] if isinstance(value, list) else []


def test_both_kinds_are_there() -> None:
    assert {loaded(path)["kind"] for path in FOLDER.iterdir()} == set(KINDS)


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_file_has_the_form_of_its_kind(path: Path) -> None:
    found = loaded(path)
    version, spec = KINDS[found["kind"]]
    metadata = thing("name", name=TEXT)
    whole = thing(
        "apiVersion kind metadata spec", apiVersion={"const": version}, kind=TEXT, metadata=metadata, spec=spec
    )
    jsonschema.validate(found, whole)
    for pod in pods(found):
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]} <= volumes


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_its_command_can_be_typed(path: Path) -> None:
    spec = loaded(path)["spec"]
    entry = spec.get("entrypoint")
    words = shlex.split(entry) if entry else spec["template"]["spec"]["containers"][0]["command"]
    program, name, *arguments = words
    assert program == "lstm"
    group: Any = typer.main.get_command(app)
    context = group.get_command(None, name).make_context(name, arguments)
    assert context.params["output"] == "/data/answers" and context.params["format"] == "parquet"
