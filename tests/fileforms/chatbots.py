"""More exports: of chat bots, crowds and annotation services."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Row, Want, classify, form, pairs, several

GROUP = "label tools"


def _made(
    m: Maker, count: int = 100, names: str = "Positive Negative Neutral"
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts("review", count)
    return labels, texts, pairs(texts, labels)


def _by_intent(groups: dict[str, list[str]]) -> list[Row]:
    return pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])


@form(GROUP, "Label Studio before 1.0: completions in place of annotations")
def label_studio_completions(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    tasks = [
        {
            "id": i,
            "data": {"text": t},
            "completions": [
                {
                    "id": 1,
                    "result": [{"from_name": "s", "to_name": "text", "type": "choices", "value": {"choices": [c]}}],
                }
            ],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("result.json", tasks), (classify(rows), Refused(("completions|nested",))))


@form(GROUP, "Label Studio with predictions of a model beside the annotations: those of people count")
def label_studio_predictions(m: Maker) -> Case:
    labels, texts, rows = _made(m)

    def result(c: str) -> list[dict[str, object]]:
        return [{"from_name": "s", "to_name": "text", "type": "choices", "value": {"choices": [c]}}]

    tasks = [
        {
            "id": i,
            "data": {"text": t},
            "annotations": [{"id": i, "result": result(c)}],
            "predictions": [{"model_version": "a", "score": 0.5, "result": result("Neutral")}],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("export.json", tasks), (classify(rows), Refused(("annotations|nested",))))


@form(GROUP, "Label Studio, rating: stars as value.rating")
def label_studio_rating(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="1 2 3 4 5")
    tasks = [
        {
            "id": i,
            "data": {"text": t},
            "annotations": [
                {
                    "id": i,
                    "result": [{"from_name": "r", "to_name": "text", "type": "rating", "value": {"rating": int(c)}}],
                }
            ],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.json("export.json", tasks), (classify(rows), Refused(("annotations|nested",))), said=(("annotations",),)
    )


@form(GROUP, "Label Studio, TSV with a BOM")
def label_studio_tsv(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    cells = [
        (t, i, c, 1, 900 + i, "2023-03-01T10:00:00Z", f"{2 + i % 9}.51")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv(
        "project.tsv",
        "text,id,sentiment,annotator,annotation_id,created_at,lead_time",
        cells,
        delimiter="\t",
        encoding="utf-8-sig",
    )
    return Case(path, (classify(rows),))


@form(GROUP, "Wit.ai: utterances with text, intent, entities, traits")
def wit_ai(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="set_alarm play_music")
    value = {
        "utterances": [
            {"text": t, "intent": c, "entities": [], "traits": []} for t, c in zip(texts, labels, strict=True)
        ]
    }
    return Case(m.json("utterances-1.json", value), (classify(rows),))


@form(GROUP, "IBM Watson: intents with examples of text")
def watson_json(m: Maker) -> Case:
    groups = {name: m.texts("question", 30) for name in ("greeting", "hours", "refund")}
    intents = [
        {"intent": name, "examples": [{"text": t} for t in texts], "description": ""} for name, texts in groups.items()
    ]
    value = {
        "name": "bot",
        "language": "en",
        "intents": intents,
        "entities": [],
        "dialog_nodes": [],
        "metadata": {"api_version": {"major_version": "v2"}},
    }
    return Case(
        m.json("skill.json", value, indent=2),
        (classify(_by_intent(groups)), Refused(("intents|examples",))),
        said=(("examples",),),
    )


@form(GROUP, "IBM Watson, CSV without a header: example, intent")
def watson_csv(m: Maker) -> Case:
    labels, texts = m.labels("greeting hours refund", 100, "sorted"), m.texts("question", 100)
    return Case(m.csv("intents.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form(GROUP, "Microsoft CLU: assets.utterances with dataset Train and Test")
def microsoft_clu(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="Read Delete Send")
    utterances = [
        {"text": t, "language": "en-us", "intent": c, "entities": [], "dataset": "Test" if i % 5 == 0 else "Train"}
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    assets = {
        "projectKind": "Conversation",
        "intents": [{"category": c} for c in ("Read", "Delete", "Send")],
        "entities": [],
        "utterances": utterances,
    }
    value = {
        "projectFileVersion": "2022-05-01",
        "stringIndexType": "Utf16CodeUnit",
        "metadata": {"projectName": "Mail", "language": "en-us"},
        "assets": assets,
    }
    return Case(
        m.json("EmailProject.json", value, indent=2),
        (classify(rows), Refused((r"assets\.utterances|utterances",))),
        said=(("utterances",),),
    )


@form(GROUP, "Labelbox: Labeled Data, Label.classifications[].answer.title")
def labelbox(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "ID": f"ck{i}",
            "DataRow ID": f"d{i}",
            "Labeled Data": t,
            "Label": {
                "objects": [],
                "classifications": [
                    {"title": "Sentiment", "value": "sentiment", "answer": {"title": c, "value": c.lower()}}
                ],
            },
            "Created By": "a@example.org",
            "Project Name": "reviews",
            "Seconds to Label": 2.5,
            "Reviews": [],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    lower = classify(pairs(texts, [c.lower() for c in labels]))
    named = ("Label", "classifications|nested|object")
    return Case(m.json("export.json", values), (classify(rows), lower, Refused(named)), said=(named,))


@form(GROUP, "Toloka: INPUT:text, OUTPUT:result, GOLDEN:result, ASSIGNMENT:link ...; TSV")
def toloka(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    header = (
        "INPUT:text,OUTPUT:result,GOLDEN:result,HINT:text,ASSIGNMENT:link,ASSIGNMENT:task_id,"
        "ASSIGNMENT:worker_id,ASSIGNMENT:status,ASSIGNMENT:started"
    )
    cells = [
        (
            t,
            c,
            "",
            "",
            f"https://t.example/task/1/{i}",
            f"00{i:x}",
            f"w{i % 9}",
            "APPROVED",
            f"2020-10-01T10:{i % 60:02d}:00.000",
        )
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("assignments.tsv", header, cells, delimiter="\t")
    return Case(path, (classify(rows),), said=(("OUTPUT:result", "--label-column"),))


@form(GROUP, "Prodigy, choice of several: accept with none, one or two")
def prodigy_choice_several(m: Maker) -> Case:
    texts = m.texts("headline", 120)
    labels = [tuple(m.random.sample(["SPORTS", "POLITICS", "CULTURE"], i % 3)) for i in range(120)]
    options = [{"id": name, "text": name.title()} for name in ("SPORTS", "POLITICS", "CULTURE")]
    values = [
        {
            "text": t,
            "options": options,
            "_input_hash": i,
            "accept": list(c),
            "config": {"choice_style": "multiple"},
            "answer": "accept",
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.jsonl("choices.jsonl", values),
        (several(pairs(texts, labels)), Refused(("accept",))),
        said=(("accept", "--label-column"),),
    )


@form(GROUP, 'spaCy of old: [text, {"cats": {...}}] as JSON')
def spacy_old(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="POS NEG")
    value = [[t, {"cats": {name: name == c for name in ("POS", "NEG")}}] for t, c in zip(texts, labels, strict=True)]
    return Case(
        m.json("train.json", value),
        (classify(rows), several(rows), Refused(("cats|object|nested",))),
        said=(("cats|nested|object",),),
    )


@form(GROUP, "Snorkel and cleanlab: text, given_label, guessed_label, is_label_issue, label_quality")
def cleanlab(m: Maker) -> Case:
    labels, texts, rows = _made(m, 120)
    cells = [
        (t, c, c if i % 9 else labels[i - 1], i % 9 == 0, f"{m.random.random():.4f}")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("cleaned.csv", "text,given_label,guessed_label,is_label_issue,label_quality", cells)
    named = ("given_label", "guessed_label", "--label-column")
    return Case(path, (classify(rows, says=("guessed_label",)), Refused(named)), said=(named,))


@form(GROUP, "Rasa NLU, YAML, with entities in brackets, synonyms and stories below")
def rasa_yaml_whole(m: Maker) -> Case:
    groups = {intent: m.texts("question", 25) for intent in ("greet", "book_table", "cancel")}
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {t}\n" for t in texts)
        for intent, texts in groups.items()
    ]
    tail = (
        "- synonym: credit\n  examples: |\n    - credit card account\n    - credit account\n\nstories:\n"
        "- story: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n"
    )
    path = m.file("nlu.yaml", 'version: "3.1"\n\nnlu:\n' + "\n".join(blocks) + tail)
    words = "labelled examples|Rasa|YAML|intent"
    return Case(path, (classify(_by_intent(groups)), Refused((words,))), said=((words, "label|classif"),))


@form(GROUP, "XML with a class as an attribute: said that it is XML")
def xml_reviews(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<reviews>",
        *(f'  <review id="{i}" label="{c}">{t}</review>' for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
        "</reviews>",
    ]
    return Case(
        m.lines("reviews.xml", lines), (classify(rows), Refused(("XML|HTML",))), said=((r"(?<![.\w])XML|HTML|tags",),)
    )


@form(GROUP, "conversations of ShareGPT: a language model of what is said, or refused and the paths shown")
def sharegpt(m: Maker) -> Case:
    values = [
        {
            "id": f"c{i}",
            "conversations": [
                {"from": "human", "value": m.text("question")},
                {"from": "gpt", "value": m.text("plain", 2)},
            ],
        }
        for i in range(80)
    ]
    return Case(
        m.json("sharegpt.json", values), (Refused(("conversations",)), Want("lm", count=80, says=("conversations",)))
    )
