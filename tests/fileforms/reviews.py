"""More tables of reviews, tweets and talk: what stands beside the text looks like a label, and is none."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, several, words

GROUP = "reviews and tweets"


@form(GROUP, "Amazon reviews, TSV: marketplace, product_category, vine, verified_purchase and star_rating")
def amazon_reviews_tsv(m: Maker) -> Case:
    labels, heads, texts = m.labels("1 2 3 4 5", 200), m.texts("headline", 200), m.texts("review", 200, 2)
    rows = [
        (
            "US",
            10000000 + 37 * i,
            f"R{i:013d}",
            f"B00{i % 40:07d}",
            300000000 + i % 40,
            f"Thing {i % 40}",
            "Toys",
            labels[i],
            i % 3,
            i % 5,
            "N",
            "YN"[i % 6 == 0],
            heads[i],
            texts[i],
            f"2015-08-{i % 28 + 1:02d}",
        )
        for i in range(200)
    ]
    header = (
        "marketplace,customer_id,review_id,product_id,product_parent,product_title,product_category,star_rating,"
        "helpful_votes,total_votes,vine,verified_purchase,review_headline,review_body,review_date"
    )
    path = m.csv("amazon_reviews_us_Toys_v1_00.tsv", header, rows, delimiter="\t", quote="none")
    both = classify(pairs(zip(heads, texts, strict=True), labels))
    return Case(
        path, (classify(pairs(texts, labels)), both), said=(("star_rating", "verified_purchase", "--label-column"),)
    )


@form(GROUP, "Steam: app_id, app_name, review_text, review_score (-1 or 1), review_votes (0 or 1)")
def steam_reviews(m: Maker) -> Case:
    labels, texts = m.labels("-1 1 1", 200), m.texts("review", 200)
    rows = [(10 + i // 50, ("Counter", "Half")[i // 100], texts[i], labels[i], int(i % 4 == 0)) for i in range(200)]
    path = m.csv("dataset.csv", "app_id,app_name,review_text,review_score,review_votes", rows)
    return Case(path, (classify(pairs(texts, labels)),), said=(("review_score", "review_votes", "--label-column"),))


@form(GROUP, "Coronavirus tweets: UserName, ScreenName, Location, TweetAt, OriginalTweet, Sentiment; Latin-1")
def corona_tweets(m: Maker) -> Case:
    labels, texts = m.labels(("Positive", "Negative", "Extremely Positive"), 200), m.texts("tweet", 200)
    rows = [
        (3799 + i, 48751 + i, ("London", "", "México")[i % 3], f"{16 + i % 9}-03-2020", texts[i], labels[i])
        for i in range(200)
    ]
    path = m.csv(
        "Corona_NLP_train.csv", "UserName,ScreenName,Location,TweetAt,OriginalTweet,Sentiment", rows, encoding="latin-1"
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "OLID: subtask_a, and subtask_b and subtask_c that are NULL for most")
def olid(m: Maker) -> Case:
    labels, texts = m.labels("NOT NOT OFF", 200), m.texts("tweet", 200)
    rows = [
        (
            86426 + i,
            texts[i],
            c,
            "NULL" if c == "NOT" else ("TIN", "UNT")[i % 2],
            "NULL" if c == "NOT" or i % 2 else ("IND", "GRP")[i % 4 // 2],
        )
        for i, c in enumerate(labels)
    ]
    path = m.csv("olid-training-v1.0.tsv", "id,tweet,subtask_a,subtask_b,subtask_c", rows, delimiter="\t", quote="none")
    named = ("subtask_a", "subtask_b", "--label-column")
    return Case(path, (classify(pairs(texts, labels)), Refused(named)), said=(named,))


@form(GROUP, "HatEval: id, text, HS, TR, AG: three 0/1 columns")
def hateval(m: Maker) -> Case:
    texts = m.texts("tweet", 200)
    marks = [(1, i % 2, i // 2 % 2) if m.random.random() < 0.45 else (0, 0, 0) for i in range(200)]
    labels = [tuple(n for n, held in zip(("HS", "TR", "AG"), row, strict=True) if held) for row in marks]
    path = m.csv("hateval2019_en_train.csv", "id,text,HS,TR,AG", ((201 + i, texts[i], *marks[i]) for i in range(200)))
    return Case(path, (several(pairs(texts, labels)),), said=(("HS", "TR", "AG", "--label-column"),))


@form(GROUP, "SemEval tweets: no header; a long id, polarity, text; a quotation mark that is not closed")
def semeval_tweets(m: Maker) -> Case:
    labels, texts = m.labels("positive negative neutral", 200), m.texts("tweet", 200)
    texts[31] = f'"{texts[31]}'
    path = m.lines(
        "twitter-2016train-A.txt", (f"{264183816548130816 + 7 * i}\t{labels[i]}\t{texts[i]}" for i in range(200))
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "SemEval emotions: ID, Tweet and eleven 0/1 columns; TSV")
def semeval_emotions(m: Maker) -> Case:
    names = words("anger anticipation disgust fear joy love optimism pessimism sadness surprise trust")
    texts = m.texts("tweet", 150)
    marks = [[int(m.random.random() < 0.2) for _ in names] for _ in texts]
    labels = [tuple(n for n, held in zip(names, row, strict=True) if held) for row in marks]
    rows = [(f"2017-En-{21441 + i}", texts[i], *marks[i]) for i in range(150)]
    path = m.csv("2018-E-c-En-train.txt", ["ID", "Tweet", *names], rows, delimiter="\t", quote="none")
    return Case(path, (several(pairs(texts, labels)),), said=(("anger", "trust", "--label-column"),))


@form(GROUP, 'ISEAR: no header; joy,"text"')
def isear(m: Maker) -> Case:
    labels, texts = m.labels("joy fear anger sadness disgust shame guilt", 210), m.texts("plain", 210)
    return Case(m.csv("ISEAR.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form(GROUP, "ATIS: no header; atis_flight, and a sentence behind a blank")
def atis_intents(m: Maker) -> Case:
    labels, texts = m.labels("atis_flight atis_airfare atis_ground_service", 150), m.texts("question", 150)
    path = m.lines("atis_intents.csv", (f"{c}, {t[:-1].lower()} " for c, t in zip(labels, texts, strict=True)))
    return Case(path, (classify(pairs([t[:-1].lower() for t in texts], labels)),))


@form(GROUP, "MASSIVE: JSON Lines; locale, partition, scenario, intent, utt, annot_utt, lists of objects")
def massive(m: Maker) -> Case:
    labels, texts = m.labels("alarm_set audio_volume_mute iot_hue_lightoff", 150), m.texts("sms", 150)
    values = [
        {
            "id": str(i),
            "locale": "en-US",
            "partition": "train",
            "scenario": c.split("_")[0],
            "intent": c,
            "utt": t,
            "annot_utt": t,
            "worker_id": str(i % 20),
            "slot_method": [{"slot": "time", "method": "translation"}],
            "judgments": [],
        }
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.jsonl("en-US.jsonl", values)
    return Case(
        path,
        (classify(pairs(texts, labels)),),
        said=(("intent", "scenario", "--label-column"), ("annot_utt", "--text-column")),
    )


@form(GROUP, "Reuters R8: class, tab, words; .txt, sorted by nothing")
def reuters_r8(m: Maker) -> Case:
    labels, texts = m.labels("earn acq crude trade", 200), [t.lower() for t in m.texts("plain", 200, 3)]
    return Case(
        m.lines("r8-train-all-terms.txt", map("\t".join, zip(labels, texts, strict=True))),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "20 Newsgroups as JSON of pandas: content, target, target_names")
def newsgroups_json(m: Maker) -> Case:
    labels, texts = (
        m.labels("rec.autos sci.space", 120),
        [f"From: a@example.org\nSubject: x\n\n{t}\n" for t in m.texts("plain", 120, 3)],
    )
    numbers = [str(["rec.autos", "sci.space"].index(c)) for c in labels]
    columns = {"content": texts, "target": [int(n) for n in numbers], "target_names": labels}
    path = m.json(
        "newsgroups.json", {name: {str(i): v for i, v in enumerate(column)} for name, column in columns.items()}
    )
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(texts, numbers))))


@form(GROUP, "clickbait: headline, clickbait; the first half 1, the second 0, 2,200 rows")
def clickbait_sorted(m: Maker) -> Case:
    labels, texts = m.labels("1 0", 2200, "sorted"), m.texts("headline", 2200, 2)
    return Case(
        m.csv("clickbait_data.csv", "headline,clickbait", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "song lyrics: artist_name, track_name, release_date (a year), genre, lyrics, shares, topic")
def lyrics(m: Maker) -> Case:
    genres, topics = m.labels("pop country blues jazz", 200), m.labels("sadness violence music romantic", 200)
    texts = m.texts("plain", 200, 3)
    rows = [
        (
            i,
            f"singer {i % 60}",
            f"song {i}",
            1950 + i % 60,
            genres[i],
            texts[i],
            40 + i % 90,
            f"{m.random.random():.4f}",
            f"{m.random.random():.4f}",
            topics[i],
            f"{m.random.random():.2f}",
        )
        for i in range(200)
    ]
    path = m.csv(
        "tcc_ceds_music.csv", ",artist_name,track_name,release_date,genre,lyrics,len,dating,violence,topic,age", rows
    )
    named = ("genre", "topic", "--label-column")
    ways = [classify(pairs(texts, part), says=named) for part in (genres, topics)]
    return Case(path, (*ways, Refused(named)), said=(named,))


@form(GROUP, "What's Cooking: id, cuisine, ingredients as a list")
def cooking_json(m: Maker) -> Case:
    things = (
        "salt",
        "romaine lettuce",
        "black olives",
        "garlic",
        "soy sauce",
        "rice",
        "feta cheese",
        "lime",
        "beef",
        "butter",
    )
    labels = m.labels("greek indian mexican", 150)
    lists = [m.random.sample(things, 3 + i % 4) for i in range(150)]
    path = m.json(
        "train.json",
        [{"id": 10259 + i, "cuisine": c, "ingredients": x} for i, (c, x) in enumerate(zip(labels, lists, strict=True))],
        indent=2,
    )
    # Items of a list are joined by blanks, and the same few of them may make one text of two labels.
    return Case(path, (classify(pairs([" ".join(x) for x in lists], labels)),))


@form(GROUP, "a year that recurs beside genre: the genre, though it has more values")
def year_and_genre(m: Maker) -> Case:
    genres = m.labels("drama comedy action horror western thriller romance crime musical war family short", 240)
    texts = m.texts("plain", 240, 3)
    rows = [(2011 + i % 5, f"Film {i}", texts[i], genres[i]) for i in range(240)]
    return Case(m.csv("movies.csv", "Release Year,Name,Plot,Genre", rows), (classify(pairs(texts, genres)),))


@form(GROUP, "weekday, hour and country beside the category")
def weekday_and_category(m: Maker) -> Case:
    labels, texts = m.labels("fault question praise complaint other", 200), m.texts("plain", 200)
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    rows = [(days[i // 2 % 5], f"{8 + i % 9}:00", ("DE", "AT", "CH")[i % 3], texts[i], labels[i]) for i in range(200)]
    return Case(
        m.csv("calls.csv", "weekday,time,country,note,call_category", rows),
        (classify(pairs(texts, labels)),),
        said=(("call_category", "country", "--label-column"),),
    )


@form(GROUP, "a zip code, a telephone number and a version beside the class")
def numbers_beside_class(m: Maker) -> Case:
    labels, texts = m.labels("crash slow design", 200), m.texts("review", 200)
    rows = [(f"{i % 4 + 10115}", f"+49 30 {i % 30:06d}", f"{i % 2}.{i % 3}.0", texts[i], labels[i]) for i in range(200)]
    return Case(
        m.csv("bugs.csv", "zip,phone,app_version,feedback,problem_class", rows),
        (classify(pairs(texts, labels)),),
        said=(("problem_class", "app_version|zip", "--label-column"),),
    )


@form(GROUP, "the label's name in capitals with a blank behind it: LABEL , TEXT")
def label_in_capitals(m: Maker) -> Case:
    labels, texts = m.labels("A B", 120), m.texts("plain", 120)
    rows = [(i % 3, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("data.csv", "ROUND, TEXT ,LABEL ", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "train and test in one table: a column split, its values are no classes")
def split_column(m: Maker) -> Case:
    labels, texts = m.labels("pos neg neu", 200), m.texts("review", 200)
    parts = m.labels("train train train test", 200)
    path = m.csv("all.csv", "sentence,opinion,split", zip(texts, labels, parts, strict=True))
    return Case(path, (classify(pairs(texts, labels)),), said=(("opinion", "split", "--label-column"),))


@form(GROUP, "&amp; and &#39; in the texts, no tags; a < b in one: no word of HTML tags, or said")
def html_entities(m: Maker) -> Case:
    labels = m.labels("1 2 3 4", 120)
    texts = [f"{m.text('headline')} &amp; {m.sentence('headline')} #39;s a < b" for _ in labels]
    return Case(
        m.csv("train.csv", "label,text", zip(labels, texts, strict=True)),
        (classify(pairs(texts, labels)), Want("classify", count=120, says=("HTML|&amp;",))),
    )


@form(GROUP, "<p>, <a href> and <code> in the texts of a forum")
def html_forum(m: Maker) -> Case:
    labels = m.labels("python java", 120)
    texts = [
        f'<p>{m.text("question")} <a href="https://x.example">see</a></p>\n<p>{m.sentence("plain")}</p>' for _ in labels
    ]
    return Case(m.csv("posts.csv", "body,topic", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))
