"""Several columns that could be the label."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs


@form("candidates", "label and label_text (SetFit): either")
def candidates_label_text(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2", 120), m.texts("tweet", 120)
    names = [("negative", "neutral", "positive")[int(c)] for c in labels]
    path = m.jsonl(
        "train.jsonl",
        ({"text": t, "label": int(c), "label_text": n} for t, c, n in zip(texts, labels, names, strict=True)),
    )
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(texts, names))))


@form("candidates", "sentiment and topic: named both, or refused")
def candidates_sentiment_topic(m: Maker) -> Case:
    labels, topics, texts = (
        m.labels("positive negative", 150),
        m.labels("sport travel food", 150),
        m.texts("tweet", 150),
    )
    path = m.csv("tweets.csv", "text,sentiment,topic", zip(texts, labels, topics, strict=True))
    named = ("sentiment", "topic", "--label-column")
    ways = [classify(pairs(texts, part), says=named) for part in (labels, topics)]
    return Case(path, (*ways, Refused(named)))


@form("candidates", "unknown names: column_a and column_b, three and four values each")
def candidates_unknown_names(m: Maker) -> Case:
    a, b, texts = m.labels("u v w", 150), m.labels("k l m n", 150), m.texts("review", 150)
    path = m.csv("t.csv", "body,column_a,column_b", zip(texts, a, b, strict=True))
    named = ("column_a", "column_b", "--label-column")
    ways = [classify(pairs(texts, part), says=named) for part in (a, b)]
    return Case(path, (*ways, Refused(named)))


@form("candidates", "queue in a table of tickets, with priority and language (the last never changes)")
def candidates_queue(m: Maker) -> Case:
    labels, texts, heads = (
        m.labels(("Technical Support", "Billing", "Sales"), 150),
        m.texts("plain", 150, 2),
        m.texts("headline", 150),
    )
    rows = [(heads[i], texts[i], labels[i], ("high", "low", "medium")[i % 3], "en") for i in range(150)]
    path = m.csv("tickets.csv", "subject,body,queue,priority,language", rows)
    return Case(
        path,
        (classify(pairs(zip(heads, texts, strict=True), labels), says=("priority",)), Refused(("queue", "priority"))),
        said=(("queue", "priority", "--label-column"),),
    )


@form("candidates", "label, confidence and model: the label")
def candidates_confidence(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 150), m.texts("review", 150)
    rows = [
        (t, f"{0.5 + i % 50 / 100:.2f}", c, ("a", "b")[i % 2])
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("auto.csv", "text,confidence,prediction,annotator", rows),
        (classify(pairs(texts, labels)),),
        said=(("prediction", "annotator|--label-column"),),
    )


@form("candidates", "confidence in three steps beside a class of four: the class, though it has more values")
def candidates_confidence_steps(m: Maker) -> Case:
    labels, texts = m.labels("billing sales returns other", 150), m.texts("plain", 150)
    rows = [(i, t, c, ("0.9", "0.6", "0.3")[i % 3]) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(
        m.csv("auto.csv", "id,message,department,department_confidence", rows),
        (classify(pairs(texts, labels)),),
        said=(("department", "--label-column"),),
    )


@form("candidates", "a mostly empty column with two values beside one with four")
def candidates_mostly_empty(m: Maker) -> Case:
    labels, texts = m.labels("a b c d", 200), m.texts("plain", 200)
    rows = [
        (t, c, ("yes", "no")[i // 25 % 2] if i % 25 == 3 else "")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("x.csv", "text,kind_of,reviewed", rows),
        (classify(pairs(texts, labels)),),
        said=(("kind_of", "reviewed", "--label-column"),),
    )


@form("candidates", "a column that changes only after 1,500 rows, sorted by it; the label has six values")
def candidates_sorted_source(m: Maker) -> Case:
    labels, texts = m.labels("sadness joy love anger fear surprise", 3000), m.texts("tweet", 3000, 2)
    rows = [(t, ("train_a", "train_b")[i >= 1500], c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("emotions.csv", "content,origin,emotion", rows), (classify(pairs(texts, labels)),))


@form("candidates", "language and label: both usual names")
def candidates_language_label(m: Maker) -> Case:
    labels, texts = m.labels("1 0", 120), m.texts("es", 120, 2)
    rows = [(i, t, ("es", "pt", "it")[i % 3], c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("train.csv", "id,text,lang,target", rows), (classify(pairs(texts, labels)),))


@form("candidates", "gender and emotion of the speaker beside the line spoken")
def candidates_meld(m: Maker) -> Case:
    labels, texts = m.labels("neutral joy anger surprise", 150), m.texts("sms", 150)
    moods = [{"joy": "positive", "neutral": "neutral"}.get(c, "negative") for c in labels]
    people = m.words()
    rows = [
        (i + 1, texts[i], next(people), labels[i], moods[i], i // 8, i % 8, 8, i % 20 + 1, "00:16:16,059")
        for i in range(150)
    ]
    path = m.csv(
        "train_sent_emo.csv",
        "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime",
        rows,
    )
    named = ("Emotion", "Sentiment", "--label-column")
    ways = [classify(pairs(texts, part), says=("Emotion", "Sentiment")) for part in (labels, moods)]
    return Case(path, (*ways, Refused(named)), said=(named,))
