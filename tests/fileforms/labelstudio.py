"""Label Studio, doccano, Prodigy: their exports, old and new."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs, several

GROUP = "label tools"


def _made(
    m: Maker, count: int = 100, names: str = "Positive Negative Neutral"
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts("review", count)
    return labels, texts, pairs(texts, labels)


def _task(i: int, data: dict[str, object], choices: list[str]) -> dict[str, object]:
    result = {
        "value": {"choices": choices},
        "id": f"r{i}",
        "from_name": "sentiment",
        "to_name": "text",
        "type": "choices",
        "origin": "manual",
    }
    annotation = {
        "id": 900 + i,
        "completed_by": 1,
        "result": [result],
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2023-03-01T10:00:00Z",
        "lead_time": 3.1,
        "prediction": {},
        "result_count": 0,
        "task": i,
    }
    return {
        "id": i,
        "annotations": [annotation],
        "file_upload": "1a2b-reviews.csv",
        "drafts": [],
        "predictions": [],
        "data": data,
        "meta": {},
        "created_at": "2023-03-01T09:00:00Z",
        "inner_id": i,
        "total_annotations": 1,
        "project": 7,
    }


@form(GROUP, "Label Studio, JSON: data.text and annotations[].result[].value.choices")
def label_studio_json(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    tasks = [_task(i, {"text": t}, [c]) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(
        m.json("project-7.json", tasks), (classify(rows), Refused((r"nested|annotations", "JSON-MIN|CSV|data\\.text")))
    )


@form(GROUP, "the same with a text field of another name, and other fields beside it")
def label_studio_other_field(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    tasks = [
        _task(i, {"source": "web", "review_body": t, "stars": i % 5}, [c])
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.json("export.json", tasks, indent=2),
        (classify(rows), Refused((r"nested|annotations", "JSON-MIN|CSV|data\\.review_body"))),
    )


@form(GROUP, "the same, choices of several labels, tasks nobody has labelled yet")
def label_studio_several(m: Maker) -> Case:
    texts = m.texts("review", 100)
    labels = [tuple(m.random.sample(["Food", "Price", "Staff"], 1 + i % 2)) for i in range(100)]
    tasks = [_task(i, {"text": t}, list(c)) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    for task in tasks[::20]:
        task["annotations"] = []
    wanted = [(row[0], () if i % 20 == 0 else row[1]) for i, row in enumerate(pairs(texts, labels))]
    labelled = [row for row in wanted if row[1]]
    return Case(
        m.json("export.json", tasks),
        (several(wanted), several(labelled, says=("no label",)), Refused((r"nested|annotations",))),
    )


@form(GROUP, "Label Studio, JSON-MIN: text, id, sentiment, annotator, annotation_id, created_at, lead_time")
def label_studio_min(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "text": t,
            "id": i,
            "sentiment": c,
            "annotator": 1,
            "annotation_id": 900 + i,
            "created_at": "2023-03-01T10:00:00Z",
            "updated_at": "2023-03-01T10:00:00Z",
            "lead_time": 2.0 + i % 3,
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("project-7-min.json", values), (classify(rows),))


@form(GROUP, 'Label Studio, JSON-MIN with several choices: {"choices": [...]}')
def label_studio_min_several(m: Maker) -> Case:
    texts = m.texts("review", 100)
    labels = [tuple(m.random.sample(["Food", "Price", "Staff"], 1 + i % 2)) for i in range(100)]
    values = [
        {
            "text": t,
            "id": i,
            "topics": {"choices": list(c)} if len(c) > 1 else c[0],
            "annotator": 1,
            "annotation_id": i,
            "lead_time": 2.0,
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.json("project-7-min.json", values)
    return Case(
        path, (several(pairs(texts, labels)), Refused(("topics",))), said=(("topics", "choices|nested|--label-column"),)
    )


@form(GROUP, "Label Studio, CSV: annotation_id, annotator, created_at, id, lead_time, sentiment, text, updated_at")
def label_studio_csv(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    cells = [
        (900 + i, 1, "2023-03-01T10:00:00Z", i, f"{2.5 + i % 4}", c, t, "2023-03-01T10:00:00Z")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("project-7.csv", "annotation_id,annotator,created_at,id,lead_time,sentiment,text,updated_at", cells),
        (classify(rows),),
    )


@form(GROUP, "doccano, JSON Lines: id, text, label as a list of one")
def doccano_jsonl(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.jsonl(
            "all.jsonl",
            ({"id": i, "text": t, "label": [c]} for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
        ),
        (classify(rows),),
    )


@form(GROUP, "doccano, JSON Lines, several labels, some texts without any")
def doccano_several(m: Maker) -> Case:
    texts = m.texts("zh", 100)
    labels = [tuple(m.random.sample(["服务", "价格", "位置"], i % 3)) for i in range(100)]
    path = m.jsonl(
        "admin.jsonl",
        (
            {"id": i, "text": t, "label": list(c), "Comments": []}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    labelled = [row for row in pairs(texts, labels) if row[1]]
    return Case(path, (several(pairs(texts, labels)), several(labelled, says=("no label",))))


@form(GROUP, "doccano of old: annotations with the numbers of labels and users")
def doccano_annotations(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3", 100), m.texts("review", 100)
    values = [
        {
            "id": i,
            "text": t,
            "annotations": [{"label": int(c), "id": 50 + i, "user": 1, "created_at": "2020-01-01T00:00:00Z"}],
            "meta": {},
            "annotation_approver": None,
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    named = ("annotations",)
    return Case(
        m.jsonl("file.json1", values),
        (classify(pairs(texts, labels)), Refused((r"annotations\S*label|nested",))),
        said=(named,),
    )


@form(GROUP, "doccano, CSV: id, data, label; several labels as A#B")
def doccano_csv_several(m: Maker) -> Case:
    texts = m.texts("review", 120)
    labels = [tuple(m.random.sample(["food", "price", "staff"], 1 + i % 2)) for i in range(120)]
    path = m.csv(
        "all.csv", "id,data,label", ((i, t, "#".join(c)) for i, (t, c) in enumerate(zip(texts, labels, strict=True)))
    )
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator", "#"),))


@form(GROUP, "Prodigy, binary: text, label, answer accept or reject, hashes, meta")
def prodigy_binary(m: Maker) -> Case:
    texts = m.texts("headline", 120)
    labels = m.labels("SPORTS POLITICS", 120)
    answers = ["reject" if i % 4 == 3 else "accept" for i in range(120)]
    values = [
        {
            "text": texts[i],
            "_input_hash": 100 + i,
            "_task_hash": -i,
            "label": labels[i],
            "meta": {"source": "news", "score": 0.5},
            "_view_id": "classification",
            "answer": answers[i],
            "_timestamp": 1600000000 + i,
        }
        for i in range(120)
    ]
    kept = [row for row, answer in zip(pairs(texts, labels), answers, strict=True) if answer == "accept"]
    return Case(
        m.jsonl("annotations.jsonl", values),
        (classify(kept, says=("reject|answer",)), classify(kept)),
        said=(("answer", "reject|--label-column"),),
    )


@form(GROUP, "Prodigy, choice: options and accept")
def prodigy_choice(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="SPORTS POLITICS CULTURE")
    options = [{"id": name, "text": name.title()} for name in ("SPORTS", "POLITICS", "CULTURE")]
    values = [
        {
            "text": t,
            "options": options,
            "_input_hash": i,
            "_task_hash": -i,
            "accept": [c],
            "config": {"choice_style": "single"},
            "answer": "accept",
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.jsonl("choices.jsonl", values), (classify(rows), Refused(("accept",))), said=(("accept", "--label-column"),)
    )
