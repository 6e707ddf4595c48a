"""Files of label tools, chat systems and laboratories, in forms that the other modules do not have."""

from __future__ import annotations

import json

from fileforms.model import Case, Maker, Refused, classify, form, pairs, running, several


@form("annotation", "Label Studio, JSON: a rating of stars in place of choices")
def annotation_studio_rating(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5", 120), m.texts("review", 120)
    tasks = [
        {
            "id": i,
            "data": {"text": t},
            "annotations": [{"result": [{"type": "rating", "value": {"rating": int(c)}}], "was_cancelled": False}],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("export.json", tasks), (classify(pairs(texts, labels)), Refused(("annotations",))))


@form("annotation", "Label Studio, JSON: two people for every task, who differ in one of ten")
def annotation_studio_two(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 120), m.texts("review", 120)

    def answer(choice: str) -> dict[str, object]:
        return {"result": [{"type": "choices", "value": {"choices": [choice]}, "from_name": "s", "to_name": "t"}]}

    tasks = [
        {"id": i, "data": {"text": t}, "annotations": [answer(c), answer("pos" if i % 10 == 0 else c)]}
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("export.json", tasks), (), said=(("answers that differ",),))


@form("annotation", "Label Studio, CSV: choices of several as an object in a cell")
def annotation_studio_csv(m: Maker) -> Case:
    names = ("food", "staff", "price")
    texts = m.texts("review", 120)
    own = [tuple(dict.fromkeys((names[i % 3], names[i // 3 % 3]))) for i in range(120)]
    rows = [
        (i, 1, t, json.dumps({"choices": list(c)}) if len(c) > 1 else c[0])
        for i, (t, c) in enumerate(zip(texts, own, strict=True))
    ]
    path = m.csv("project-1.csv", "annotation_id,annotator,text,topic", rows)
    return Case(path, (several(pairs(texts, own)),))


@form("annotation", "doccano, JSON Lines: the class under 'cats', entities empty")
def annotation_doccano_cats(m: Maker) -> Case:
    labels, texts = m.labels("bug wish", 120), m.texts("plain", 120)
    path = m.jsonl(
        "admin.jsonl",
        (
            {"id": i, "text": t, "cats": [c], "entities": [], "relations": [], "Comments": []}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form("annotation", "doccano, sequence to sequence: text and a label that is a sentence in a list; no class, said")
def annotation_doccano_seq(m: Maker) -> Case:
    texts, others = m.texts("plain", 120), m.texts("review", 120)
    path = m.jsonl(
        "seq.jsonl", ({"id": i, "text": t, "label": [o]} for i, (t, o) in enumerate(zip(texts, others, strict=True)))
    )
    return Case(path, (Refused(("label",)),), said=(("label",),))


@form("annotation", "doccano, spans: label is a list of [from, to, name]; no class of the text: refused and said")
def annotation_doccano_spans(m: Maker) -> Case:
    texts = m.texts("plain", 120)
    path = m.jsonl(
        "ner.jsonl", ({"id": i, "text": t, "label": [[0, 3, "PER"], [4, 9, "LOC"]]} for i, t in enumerate(texts))
    )
    return Case(path, (Refused(("label",)),), said=(("label", "span|list|--label-column"),))


@form(
    "annotation",
    "Prodigy, textcat: label in every line, accept or reject, one label only: accept and reject are the classes",
)
def annotation_prodigy_one(m: Maker) -> Case:
    answers, texts = m.labels("accept reject", 120), m.texts("headline", 120)
    path = m.jsonl(
        "db.jsonl",
        (
            {"text": t, "label": "INSULT", "answer": a, "_input_hash": i, "_task_hash": -i, "_session_id": "x-a"}
            for i, (t, a) in enumerate(zip(texts, answers, strict=True))
        ),
    )
    return Case(path, (classify(pairs(texts, answers)),))


@form("annotation", "Prodigy, ner: text, tokens, spans, answer: no class, said")
def annotation_prodigy_spans(m: Maker) -> Case:
    texts = m.texts("headline", 120)
    path = m.jsonl(
        "ner.jsonl",
        (
            {
                "text": t,
                "tokens": [{"text": "a", "id": 0}],
                "spans": [{"start": 0, "end": 3, "label": "X"}],
                "answer": "accept",
            }
            for t in texts
        ),
    )
    return Case(path, (running("".join(texts)),), said=(("spans",),))


@form("annotation", "Rasa 3 with lookup tables, regexes and a rule below the intents")
def annotation_rasa_lookup(m: Maker) -> Case:
    texts, labels = [], []
    lines = ['version: "3.1"', "", "nlu:"]
    for name, style in (("ask_price", "question"), ("complain", "plain"), ("greet", "sms")):
        lines += [f"- intent: {name}", "  examples: |"]
        for text in m.texts(style, 30):
            lines.append(f"    - {text}")
            texts.append(text)
            labels.append(name)
        lines.append("")
    lines += [
        "- lookup: city",
        "  examples: |",
        "    - Lyon",
        "    - Bern",
        "- regex: zip",
        "  examples: |",
        r"    - \d{5}",
    ]
    return Case(m.lines("nlu.yml", lines), (classify(pairs(texts, labels)),))


@form("annotation", "a domain and stories of Rasa: no examples of intents; said")
def annotation_rasa_stories(m: Maker) -> Case:
    lines = ['version: "3.1"', "stories:"]
    for i in range(40):
        lines += [f"- story: way {i}", "  steps:", "  - intent: greet", "  - action: utter_greet"]
    return Case(m.lines("stories.yml", lines), (Refused(("intent|examples|YAML",)),), said=(("YAML",),))


@form("annotation", "Chatito and Botpress: an object per intent, its utterances under languages: {en: [...]}")
def annotation_botpress(m: Maker) -> Case:
    texts, labels, intents = [], [], []
    for name, style in (("order", "question"), ("cancel", "plain")):
        own = m.texts(style, 40)
        texts += own
        labels += [name] * 40
        intents.append({"name": name, "contexts": ["global"], "utterances": {"en": own}, "slots": []})
    return Case(m.json("intents.json", intents), (classify(pairs(texts, labels)), Refused(("utterances",))))


@form("annotation", "Watson Assistant: intents with examples of {text} each")
def annotation_watson(m: Maker) -> Case:
    texts, labels, intents = [], [], []
    for name, style in (("order", "question"), ("cancel", "plain"), ("thanks", "sms")):
        own = m.texts(style, 30)
        texts += own
        labels += [name] * 30
        intents.append({"intent": name, "examples": [{"text": t} for t in own], "description": ""})
    value = {"name": "bot", "intents": intents, "entities": [], "language": "en"}
    return Case(m.json("workspace.json", value), (classify(pairs(texts, labels)),))


@form("annotation", "Watson Assistant, CSV: example, intent; no header")
def annotation_watson_csv(m: Maker) -> Case:
    labels, texts = m.labels("order cancel thanks", 120, "sorted"), m.texts("question", 120)
    return Case(m.csv("intents.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("annotation", "a list of intents with tag, patterns, responses in an array without a wrapper")
def annotation_tags_patterns(m: Maker) -> Case:
    texts, labels, intents = [], [], []
    for name, style in (("hello", "sms"), ("hours", "question")):
        own = m.texts(style, 40)
        texts += own
        labels += [name] * 40
        intents.append({"tag": name, "patterns": own, "responses": ["Fine.", "Good."], "context_set": ""})
    return Case(m.json("intents.json", intents), (classify(pairs(texts, labels)),))


@form("annotation", "INCEpTION and WebAnno: sentences with # text = and tab columns (TSV 3): no table; refused or said")
def annotation_webanno(m: Maker) -> Case:
    lines = ["#FORMAT=WebAnno TSV 3.3", "#T_SP=custom.Sentiment|value", ""]
    for i, text in enumerate(m.texts("plain", 60), 1):
        lines += ["", f"#Text={text}"]
        lines += [f"{i}-{j}\t{j}-{j + 3}\t{word}\tpos" for j, word in enumerate(text.split(), 1)]
    return Case(m.lines("a.tsv", lines), (), said=(("line",), ("comment",), ("column",)))


@form("annotation", "Kili: an object per asset, labels with jsonResponse.CLASSIFICATION.categories of names")
def annotation_kili(m: Maker) -> Case:
    labels, texts = m.labels("RED BLUE", 100), m.texts("plain", 100)
    values = [
        {
            "externalId": f"a{i}",
            "content": t,
            "labels": [
                {
                    "jsonResponse": {"CLASSIFICATION_JOB": {"categories": [{"name": c, "confidence": 100}]}},
                    "labelType": "DEFAULT",
                }
            ],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.json("kili.json", values), (classify(pairs(texts, labels)), Refused((r"labels",))))


@form(
    "annotation",
    "Snorkel and Argilla 2 on the Hub: text, label.suggestion, label.suggestion.score, label.responses as lists",
)
def annotation_argilla2(m: Maker) -> Case:
    labels, texts = m.labels("yes no", 120), m.texts("question", 120)
    path = m.jsonl(
        "argilla.jsonl",
        (
            {
                "id": f"x{i}",
                "status": "completed",
                "text": t,
                "topic.responses": [c],
                "topic.responses.users": ["u"],
                "topic.responses.status": ["submitted"],
                "topic.suggestion": c,
                "topic.suggestion.score": 0.9,
            }
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form("annotation", "an experiment's list: item, condition, sentence; no class asked: a language model, or said")
def annotation_items(m: Maker) -> Case:
    rows = [(i // 2 + 1, "ab"[i % 2], m.text("plain")) for i in range(96)]
    path = m.csv("items.csv", "item,condition,sentence", rows)
    return Case(path, (running("".join(row[2] for row in rows)),), said=(("condition", "--label-column"),))


@form("annotation", "reading times by word: subj, item, word, rt: no class; refused, or said")
def annotation_reading_times(m: Maker) -> Case:
    words = " ".join(m.texts("plain", 20)).split()
    rows = [(i % 12, i // 12, word, 300 + i % 170) for i, word in enumerate(words)]
    path = m.csv("rt.tsv", "subj\titem\tword\trt".replace("\t", ","), rows, delimiter="\t")
    return Case(path, (running("".join(words)), Refused(())), said=(("left out|--label-column|word",),))


@form("annotation", "judgments from 1 to 7 of sentences, with participant, item and condition beside")
def annotation_judgments(m: Maker) -> Case:
    scores = m.labels("1 2 3 4 5 6 7", 140)
    rows = [(i % 10, i % 14, "AB"[i % 2], m.text("plain"), c) for i, c in enumerate(scores)]
    path = m.csv("ratings.csv", "participant,item,condition,sentence,rating", rows)
    return Case(
        path,
        (classify(pairs([row[3] for row in rows], scores)),),
        said=(("rating", "condition", "--label-column"),),
    )


@form("annotation", "BLiMP: sentence_good, sentence_bad, field, linguistics_term, UID, simple_LM_method, pairID")
def annotation_minimal_pairs(m: Maker) -> Case:
    rows = [
        {
            "sentence_good": m.text("plain"),
            "sentence_bad": m.text("plain"),
            "field": "syntax",
            "linguistics_term": "agreement",
            "UID": "x_1",
            "simple_LM_method": True,
            "pairID": str(i),
        }
        for i in range(100)
    ]
    return Case(m.jsonl("adjunct_island.jsonl", rows), (), said=(("sentence_bad",),))


@form("annotation", "tweets with three teams' answers: A_label, B_label, C_label; refused and the three named")
def annotation_teams(m: Maker) -> Case:
    a, b, c = (m.labels("FAV AGAINST NONE", 120) for _ in "abc")
    path = m.csv(
        "teams.tsv", "tweet,A_label,B_label,C_label", zip(m.texts("tweet", 120), a, b, c, strict=True), delimiter="\t"
    )
    return Case(path, (Refused(("A_label", "B_label", "C_label", "--label-column")),))


@form(
    "annotation",
    "Potato: user, instance_id, displayed_text, sentiment:::positive, sentiment:::negative with marks in one of them",
)
def annotation_potato(m: Maker) -> Case:
    labels, texts = m.labels("positive negative", 120), m.texts("plain", 120)
    rows = [
        ("a@x", i, t, int(c == "positive") or "", int(c == "negative") or "")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv(
        "annotated_instances.tsv",
        "user,instance_id,displayed_text,sentiment:::positive,sentiment:::negative",
        rows,
        delimiter="\t",
    )
    return Case(path, (), said=(("sentiment:::positive|--label-column",),))
