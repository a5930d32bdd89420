"""What the columns of a sheet are: headed by which row, numbers or words, from which side.

A row is taken for headings only where something speaks for it: it holds words where the rows
below hold numbers, words that head columns in some language, another script than what it
stands over, nothing that comes again below. A first row that could be somebody's is left a row,
for a person must not be taken for a heading; columns then go by their letters, and it is said.
Judged by the first rows alone, so that a long sheet costs no more than a short one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from habeas.reading.tables import Sheet
from habeas.vocabulary import texts

_HEADED_WITHIN = 10  # rows, above which there may be a title
_LOOKED_AT = 60  # rows below
_LONGEST = 200  # code points that are looked at of one cell
_MOST_COLUMNS = 400  # that are looked at of one row
_ENOUGH, _ENOUGH_OF_FEW, _FEW = 2.0, 1.5, 3  # columns of few
_NUMBER = re.compile(r"[-+−(]?[\d.,'٬٫  \s%)]*\d[\d.,'٬٫  \s%)]*")
_YEAR = re.compile("(?:19|20)[0-9][0-9]")
#: What stands for "nothing is known" in a row of values, and heads no column.
_NO_VALUE = frozenset(
    "? ?? ??? - – — n/a na none null unknown нет неизвестно "  # noqa: SIM905
    "无 无名氏 不详 未知 مجهول غير yes yok".split()
)
#: With these a heading begins; a Chinese one ends with the others.
_FIRST_WORDS = frozenset(
    """
    № no nr # id code name names surname first last given full father's father mother sex gender
    age dob birth born date year month day place address village town city county district
    province region country status note notes comment comments remark remarks source phone
    telephone email number count total type kind category reason nationality ethnicity religion
    occupation case file link where when who
    п/п фио имя фамилия отчество пол возраст дата год место адрес село район область статус
    примечание примечания телефон номер причина национальность
    الاسم اسم العمر السن الجنس تاريخ سنة مكان العنوان ملاحظة ملاحظات رقم الرقم الحالة المدينة
    القرية الهاتف
    ئىسمى ئىسىم ئىسم-فامىلىسى ياش يېشى جىنسى ۋاقتى يىلى ئورنى ئادرېس ئىزاھات نومۇر
    ad adı soyad yaş yaşı cinsiyet tarih yer adres açıklama
    аты аты-жөні жасы жынысы мекенжайы ескерту
    """.split()  # noqa: SIM905
)
_HAN_ENDS = (
    *(
        "姓名",
        "名字",
        "中文名",
        "名称",
        "序号",
        "编号",
        "号码",
        "身份证",
        "身份证号",
        "性别",
        "年龄",
    ),
    *(
        "民族",
        "日期",
        "时间",
        "年份",
        "地址",
        "住址",
        "电话",
        "备注",
        "原因",
        "状态",
        "单位",
        "类别",
    ),
    *("出生年月", "户籍地", "籍贯", "村", "乡镇", "县", "市", "省", "数量", "合计", "说明"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """``heading_row`` is the number of a row of ``Tables``; None where none is taken for it."""

    heading_row: int | None
    headings: Mapping[int, str]  # by column; '' is left out
    numbers: frozenset[int]
    right_to_left: bool


Values = dict[int, str]


def columns_of(sheet: Sheet, text: str) -> Columns:
    """Of a sheet of the text."""
    last = min(sheet.last, sheet.first + _HEADED_WITHIN + _LOOKED_AT)
    rows = [_values(sheet, at, text) for at in range(sheet.first, last)]
    found = _heading_row(rows)
    below = rows if found is None else rows[found + 1 :]
    heads = {} if found is None else rows[found]
    columns = {column for row in below for column in row}
    numbers = {c for c in columns if _share(_number, _down(c, below)) >= 0.8}
    at = None if found is None else sheet.first + found
    return Columns(at, heads, frozenset(numbers), _right_to_left(rows))


def _values(sheet: Sheet, at: int, text: str) -> Values:
    cells = sheet.tables.row(at).cells[:_MOST_COLUMNS]
    return {
        cell.column: words
        for cell in cells
        if (words := " ".join(text[cell.start : min(cell.stop, cell.start + _LONGEST)].split()))
    }


def _heading_row(rows: Sequence[Values]) -> int | None:
    filled = [len(row) for row in rows if row]
    if len(filled) < 2:
        return None
    least = max(1.0, median(filled) * 0.6)
    for at, row in enumerate(rows[:_HEADED_WITHIN]):
        if len(row) >= least:
            below = [each for each in rows[at + 1 :] if each and each != row]
            return at if below and _heads(row, below) else None
    return None


def _heads(row: Values, below: Sequence[Values]) -> bool:
    words = [value.casefold() for value in row.values()]
    if len(set(words)) < len(words) * 0.8 or any(word in _NO_VALUE for word in words):
        return False
    digits = [value for value in row.values() if _digits(value) >= 0.5]
    if digits and not _years(digits):
        return False
    enough = _ENOUGH if len(row) >= _FEW else _ENOUGH_OF_FEW
    score = repeats = 0.0
    scripts = [0, 0]  # columns of words; those of them headed in another script
    for column, value in row.items():
        values = _down(column, below)
        if value.casefold() in {each.casefold() for each in values}:
            return False
        score += 1.5 * _known(value)
        if _share(lambda each: _digits(each) > 0.5, values) >= 0.6:
            score += 1.0 if not _digits(value) else 0.25
        elif values:
            scripts[0] += 1
            scripts[1] += _other_script(value, values)
            repeats += len(values) >= 4 and len(set(values)) <= len(values) / 2
        elif len(row) <= _FEW:
            score -= 0.5  # a title, or a value merged over the rows below
    if scripts[1] and scripts[1] * 2 >= scripts[0]:
        score += 0.75
    return score + min(1.0, repeats / 2) >= enough


def _down(column: int, rows: Sequence[Values]) -> list[str]:
    return [row[column] for row in rows if column in row]


def _share(holds: Callable[[str], bool], values: Sequence[str]) -> float:
    return sum(1 for value in values if holds(value)) / len(values) if values else 0.0


def _number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _digits(value: str) -> float:
    """The share of digits among letters and digits."""
    known = [sign for sign in value if sign.isalnum()]
    return sum(sign.isdigit() for sign in known) / len(known) if known else 0.0


def _years(values: Sequence[str]) -> bool:
    """Columns of years, one after the other."""
    if len(values) < 3 or not all(map(_YEAR.fullmatch, values)):
        return False
    years = [int(value) for value in values]
    return years == list(range(years[0], years[0] + len(years)))


def _known(value: str) -> bool:
    if len(value) > 60:
        return False
    first = value.casefold().strip("()[]:.*# ").replace("/", " ").split(" ", 1)[0].strip("():.,*?")
    return first in _FIRST_WORDS or value == "№" or (len(value) <= 8 and value.endswith(_HAN_ENDS))


def _other_script(value: str, values: Sequence[str]) -> bool:
    own = texts.detect_script(value)
    below = {texts.detect_script(each) for each in values} - {None}
    return bool(own and below and own not in below)


def _right_to_left(rows: Sequence[Values]) -> bool:
    """More values begin from the right than from the left; numbers do neither."""
    balance = 0
    for row in rows:
        for value in row.values():
            for sign in value[:40]:
                side = unicodedata.bidirectional(sign)
                if side in ("R", "AL", "L"):
                    balance += 1 if side != "L" else -1
                    break
    return balance > 0
