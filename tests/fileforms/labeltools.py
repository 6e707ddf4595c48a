"""Files of chat bots (Rasa, LUIS, CLINC), crowds and annotation services."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Row, Want, classify, form, pairs, several

GROUP = "label tools"
_YAML = "labelled examples|Rasa|YAML|intent"


def _made(
    m: Maker, count: int = 100, names: str = "Positive Negative Neutral"
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts("review", count)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "Rasa NLU, JSON: rasa_nlu_data.common_examples")
def rasa_json(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="greet goodbye order")
    examples = [{"text": t, "intent": c, "entities": []} for t, c in zip(texts, labels, strict=True)]
    value = {
        "rasa_nlu_data": {"common_examples": examples, "regex_features": [], "lookup_tables": [], "entity_synonyms": []}
    }
    return Case(m.json("nlu.json", value, indent=2), (classify(rows),), said=(("common_examples",),))


@form(GROUP, "Rasa NLU, YAML: intents with examples below")
def rasa_yaml(m: Maker) -> Case:
    groups = {intent: m.texts("question", 30) for intent in ("greet", "goodbye", "order")}
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {t}\n" for t in texts)
        for intent, texts in groups.items()
    ]
    rows = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(
        m.file("nlu.yml", 'version: "3.1"\n\nnlu:\n' + "\n".join(blocks)),
        (classify(rows), Refused((_YAML,))),
        said=((_YAML, "label|classif"),),
    )


@form(GROUP, "Rasa NLU of old, Markdown: ## intent:greet and a list")
def rasa_markdown(m: Maker) -> Case:
    groups = {intent: m.texts("question", 30) for intent in ("greet", "goodbye", "order")}
    blocks = [f"## intent:{intent}\n" + "".join(f"- {t}\n" for t in texts) for intent, texts in groups.items()]
    rows = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(
        m.file("nlu.md", "\n".join(blocks)), (classify(rows), Refused((_YAML,))), said=((_YAML, "label|classif"),)
    )


@form(GROUP, "CLINC150 data_full.json: train, val, test, oos_*: lists of [text, intent]")
def clinc150(m: Maker) -> Case:
    parts: dict[str, list[Row]] = {}
    value = {}
    for name, count in (
        ("oos_val", 10),
        ("val", 40),
        ("train", 120),
        ("oos_test", 20),
        ("test", 40),
        ("oos_train", 10),
    ):
        labels = ["oos"] * count if name.startswith("oos") else m.labels("translate transfer timer", count)
        texts = m.texts("question", count, 2)
        value[name] = [list(pair) for pair in zip(texts, labels, strict=True)]
        parts[name] = pairs(texts, labels)
    plain = classify(parts["train"] + parts["val"], test=parts["test"])
    whole = classify(
        parts["train"] + parts["oos_train"] + parts["val"] + parts["oos_val"], test=parts["test"] + parts["oos_test"]
    )
    return Case(
        m.json("data_full.json", value, indent=2), (plain, whole), said=(("--split|pairs of|text and (label|intent)",),)
    )


@form(GROUP, "LUIS: intents, entities, utterances with text and intent")
def luis(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="Greet Order Cancel")
    value = {
        "luis_schema_version": "3.2.0",
        "versionId": "0.1",
        "name": "bot",
        "desc": "",
        "culture": "en-us",
        "tokenizerVersion": "1.0.0",
        "intents": [{"name": name} for name in ("Greet", "Order", "Cancel", "None")],
        "entities": [{"name": "size", "roles": []}],
        "composites": [],
        "utterances": [{"text": t, "intent": c, "entities": []} for t, c in zip(texts, labels, strict=True)],
    }
    return Case(m.json("bot.json", value, indent=2), (classify(rows),), said=(("utterances",),))


@form(GROUP, "Snips: an intent, its examples, each cut into pieces")
def snips(m: Maker) -> Case:
    texts = m.texts("question", 60)
    data = [{"data": [{"text": t[:8]}, {"text": t[8:14], "entity": "artist"}, {"text": t[14:]}]} for t in texts]
    path = m.json("train_AddToPlaylist.json", {"AddToPlaylist": data}, indent=1)
    return Case(path, (Refused(("data|nested|AddToPlaylist",)),), said=(("data", "nested|--text-column"),))


@form(GROUP, "Dialogflow: user phrases of one intent, each cut into pieces")
def dialogflow(m: Maker) -> Case:
    values = [
        {"id": f"x{i}", "data": [{"text": t, "userDefined": False}], "isTemplate": False, "count": 0, "updated": 0}
        for i, t in enumerate(m.texts("question", 60))
    ]
    return Case(
        m.json("greet_usersays_en.json", values),
        (Refused(("data|nested",)), Want("lm", count=60, says=("data",))),
        said=(("data", "nested|--text-column"),),
    )


@form(GROUP, "Argilla 1: fields.text, responses with value and status in lists")
def argilla_records(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "id": f"u{i}",
            "fields": {"text": t},
            "metadata": {"split": "a"},
            "status": "completed",
            "suggestions": {"label": {"value": "Neutral", "score": 0.4}},
            "responses": {"label": [{"user_id": "7", "value": c, "status": "submitted"}]},
            "vectors": {},
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.json("records.json", values),
        (classify(rows), Refused((r"fields\.text", "responses"))),
        said=(("responses", "nested"),),
    )


@form(GROUP, "Argilla, flattened for the Hub: text, label.responses, label.suggestion, label.suggestion.score")
def argilla_flat(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "id": f"u{i}",
            "status": "completed",
            "_server_id": f"s{i}",
            "text": t,
            "label.responses": [c],
            "label.responses.users": ["7"],
            "label.responses.status": ["submitted"],
            "label.suggestion": "Neutral",
            "label.suggestion.agent": "mymodel",
            "label.suggestion.score": 0.4,
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.jsonl("train.jsonl", values), (classify(rows),), said=((r"label\.responses",),))


@form(GROUP, "SageMaker Ground Truth: source, job, job-metadata.class-name")
def ground_truth(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    names = sorted(set(labels))
    values = [
        {
            "source": t,
            "my-job": names.index(c),
            "my-job-metadata": {
                "class-name": c,
                "job-name": "labeling-job/my-job",
                "confidence": 0.9,
                "type": "groundtruth/text-classification",
                "human-annotated": "yes",
                "creation-date": "2021-01-01T00:00:00",
            },
        }
        for t, c in zip(texts, labels, strict=True)
    ]
    numbered = classify(pairs(texts, [str(names.index(c)) for c in labels]))
    return Case(m.jsonl("output.manifest", values), (classify(rows), numbered), said=(("my-job",),))


@form(GROUP, "Vertex AI: textContent and classificationAnnotation.displayName")
def vertex_jsonl(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "classificationAnnotation": {"displayName": c},
            "textContent": t,
            "dataItemResourceLabels": {"aiplatform.googleapis.com/ml_use": "training"},
        }
        for t, c in zip(texts, labels, strict=True)
    ]
    return Case(
        m.jsonl("data.jsonl", values),
        (classify(rows), Refused((r"classificationAnnotation\.displayName",))),
        said=((r"classificationAnnotation", "nested|--label-column"),),
    )


@form(GROUP, "AutoML: no header; TRAIN/VALIDATION/TEST, text, label")
def automl_csv(m: Maker) -> Case:
    labels, texts, _ = _made(m, 150, "billing delivery returns")
    uses = m.labels("TRAIN TRAIN TRAIN VALIDATION TEST", 150)
    path = m.csv("dataset.csv", None, zip(uses, texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels), says=("'1'",)),), said=(("'1'", "'3'", "--label-column|split"),))


@form(GROUP, "chat messages for fine-tuning: system, user, assistant")
def openai_messages(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {
            "messages": [
                {"role": "system", "content": "You label reviews."},
                {"role": "user", "content": t},
                {"role": "assistant", "content": c},
            ]
        }
        for t, c in zip(texts, labels, strict=True)
    ]
    return Case(
        m.jsonl("train.jsonl", values),
        (classify(rows), Refused(("messages",))),
        said=(("messages", "nested|--text-column"),),
    )


@form(GROUP, "prompt and completion for fine-tuning a classifier")
def openai_completion(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [{"prompt": f"{t}\n\n###\n\n", "completion": f" {c}"} for t, c in zip(texts, labels, strict=True)]
    wanted = pairs([f"{t}\n\n###" for t in texts], labels)
    return Case(m.jsonl("train.jsonl", values), (classify(wanted), classify(rows)))


@form(GROUP, "instruction, input, output (Alpaca): output is a text, not a class")
def alpaca(m: Maker) -> Case:
    a, b, c = m.texts("question", 100), m.texts("plain", 100), m.texts("plain", 100, 2)
    values = [{"instruction": a[i], "input": b[i] if i % 2 else "", "output": c[i]} for i in range(100)]
    path = m.json("alpaca_data.json", values, indent=4)
    return Case(
        path,
        (Refused(("instruction", "output")), Want("lm", count=100, says=("instruction", "output"))),
        said=(("output", "instruction", "--text-column"),),
    )


@form(GROUP, "spaCy textcat: text and cats with 1.0 and 0.0")
def spacy_cats(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="POSITIVE NEGATIVE")
    values = [
        {"text": t, "cats": {name: float(name == c) for name in ("POSITIVE", "NEGATIVE")}}
        for t, c in zip(texts, labels, strict=True)
    ]
    return Case(
        m.jsonl("textcat.jsonl", values),
        (classify(rows), several(rows), Refused(("cats",))),
        said=(("cats", "nested|--label-column|object"),),
    )


@form(GROUP, "LightTag: examples with content and annotations with tags")
def lighttag(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    examples = [
        {
            "example_id": f"e{i}",
            "content": t,
            "annotations": [],
            "classifications": [{"classname": c, "classification_id": "k"}],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    value = {
        "schema": {"tags": [], "classification_types": [{"name": n} for n in sorted(set(labels))]},
        "examples": examples,
    }
    return Case(
        m.json("lighttag.json", value),
        (classify(rows), Refused(("classifications|nested",))),
        said=(("classifications|examples",),),
    )


@form(GROUP, "Mechanical Turk: 12 columns that never change, Input.text, Answer.sentiment.label")
def mturk(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    header = (
        "HITId,HITTypeId,Title,Description,Keywords,Reward,CreationTime,MaxAssignments,AssignmentId,WorkerId,AssignmentStatus,"
        "Input.text,Answer.sentiment.label,Approve,Reject"
    )
    cells = [
        (
            f"3{i:029X}",
            "3ABC",
            "Label the sentiment of a review",
            "Read the review and choose a label for it",
            "text, label",
            "$0.05",
            "Mon Mar 01 10:00:00 PST 2021",
            1,
            f"3K{i}",
            f"A{i % 9}",
            ("Submitted", "Approved")[i % 2],
            t,
            c,
            "",
            "",
        )
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("Batch_1_results.csv", header, cells, quote="all"),
        (classify(rows),),
        said=((r"Answer\.sentiment\.label", "AssignmentStatus|--label-column"),),
    )


@form(GROUP, "Appen: _unit_id, _golden, _trusted_judgments, sentiment, sentiment:confidence, sentiment_gold, text")
def appen(m: Maker) -> Case:
    labels, texts, rows = _made(m, 120)
    header = (
        "_unit_id,_golden,_unit_state,_trusted_judgments,_last_judgment_at,sentiment,sentiment:confidence,date,id,"
        "sentiment_gold,text"
    )
    cells = [
        (
            681448150 + i,
            "TRUE" if i % 40 == 3 else "FALSE",
            "golden" if i % 40 == 3 else "finalized",
            3 + i % 2,
            "2/25/15 5:24",
            c,
            f"{0.6 + i % 4 / 10:.4f}",
            "2/24/15 11:35",
            i,
            c if i % 40 == 3 else "",
            t,
        )
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.csv("full-corpus.csv", header, cells, encoding="latin-1"), (classify(rows),))


@form(GROUP, "Amazon Comprehend: no header; LABEL,text; several labels as A|B")
def comprehend_several(m: Maker) -> Case:
    texts = m.texts("review", 120)
    labels = [tuple(sorted(m.random.sample(["COMEDY", "DRAMA", "ACTION"], 1 + i % 2))) for i in range(120)]
    path = m.csv("train.csv", None, (("|".join(c), t) for t, c in zip(texts, labels, strict=True)))
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator", r"\|"),))


@form(GROUP, "Tally of three annotators: text, annotator_1, annotator_2, annotator_3, majority")
def three_annotators(m: Maker) -> Case:
    labels, texts, rows = _made(m, 120)
    cells = [(t, c, c if i % 3 else labels[i - 1], c, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("votes.csv", "text,annotator_1,annotator_2,annotator_3,majority", cells)
    return Case(path, (classify(rows),))  # what single annotators said is no candidate beside the majority
