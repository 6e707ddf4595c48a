"""JSON as programs write it: pandas in every orientation, wrappers, databases, services."""

from __future__ import annotations

import json

from fileforms.model import Case, Maker, Refused, Row, Want, classify, form, pairs

GROUP = "json"


def _made(m: Maker, count: int = 100, names: str = "pos neg") -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts("review", count)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "pandas, orient records")
def pandas_records(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.json("df.json", [{"text": t, "label": c} for t, c in zip(texts, labels, strict=True)], ascii=True),
        (classify(rows),),
    )


@form(GROUP, "pandas, orient columns (its default): column, then row number")
def pandas_columns(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    value = {name: {str(i): v for i, v in enumerate(column)} for name, column in (("text", texts), ("label", labels))}
    return Case(m.json("df.json", value), (classify(rows),))


@form(GROUP, "pandas, orient index: row number, then column")
def pandas_index(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.json(
            "df.json", {str(i): {"text": t, "label": c} for i, (t, c) in enumerate(zip(texts, labels, strict=True))}
        ),
        (classify(rows),),
    )


@form(GROUP, "pandas, orient split: columns, index, data")
def pandas_split(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    value = {
        "columns": ["text", "label"],
        "index": list(range(100)),
        "data": [list(pair) for pair in zip(texts, labels, strict=True)],
    }
    return Case(m.json("df.json", value), (classify(rows),))


@form(GROUP, "pandas, orient values: lists without names, the label a number")
def pandas_values(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="0 1")
    return Case(m.json("df.json", [[t, int(c)] for t, c in zip(texts, labels, strict=True)]), (classify(rows),))


@form(GROUP, "pandas, orient table: schema and data")
def pandas_table(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    schema = {
        "fields": [{"name": "index", "type": "integer"}, {"name": "text", "type": "string"}],
        "primaryKey": ["index"],
        "pandas_version": "1.4.0",
    }
    return Case(
        m.json(
            "df.json",
            {
                "schema": schema,
                "data": [
                    {"index": i, "text": t, "label": c} for i, (t, c) in enumerate(zip(texts, labels, strict=True))
                ],
            },
        ),
        (classify(rows),),
    )


@form(GROUP, "columns as lists")
def json_columns(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(m.json("data.json", {"text": texts, "label": labels}, indent=1), (classify(rows),))


@form(GROUP, 'text to label: {"the text": "pos", ...}')
def json_text_to_label(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.json("labels.json", dict(zip(texts, labels, strict=True))),
        (classify(rows), Refused((r"'text'|an object|object of|shape",))),
    )


@form(GROUP, 'label to texts: {"greet": [...], "bye": [...]}, lists of different length')
def json_label_to_texts(m: Maker) -> Case:
    groups = {"greet": m.texts("sms", 30), "bye": m.texts("sms", 45), "order": m.texts("sms", 38)}
    rows = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(m.json("intents.json", groups), (classify(rows), Refused(("greet|text",))), said=(("greet",),))


@form(GROUP, "label to texts, lists of the same length: no table of columns")
def json_label_to_texts_even(m: Maker) -> Case:
    groups = {"greet": m.texts("sms", 40), "bye": m.texts("sms", 40), "order": m.texts("sms", 40)}
    rows = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(
        m.json("intents.json", groups),
        (classify(rows), Refused(("greet",))),
        said=(("greet", "bye", "--label-column|--text-column"),),
    )


@form(GROUP, "intents with patterns and responses, as tutorials of chat bots have them")
def json_intents_patterns(m: Maker) -> Case:
    groups = {tag: m.texts("sms", 20) for tag in ("greeting", "goodbye", "thanks", "hours")}
    value = {
        "intents": [
            {"tag": tag, "patterns": texts, "responses": ["Hello!", "Hi there"], "context": [""]}
            for tag, texts in groups.items()
        ]
    }
    rows = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(
        m.json("intents.json", value, indent=2),
        (classify(rows), Refused(("patterns",))),
        said=(("patterns", "list|--text-column"),),
    )


@form(GROUP, 'rows below a key, facts beside: {"meta": {...}, "rows": [...]}')
def json_wrapped(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    value = {
        "meta": {"version": 1, "source": "web"},
        "count": 100,
        "rows": [{"text": t, "label": c} for t, c in zip(texts, labels, strict=True)],
    }
    return Case(m.json("data.json", value), (classify(rows),))


@form(GROUP, "splits as keys: train, validation, test, each a list of rows")
def json_splits(m: Maker) -> Case:
    parts = {name: _made(m, count) for name, count in (("train", 100), ("validation", 30), ("test", 30))}
    value = {
        name: [{"text": t, "label": c} for t, c in zip(texts, labels, strict=True)]
        for name, (labels, texts, _) in parts.items()
    }
    right = classify(parts["train"][2] + parts["validation"][2], test=parts["test"][2])
    return Case(
        m.json("data.json", value), (right, Refused(("train", "test"))), said=(("train", "test", "--split|split"),)
    )


@form(GROUP, "the datasets server's answer: features and rows of row_idx and row")
def json_datasets_server(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="0 1")
    value = {
        "features": [{"feature_idx": 0, "name": "text", "type": {"dtype": "string", "_type": "Value"}}],
        "rows": [
            {"row_idx": i, "row": {"text": t, "label": int(c)}, "truncated_cells": []}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ],
        "num_rows_total": 25000,
        "num_rows_per_page": 100,
        "partial": False,
    }
    return Case(
        m.json("rows.json", value),
        (classify(rows), Refused((r"row\.text|rows",))),
        said=((r"row\.text", r"row\.label|--text-column"),),
    )


@form(GROUP, "Elasticsearch: hits.hits[]._source")
def json_elasticsearch(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    hits = [
        {"_index": "r", "_id": str(i), "_score": 1.0, "_source": {"text": t, "label": c}}
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    value = {
        "took": 3,
        "timed_out": False,
        "hits": {"total": {"value": 100, "relation": "eq"}, "max_score": 1.0, "hits": hits},
    }
    return Case(m.json("answer.json", value), (classify(rows), Refused((r"_source|hits",))), said=((r"_source",),))


@form(GROUP, "Elasticsearch dump: JSON Lines with _source")
def jsonl_elasticsearch(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.jsonl(
        "dump.jsonl",
        (
            {"_index": "reviews", "_type": "_doc", "_id": f"k{i}", "_score": 1, "_source": {"text": t, "label": c}}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(rows), Refused((r"_source\.text",))), said=((r"_source", "nested|--text-column"),))


@form(GROUP, "MongoDB: JSON Lines with _id.$oid and dates as objects")
def jsonl_mongodb(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.jsonl(
        "reviews.json",
        (
            {"_id": {"$oid": f"{i:024x}"}, "text": t, "label": c, "at": {"$date": "2020-01-01T00:00:00Z"}}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(rows),))


@form(GROUP, "tweets of Twitter's interface: full_text, user as an object, no label")
def jsonl_tweets(m: Maker) -> Case:
    texts = m.texts("tweet", 120)
    path = m.jsonl(
        "tweets.jsonl",
        (
            {
                "created_at": "Wed Oct 10 20:19:24 +0000 2018",
                "id": 1050118621198921728 + i,
                "full_text": t,
                "user": {"id": i % 30, "name": "A"},
                "lang": "en",
                "retweet_count": i % 4,
                "entities": {"urls": []},
            }
            for i, t in enumerate(texts)
        ),
    )
    return Case(
        path,
        (Want("lm", text="".join(texts)), Refused(("full_text|label",))),
        said=(("lang|retweet_count", "--label-column"),),
    )


@form(GROUP, 'JSON Lines of lists: ["text", "label"]')
def jsonl_lists(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(m.jsonl("data.jsonl", (list(pair) for pair in zip(texts, labels, strict=True))), (classify(rows),))


@form(GROUP, "nested fields named by hand: --text-column review.body --label-column review.rating")
def jsonl_paths_given(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="1 2 3")
    path = m.jsonl(
        "data.jsonl",
        (
            {"id": i, "review": {"body": t, "rating": int(c), "user": {"name": "A"}}}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(rows),), options={"text_columns": ["review.body"], "label_column": "review.rating"})


@form(GROUP, "nested fields, nothing named: read, or the paths are shown")
def jsonl_paths_found(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="1 2 3")
    path = m.jsonl(
        "data.jsonl",
        (
            {"id": i, "review": {"body": t, "rating": int(c)}}
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(rows), Refused((r"review\.body",))))


@form(GROUP, "a misspelt path: the paths are shown")
def jsonl_paths_wrong(m: Maker) -> Case:
    labels, texts, _ = _made(m)
    path = m.jsonl(
        "data.jsonl",
        ({"id": i, "review": {"body": t, "stars": c}} for i, (t, c) in enumerate(zip(texts, labels, strict=True))),
    )
    return Case(
        path, (Refused((r"review\.body",)),), options={"text_columns": ["review.text"], "label_column": "review.stars"}
    )


@form(GROUP, "a column whose own name has a dot: meta.lang is a key, not a path")
def jsonl_dotted_key(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.jsonl("data.jsonl", ({"doc.text": t, "doc.label": c} for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(rows),), options={"text_columns": ["doc.text"], "label_column": "doc.label"})


@form(GROUP, "objects over several lines, one after the other, without a list")
def json_concatenated(m: Maker) -> Case:
    labels, texts, rows = _made(m, 60)
    text = "\n".join(json.dumps({"text": t, "label": c}, indent=2) for t, c in zip(texts, labels, strict=True))
    return Case(m.file("data.json", text), (classify(rows), Refused(("line|JSON",))))


@form(GROUP, "JSON Lines with a comma at the end of every line")
def jsonl_commas(m: Maker) -> Case:
    labels, texts, rows = _made(m, 60)
    lines = [json.dumps({"text": t, "label": c}) + "," for t, c in zip(texts, labels, strict=True)]
    return Case(m.lines("data.jsonl", lines), (classify(rows), Refused(("line 1|comma",))))


@form(GROUP, "JSON Lines in UTF-16 with a BOM")
def jsonl_utf16(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(
        m.lines(
            "data.jsonl", (json.dumps({"text": t, "label": c}) for t, c in zip(texts, labels, strict=True)), "utf-16"
        ),
        (classify(rows),),
    )


@form(GROUP, "JSON Lines in .txt, keys in another order in every line, some without the optional ones")
def jsonl_ragged(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    values = [
        {"text": t, "label": c} if i % 3 else {"label": c, "note": "checked", "text": t}
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.jsonl("data.txt", values), (classify(rows),))


@form(GROUP, "SQuAD: paragraphs with questions inside: refused, the paths named")
def json_squad(m: Maker) -> Case:
    paragraphs = [
        {
            "context": m.text("plain", 3),
            "qas": [{"question": m.text("question"), "id": f"q{i}", "answers": [{"text": "a", "answer_start": 1}]}],
        }
        for i in range(40)
    ]
    value = {
        "version": "v2.0",
        "data": [{"title": f"Page {i}", "paragraphs": paragraphs[4 * i : 4 * i + 4]} for i in range(10)],
    }
    return Case(m.json("train-v2.0.json", value), (Refused(("paragraphs|nested",)),), said=(("paragraphs",),))


@form(GROUP, "Reddit comments: body, subreddit, score, ups, author, created_utc")
def jsonl_reddit(m: Maker) -> Case:
    labels, texts, rows = _made(m, 150, "AskScience cooking running")
    values = [
        {
            "author": f"u{i}",
            "body": t,
            "created_utc": 1420070400 + 60 * i,
            "score": m.random.randrange(9),
            "ups": i % 5,
            "subreddit": c,
            "controversiality": 0,
            "id": f"c{i:x}",
            "edited": False,
            "distinguished": None,
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.jsonl("RC_2015-01.jsonl", values),
        (classify(rows), Refused(("subreddit",))),
        said=(("subreddit", "--label-column"),),
    )


@form(GROUP, 'labels beside the texts: {"texts": [...], "labels": [...]}')
def json_texts_and_labels(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    return Case(m.json("data.json", {"texts": texts, "labels": labels}), (classify(rows),))


@form(GROUP, 'a dictionary of labels and data: {"id2label": {...}, "data": [...]}')
def json_with_label_names(m: Maker) -> Case:
    labels, texts, rows = _made(m, names="0 1")
    value = {
        "id2label": {"0": "neg", "1": "pos"},
        "data": [{"text": t, "label": int(c)} for t, c in zip(texts, labels, strict=True)],
    }
    named = classify(pairs(texts, [("neg", "pos")[int(c)] for c in labels]))
    return Case(m.json("data.json", value), (classify(rows), named))
