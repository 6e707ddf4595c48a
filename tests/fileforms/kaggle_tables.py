"""More tables from Kaggle: articles, tickets, scores, and columns that look like labels."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs, running, several

GROUP = "kaggle"


@form(GROUP, "Davidson's hate speech: count and three columns of votes beside class and tweet")
def kaggle_davidson(m: Maker) -> Case:
    labels, texts = m.labels("0 1 1 2", 150), m.texts("tweet", 150)
    rows = []
    for i, label in enumerate(labels):
        votes = [0, 0, 0]
        votes[int(label)] = 3 if i % 4 else 2
        votes[(int(label) + 1) % 3] = 3 - sum(votes)
        rows.append((i, 3, *votes, label, texts[i]))
    path = m.csv("labeled_data.csv", ",count,hate_speech,offensive_language,neither,class,tweet", rows)
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "Tweet Sentiment Extraction: textID, text, selected_text, sentiment")
def kaggle_tweet_extraction(m: Maker) -> Case:
    labels, texts = m.labels("neutral negative positive", 120), m.texts("tweet", 120)
    rows = [(f"{i * 99991:010x}", f" {texts[i]}", texts[i].split("!")[0][-20:], labels[i]) for i in range(120)]
    return Case(m.csv("train.csv", "textID,text,selected_text,sentiment", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "Rotten Tomatoes: TSV, PhraseId, SentenceId, Phrase, Sentiment; phrases of one sentence together")
def kaggle_rotten_tomatoes(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2 3 4", 300), m.texts("review", 300)
    rows = [(i + 1, i // 12 + 1, texts[i], labels[i]) for i in range(300)]
    path = m.csv("train.tsv", "PhraseId,SentenceId,Phrase,Sentiment", rows, delimiter="\t")
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "AG News with a header: Class Index, Title, Description")
def kaggle_ag_news(m: Maker) -> Case:
    labels, titles, texts = m.labels("1 2 3 4", 160), m.texts("headline", 160), m.texts("plain", 160)
    path = m.csv("train.csv", "Class Index,Title,Description", zip(labels, titles, texts, strict=True))
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form(GROUP, "abcnews-date-text.csv: publish_date, headline_text; dates as numbers, many on a day")
def kaggle_abc_headlines(m: Maker) -> Case:
    texts = m.texts("headline", 400)
    rows = [(20030219 + i // 40, text.lower()) for i, text in enumerate(texts)]
    path = m.csv("abcnews-date-text.csv", "publish_date,headline_text", rows)
    return Case(
        path, (running("\n".join(texts).lower()),), said=(("publish_date", "--task lm|--label-column|dates|no label"),)
    )


@form(GROUP, "CommonLit: excerpt, target and standard_error are quantities")
def kaggle_readability(m: Maker) -> Case:
    texts = m.texts("plain", 120, 4)
    rows = [
        (
            f"c12129c{i:02x}",
            "" if i % 3 else "https://books.example/1",
            "" if i % 3 else "CC BY-SA 3.0",
            texts[i],
            f"{m.random.gauss(-0.9, 1):.9f}",
            f"{0.4 + m.random.random() / 4:.9f}",
        )
        for i in range(120)
    ]
    path = m.csv("train.csv", "id,url_legal,license,excerpt,target,standard_error", rows)
    return Case(path, (Refused(("target", "number|quantit|regress")),), said=(("target", "quantit|regress"),))


@form(GROUP, "Jigsaw Unintended Bias: target is a share of votes, between 0 and 1")
def kaggle_toxicity_share(m: Maker) -> Case:
    texts = m.texts("review", 200, 2)
    rows = [(59848 + i, f"{m.random.random() ** 3:.16f}", texts[i], f"{m.random.random():.4f}") for i in range(200)]
    path = m.csv("train.csv", "id,target,comment_text,severe_toxicity", rows)
    return Case(path, (Refused(("target", "number|quantit|regress")),), said=(("target", "quantit|regress"),))


@form(GROUP, "essays with six scores from 1.0 to 5.0 in steps of a half")
def kaggle_essay_scores(m: Maker) -> Case:
    texts = m.texts("plain", 150, 6)
    names = ("cohesion", "syntax", "vocabulary", "phraseology", "grammar", "conventions")
    rows = [(f"{i:012X}", texts[i], *(f"{m.random.randrange(2, 11) / 2}" for _ in names)) for i in range(150)]
    path = m.csv("train.csv", ["text_id", "full_text", *names], rows)
    return Case(
        path, (Refused(("cohesion", "conventions")),), said=(("cohesion", "syntax|conventions", "--label-column"),)
    )


@form(GROUP, "Stack Overflow questions: Body in HTML, Tags, CreationDate, Y")
def kaggle_stack_overflow_quality(m: Maker) -> Case:
    labels, titles, texts = m.labels("HQ LQ_CLOSE LQ_EDIT", 120), m.texts("question", 120), m.texts("plain", 120, 2)
    tags = ("<python><pandas>", "<java>", "<c++><arrays>", "<javascript><html>", "<sql>")
    rows = [
        (34552656 + i, titles[i], f"<p>{texts[i]}</p>\n", tags[i % 5], f"2016-01-0{i % 9 + 1} 00:21:59", labels[i])
        for i in range(120)
    ]
    path = m.csv("train.csv", "Id,Title,Body,Tags,CreationDate,Y", rows)
    return Case(
        path, (classify(pairs(zip(titles, texts, strict=True), labels)),), said=(("Tags", r"\bY\b", "--label-column"),)
    )


@form(GROUP, "Stack Overflow tags: title and tags, python|pandas|numpy")
def kaggle_stack_overflow_tags(m: Maker) -> Case:
    names = ("python", "pandas", "sql", "java", "git")
    labels = [tuple(m.random.sample(names, m.random.randrange(1, 4))) for _ in range(150)]
    texts = m.texts("question", 150)
    path = m.csv("questions.csv", "title,tags", zip(texts, ("|".join(several) for several in labels), strict=True))
    return Case(path, (several(pairs(texts, labels)),), said=((r"--label-separator", r"\|"),))


@form(GROUP, "support tickets: type, status, priority, channel, gender: which is the label?")
def kaggle_support_tickets(m: Maker) -> Case:
    texts, heads = m.texts("plain", 200, 2), m.texts("headline", 200)
    kinds = m.labels(("Technical issue", "Billing inquiry", "Refund request", "Cancellation request"), 200)
    people = m.words()
    rows = [
        (
            i + 1,
            next(people),
            f"user{i}@example.org",
            18 + i % 50,
            ("Male", "Female", "Other")[i % 3],
            ("Camera", "Laptop", "Router")[i % 3],
            f"2021-0{i % 9 + 1}-11",
            kinds[i],
            heads[i],
            texts[i],
            ("Open", "Closed", "Pending Customer Response")[i % 3],
            ("Low", "Medium", "High", "Critical")[i % 4],
            ("Email", "Phone", "Chat", "Social media")[i * 7 % 4],
        )
        for i in range(200)
    ]
    header = (
        "Ticket ID,Customer Name,Customer Email,Customer Age,Customer Gender,Product Purchased,Date of Purchase,"
        "Ticket Type,Ticket Subject,Ticket Description,Ticket Status,Ticket Priority,Ticket Channel"
    )
    path = m.csv("customer_support_tickets.csv", header, rows)
    named = ("Ticket Type", "Ticket Priority|Ticket Status|Ticket Channel", "--label-column")
    return Case(path, (Refused(named),), said=(named,))


@form(GROUP, "consumer complaints: Product, Issue, Company, State ... and a narrative that is empty in half the rows")
def kaggle_complaints(m: Maker) -> Case:
    texts = m.texts("plain", 200, 3)
    products = m.labels(("Mortgage", "Credit card", "Debt collection", "Student loan"), 200)
    rows = [
        (
            f"0{i % 9 + 1}/14/2015",
            products[i],
            ("VA mortgage", "Medical", "")[i % 3],
            ("Loan terms", "Fees", "Fraud")[i % 3],
            texts[i] if i % 2 else "",
            ("Bank A", "Bank B", "Bank C", "Bank D", "Bank E")[i % 5],
            ["CA", "TX", "NY", "FL"][i % 4],
            "Web",
            ("Closed", "Closed with explanation")[i % 2],
            ("Yes", "No")[i % 7 == 0],
            ("Yes", "No")[i % 3 == 0],
            1300000 + i,
        )
        for i in range(200)
    ]
    header = (
        "Date received,Product,Sub-product,Issue,Consumer complaint narrative,Company,State,Submitted via,"
        "Company response to consumer,Timely response?,Consumer disputed?,Complaint ID"
    )
    path = m.csv("consumer_complaints.csv", header, rows)
    named = ("Product", "Issue|State|Timely", "--label-column")
    return Case(path, (Refused(named),), said=(named,))


@form(GROUP, "Symptom2Disease: an index without a name, label, text; sorted by label")
def kaggle_symptoms(m: Maker) -> Case:
    labels, texts = m.labels("Psoriasis Malaria Migraine Dengue", 200, "sorted"), m.texts("plain", 200)
    rows = [(i % 50, labels[i], texts[i]) for i in range(200)]
    return Case(m.csv("Symptom2Disease.csv", ",label,text", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "Sarcasm Headlines: JSON Lines in .json, is_sarcastic")
def kaggle_sarcasm(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 150), m.texts("headline", 150)
    values = [
        {"article_link": f"https://news.example/{i}", "headline": text, "is_sarcastic": int(label)}
        for i, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(m.jsonl("Sarcasm_Headlines_Dataset.json", values), (classify(pairs(texts, labels)),))


@form(GROUP, "medical transcriptions: description, medical_specialty, sample_name, transcription, keywords")
def kaggle_medical(m: Maker) -> Case:
    labels = m.labels((" Surgery", " Urology", " Neurology", " Radiology"), 120)
    short, texts = m.texts("plain", 120), m.texts("plain", 120, 6)
    rows = [
        (i, short[i], labels[i], f" Sample {i % 40} ", texts[i], "fever, cough, rest," if i % 3 else "")
        for i in range(120)
    ]
    path = m.csv("mtsamples.csv", ",description,medical_specialty,sample_name,transcription,keywords", rows)
    tidy = [label.strip() for label in labels]
    ways = (
        classify(pairs(texts, tidy)),
        classify(pairs(zip(short, texts, strict=True), tidy)),
        classify(pairs(short, tidy), says=("transcription",)),
    )
    return Case(path, ways, said=(("transcription",),))


@form(GROUP, "Wine Reviews: country, points, price, variety ...: no column is plainly the label")
def kaggle_wine(m: Maker) -> Case:
    texts = m.texts("review", 200, 2)
    rows = [
        (
            i,
            ("Italy", "US", "France")[i % 3],
            texts[i],
            f"Vineyard {i % 90}" if i % 3 else "",
            80 + i % 20,
            f"{12 + i % 40}.0" if i % 9 else "",
            ("Sicily", "Oregon", "Alsace")[i % 3],
            ("Red", "White", "Rosé", "Dry")[i % 4],
            f"House {i % 70}",
        )
        for i in range(200)
    ]
    path = m.csv(
        "winemag-data_first150k.csv", ",country,description,designation,points,price,province,variety,winery", rows
    )
    named = ("variety", "country|province", "--label-column")
    return Case(path, (Refused(named),), said=(named,))


@form(GROUP, "app reviews: Time_submitted, Review, Rating, Total_thumbsup, Reply (mostly empty)")
def kaggle_app_reviews(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5", 200), m.texts("review", 200, 2)
    rows = [
        (
            f"2022-07-{i % 28 + 1:02d} 15:00:00",
            texts[i],
            labels[i],
            i % 11,
            "Thanks, please write to us." if i % 60 == 3 else "",
        )
        for i in range(200)
    ]
    return Case(
        m.csv("reviews.csv", "Time_submitted,Review,Rating,Total_thumbsup,Reply", rows),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "Language Detection: Text, Language; in 8 scripts")
def kaggle_languages(m: Maker) -> Case:
    styles = {
        "English": "plain",
        "German": "de",
        "French": "fr",
        "Russian": "ru",
        "Arabic": "ar",
        "Hindi": "hi",
        "Korean": "ko",
        "Japanese": "ja",
    }
    labels = m.labels(tuple(styles), 200)
    texts = [m.text(styles[label], 2) for label in labels]
    return Case(
        m.csv("Language Detection.csv", "Text,Language", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "Detect AI Text: id, prompt_id, text, generated; texts of several paragraphs")
def kaggle_ai_text(m: Maker) -> Case:
    labels = m.labels("0 0 0 1", 100)
    texts = [f"{m.text('plain', 3)}\n\n{m.text('plain', 3)}\n\n{m.text('plain', 2)}" for _ in labels]
    rows = [(f"{i * 7907:08x}", i % 2, texts[i], labels[i]) for i in range(100)]
    return Case(m.csv("train_essays.csv", "id,prompt_id,text,generated", rows), (classify(pairs(texts, labels)),))


@form(GROUP, "fake job postings: three 0/1 facts beside fraudulent, four long texts")
def kaggle_job_postings(m: Maker) -> Case:
    labels = m.labels("0 0 0 0 1", 150)
    titles, texts, needs = m.texts("headline", 150), m.texts("plain", 150, 5), m.texts("plain", 150, 2)
    rows = [
        (
            i + 1,
            titles[i],
            "US, NY, New York",
            "Sales" if i % 3 else "",
            texts[i],
            needs[i] if i % 4 else "",
            i % 2,
            (i // 2) % 2,
            (i // 3) % 2,
            ("Full-time", "Part-time", "Contract", "")[i % 4],
            labels[i],
        )
        for i in range(150)
    ]
    header = (
        "job_id,title,location,department,description,requirements,telecommuting,has_company_logo,has_questions,"
        "employment_type,fraudulent"
    )
    path = m.csv("fake_job_postings.csv", header, rows)
    named = ("fraudulent", "has_company_logo|employment_type|telecommuting", "--label-column")
    right = classify(pairs(zip(titles, texts, strict=True), labels))
    return Case(path, (right,), said=(named,))


@form(GROUP, "arXiv abstracts: titles, summaries, terms written as Python lists")
def kaggle_arxiv_terms(m: Maker) -> Case:
    names = ("cs.CV", "cs.LG", "stat.ML", "cs.AI")
    labels = [tuple(m.random.sample(names, m.random.randrange(1, 4))) for _ in range(150)]
    titles, texts = m.texts("headline", 150), m.texts("plain", 150, 3)
    rows = [(titles[i], texts[i], str(list(labels[i]))) for i in range(150)]
    path = m.csv("arxiv_data.csv", "titles,summaries,terms", rows)
    ways = (several(pairs(zip(titles, texts, strict=True), labels)), several(pairs(texts, labels), says=("titles",)))
    return Case(path, ways, said=(("terms", "list|--label-separator"),))


@form(GROUP, "plots of films: title, plot_synopsis, tags between commas, split as a column")
def kaggle_film_tags(m: Maker) -> Case:
    names = ("cult", "horror", "gothic", "violence", "romantic")
    labels = [tuple(m.random.sample(names, m.random.randrange(1, 4))) for _ in range(150)]
    titles, texts = m.texts("headline", 150), m.texts("plain", 150, 4)
    parts = m.labels("train train train val test", 150)
    rows = [(f"tt00{57600 + i}", titles[i], texts[i], ", ".join(labels[i]), parts[i], "imdb") for i in range(150)]
    path = m.csv("mpst_full_data.csv", "imdb_id,title,plot_synopsis,tags,split,synopsis_source", rows)
    ways = (several(pairs(zip(titles, texts, strict=True), labels)), several(pairs(texts, labels), says=("title",)))
    return Case(path, ways, said=(("tags", "--label-separator"),))


@form(GROUP, "Yelp reviews as JSON Lines: stars as 4.0, useful, funny, cool")
def kaggle_yelp_json(m: Maker) -> Case:
    labels, texts = m.labels("1.0 2.0 3.0 4.0 5.0", 150), m.texts("review", 150, 2)
    values = [
        {
            "review_id": f"KU_O5udG6zpxOg{i}",
            "user_id": f"mh_-eMZ6K5{i}",
            "business_id": f"XQfw{i % 40}",
            "stars": float(labels[i]),
            "useful": i % 3,
            "funny": i % 2,
            "cool": 0,
            "text": texts[i],
            "date": f"2018-07-07 22:0{i % 10}:11",
        }
        for i in range(150)
    ]
    return Case(m.jsonl("yelp_academic_dataset_review.json", values), (classify(pairs(texts, labels)),))


@form(GROUP, "Amazon reviews as JSON Lines, gzipped: overall, reviewText, summary, unixReviewTime")
def kaggle_amazon_json_gz(m: Maker) -> Case:
    labels, texts, heads = m.labels("1.0 2.0 3.0 4.0 5.0", 150), m.texts("review", 150, 2), m.texts("headline", 150)
    values = [
        {
            "reviewerID": f"A1YS9MDZ{i}",
            "asin": f"B00{i % 30}",
            "reviewerName": "J. L.",
            "helpful": [0, i % 3],
            "reviewText": texts[i],
            "overall": float(labels[i]),
            "summary": heads[i],
            "unixReviewTime": 1377907200 + 86400 * (i % 7),
            "reviewTime": f"09 {i % 28 + 1}, 2013",
        }
        for i in range(150)
    ]
    path = m.jsonl("reviews_Office_Products_5.json.gz", values)
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(zip(heads, texts, strict=True), labels))))


@form(GROUP, "tweets about a company: date as the first column, the sentiment last, a column of sources")
def kaggle_dated_tweets(m: Maker) -> Case:
    labels, texts = m.labels("Bullish Bearish", 150), m.texts("tweet", 150)
    rows = [
        (f"2020-04-{i % 9 + 10} 01:03:46+00:00", texts[i], ("Twitter for iPhone", "Twitter Web App")[i % 2], labels[i])
        for i in range(150)
    ]
    path = m.csv("tweets.csv", "date,text,source,sentiment", rows)
    return Case(path, (classify(pairs(texts, labels)),))
