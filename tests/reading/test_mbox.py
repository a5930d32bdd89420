"""Where messages of an mbox part: a line that begins "From " is seldom a separator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.reading.documents import Document
from habeas.reading.readers import mbox

Read = Callable[..., list[Document]]
DATE = "Tue Jun  5 10:00:00 2018"


def messages(text: str) -> list[str]:
    data = text.encode()
    return [data[cut.start : cut.stop].decode() for cut in mbox.cuts(data)]


@pytest.mark.parametrize("name", ["lost.mbox", "box.mbox"])
def test_no_line_is_lost(cases: Path, read_bytes: Read, name: str) -> None:
    data = (cases / "mail" / name).read_bytes()
    texts = "\n".join(document.text for document in read_bytes(data, name))
    for line in data.decode("cp1251").splitlines():
        if not line.startswith(("Content-", "X-Mozilla")):
            assert line in texts
    assert texts.count("Subject: ") == data.count(b"\nSubject: ")


def test_people_write_lines_that_begin_with_from() -> None:
    said = (
        "Subject: x\n\nHello.\n\nFrom June to August nothing.\n\nFrom Monday on we were forty.\n\n"
    )
    other = "Subject: y\n\nok\n"
    assert messages(f"From a@b {DATE}\n{said}From c@d {DATE}\n{other}") == [said, other]


@pytest.mark.parametrize(
    "separator",
    [
        f"From a@b.org {DATE}", "From - Thu Jun 14 10:00:00 2018", f"From MAILER-DAEMON {DATE}",
        "From a@b Tue Jun  5 10:00:00 2018 +0800", "From a b@c Tue, 05 Jun 2018 10:00:00 +0000",
        "From a@b Tue Jun  5 10:00:00 UTC 2018", "From ???@??? Tue Jun 05 10:00:00 2018",
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_of_many_programs(separator: str, end: str) -> None:
    lines = [
        f"From x@y {DATE}",
        "Subject: one",
        "",
        "a",
        "",
        separator,
        "Subject: two",
        "",
        "b",
        "",
    ]
    assert len(messages(end.join(lines))) == 2


def test_a_separator_without_a_blank_line_before_it_is_told_by_the_head_after_it() -> None:
    text = f"From a@b {DATE}\nSubject: x\n\na\nFrom c@d {DATE}\nSubject: y\n\nb\n"
    assert len(messages(text)) == 2
    quoted = f"From a@b {DATE}\nSubject: x\n\na\nFrom c@d {DATE}\nhe wrote\n"
    assert len(messages(quoted)) == 1


def test_a_length_that_is_borne_out_is_believed_and_a_lie_is_not() -> None:
    body = f"text\n\nFrom x@y {DATE}\n\ninside\n"
    head = f"From a@b {DATE}\nSubject: x\nContent-Length: "
    rest = f"\nFrom c@d {DATE}\nSubject: y\n\nb\n"
    assert len(messages(f"{head}{len(body)}\n\n{body}{rest}")) == 2
    assert len(messages(f"{head}7\n\n{body}{rest}")) == 3
    assert len(messages(f"{head}999999\n\n{body}{rest}")) == 3


@given(
    st.lists(
        st.sampled_from(
            [f"From a@b {DATE}\n", "From here\n", "\n", "\r\n", "Subject: x\n", "text\n",
             "Content-Length: 12\n", "Content-Length: 99999999999\n", ">From me\n", "From ", "a"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_every_byte_is_in_one_place(lines: list[str]) -> None:
    data = "".join(lines).encode()
    cuts = list(mbox.cuts(data))
    at = cuts[0].begin if cuts else len(data)
    for cut in cuts:
        assert cut.begin == at <= cut.start <= cut.stop
        at = cut.stop
    assert at == len(data)


def test_what_stands_before_the_first_message_is_kept(read_bytes: Read) -> None:
    text = f"From the desk of A\n\nFrom a@b {DATE}\nSubject: x\nTo: c@d\n\nok\n"
    assert "desk" in "".join(document.text for document in read_bytes(text.encode(), "a.mbox"))


@pytest.mark.parametrize(
    "line",
    ["From b@b.example", "From b@b.example Mo Jan 02 10:00:00 2018",
     "From b@b.example 2018-01-02 10:00:00", "From b@b.example 周一 1月 02 10:00:00 2018"],
)  # fmt: skip
def test_a_separator_without_a_date_that_all_know_is_told_by_the_head(
    read_bytes: Read, line: str
) -> None:
    """Else the second message stays in the first, and what it encodes is in no text."""
    second = f"{line}\nSubject: list\nContent-Transfer-Encoding: base64\n\n5Lmw5Lmw5o+Q\n"
    first = f"From a@b.example {DATE}\nSubject: a\nTo: b\n\nFrom b@b.example\n"
    data = f"{first}\n{second}"
    *inner, _ = read_bytes(data.encode(), "box.mbox")
    assert len(inner) == 2
    assert "From b@b.example" in inner[0].text
    assert "买买提" in inner[1].text
