"""What the index holds of a passage, and how a filter is asked of it.

Invariants: no text is stored, only its words with their places; a value that names nothing
is refused with what there is. What a field holds is in docs/reference/query-language.md.
"""

from __future__ import annotations

import re

import tantivy
from tantivy import FieldType, Occur, Query

from habeas.archive import folding
from habeas.archive.search.errors import QueryRefused
from habeas.archive.search.language import Filter
from habeas.archive.search.languages import UNKNOWN
from habeas.reading.documents import State
from habeas.vocabulary import edtf, texts
from habeas.vocabulary.errors import VocabularyError

VERSION = "3"  # raise when the fields or what stands in them change

WORDS = "words"  # the tokenizer: folded text is parted at its spaces already
#: Fields of words with their places.
#: ``joined``: the passage again with broken words whole, where it has any; ``across``: the words
#: beside the end of its page, those after it marked; each also by its Latin form.
OVER = ("joined", "joined_latin", "across", "across_latin")
TEXTS = ("text", "latin", *OVER, "name", "source_words")
#: Fields of whole values that are counted as facets.
FACETS = ("type", "language", "source", "year", "folder", "state")
#: Fields of whole values for filters; ``cited`` and ``claimed`` hold the labels of passages and
#: claims on the passage, and are never shown.
LABELS = ("cited", "claimed")
VALUES = ("label", "script", "media_type", *LABELS)
NUMBERS = ("layer", "exhibit", "start", "stop", "beyond", "page", "date_from", "date_to")


#: Kinds of files, by what a media type begins with.
TYPES = {
    "pdf": ("application/pdf",),
    "word": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml",
        *("application/vnd.oasis.opendocument.text", "application/msword", "application/rtf"),
        "text/rtf",
    ),
    "sheet": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml",
        *("application/vnd.oasis.opendocument.spreadsheet", "application/vnd.ms-excel"),
        *("text/csv", "text/tab-separated-values"),
    ),
    "slides": (
        "application/vnd.openxmlformats-officedocument.presentationml",
        *("application/vnd.oasis.opendocument.presentation", "application/vnd.ms-powerpoint"),
    ),
    "mail": ("message/", "application/mbox", "application/vnd.ms-outlook"),
    "web": ("text/html", "application/xhtml", "application/warc", "application/wacz"),
    "picture": ("image/",),
    "text": ("text/",),
    "archive": (
        *("application/zip", "application/x-tar", "application/gzip", "application/x-7z"),
        *("application/vnd.rar", "application/x-rar"),
    ),
}
OTHER = "other"
_LANGUAGES = {
    "arabic": "ar", "belarusian": "be", "chinese": "zh", "english": "en", "kazakh": "kk",
    "kyrgyz": "ky", "russian": "ru", "turkish": "tr", "ukrainian": "uk", "uyghur": "ug",
}  # fmt: skip
_HAS = {"claim": "claimed", "passage": "cited"}


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name=WORDS, index_option="position")
    for name in (*FACETS, *VALUES):
        builder.add_text_field(
            name, tokenizer_name="raw", index_option="basic", fast=name in FACETS
        )
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=name in ("layer", "exhibit", "page"), fast=True)
    return builder.build()


def type_of(media_type: str) -> str:
    """The kind of file that a media type is."""
    low = media_type.lower()
    return next((kind for kind, starts in TYPES.items() if low.startswith(starts)), OTHER)


def filter_query(made: tantivy.Schema, asked: Filter, has: dict[str, Query]) -> Query:
    """A filter as a query. ``has`` gives what the viewer may know to be cited or claimed."""
    value = asked.value.strip()
    match asked.name:
        case "language":
            tag = re.escape(_language(asked))
            return Query.regex_query(made, "language", f"{tag}(-.*)?")
        case "script":
            return Query.term_query(made, "script", _script(asked))
        case "type":
            return _type(made, asked)
        case "state":
            return Query.term_query(made, "state", _one_of(asked, [str(state) for state in State]))
        case "has":
            return has[_HAS[_one_of(asked, list(_HAS))]]
        case "exhibit" | "page":
            return Query.term_query(made, asked.name, _number(asked))
        case "date":
            return _date(made, asked)
        case "folder":
            return Query.term_query(made, "folder", value.strip("/"))
        case "source" if asked.whole:
            return Query.term_query(made, "source", value)
        case "source":
            return sequence_query(made, "source_words", _words(asked))
        case _:
            return sequence_query(made, "name", _words(asked))


def sequence_query(made: tantivy.Schema, name: str, words: list[str]) -> Query:
    """The words in a row, in one field."""
    if len(words) == 1:
        return Query.term_query(made, name, words[0])
    return Query.phrase_query(made, name, list(words))


def check(asked: Filter) -> None:
    """Refuse a filter whose value cannot be. Errors: ``QueryRefused``."""
    nothing = {name: Query.empty_query() for name in _HAS.values()}
    filter_query(schema(), asked, nothing)


def _refuse(asked: Filter, reason: str, remedy: str) -> QueryRefused:
    column = asked.column + len(asked.name) + 1
    return QueryRefused(reason, column=column, width=max(1, len(asked.value)), next_step=remedy)


def _one_of(asked: Filter, there: list[str]) -> str:
    value = asked.value.lower()
    if value not in there:
        raise _refuse(
            asked, f"{asked.name}: has no value {asked.value}.", f"Values: {', '.join(there)}."
        )
    return value


def _words(asked: Filter) -> list[str]:
    words = folding.words(asked.value)
    if not words or "*" in asked.value or "?" in asked.value:
        raise _refuse(
            asked, f"{asked.name}: takes whole words.", "Write one or more words of it, no * or ?."
        )
    return words


def _number(asked: Filter) -> int:
    if not (asked.value.isascii() and asked.value.isdigit() and len(asked.value) < 16):
        raise _refuse(asked, f"{asked.name}: takes a number.", f"Write {asked.name}:12.")
    return int(asked.value)


def _language(asked: Filter) -> str:
    value = _LANGUAGES.get(asked.value.lower(), asked.value)
    try:
        return texts.language_tag(value)
    except VocabularyError:
        remedy = f"Write a tag such as ug, zh or kk-Cyrl; {UNKNOWN} where it was not determined."
        raise _refuse(asked, f"{asked.value} is not a language.", remedy) from None


def _script(asked: Filter) -> str:
    try:
        return texts.script_code(asked.value)
    except VocabularyError:
        remedy = "Write a code such as Arab, Cyrl, Hani or Latn."
        raise _refuse(asked, f"{asked.value} is not a script.", remedy) from None


def _type(made: tantivy.Schema, asked: Filter) -> Query:
    value = asked.value.lower()
    if "/" in value:
        return Query.term_query(made, "media_type", value)
    return Query.term_query(made, "type", _one_of(asked, [*TYPES, OTHER]))


def _date(made: tantivy.Schema, asked: Filter) -> Query:
    """What was received at a time that may lie in the range."""
    first, dots, last = asked.value.partition("..")
    if not dots:
        last = first
    if not (first or last):
        raise _refuse(asked, "The range has no ends.", "Write date:2019-05..2020, or date:2019.")
    clauses = []
    if first:
        clauses.append(_bound(made, asked, first, "date_to"))
    if last:
        clauses.append(_bound(made, asked, last, "date_from"))
    return Query.boolean_query([(Occur.Must, clause) for clause in clauses])


def _bound(made: tantivy.Schema, asked: Filter, text: str, name: str) -> Query:
    try:
        day = edtf.parse(text)
        bound = day.earliest if name == "date_to" else day.latest
        if day.shape != "date" or bound is None:
            raise VocabularyError("no date", next_step="")
    except VocabularyError:
        raise _refuse(
            asked, f"{text} is not a date.", "Write 2019, 2019-05 or 2019-05-03; 2018..2020."
        ) from None
    if name == "date_to":
        return Query.range_query(made, name, FieldType.Integer, bound, None)
    return Query.range_query(made, name, FieldType.Integer, None, bound)
