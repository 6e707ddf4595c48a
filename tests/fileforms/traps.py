"""Text whose lines begin or end alike, as labelled lines do, and that is running text all the same."""

from __future__ import annotations

from collections.abc import Callable

from fileforms.model import Case, Maker, form, running

GROUP = "no labels"
DOUBTFUL = (("label|classif", "--task|--delimiter|--input-format"),)
"""Where the lines could be labelled ones too, it may be said."""


def _case(m: Maker, name: str, line: Callable[[int], str], count: int = 160, doubtful: bool = False) -> Case:
    lines = [line(i) for i in range(count)]
    return Case(m.lines(name, lines), (running("\n".join(lines)),), said=DOUBTFUL if doubtful else ())


@form(GROUP, "settings: key = value, in sections")
def lines_of_settings(m: Maker) -> Case:
    return _case(m, "app.ini", lambda i: f"[part {i // 8}]" if i % 8 == 0 else f"{'abcd'[i % 4]}_limit = {i * 7 % 90}")


@form(GROUP, "YAML of a program, no labelled examples")
def lines_of_yaml(m: Maker) -> Case:
    return _case(
        m,
        "deploy.yml",
        lambda i: (
            ("- name: step", "  run: make test", "  env:", "    LEVEL: high")[i % 4] + (f" {i}" if i % 4 == 0 else "")
        ),
    )


@form(GROUP, "a list with - and *")
def lines_of_bullets(m: Maker) -> Case:
    return _case(m, "list.txt", lambda i: f"{'-*'[i % 2]} {m.text('plain')}")


@form(GROUP, "sentences that begin with The, A and No")
def lines_with_articles(m: Maker) -> Case:
    return _case(m, "toy.txt", lambda i: f"{('The', 'A', 'No')[i % 3]} {m.text('sms').lower()} .")


@form(GROUP, "sentences that begin with Yes, and No,")
def lines_with_yes_and_no(m: Maker) -> Case:
    return _case(
        m, "answers.txt", lambda i: f"{('Yes', 'No')[i * 7 % 3 % 2]}, {m.text('plain').lower()}", doubtful=True
    )


@form(GROUP, "sentences that end with a year")
def lines_with_years(m: Maker) -> Case:
    return _case(m, "history.txt", lambda i: f"{m.text('plain')[:-1]} in {1900 + i * 7 % 90}.")


@form(GROUP, "lines that end with a number: a table of contents")
def lines_with_pages(m: Maker) -> Case:
    return _case(m, "contents.txt", lambda i: f"{m.text('headline')} {i * 3 + 1}")


@form(GROUP, "steps of recipes: 1 to 6, again and again")
def lines_of_recipes(m: Maker) -> Case:
    return _case(m, "recipes.txt", lambda i: f"{i % 6 + 1}. {m.text('plain')}")


@form(GROUP, "a transcript with times: [00:12] words")
def lines_with_times(m: Maker) -> Case:
    return _case(m, "talk.txt", lambda i: f"[{i // 60:02d}:{i % 60:02d}] {m.text('plain')}")


@form(GROUP, "a play with notes in brackets: ANNA (laughing): words")
def lines_with_stage_notes(m: Maker) -> Case:
    return _case(
        m,
        "play.txt",
        lambda i: f"{('ANNA', 'BRUNO')[i * 5 % 3 % 2]} ({('laughing', 'aside')[i % 2]}): {m.text('plain')}",
    )


@form(GROUP, "a play of three: names with a capital, long speeches")
def lines_of_long_speeches(m: Maker) -> Case:
    return _case(
        m, "drama.txt", lambda i: f"{('Mephisto', 'Faust', 'Gretchen')[m.random.randrange(3)]}: {m.text('de', 4)}"
    )


@form(GROUP, "a Chinese play: 甲：, 乙：")
def lines_of_chinese_talk(m: Maker) -> Case:
    return _case(m, "相声.txt", lambda i: f"{'甲乙'[i % 2]}：{m.text('zh')}")


@form(GROUP, "minutes of a parliament: Mr. SPEAKER. and names")
def lines_of_minutes(m: Maker) -> Case:
    who = ("The SPEAKER", "Mr. BROWN", "Mrs. GREEN", "Mr. WHITE")
    return _case(m, "hansard.txt", lambda i: f"{who[m.random.randrange(4)]}. — {m.text('plain', 2)}")


@form(GROUP, "a manual: Note:, Warning:, Tip: and sentences between")
def lines_of_a_manual(m: Maker) -> Case:
    return _case(m, "manual.txt", lambda i: f"{('Note: ', '', '', 'Warning: ', '')[i % 5]}{m.text('plain')}")


@form(GROUP, "commit messages: fix: and feat: and docs:")
def lines_of_commits(m: Maker) -> Case:
    return _case(
        m,
        "commits.txt",
        lambda i: f"{('fix', 'feat', 'docs', 'test')[m.random.randrange(4)]}: {m.text('headline')}",
        doubtful=True,
    )


@form(GROUP, "verses that end with amen or selah")
def lines_with_amen(m: Maker) -> Case:
    return _case(m, "psalms.txt", lambda i: f"{m.text('plain')[:-1]}, {('selah', 'amen')[i % 2]}", doubtful=True)


@form(GROUP, "sub-titles in ASS: Dialogue: 0,0:00:01.00,...")
def lines_of_ass(m: Maker) -> Case:
    return _case(
        m,
        "film.ass",
        lambda i: f"Dialogue: 0,0:00:{i % 60:02d}.00,0:00:{i % 60:02d}.90,Default,,0,0,0,,{m.text('sms')}",
        doubtful=True,
    )


@form(GROUP, "LaTeX: items, commands, ampersands in tables")
def lines_of_latex(m: Maker) -> Case:
    return _case(
        m,
        "paper.tex",
        lambda i: (f"\\item {m.text('plain')}", f"{m.text('plain', 2)}", f"row {i} & {i % 7} \\\\", "\\section{Part}")[
            i % 4
        ],
    )


@form(GROUP, "a shell script: comments, pipes, semicolons")
def lines_of_shell(m: Maker) -> Case:
    return _case(
        m, "run.sh", lambda i: (f"# {m.text('sms')}", f"cat a{i}.txt | sort | uniq; echo done", "fi", "done")[i % 4]
    )


@form(GROUP, "JavaScript: every line ends with a semicolon or a comma")
def lines_of_javascript(m: Maker) -> Case:
    return _case(
        m,
        "app.js",
        lambda i: (f"const a{i} = '{m.text('sms')}';", f"  b{i}: {i},", "});", f"call(a{i}, {i % 2});")[i % 4],
    )


@form(GROUP, "SQL: SELECT and UPDATE over several lines")
def lines_of_sql(m: Maker) -> Case:
    return _case(
        m,
        "query.sql",
        lambda i: (f"SELECT id, text FROM t{i % 5}", f"WHERE label = {i % 2}", "  AND id > 5", "ORDER BY id;")[i % 4],
    )


@form(GROUP, "numbers in columns: a measurement, no words")
def lines_of_numbers(m: Maker) -> Case:
    return _case(m, "data.txt", lambda i: f"{i} {m.random.random():.4f} {i % 3}")


@form(GROUP, "results: a team, a colon, a number")
def lines_of_results(m: Maker) -> Case:
    return _case(
        m,
        "results.txt",
        lambda i: f"Round {i // 9 + 1}, {('Ulm', 'Kiel', 'Bonn')[i % 3]} {i % 4}:{i % 3}, {m.text('headline')}",
    )


@form(GROUP, "Greek letters, wide dots, bars of music: | C | G |")
def lines_of_chords(m: Maker) -> Case:
    return _case(
        m,
        "song.txt",
        lambda i: f"| {'CGDA'[i % 4]} | {'GDAE'[i % 4]} | {m.text('headline')}" if i % 2 else m.text("headline"),
    )


@form(GROUP, "lines between quotation marks, a comma at the end (a list of strings)")
def lines_of_strings(m: Maker) -> Case:
    return _case(m, "strings.txt", lambda i: f'"{m.text("plain")}",')


@form(GROUP, "tweets that end with one of three tags")
def lines_with_hashtags(m: Maker) -> Case:
    return _case(
        m, "tweets.txt", lambda i: f"{m.text('plain')} #{('fail', 'win', 'mood')[m.random.randrange(3)]}", doubtful=True
    )


@form(GROUP, "a tokenised corpus: spaces around every sign, N for numbers, lines end with a full stop")
def lines_of_penn_treebank(m: Maker) -> Case:
    return _case(
        m, "ptb.train.txt", lambda i: f" {m.text('plain')[:-1].lower()} <unk> N {('million', 'years')[i % 2]} . "
    )


@form(GROUP, "sentences with one semicolon in each")
def lines_with_a_semicolon(m: Maker) -> Case:
    return _case(
        m,
        "diary.txt",
        lambda i: f"{m.text('plain')[:-1]}; {('it rained', 'it was cold', 'nobody came', 'I slept')[i % 4]}",
        doubtful=True,
    )


@form(GROUP, "a diary: weekday, colon, words")
def lines_with_weekdays(m: Maker) -> Case:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return _case(m, "diary.txt", lambda i: f"{days[i % 7]}: {m.text('plain', 2)}", doubtful=True)


@form(GROUP, "chapters that begin with a title in tabs")
def lines_with_tabs(m: Maker) -> Case:
    return _case(m, "novel.txt", lambda i: f"\t{m.text('plain', 3)}" if i % 10 else f"\t\tChapter {i // 10 + 1}")
