"""Nothing that stands in a mail is lost between its parts or behind a transfer encoding."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reading.drafting import Read, read

from habeas.reading.readers import mail, mail_payload

NAME = "买买提"
HEAD = b"From: a@b.example\nSubject: s\nMIME-Version: 1.0\n"


def read_mail(content_type: str, body: bytes, coding: str = "8bit") -> Read:
    fields = f"Content-Type: {content_type}\nContent-Transfer-Encoding: {coding}\n\n".encode()
    return read(mail, HEAD + fields + body, "message/rfc822")


def parts(head: str, body: bytes, before: bytes = b"", behind: bytes = b"") -> Read:
    whole = before + b"\n--O\n" + head.encode() + b"\n\n" + body + b"\n--O--\n" + behind
    return read_mail("multipart/mixed; boundary=O", whole)


@pytest.mark.parametrize("kind", ["delivery-status", "disposition-notification", "external-body"])
def test_fields_of_a_report_are_text(kind: str) -> None:
    body = b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; mehmet@b.example\nAction: failed"
    assert "mehmet@b.example" in parts(f"Content-Type: message/{kind}", body).text


@pytest.mark.parametrize("kind", ["rfc822", "global", "news", "partial; number=1; total=2"])
def test_every_kind_of_attached_message_is_a_file_inside(kind: str) -> None:
    message = b"From: c@d.example\nSubject: within\n\nheld in May"
    done = parts(f"Content-Type: message/{kind}", message)
    assert [b"Subject: within" in data for data in done.inner.values()] == [True]
    assert bool(done.draft.missing) is kind.startswith("partial")


def test_lines_outside_the_parts_are_hidden_text() -> None:
    done = parts("Content-Type: text/plain", b"body", b"before: Mehmet", NAME.encode())
    hidden = [done.text[one.start : one.stop] for one in done.parts if one.hidden]
    assert hidden == ["before: Mehmet", NAME]
    usual = parts("Content-Type: text/plain", b"b", b"This is a multi-part message in MIME format.")
    assert not [one for one in usual.parts if one.hidden]


@pytest.mark.parametrize("coding", ["base64", "BASE64 ", "base64;", '"base64"'])
def test_lines_behind_base64_are_a_body_of_their_own(coding: str) -> None:
    encoded = base64.encodebytes((NAME * 30).encode())
    done = read_mail("text/plain; charset=utf-8", encoded + b"\nMehmet\nrun by: the list\n", coding)
    assert [text for text, _ in done.of("body")] == [NAME * 30, "Mehmet\nrun by: the list"]
    assert done.draft.warnings
    attached = read_mail("application/x-list; name=a.bin", encoded + b"-- \nMehmet T.\n", coding)
    assert list(attached.inner.values()) == [(NAME * 30).encode()]
    assert "Mehmet T." in attached.text


def test_a_coding_that_nobody_knows_is_said() -> None:
    assert "x-own" in "".join(read_mail("text/plain", b"body", "x-own").draft.warnings)


@given(st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=5), st.booleans())
def test_bodies_that_were_padded_apart_are_all_there(pieces: list[bytes], lines: bool) -> None:
    end = b"\r\n" if lines else b""
    raw = end.join(base64.b64encode(piece) for piece in pieces)
    found = mail_payload.of_base64(raw)
    assert found == (b"".join(pieces), b"")


def test_a_damaged_line_does_not_cut_a_file() -> None:
    data = bytes(range(256))
    lines = base64.encodebytes(data).splitlines()
    lines[1] = lines[1][:30] + b"!" + lines[1][30:]
    assert mail_payload.of_base64(b"\n".join(lines)) == (data, b"")


@pytest.mark.parametrize(
    "field",
    [
        b'Content-Disposition: attachment; filename="%s.txt"' % (NAME + "名单").encode("gbk"),
        b'Content-Type: text/x-list; name="%s.txt"' % (NAME + "名单").encode("gbk"),
        b"Content-Disposition: attachment; filename*=gb2312''%C2%F2%C2%F2%CC%E1%C3%FB%B5%A5.txt",
    ],
)
def test_names_in_raw_bytes_are_names(field: bytes) -> None:
    done = read(mail, HEAD + field + b"\n\nbody", "message/rfc822")
    assert list(done.inner) == [NAME + "名单.txt"]
