"""JSON and lists of many sites and programs, and text that is nearly JSON."""

from __future__ import annotations

import json

from fileforms.model import Case, Maker, Refused, Row, classify, form, pairs, several

GROUP = "exports"


def _made(
    m: Maker, count: int = 120, names: str = "pos neg neutral", style: str = "review"
) -> tuple[list[str], list[str]]:
    return m.texts(style, count), m.labels(names, count)


def _rows(texts: list[str], labels: list[str]) -> list[Row]:
    return pairs(texts, labels)


def _objects(texts: list[str], labels: list[str]) -> list[dict[str, str]]:
    return [{"text": text, "label": label} for text, label in zip(texts, labels, strict=True)]


@form(GROUP, "train, dev and test as lists in one object: three splits")
def export_three_splits(m: Maker) -> Case:
    texts, labels = _made(m, 160)
    values = _objects(texts, labels)
    path = m.json("data.json", {"train": values[:100], "dev": values[100:130], "test": values[130:]})
    return Case(path, (classify(pairs(texts[:130], labels[:130]), test=pairs(texts[130:], labels[130:])),))


@form(GROUP, "train and test, each an object of columns as lists")
def export_splits_of_columns(m: Maker) -> Case:
    texts, labels = _made(m, 160)
    parts = {"train": slice(0, 120), "test": slice(120, 160)}
    value = {name: {"texts": texts[part], "labels": labels[part]} for name, part in parts.items()}
    path = m.json("data.json", value)
    return Case(path, (classify(pairs(texts[:120], labels[:120]), test=pairs(texts[120:], labels[120:])),))


@form(GROUP, 'splits below a key, facts beside: {"name": ..., "data": {"train": [...], "test": [...]}}')
def export_splits_below(m: Maker) -> Case:
    texts, labels = _made(m, 160)
    values = _objects(texts, labels)
    path = m.json("data.json", {"name": "x", "version": 2, "data": {"train": values[:120], "test": values[120:]}})
    return Case(path, (classify(pairs(texts[:120], labels[:120]), test=pairs(texts[120:], labels[120:])),))


@form(GROUP, "train and unlabeled in one object: what has no label is no split of it")
def export_unlabelled_split(m: Maker) -> Case:
    texts, labels = _made(m, 120)
    bare = [{"text": text} for text in m.texts("plain", 60)]
    path = m.json("data.json", {"train": _objects(texts, labels), "unlabeled": bare})
    return Case(path, (classify(_rows(texts, labels)),), said=(("unlabeled",),))


@form(GROUP, "Firebase: an object of records under keys that it made up")
def export_firebase(m: Maker) -> Case:
    texts, labels = _made(m)
    value = {f"-N{i * 7919:012x}": row for i, row in enumerate(_objects(texts, labels))}
    return Case(m.json("export.json", {"reviews": value}), (classify(_rows(texts, labels)),))


@form(GROUP, "DynamoDB: Item.text.S and Item.label.S, JSON Lines")
def export_dynamodb(m: Maker) -> Case:
    texts, labels = _made(m)
    values = [{"Item": {"id": {"N": str(i)}, "text": {"S": texts[i]}, "label": {"S": labels[i]}}} for i in range(120)]
    path = m.jsonl("dump.json", values)
    return Case(path, (classify(_rows(texts, labels)), Refused((r"Item\.(text|label)",))))


@form(GROUP, "Python dictionaries in place of JSON, one a line: {'text': ...}")
def export_python_lines(m: Maker) -> Case:
    texts, labels = _made(m)
    lines = [repr({"reviewText": texts[i], "overall": labels[i], "helpful": [0, 1], "ok": True}) for i in range(120)]
    path = m.lines("reviews_loose.json", lines)
    return Case(path, (classify(_rows(texts, labels)), Refused((r"Python|single quot|quotation",))))


@form(GROUP, "a Python list of dictionaries printed to a file")
def export_python_list(m: Maker) -> Case:
    texts, labels = _made(m)
    path = m.file("data.json", repr(_objects(texts, labels)))
    return Case(path, (classify(_rows(texts, labels)), Refused((r"Python|single quot|quotation",))))


@form(GROUP, "NaN in place of null, as Python writes it")
def export_nan(m: Maker) -> Case:
    texts, labels = _made(m)
    values = [{"text": texts[i], "label": labels[i] if i % 7 else float("nan")} for i in range(120)]
    kept = [i for i in range(120) if i % 7]
    return Case(m.jsonl("d.jsonl", values), (classify(pairs([texts[i] for i in kept], [labels[i] for i in kept])),))


@form(GROUP, "a comma behind the last element, as people write JSON by hand")
def export_trailing_comma(m: Maker) -> Case:
    texts, labels = _made(m)
    text = "[\n" + "".join(f"  {json.dumps(row)},\n" for row in _objects(texts, labels)) + "]\n"
    return Case(m.file("d.json", text), (classify(_rows(texts, labels)), Refused((r"line 12[0-9]|comma",))))


@form(GROUP, 'labels as numbers in some lines and as strings in others: 1 and "1"')
def export_numbers_and_strings(m: Maker) -> Case:
    texts, labels = _made(m, names="0 1")
    values = [{"text": t, "label": int(c) if i % 2 else c} for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.jsonl("d.jsonl", values), (classify(_rows(texts, labels)),))


@form(GROUP, "true and false, and a score beside")
def export_booleans(m: Maker) -> Case:
    texts, labels = _made(m, names="true false")
    values = [
        {"id": i, "comment": texts[i], "toxic": labels[i] == "true", "score": round(i / 121, 3)} for i in range(120)
    ]
    lower, upper = (pairs(texts, way) for way in (labels, [label.capitalize() for label in labels]))
    return Case(m.jsonl("d.jsonl", values), (classify(lower), classify(upper)))


@form(GROUP, 'texts cut into tokens: {"tokens": ["a", "b"], "label": "x"}')
def export_tokens(m: Maker) -> Case:
    texts, labels = _made(m)
    values = [{"tokens": text.split(), "label": label} for text, label in zip(texts, labels, strict=True)]
    return Case(m.jsonl("d.jsonl", values), (classify(_rows(texts, labels)), Refused((r"tokens",))))


@form(GROUP, "HateXplain: an object of posts, three annotators with a label each, tokens")
def export_hatexplain(m: Maker) -> Case:
    texts, labels = _made(m, names="hatespeech normal offensive", style="tweet")
    value = {
        f"{1170000 + i}_gab": {
            "post_id": f"{1170000 + i}_gab",
            "annotators": [
                {"label": labels[i], "annotator_id": a, "target": ["None"]} for a in (1, 2)
            ] + [{"label": labels[(i + 1) % 120], "annotator_id": 3, "target": ["Women"]}],
            "rationales": [],
            "post_tokens": texts[i].lower().split(),
        }
        for i in range(120)
    }  # fmt: skip
    path = m.json("dataset.json", value)
    lower = [text.lower() for text in texts]
    return Case(path, (classify(pairs(lower, labels)), Refused((r"annotators|post_tokens",))), said=((r"annotators",),))


@form(GROUP, "three annotators in columns and no majority: annotator1, annotator2, annotator3")
def export_annotators(m: Maker) -> Case:
    texts, labels = _made(m)
    body = [(i, texts[i], labels[i], labels[i], labels[(i + 1) % 120]) for i in range(120)]
    path = m.csv("votes.csv", "id,text,annotator1,annotator2,annotator3", body)
    return Case(path, (Refused((r"annotator1", "annotator2")),), said=((r"annotator1", "annotator2"),))


@form(GROUP, "probabilities of a model: text, prob_negative, prob_positive; no class")
def export_probabilities(m: Maker) -> Case:
    texts = m.texts("review", 200)
    shares = [round(m.random.random(), 3) for _ in texts]
    body = [(texts[i], f"{1 - shares[i]:.3f}", f"{shares[i]:.3f}") for i in range(200)]
    path = m.csv("scores.csv", "text,prob_negative,prob_positive", body)
    words = (r"prob_(positive|negative)", r"number|share|regression|quantit|no (column|label)")
    return Case(path, (Refused(words[:1]),), said=(words,))


@form(GROUP, "predictions beside the truth: text, label, prediction, prob")
def export_predictions(m: Maker) -> Case:
    texts, labels = _made(m)
    body = [(texts[i], labels[i], labels[(i * 3) % 120], round(m.random.random(), 2)) for i in range(120)]
    return Case(m.csv("predictions.csv", "text,label,prediction,prob", body), (classify(_rows(texts, labels)),))


@form(GROUP, "stars as words: 5 stars, 1 star")
def export_stars_words(m: Maker) -> Case:
    texts, labels = m.texts("review", 150), m.labels(("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), 150)
    body = zip(texts, labels, strict=True)
    return Case(m.csv("reviews.csv", "review,rating", body), (classify(pairs(texts, labels)),))


@form(GROUP, "stars as signs, and 4/5 beside")
def export_stars_signs(m: Maker) -> Case:
    texts, labels = m.texts("review", 150), m.labels(("★☆☆☆☆", "★★★☆☆", "★★★★★"), 150)
    body = [(texts[i], labels[i], f"{labels[i].count('★')}/5") for i in range(150)]
    fifths = [f"{label.count('★')}/5" for label in labels]
    either = (classify(pairs(texts, labels)), classify(pairs(texts, fifths)))
    return Case(m.csv("reviews.csv", "review,stars,out_of_five", body), either, said=(("stars", "--label-column"),))


@form(GROUP, "Y and N, named Spam (Y/N)")
def export_yes_no(m: Maker) -> Case:
    texts, labels = _made(m, names="Y N", style="sms")
    body = [(i, texts[i], labels[i]) for i in range(120)]
    return Case(m.csv("sms.csv", "No.,Message,Spam (Y/N)", body), (classify(_rows(texts, labels)),))


@form(GROUP, "-1, 0 and 1 as floats, some missing; clean_comment and category")
def export_minus_one(m: Maker) -> Case:
    texts, labels = _made(m, names="-1 0 1", style="tweet")
    body = [(texts[i], f"{labels[i]}.0" if i % 9 else "") for i in range(120)]
    kept = [i for i in range(120) if i % 9]
    wanted = tuple(classify(pairs([texts[i] for i in kept], [labels[i] + end for i in kept])) for end in (".0", ""))
    return Case(m.csv("Twitter_Data.csv", "clean_text,category", body), wanted)


@form(
    GROUP,
    "months as classes of newspaper articles: article, month; a word of the year is a class where nothing else is",
)
def export_months(m: Maker) -> Case:
    texts, labels = _made(m, names="January April August December", style="plain")
    body = list(zip(texts, labels, strict=True))
    return Case(m.csv("articles.csv", "article,month", body), (classify(_rows(texts, labels)),), said=(("month",),))


@form(GROUP, "texts that are numbers in words and digits: product codes and their class")
def export_codes(m: Maker) -> Case:
    labels = m.labels("valve pump hose", 150)
    texts = [f"{m.random.randrange(10**6):06d}-{label[0].upper()}{i}" for i, label in enumerate(labels)]
    return Case(m.csv("codes.csv", "code,class", zip(texts, labels, strict=True)), (classify(_rows(texts, labels)),))


@form(GROUP, "emoji only as texts, moods as labels")
def export_emoji_texts(m: Maker) -> Case:
    signs = "😀😡😢🎉🔥💔🙏😴🤔👍"
    labels = m.labels("glad sad", 150)
    texts = ["".join(m.random.choice(signs) for _ in range(4)) + signs[i % 10] * (i // 10 + 1) for i in range(150)]
    return Case(m.csv("moods.csv", "text,label", zip(texts, labels, strict=True)), (classify(_rows(texts, labels)),))


@form(GROUP, "the class first under a name of no meaning, the text under another: c1, c2, c3")
def export_nameless(m: Maker) -> Case:
    texts, labels = _made(m)
    body = [(labels[i], i * 17 % 1009, texts[i]) for i in range(120)]
    return Case(m.csv("d.csv", "c1,c2,c3", body), (classify(_rows(texts, labels)),))


@form(GROUP, "hashtags as classes: a tweet, #joy")
def export_hashtag_classes(m: Maker) -> Case:
    texts, labels = m.texts("tweet", 150), m.labels(("#joy", "#anger", "#fear"), 150)
    path = m.csv("tweets.csv", "tweet,emotion", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "several labels between semicolons with blanks, and a column of how many there are")
def export_label_count(m: Maker) -> Case:
    texts = m.texts("headline", 150)
    kinds = ("sport", "money", "law", "art")
    labels = [tuple(k for k in kinds if m.random.random() < 0.4) or ("law",) for _ in texts]
    body = [(texts[i], "; ".join(labels[i]), len(labels[i])) for i in range(150)]
    path = m.csv("topics.csv", "title,topics,n_topics", body)
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator",),))


@form(GROUP, "only two classes, one of them in 2 of 300 rows")
def export_rare_class(m: Maker) -> Case:
    texts = m.texts("sms", 300)
    labels = ["fraud" if i in (70, 210) else "fine" for i in range(300)]
    path = m.csv("d.csv", "text,label", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),), said=(("fraud",),))
