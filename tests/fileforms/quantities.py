"""Dates, ids and quantities: columns that are no labels."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs


@form("not labels", "a date in every row: a language model, or a question")
def not_labels_dates(m: Maker) -> Case:
    texts = m.texts("plain", 150)
    path = m.csv(
        "diary.csv", "date,entry", ((f"2021-{i // 25 + 1:02d}-{i % 25 + 1:02d}", t) for i, t in enumerate(texts))
    )
    return Case(path, (Want("lm", text="".join(texts)), Want("lm", count=150)), said=(("date",),))


@form("not labels", "dates that recur: three entries a day, dd.mm.yyyy")
def not_labels_recurring_dates(m: Maker) -> Case:
    texts = m.texts("de", 150)
    path = m.csv(
        "log.csv", ["Datum", "Eintrag"], ((f"{i // 10 + 1:02d}.03.2021", t) for i, t in enumerate(texts)), delimiter=";"
    )
    return Case(
        path, (Want("lm", text="".join(texts)), Refused(("Datum", "label"))), said=(("Datum", "date|--label-column"),)
    )


@form("not labels", "months and years as numbers: 202101")
def not_labels_months(m: Maker) -> Case:
    texts = m.texts("headline", 240)
    path = m.csv("news.csv", "month,headline", ((202101 + i // 20, t) for i, t in enumerate(texts)))
    return Case(path, (Want("lm", text="".join(texts)), Refused(("month",))), said=(("month", "--label-column"),))


@form("not labels", "an id of the author that recurs, and a text")
def not_labels_ids(m: Maker) -> Case:
    texts = m.texts("tweet", 200)
    path = m.csv("tweets.csv", "user_id,text", ((100000 + i % 40, t) for i, t in enumerate(texts)))
    return Case(path, (Want("lm", text="".join(texts)), Refused(("user_id",))), said=(("user_id", "--label-column"),))


@form("not labels", "counts beside the text: likes, retweets; no label")
def not_labels_counts(m: Maker) -> Case:
    texts = m.texts("tweet", 200)
    rows = [(1500000 + 17 * i, t, m.random.randrange(12), m.random.randrange(6)) for i, t in enumerate(texts)]
    path = m.csv("tweets.csv", "tweet_id,text,likes,retweets", rows)
    return Case(
        path,
        (Want("lm", text="".join(texts)), Refused(("likes|retweets",))),
        said=(("likes|retweets", "--label-column"),),
    )


@form("not labels", "price as a target: 300 different numbers")
def not_labels_prices(m: Maker) -> Case:
    texts = m.texts("review", 300)
    path = m.csv("items.csv", "description,price", ((t, f"{5 + m.random.random() * 90:.2f}") for t in texts))
    return Case(
        path, (Refused(("price",)), Want("lm", text="".join(texts))), said=(("price", "number|quantit|regress"),)
    )


@form("not labels", "--label-column price: many numbers: said that this is regression")
def not_labels_asked_price(m: Maker) -> Case:
    texts = m.texts("review", 300)
    path = m.csv("items.csv", "description,price", ((t, f"{5 + m.random.random() * 90:.2f}") for t in texts))
    return Case(
        path,
        (Refused(("price", "number|quantit|regress")),),
        said=(("quantit|regress",),),
        options={"label_column": "price"},
    )


@form("not labels", "a score from 0 to 100 as label: 80 numbers in 400 rows")
def not_labels_score(m: Maker) -> Case:
    texts = m.texts("review", 400)
    path = m.csv("essays.csv", "essay,score", ((t, m.random.randrange(20, 100)) for t in texts))
    return Case(path, (Refused(("score", "number|quantit|regress")),), said=(("score", "number|quantit|regress"),))


@form("not labels", "scores from 1 to 10 are classes")
def not_labels_but_ten_scores(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5 6 7 8 9 10", 300), m.texts("review", 300)
    return Case(
        m.csv("reviews.csv", "review,score", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),)
    )


@form("not labels", "180 named classes with few texts each are classes")
def not_labels_but_many_classes(m: Maker) -> Case:
    names = tuple(
        f"{a}-{b}" for a in ("loan", "card", "cash", "fee", "app", "pin") for b in "abcdefghijklmnopqrstuvwxyzABCD"
    )
    labels, texts = m.labels(names, 900), m.texts("question", 900, 2)
    return Case(m.csv("intents.csv", "text,intent", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("not labels", "77 classes by number, as banking77 has them")
def not_labels_but_77_numbers(m: Maker) -> Case:
    labels, texts = m.labels(tuple(map(str, range(77))), 1540), m.texts("question", 1540, 2)
    return Case(
        m.csv("train.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
        said=(("number|quantit|regress",),),
    )
