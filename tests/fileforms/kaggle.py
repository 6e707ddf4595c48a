"""Tables that many fetch from Kaggle: their columns, order and quirks; tweets, reviews, questions."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, several

GROUP = "kaggle"
_AIRLINE = (
    "tweet_id,airline_sentiment,airline_sentiment_confidence,negativereason,negativereason_confidence,airline,"
    "airline_sentiment_gold,name,negativereason_gold,retweet_count,text,tweet_coord,tweet_created,tweet_location,"
    "user_timezone"
)


def _airline(m: Maker, count: int, order: str) -> tuple[list[str], list[str], list[tuple[object, ...]]]:
    lines = m.labels(("Virgin America", "United", "Southwest", "Delta", "US Airways"), count, order)
    labels = m.labels("negative negative neutral positive", count)
    texts = m.texts("tweet", count, 2)
    reasons = ("Late Flight", "Can't Tell", "Lost Luggage", "Bad Flight")
    rows = []
    for i, (line, label, text) in enumerate(zip(lines, labels, texts, strict=True)):
        why = reasons[i % 4] if label == "negative" else ""
        sure = m.random.choice(("1.0", "0.6667", "0.3486", "0.6842"))
        gold = label if i % 300 == 7 else ""
        rows.append(
            (
                570300000000000000 + i,
                label,
                sure,
                why,
                "1.0" if why else "",
                line,
                gold,
                f"user{i}",
                why if gold else "",
                i % 3,
                text,
                "",
                "2015-02-24 11:35:52 -0800",
                "",
                "Eastern Time (US & Canada)",
            )
        )
    return texts, labels, rows


def _one_hot(m: Maker, names: tuple[str, ...], before: str, start, share: float, after: bool = False) -> Case:  # type: ignore[no-untyped-def]
    texts = m.texts("review", 200)
    marks = [[int(m.random.random() < share) for _ in names] for _ in texts]
    labels = [tuple(n for n, mark in zip(names, row, strict=True) if mark) for row in marks]
    rows = [(*start(i, text), *row) for i, (text, row) in enumerate(zip(texts, marks, strict=True))]
    path = m.csv("train.csv", [*before.split(","), *names], rows)
    named = tuple(repr(name)[1:-1] for name in names)
    return Case(path, (several(pairs(texts, labels)),), said=(named,))


@form(GROUP, "IMDB Dataset.csv: review, sentiment; <br /> in the reviews")
def kaggle_imdb(m: Maker) -> Case:
    labels = m.labels("positive negative", 120)
    texts = [f"{m.text('review', 2)}<br /><br />{m.text('review', 2)}" for _ in labels]
    return Case(
        m.csv("IMDB Dataset.csv", "review,sentiment", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "spam.csv: v1, v2 and three columns without a name, Latin-1")
def kaggle_sms_spam(m: Maker) -> Case:
    labels = m.labels("ham ham ham spam", 120)
    texts = [f"{m.text('sms')} £{i}" if i % 7 == 0 else m.text("sms") for i in range(120)]
    rows = [(label, text, "", "", "") for label, text in zip(labels, texts, strict=True)]
    path = m.csv("spam.csv", "v1,v2,,,", rows, encoding="latin-1", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "Sentiment140: no header, six columns, Latin-1, all of class 0 first")
def kaggle_sentiment140(m: Maker) -> Case:
    labels = m.labels("0 4", 2400, "sorted")
    texts = m.texts("tweet", 2400, 2)
    days = ("Mon Apr 06 22:19:45 PDT 2009", "Tue Jun 02 03:01:12 PDT 2009", "Sun May 17 11:40:29 PDT 2009")
    people = m.words()
    rows = [
        (label, 1467810000 + 37 * i, days[i % 3], "NO_QUERY", f"{next(people)}_{i % 400}", text)
        for i, (label, text) in enumerate(zip(labels, texts, strict=True))
    ]
    path = m.csv("training.1600000.processed.noemoticon.csv", None, rows, quote="all", encoding="latin-1")
    return Case(path, (classify(pairs(texts, labels)),), said=((r"--label-column", r"'1'"),))


@form(GROUP, "Twitter US Airline Sentiment: 15 columns, a gold column that is mostly empty")
def kaggle_airline(m: Maker) -> Case:
    texts, labels, rows = _airline(m, 300, "mixed")
    return Case(m.csv("Tweets.csv", _AIRLINE, rows), (classify(pairs(texts, labels)),))


@form(GROUP, "the same, sorted by airline: one or two airlines in the first thousand rows")
def kaggle_airline_sorted(m: Maker) -> Case:
    texts, labels, rows = _airline(m, 2500, "sorted")
    return Case(m.csv("Tweets.csv", _AIRLINE, rows), (classify(pairs(texts, labels)),))


@form(GROUP, "Disaster Tweets: id, keyword, location, text, target; sorted by keyword")
def kaggle_disaster_tweets(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 160), m.texts("tweet", 160)
    words = m.labels("ablaze accident avalanche bleeding", 160, "sorted")
    places = ("", "", "London", "Nairobi, Kenya")
    rows = [(3 * i + 1, words[i], places[i % 4], texts[i], labels[i]) for i in range(160)]
    return Case(m.csv("train.csv", "id,keyword,location,text,target", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "Toxic Comments: id, comment_text and six 0/1 columns")
def kaggle_toxic(m: Maker) -> Case:
    names = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
    return _one_hot(m, names, "id,comment_text", lambda i, text: (f"{i * 7919:016x}", text), 0.25)


@form(GROUP, "GoEmotions, full table: text, eight columns of facts, 28 emotions as 0/1")
def kaggle_goemotions_full(m: Maker) -> Case:
    names = (
        "admiration",
        "amusement",
        "anger",
        "annoyance",
        "approval",
        "caring",
        "confusion",
        "curiosity",
        "desire",
        "disappointment",
        "disapproval",
        "disgust",
        "embarrassment",
        "excitement",
        "fear",
        "gratitude",
        "grief",
        "joy",
        "love",
        "nervousness",
        "optimism",
        "pride",
        "realization",
        "relief",
        "remorse",
        "sadness",
        "surprise",
        "neutral",
    )
    before = "text,id,author,subreddit,link_id,parent_id,created_utc,rater_id,example_very_unclear"
    subs = ("nrl", "socialskills", "cringe", "loveafterlockup")

    def start(i: int, text: str) -> tuple[object, ...]:
        return (
            text,
            f"eew{i:04x}",
            f"user_{i}",
            subs[i % 4],
            f"t3_aj{i % 90:x}",
            f"t1_ee{i:x}",
            1548381039 + i * 61,
            i % 37,
            "False",
        )

    case = _one_hot(m, names, before, start, 0.06)
    return Case(case.source, case.right, said=(("admiration", "--label-column"),))


@form(GROUP, "topics of papers: ID, TITLE, ABSTRACT and six 0/1 columns with capitals and blanks")
def kaggle_paper_topics(m: Maker) -> Case:
    names = ("Computer Science", "Physics", "Mathematics", "Statistics", "Quantitative Biology", "Quantitative Finance")
    titles, texts = m.texts("headline", 200), m.texts("plain", 200, 3)
    marks = [[int(m.random.random() < 0.3) for _ in names] for _ in texts]
    labels = [tuple(n for n, mark in zip(names, row, strict=True) if mark) for row in marks]
    rows = [(i + 1, titles[i], f"  {texts[i]}\n", *marks[i]) for i in range(200)]
    path = m.csv("train.csv", ["ID", "TITLE", "ABSTRACT", *names], rows)
    wanted = pairs(zip(titles, texts, strict=True), labels)
    return Case(path, (several(wanted), several(pairs(texts, labels), says=("TITLE",))), said=(names,))


@form(GROUP, "Quora Question Pairs: id, qid1, qid2, question1, question2, is_duplicate")
def kaggle_quora_pairs(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 150), m.texts("question", 150), m.texts("question", 150)
    rows = [(i, 2 * i + 1, 2 * i + 2, a[i], b[i], labels[i]) for i in range(150)]
    path = m.csv("train.csv", "id,qid1,qid2,question1,question2,is_duplicate", rows, quote="all")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("question2", "--text-column"),))


@form(GROUP, "Quora Insincere Questions: qid, question_text, target")
def kaggle_quora_insincere(m: Maker) -> Case:
    labels, texts = m.labels("0 0 0 1", 150), m.texts("question", 150)
    rows = [(f"{i * 104729:020x}", text, label) for i, (text, label) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("train.csv", "qid,question_text,target", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "Amazon Fine Food Reviews: ten columns, Score, Summary, Text")
def kaggle_fine_food(m: Maker) -> Case:
    labels = m.labels("1 2 3 4 5", 160)
    heads, texts = m.texts("headline", 160), m.texts("review", 160, 3)
    rows = [
        (
            i + 1,
            f"B00{i % 31:07d}",
            f"A{i:013d}",
            f"user {i}",
            i % 5,
            i % 7 + i % 5,
            labels[i],
            1303862400 + 86400 * m.random.randrange(900),
            heads[i],
            texts[i],
        )
        for i in range(160)
    ]
    header = "Id,ProductId,UserId,ProfileName,HelpfulnessNumerator,HelpfulnessDenominator,Score,Time,Summary,Text"
    path = m.csv("Reviews.csv", header, rows)
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(zip(heads, texts, strict=True), labels))))


@form(GROUP, "Women's E-Commerce Reviews: Rating, Recommended IND, three columns of categories")
def kaggle_ecommerce_reviews(m: Maker) -> Case:
    labels, titles, texts = m.labels("1 2 3 4 5", 160), m.texts("headline", 160), m.texts("review", 160, 2)
    kinds = ("Dresses", "Knits", "Blouses", "Pants")
    rows = [
        (
            i,
            700 + i % 50,
            20 + i % 60,
            titles[i] if i % 3 else "",
            texts[i],
            labels[i],
            int(labels[i] > "2"),
            i % 4,
            ("General", "General Petite")[i % 2],
            ("Tops", "Dresses", "Bottoms")[i % 3],
            kinds[i % 4],
        )
        for i in range(160)
    ]
    header = (
        ",Clothing ID,Age,Title,Review Text,Rating,Recommended IND,Positive Feedback Count,Division Name,"
        "Department Name,Class Name"
    )
    path = m.csv("Womens Clothing E-Commerce Reviews.csv", header, rows)
    both = [(titles[i], texts[i]) if i % 3 else (texts[i],) for i in range(160)]
    says = ("Recommended IND|Class Name",)
    return Case(
        path,
        (classify(pairs(both, labels), says=says), classify(pairs(texts, labels), says=says)),
        said=(("Rating", "Class Name", "--label-column"), ("Rating", "Recommended IND", "--label-column")),
    )


@form(GROUP, "Fake News: id, title, author, text, label")
def kaggle_fake_news(m: Maker) -> Case:
    labels, titles, texts = m.labels("0 1", 120), m.texts("headline", 120), m.texts("plain", 120, 5)
    people = m.words()
    rows = [(i, titles[i], next(people) if i % 5 else "", texts[i], labels[i]) for i in range(120)]
    path = m.csv("train.csv", "id,title,author,text,label", rows)
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form(GROUP, "ISOT: a folder with Fake.csv and True.csv, no label column: the file is the class")
def kaggle_true_and_fake(m: Maker) -> Case:
    for name in ("Fake", "True"):
        titles, texts = m.texts("headline", 60), m.texts("plain", 60, 3)
        subjects = ("News", "politics") if name == "Fake" else ("politicsNews", "worldnews")
        rows = [(titles[i], texts[i], subjects[i % 2], "December 31, 2017") for i in range(60)]
        m.csv(f"news/{name}.csv", "title,text,subject,date", rows)
    want = Want("classify", count=120, labels=frozenset(("Fake", "True")))
    return Case(m.folder / "news", (want, Refused((r"Fake\.csv|True\.csv",))), said=((r"Fake\.csv", r"True\.csv"),))


@form(GROUP, "News Category Dataset: JSON Lines in .json, headline and short_description, dates")
def kaggle_news_category(m: Maker) -> Case:
    labels = m.labels("POLITICS WELLNESS ENTERTAINMENT TRAVEL", 160)
    heads, texts = m.texts("headline", 160), m.texts("plain", 160)
    values = [
        {
            "link": f"https://news.example/{i}",
            "headline": heads[i],
            "category": labels[i],
            "short_description": texts[i],
            "authors": "A. Writer" if i % 3 else "",
            "date": f"2022-09-{i % 28 + 1:02d}",
        }
        for i in range(160)
    ]
    path = m.jsonl("News_Category_Dataset_v3.json", values)
    both = classify(pairs(zip(heads, texts, strict=True), labels))
    one = tuple(classify(pairs(part, labels)) for part in (heads, texts))
    return Case(path, (both, *one))


@form(GROUP, "resumes: ID, Resume_str, Resume_html, Category; sorted by category")
def kaggle_resumes(m: Maker) -> Case:
    labels = m.labels("HR DESIGNER TEACHER CHEF", 80, "sorted")
    texts = m.texts("plain", 80, 8)
    rows = [
        (10000 + 13 * i, f"         {text}   ", f'<div class="fontsize"><span>{text}</span></div>' * 2, label)
        for i, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    path = m.csv("Resume.csv", "ID,Resume_str,Resume_html,Category", rows)
    return Case(path, (classify(pairs(texts, labels)),), said=(("Resume_str", "--text-column"),))


@form(GROUP, "BBC articles in .csv that holds tabs: category, filename, title, content; sorted")
def kaggle_bbc_tabs(m: Maker) -> Case:
    labels = m.labels("business entertainment politics sport tech", 150, "sorted")
    titles, texts = m.texts("headline", 150), m.texts("plain", 150, 4)
    rows = [(labels[i], f"{i % 30 + 1:03d}.txt", titles[i], f" {texts[i]}") for i in range(150)]
    path = m.csv("bbc-news-data.csv", "category,filename,title,content", rows, delimiter="\t")
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form(GROUP, "spam_ham_dataset.csv: an index without a name, label, text, label_num")
def kaggle_enron_spam(m: Maker) -> Case:
    labels = m.labels("ham ham spam", 120)
    texts = [f"Subject: {m.text('headline')}\n{m.text('plain', 3)}" for _ in labels]
    rows = [(m.random.randrange(5000), labels[i], texts[i], int(labels[i] == "spam")) for i in range(120)]
    return Case(
        m.csv("spam_ham_dataset.csv", ",label,text,label_num", rows, end="\r\n"), (classify(pairs(texts, labels)),)
    )


@form(GROUP, "E-commerce text: no header, category first, sorted; the first thousand rows are one class")
def kaggle_ecommerce_sorted(m: Maker) -> Case:
    labels = m.labels(("Household", "Books", "Electronics", "Clothing & Accessories"), 4400, "sorted")
    texts = m.texts("review", 4400, 2)
    return Case(m.csv("ecommerceDataset.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form(GROUP, "Twitter entity sentiment: no header; id, entity, sentiment, text; sorted by entity")
def kaggle_entity_sentiment(m: Maker) -> Case:
    entities = m.labels("Borderlands CallOfDuty Overwatch Xbox Amazon Verizon", 1800, "sorted")
    labels, texts = m.labels("Positive Negative Neutral Irrelevant", 1800), m.texts("tweet", 1800, 2)
    rows = [(2401 + i // 6, entities[i], labels[i], texts[i]) for i in range(1800)]
    path = m.csv("twitter_training.csv", None, rows)
    says = (r"'2'",)
    return Case(path, (classify(pairs(texts, labels), says=says),), said=((r"'2'", r"'3'", "--label-column"),))


@form(GROUP, "Suicide Watch: an index without a name, text, class")
def kaggle_index_text_class(m: Maker) -> Case:
    labels, texts = m.labels("suicide non-suicide", 120), m.texts("plain", 120, 3)
    rows = [(2 * i + i % 3, texts[i], labels[i]) for i in range(120)]
    return Case(m.csv("Suicide_Detection.csv", ",text,class", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "cyberbullying_tweets.csv: sorted by class, the first of 1,200 rows")
def kaggle_cyberbullying_sorted(m: Maker) -> Case:
    labels = m.labels("not_cyberbullying gender religion age", 4800, "sorted")
    texts = m.texts("tweet", 4800, 2)
    path = m.csv("cyberbullying_tweets.csv", "tweet_text,cyberbullying_type", zip(texts, labels, strict=True))
    return Case(path, (classify(pairs(texts, labels)),))
