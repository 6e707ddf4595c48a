"""Tables as people upload them, for contests and to the Hub: with columns beside the text and the class."""

from __future__ import annotations

import json

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, running, several


@form("uploads", "Sentiment140 of another form: query, user and a polarity of 0 and 4, no header, dates in words")
def upload_polarity_user(m: Maker) -> Case:
    labels, texts = m.labels("0 4", 160, "sorted"), m.texts("tweet", 160)
    people = m.words()
    rows = [
        (c, 1467810000 + i, "Mon Apr 06 22:19:45 PDT 2009", "NO_QUERY", next(people), t)
        for i, (c, t) in enumerate(zip(labels, texts, strict=True))
    ]
    path = m.csv("training.1600000.csv", None, rows, quote="all", encoding="latin-1")
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "phishing mails: an index without a name, Email Text, Email Type; some texts empty")
def upload_phishing(m: Maker) -> Case:
    labels, texts = m.labels(("Safe Email", "Phishing Email"), 150), m.texts("plain", 150, 2)
    rows = [(i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("Phishing_Email.csv", ",Email Text,Email Type", rows)
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "app reviews: reviewId, userName, userImage, content, score, thumbsUpCount, version, at, replyContent")
def upload_app_store(m: Maker) -> Case:
    scores, texts = m.labels("1 2 3 4 5", 150), m.texts("review", 150)
    people = m.words()
    rows = [
        (
            f"gp:{i:08x}",
            next(people),
            f"https://img.example/{i}",
            t,
            s,
            i % 7,
            "4.2.1",
            f"2020-04-0{i % 9 + 1} 10:1{i % 10}:00",
            "",
        )
        for i, (t, s) in enumerate(zip(texts, scores, strict=True))
    ]
    header = "reviewId,userName,userImage,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent"
    return Case(
        m.csv("reviews.csv", header, rows), (classify(pairs(texts, scores)),), said=(("score", "--label-column"),)
    )


@form("uploads", "a mental health table: an index, statement and status")
def upload_status(m: Maker) -> Case:
    labels, texts = m.labels("Anxiety Normal Depression Stress", 160, "sorted"), m.texts("plain", 160)
    rows = [(i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("Combined Data.csv", ",statement,status", rows), (classify(pairs(texts, labels)),))


@form(
    "uploads",
    "film reviews by critics: rotten_tomatoes_link, critic_name, top_critic, review_type, review_score, review_content",
)
def upload_critics(m: Maker) -> Case:
    labels, texts = m.labels("Fresh Rotten", 160), m.texts("review", 160)
    people = m.words()
    rows = [
        (
            f"m/{i // 9}",
            next(people),
            i % 3 == 0,
            "Daily",
            c,
            ("3/5", "B+", "", "2.5/4")[i % 4],
            f"2001-0{i % 9 + 1}-11",
            t,
        )
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    header = (
        "rotten_tomatoes_link,critic_name,top_critic,publisher_name,review_type,review_score,review_date,review_content"
    )
    path = m.csv("rotten_tomatoes_critic_reviews.csv", header, rows)
    return Case(
        path,
        (
            classify(pairs(texts, labels), says=("review_score", "--label-column")),
            Refused(("review_type", "--label-column")),
        ),
    )


@form("uploads", "financial news, no header: sentiment, sentence; Latin-1, as all-data.csv has it")
def upload_financial(m: Maker) -> Case:
    labels, texts = m.labels("neutral positive negative", 150), m.texts("headline", 150)
    path = m.csv("all-data.csv", None, zip(labels, texts, strict=True), encoding="latin-1")
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "hate speech with votes: count, hate_speech, offensive_language, neither, class, tweet")
def upload_votes(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2", 150), m.texts("tweet", 150)
    rows = [
        (i, 3, 3 * (c == "0"), 3 * (c == "1"), 3 * (c == "2"), c, t)
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("labeled_data.csv", ",count,hate_speech,offensive_language,neither,class,tweet", rows)
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "questions with a difficulty, tags in <angle><brackets> and a class Y: the class")
def upload_quality(m: Maker) -> Case:
    labels, texts, heads = m.labels("HQ LQ_CLOSE LQ_EDIT", 150), m.texts("plain", 150, 2), m.texts("question", 150)
    rows = [
        (34552656 + i, h, t, "<java><repeat>" if i % 2 else "<python>", f"2016-01-01 00:2{i % 10}:59", c)
        for i, (h, t, c) in enumerate(zip(heads, texts, labels, strict=True))
    ]
    path = m.csv("train.csv", "Id,Title,Body,Tags,CreationDate,Y", rows)
    return Case(path, (classify(pairs(zip(heads, texts, strict=True), labels)),))


@form("uploads", "language detection: Text, Language; six scripts in one table")
def upload_language(m: Maker) -> Case:
    styles = ("de", "fr", "ru", "ja", "th", "hi")
    rows = [(m.text(style), style.upper()) for _ in range(25) for style in styles]
    path = m.csv("Language Detection.csv", "Text,Language", rows)
    return Case(path, (classify(pairs([t for t, _ in rows], [c for _, c in rows])),))


@form("uploads", "jokes: ID and Joke, and nothing else")
def upload_jokes(m: Maker) -> Case:
    texts = m.texts("sms", 150)
    path = m.csv("shortjokes.csv", "ID,Joke", list(enumerate(texts, 1)))
    return Case(path, (running("".join(texts)),))


@form("uploads", "song lyrics: artist, song, link, text: no class (an artist is none without being asked), or said")
def upload_lyrics(m: Maker) -> Case:
    texts = m.texts("plain", 150, 2)
    rows = [(("ABBA", "Queen", "Toto")[i // 50], f"Song {i}", f"/a/song_{i}.html", t) for i, t in enumerate(texts)]
    path = m.csv("songdata.csv", "artist,song,link,text", rows)
    return Case(path, (running("".join(texts)),), said=(("artist", "--label-column"),))


@form("uploads", "poems of a page: Title, Poem, Poet, Tags; a title is different in every row")
def upload_poems(m: Maker) -> Case:
    texts = m.texts("plain", 120, 2)
    rows = [(f"\r\r\n Ode {i}\r\r\n", t, ("Anna", "Ben", "Carla", "David")[i % 4], "") for i, t in enumerate(texts)]
    path = m.csv("PoetryFoundationData.csv", ",Title,Poem,Poet,Tags", [(i, *row) for i, row in enumerate(rows)])
    return Case(path, (), said=(("Poet", "--label-column"),))


@form("uploads", "chat intents of a bank: text, category; 30 classes sorted, as banking77 in CSV")
def upload_banking(m: Maker) -> Case:
    names = tuple(
        f"card_{word}_{kind}"
        for word in ["lost", "late", "new", "old", "spare"]
        for kind in ["fee", "use", "top", "pin", "pay", "tax"]
    )
    labels, texts = m.labels(names, 300, "sorted"), m.texts("question", 300)
    path = m.csv("train.csv", "text,category", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "natural language inference: sent0, sent1, label of words in JSON Lines, a uid")
def upload_nli(m: Maker) -> Case:
    labels, a, b = m.labels("e n c", 150), m.texts("plain", 150), m.texts("plain", 150)
    path = m.jsonl(
        "train.jsonl",
        (
            {"uid": f"x{i}", "context": s, "hypothesis": t, "label": c}
            for i, (s, t, c) in enumerate(zip(a, b, labels, strict=True))
        ),
    )
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),))


@form("uploads", "reading order: paragraph, question, answer as idx of GLUE's JSON Lines, label as true and false")
def upload_boolq(m: Maker) -> Case:
    labels, a, b = m.labels("True False", 150), m.texts("question", 150), m.texts("plain", 150, 3)
    path = m.jsonl(
        "train.jsonl",
        (
            {"question": s, "passage": t, "idx": i, "label": c == "True"}
            for i, (s, t, c) in enumerate(zip(a, b, labels, strict=True))
        ),
    )
    ways = [classify(pairs(zip(a, b, strict=True), names)) for names in (labels, [c.lower() for c in labels])]
    return Case(path, tuple(ways))


@form("uploads", "emotions of the Hub with the split in a column, shuffled: train, validation and test")
def upload_split_column(m: Maker) -> Case:
    labels, texts = m.labels("joy fear anger", 200), m.texts("plain", 200)
    parts = [("train", "train", "train", "validation", "test")[i % 5] for i in range(200)]
    path = m.csv("emotion.csv", "text,label,split", zip(texts, labels, parts, strict=True))
    used = [i for i in range(200) if parts[i] != "test"]
    return Case(
        path,
        (classify(pairs([texts[i] for i in used], [labels[i] for i in used])), classify(pairs(texts, labels))),
    )


@form("uploads", "tags of questions as [list] without quotation marks in one cell, several each")
def upload_bare_tags(m: Maker) -> Case:
    names = ("c#", "sql", "java", "html")
    texts = m.texts("question", 160)
    own = [tuple(dict.fromkeys((names[i % 4], names[i // 4 % 4]))) for i in range(160)]
    path = m.csv(
        "questions.csv", "title,tags", [(t, f"[{', '.join(tags)}]") for t, tags in zip(texts, own, strict=True)]
    )
    return Case(path, (several(pairs(texts, own)),), said=(("--label-separator",),))


@form("uploads", "the emotion as a number and in words beside each other: label and emotion")
def upload_number_and_word(m: Maker) -> Case:
    names = ("sadness", "joy", "love")
    numbers, texts = m.labels("0 1 2", 150), m.texts("plain", 150)
    words = [names[int(c)] for c in numbers]
    path = m.csv(
        "emotions.csv",
        ",text,label,emotion",
        [(i, *row) for i, row in enumerate(zip(texts, numbers, words, strict=True))],
    )
    return Case(path, (classify(pairs(texts, numbers)), classify(pairs(texts, words))))


@form("uploads", "reviews with a share of stars as text: '5.0 out of 5 stars'")
def upload_stars_in_words(m: Maker) -> Case:
    labels = m.labels(tuple(f"{n}.0 out of 5 stars" for n in (1, 2, 3, 4, 5)), 150)
    texts = m.texts("review", 150)
    path = m.csv(
        "amazon.csv",
        "asin,review_title,review_rating,review_text",
        [("B00", "x", c, t) for t, c in zip(texts, labels, strict=True)],
    )
    return Case(path, (classify(pairs(texts, labels)), classify(pairs([("x", t) for t in texts], labels))))


@form("uploads", "a class of A, B, C, D and an essay of several paragraphs in quotation marks")
def upload_grades(m: Maker) -> Case:
    labels = m.labels("A B C D", 100)
    texts = ["\n\n".join(m.text("plain", 3) for _ in range(3)) for _ in labels]
    path = m.csv(
        "essays.csv",
        "essay_id,full_text,grade",
        [(i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))],
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "a class of decimals: 0.0, 0.5, 1.0 (no, maybe, yes)")
def upload_three_shares(m: Maker) -> Case:
    labels, texts = m.labels("0.0 0.5 1.0", 150), m.texts("question", 150)
    path = m.csv("train.csv", "question,target", zip(texts, labels, strict=True))
    ways = [
        classify(pairs(texts, [name(c) for c in labels]))
        for name in (str, lambda c: "0" if c == "0.0" else "1" if c == "1.0" else c)
    ]
    return Case(path, tuple(ways))


@form("uploads", "house prices with a description: price differs in every row, bedrooms do not; said")
def upload_prices(m: Maker) -> Case:
    texts = m.texts("plain", 150, 2)
    rows = [(t, 100_000 + 1234 * i, i % 4 + 1) for i, t in enumerate(texts)]
    path = m.csv("houses.csv", "description,price,bedrooms", rows)
    return Case(path, (running("".join(texts)),), said=(("bedrooms", "--label-column"),))


@form("uploads", "STS: sentence1, sentence2, score from 0 to 5 with three decimals: no classes, said")
def upload_similarity(m: Maker) -> Case:
    a, b = m.texts("plain", 150), m.texts("plain", 150)
    path = m.csv(
        "sts-train.csv",
        "sentence1,sentence2,score",
        [(s, t, f"{m.random.uniform(0, 5):.3f}") for s, t in zip(a, b, strict=True)],
    )
    return Case(path, (Refused(("score", "regression")),))


@form("uploads", "a Hub data set saved with the class as an object: {'label': 3, 'name': 'x'} in JSON Lines")
def upload_label_object(m: Maker) -> Case:
    labels, texts = m.labels("billing login other", 120), m.texts("plain", 120)
    path = m.jsonl(
        "x.jsonl",
        ({"text": t, "label": {"id": len(c), "name": c}} for t, c in zip(texts, labels, strict=True)),
    )
    return Case(path, (classify(pairs(texts, labels)), Refused((r"label\.name",))), said=(("--label-column", "label"),))


@form(
    "uploads",
    "messages as lists of turns with a class beside: dialogue, dialogue_act per turn; read, or the paths are shown",
)
def upload_dialogue(m: Maker) -> Case:
    rows = [{"dialog": [m.text("sms"), m.text("sms")], "act": [1, 2], "emotion": [0, 4]} for _ in range(60)]
    return Case(m.jsonl("dialogues.jsonl", rows), (), said=(("dialog", "act"), ("several labels|lists",)))


@form("uploads", "two tables in a folder: train.csv and sample_submission.csv, test.csv without labels")
def upload_competition(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 150), m.texts("tweet", 150)
    m.csv("c/train.csv", "id,text,target", [(i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))])
    m.csv("c/test.csv", "id,text", [(i + 900, m.text("tweet")) for i in range(30)])
    path = m.csv("c/sample_submission.csv", "id,target", [(i + 900, 0) for i in range(30)])
    return Case(path.parent, (classify(pairs(texts, labels)),), said=(("test.csv|sample_submission",),))


@form("uploads", "Parquet-like JSON of BigQuery: every number a string, null for nothing")
def upload_bigquery(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3", 130), m.texts("review", 130)
    path = m.lines(
        "bq-results.json",
        (
            json.dumps({"review_id": str(i), "body": t, "stars": c, "reply": None})
            for i, (t, c) in enumerate(zip(texts, labels, strict=True))
        ),
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form("uploads", "a title and a text where the class is called 'flair' (Reddit): taken and said, or asked")
def upload_flair(m: Maker) -> Case:
    labels, heads, texts = m.labels("Politics Sports Food", 150), m.texts("headline", 150), m.texts("plain", 150)
    rows = [(f"t3_{i}", h, t, i % 40, c) for i, (h, t, c) in enumerate(zip(heads, texts, labels, strict=True))]
    path = m.csv("reddit.csv", "id,title,body,score,flair", rows)
    return Case(
        path, (Want("classify", labels=frozenset(labels)), Refused(("flair",))), said=(("flair", "--label-column"),)
    )


@form("uploads", "two annotators and their numbers with an underscore: rater_1 and rater_2 disagree; nobody is asked")
def upload_raters(m: Maker) -> Case:
    labels, texts = m.labels("hate none", 150), m.texts("tweet", 150)
    other = [c if i % 5 else "none" for i, c in enumerate(labels)]
    path = m.csv("coded.csv", "text,rater_1,rater_2", zip(texts, labels, other, strict=True))
    return Case(path, (Refused(("rater_1", "rater_2", "--label-column")),))


@form("uploads", "three raters and final_label: the final one, the others named")
def upload_final(m: Maker) -> Case:
    labels, texts = m.labels("hate none", 150), m.texts("tweet", 150)
    one = [c if i % 5 else "none" for i, c in enumerate(labels)]
    two = [c if i % 7 else "hate" for i, c in enumerate(labels)]
    path = m.csv("coded.csv", "text,label_A,label_B,final_label", zip(texts, one, two, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels), says=("label_A", "label_B", "--label-column")),))


@form("uploads", "the same answers in three columns, annotator1 to annotator3: the first, the others named")
def upload_agreed(m: Maker) -> Case:
    labels, texts = m.labels("hate none", 150), m.texts("tweet", 150)
    path = m.csv("coded.csv", "text,annotator1,annotator2,annotator3", zip(texts, labels, labels, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels), says=("annotator2", "annotator3", "--label-column")),))


@form("uploads", "one row differs between two columns of the same classes: refused")
def upload_nearly_agreed(m: Maker) -> Case:
    labels, texts = m.labels("hate none", 150), m.texts("tweet", 150)
    other = [*labels[:-1], "none" if labels[-1] == "hate" else "hate"]
    path = m.csv("coded.csv", "text,annotator1,annotator2", zip(texts, labels, other, strict=True))
    return Case(path, (Refused(("annotator1", "annotator2", "--label-column")),))
