"""Belarus, the second region: resolved, compared, searched and linked in all its spellings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.archive.making import seal_text

from habeas import names
from habeas.archive import regions, verbs
from habeas.archive.access import OWNER
from habeas.archive.opening import Archive
from habeas.archive.search import index, languages, searching
from habeas.linking import LinkRecord, evaluate, labels_of, link, titles
from habeas.names import gazetteer, placeholders, ranks, writing
from habeas.vocabulary import region, schema

BELARUS = region.bundled("belarus")
PLACES = gazetteer.of(BELARUS)
RULES = ("lacinka", "instruction", "passport", "press")
WORTH_A_LOOK = 0.73  # docs/methods/names.md
#: Surnames in Belarusian and Russian, entered by hand; with a given and a father's name drawn by
#: lot they are nobody's.
_SURNAMES = """
Кавалёў Ковалёв|Новік Новик|Казлоў Козлов|Мароз Мороз|Васілеўскі Василевский|Жук Жук
Каваленка Коваленко|Мельнікаў Мельников|Баранава Баранова|Зайцава Зайцева|Пятроўскі Петровский
Савіцкая Савицкая|Клімовіч Климович|Дубоўская Дубовская|Грыгор'еў Григорьев|Шаўчэнка Шевченко
Радзівонаў Родионов|Цярэшчанка Терещенко|Вераб'ёў Воробьёв|Сакалова Соколова|Лапацін Лопатин
Гарбачоў Горбачёв|Ціханаў Тихонов|Бяляўскі Белявский|Дзям'янаў Демьянов|Хадасевіч Ходасевич
Якубоўскі Якубовский|Мацкевіч Мацкевич|Шчарбакоў Щербаков|Юшкевіч Юшкевич
"""
_GIVEN = """
Аляксандр Александр|Сяргей Сергей|Дзмітрый Дмитрий|Мікалай Николай|Уладзімір Владимир
Алена Елена|Святлана Светлана|Ганна Анна|Вольга Ольга|Таццяна Татьяна|Яўген Евгений
Андрэй Андрей|Ірына Ирина|Наталля Наталья|Віктар Виктор|Рыгор Григорий
"""
SURNAMES, GIVEN = (
    [pair.split() for line in text.split("\n") for pair in line.split("|") if pair]
    for text in (_SURNAMES, _GIVEN)
)


def spelt(belarusian: str, russian: str) -> list[str]:
    """One name in Cyrillic and Latin, as documents write it."""
    target = writing.check(BELARUS)
    return [
        belarusian,
        russian,
        *(target[rule].write(belarusian)[0] for rule in RULES),
        target["ru-by-letters"].write(russian)[0],
    ]


def person(surname: list[str], given: list[str]) -> list[str]:
    return [f"{one} {other}" for one, other in zip(spelt(*given), spelt(*surname), strict=True)]


def test_all_districts_are_there() -> None:
    by_region: dict[str, int] = {}
    for unit in PLACES.units:
        by_region[unit.parent] = by_region.get(unit.parent, 0) + 1
    assert by_region == {
        "": 7, "BY-BR": 16, "BY-VI": 21, "BY-HO": 21, "BY-HR": 17, "BY-MI": 22, "BY-MA": 21,
    }  # fmt: skip
    assert all(unit.point for unit in PLACES.units if unit.id != "BY-MI-minski" and unit.parent)


def test_every_place_is_resolved_in_all_its_spellings() -> None:
    for unit in PLACES.units:
        scripts = {(form.language, form.script) for form in unit.forms}
        assert {("be", "Cyrl"), ("ru", "Cyrl"), ("be", "Latn")} <= scripts, unit.name
        for form in unit.forms:
            found = {one.unit.id: one.sure for one in PLACES.resolve(form.text)}
            assert found.get(unit.id), (unit.name, form.text, found)


def test_what_is_listed_is_what_the_rules_write() -> None:
    for unit in PLACES.units:
        official = unit.forms[0].text
        listed = {form.text for form in unit.forms}
        for rule in RULES:
            assert writing.check(BELARUS)[rule].write(official)[0] in listed


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("г. Брэст", "Брэсцкі раён"),
        ("Брестский р-н", "Брэсцкі раён"),
        ("Brest district, Belarus", "Брэсцкі раён"),
        ("Brest region", "Брэсцкая вобласць"),
        ("Minsk oblast", "Мінская вобласць"),
        ("Віцебск", "Віцебскі раён"),
        ("Минский район", "Мінскі раён"),
        ("город Минск", "Мінск"),
        ("Maryina Horka", "Пухавіцкі раён"),
    ],
)
def test_ranks_and_seats(spelling: str, name: str) -> None:
    found = PLACES.resolve(spelling)
    assert name in [one.unit.name for one in found]


@pytest.mark.parametrize(
    ("written", "target", "text"),
    [
        ("Ціханоўская", "lacinka", "Cichanoŭskaja"),
        ("Ціханоўская", "passport", "Tsikhanouskaia"),
        ("Ціханоўская", "press", "Tsikhanouskaya"),
        ("Баранавічы", "instruction", "Baranavičy"),
        ("Гомель", "instruction", "Homieĺ"),
        ("Гомель", "lacinka", "Homiel"),
        ("Маладзечна", "lacinka", "Maładziečna"),
        ("Салігорск", "passport", "Salihorsk"),
        ("Дзяржынск", "press", "Dzyarzhynsk"),
        ("Ціханоўская", "ru-by-rule", "Тихановская"),
        ("Шчарбакоў", "ru-by-rule", "Щарбаков"),
        ("Калеснікава", "ru-by-rule-with-o", "Колесникова"),
        ("Ціханава", "ru-by-rule-with-every-o", "Тихонова"),
        ("Тихонова", "be-by-rule-with-a", "Ціханава"),
        ("Терещенко", "be-by-rule-with-a", "Цярэшчэнко"),
        ("Cichanoŭskaja", "be-from-lacinka", "Ціханоўская"),
        ("Tsikhanouskaya", "be-from-press", "Ціханоўская"),
    ],
)
def test_names_are_written_by_rule(written: str, target: str, text: str) -> None:
    assert names.render(written, target, BELARUS).text == text


def pairs() -> Iterator[tuple[str, str, bool]]:
    """Two spellings of one name, and of two names, as many of each."""
    chance = random.Random(2017)  # noqa: S311
    people = [(s, g) for s in SURNAMES for g in GIVEN]
    for _ in range(400):
        one, other = chance.sample(people, 2)
        left, right = chance.sample(range(7), 2)
        yield person(*one)[left], person(*one)[right], True
        yield person(*one)[left], person(*other)[right], False


def test_names_are_compared_across_all_spellings() -> None:
    compare = partial(names.compare, region=BELARUS)
    said = [(compare(a, b).similarity >= WORTH_A_LOOK, same) for a, b, same in pairs()]
    found, right = sum(hit for hit, _ in said), sum(hit and same for hit, same in said)
    assert right / 400 >= 0.97  # recall
    assert right / found >= 0.97  # precision


def test_a_patronymic_is_no_other_person_and_another_father_is() -> None:
    compare = partial(names.compare, region=BELARUS)
    whole = compare("Кавалёў Андрэй Сяргеевіч", "Ковалёв Андрей Сергеевич").similarity
    assert whole >= 0.93
    assert compare("Кавалёў Андрэй Сяргеевіч", "Andrei Kavaliou").similarity >= 0.85
    assert compare("Ковалёв Андрей Сергеевич", "Кавалёў Сяргей Андрэевіч").similarity < whole - 0.2
    parts = names.take_apart("Кавалёў Андрэй Сяргеевіч", BELARUS).parts
    assert [part.is_patronymic for part in parts] == [False, False, True]
    assert names.take_apart("маёр Кавалёў", BELARUS).dropped == ("title маёр",)


def test_what_says_that_no_name_is_known() -> None:
    for text in ("Невядома", "НЕИЗВЕСТНО", "nieviadoma", "імя невядома", "unknown", "н/д"):
        assert names.is_placeholder(text, BELARUS), text
    bearing = {form for name in gazetteer.of(BELARUS).units for form in [name.name]}
    bearing |= {one for pair in (*SURNAMES, *GIVEN) for one in pair}
    assert not {text for text in bearing if names.is_placeholder(text, BELARUS)}
    assert placeholders.check(BELARUS)
    assert ranks.check(BELARUS).of_name("Брэсцкі раён") == "раён"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Затрымана ў Маладзечне.", "be"),
        ("Яго асудзілі, пісала «Правда и мир».", "uk"),
        ("Яго асудзілі ў Мінску, пісала «Правда и мир».", "be"),
        ("Задержан в Минске.", "ru"),
        ("Затримано у Мінську, але не він.", "uk"),
        ("Ұсталды, Алматыда және қамалды.", "kk"),
    ],
)
def test_the_language_of_a_text_is_told_by_its_letters(text: str, language: str) -> None:
    assert languages.tell(text, BELARUS) == (language, "Cyrl")


def test_sites_of_one_kind_and_number() -> None:
    one = titles.take_apart("СІЗА №1 г. Мінск", BELARUS)
    other = titles.take_apart("СИЗО № 1, Минск", BELARUS)
    colony = titles.take_apart("Исправительная колония № 4, Гомель", BELARUS)
    assert one.kinds == other.kinds == {"detention centre"}
    assert one.numbers == other.numbers == {1}
    assert (colony.kinds, colony.numbers) == ({"prison"}, {4})


def test_people_are_linked() -> None:
    chance = random.Random(7)  # noqa: S311
    people = chance.sample([(s, g) for s in SURNAMES for g in GIVEN], 80)
    records, owner = [], {}
    for number, (surname, given) in enumerate(people):
        year, forms = chance.randint(1950, 2000), person(surname, given)
        for copy, form in enumerate(chance.sample(forms, 2)):
            id = f"{number}-{copy}"
            owner[id] = str(number)
            records.append(LinkRecord(id, "person", (form,), birth_from=year, birth_to=year))
    found = link(records, BELARUS)
    said = evaluate(found.candidates, labels_of(owner), complete=True)
    assert (said.pair_recall or 0) >= 0.9
    assert (said.pair_precision or 0) >= 0.9


def test_two_regions_resolve_and_join_their_codes() -> None:
    both = region.bundled("belarus", "xinjiang")
    assert {one.unit.name for one in names.resolve("Брест", both)} >= {"Брэсцкі раён"}
    assert "和田地区" in {one.unit.name for one in names.resolve("Hotan", both)}
    assert {"belarusian", "uyghur", "russian"} <= set(schema.of(both).codes["ethnicity"])
    assert both.zones == ("+03:00", "+06:00", "+08:00")
    assert names.compare("买买提", "Memet", both).similarity > 0.9


def test_a_belarusian_name_is_searched_in_russian_and_lacinka(
    archive: Archive, tmp_path: Path
) -> None:
    texts = {
        "be": "Затрымана Калеснікава ў Маладзечне.",
        "ru": "Задержана Колесникова.",
        "lacinka": "Zatrymanaja Kaleśnikava.",
        "press": "Kalesnikava was held in Maladzyechna.",
        "place": "Суд в Молодечно прошёл.",
        "other": "Задержан Ковалёв.",
    }
    with archive.writing() as batch:
        verbs.choose_regions(batch, [region.bundled_folder("belarus")])
    at = {seal_text(archive, tmp_path, t, f"{n}.txt")[1].position: n for n, t in texts.items()}
    index.refresh(archive)
    asked = partial(searching.search, archive, OWNER)
    hits = {at[hit.layer] for hit in asked("Калеснікава").hits}
    assert "кічанава" not in writing.spellings("Ціханава", BELARUS)
    assert hits >= {"be", "ru", "press"}
    assert "other" not in hits
    assert {at[hit.layer] for hit in asked("Маладзечна").hits} >= {"place"}
    with archive.writing() as batch:
        verbs.choose_regions(batch, [region.bundled_folder("xinjiang")])
    assert regions.chosen().names == ("xinjiang",)
    with pytest.raises(searching.indexes.IndexOutdated):
        asked("Калеснікава")
    index.refresh(archive)
    assert {at[hit.layer] for hit in asked("Калеснікава").hits} == {"be"}
