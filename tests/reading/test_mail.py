"""Mail as it comes: headers with bytes that should not be there, attachments, mailboxes."""

from __future__ import annotations

import base64
import hashlib
import quopri
from collections.abc import Callable
from pathlib import Path

from habeas.reading.documents import Document, State

Read = Callable[..., list[Document]]
HEAD = (
    "From: aygul@example.org\r\nTo: team@example.org\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
)
NESTED = (
    b"From: first@example.org\r\nTo: aygul@example.org\r\nSubject: The list\r\n\r\nHeld in May.\r\n"
)


def mail(body: str, subject: str = "A list", kind: str = "text/plain; charset=utf-8") -> bytes:
    return (HEAD.format(subject=subject) + f"Content-Type: {kind}\r\n\r\n{body}").encode()


def multipart(*parts: bytes) -> bytes:
    head = HEAD.format(subject="A list") + 'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n'
    joined = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + joined + b"--edge--\r\n"


def test_headers_and_body_are_parts(read_bytes: Read) -> None:
    (document,) = read_bytes(mail("Held in May."), "a.eml")
    assert document.state is State.READ
    found = [(part.kind, dict(part.locator), document.text[part.start : part.stop])
             for part in document.parts]  # fmt: skip
    assert found == [
        ("header", {"header": "From"}, "From: aygul@example.org"),
        ("header", {"header": "To"}, "To: team@example.org"),
        ("header", {"header": "Subject"}, "Subject: A list"),
        ("body", {"body": 1}, "Held in May."),
    ]
    assert document.metadata["subject"] == "A list"


def test_encoded_words_and_raw_bytes_in_headers_are_read(read_bytes: Read) -> None:
    word = base64.b64encode("拘留人员名单".encode("gb18030")).decode()
    (document,) = read_bytes(mail("x", f"=?gb2312?B?{word}?="))
    assert document.metadata["subject"] == "拘留人员名单"
    raw = mail("x", "@@").replace(b"@@", "Список задержанных".encode("cp1251"))
    (document,) = read_bytes(raw)
    assert document.metadata["subject"] == "Список задержанных"


def test_a_wrong_character_set_is_mended_and_said(read_bytes: Read) -> None:
    text = "Отец был арестован в мае и отправлен в лагерь."
    data = mail("@@", kind="text/plain; charset=utf-8").replace(b"@@", text.encode("koi8-r"))
    (document,) = read_bytes(data)
    assert text in document.text
    assert any("koi8-r" in warning for warning in document.warnings)


def test_attachments_are_files_inside(read_bytes: Read) -> None:
    packed = base64.b64encode("ئۇيغۇر".encode())
    documents = read_bytes(
        multipart(
            b"Content-Type: text/plain\r\n\r\nSee the list.",
            b'Content-Type: text/plain; name="list.txt"\r\nContent-Disposition: attachment; '
            b'filename="list.txt"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + packed,
            b'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="list.txt"'
            b"\r\n\r\nAnother.",
        )
    )
    assert [(document.inner_path, document.text) for document in documents[:-1]] == [
        ("list.txt", "ئۇيغۇر"), ("list.txt (2)", "Another."),
    ]  # fmt: skip
    assert "See the list." in documents[-1].text


def test_a_message_in_a_message_keeps_its_own_bytes(read_bytes: Read) -> None:
    inner, outer = read_bytes(multipart(b"Content-Type: message/rfc822\r\n\r\n" + NESTED))
    assert inner.media_type == "message/rfc822"
    assert inner.metadata["subject"] == "The list"
    assert (inner.sha256, outer.warnings) == (hashlib.sha256(NESTED).hexdigest(), ())


def test_a_mailbox_is_its_messages(read_bytes: Read) -> None:
    box = b"".join(
        b"From someone Tue May  9 10:00:00 2017\n" + mail(f"Note {number}.\n\n").replace(b"\r", b"")
        for number in (1, 2, 3)
    )
    documents = read_bytes(box, "box.mbox")
    assert [document.inner_path for document in documents] == ["1", "2", "3", ""]
    assert "Note 2." in documents[1].text


def test_what_is_encrypted_to_somebody_says_so(read_bytes: Read) -> None:
    (document,) = read_bytes(mail("AAAA", kind="application/pkcs7-mime; smime-type=enveloped-data"))
    assert document.state is State.ENCRYPTED


def test_parts_without_end_are_cut(read_bytes: Read) -> None:
    """Nested two hundred deep: the standard parser and we both come back."""
    data = mail("inside")
    for level in range(200):
        edge = f"e{level}".encode()
        head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=" + edge
        data = head + b"\r\n\r\n--" + edge + b"\r\n" + data + b"\r\n--" + edge + b"--\r\n"
    documents = read_bytes(b"From: a@example.org\r\nTo: b@example.org\r\n" + data, "deep.eml")
    assert documents[-1].state in (State.IN_PART, State.READ, State.FAILED)


def _wrapped(kind: str, coded: str, data: bytes) -> bytes:
    head = "From: a@example.org\nTo: b@example.org\nSubject: outer\nMIME-Version: 1.0\n"
    body = (
        f'Content-Type: multipart/mixed; boundary="OUT"\n\n--OUT\nContent-Type: {kind}\n'
        f"Content-Transfer-Encoding: {coded}\n\n"
    )
    return (head + body).encode() + data + b"\n--OUT--\n"


INSIDE = b"From: c@example.org\nSubject: inner subject\n\nHeld in May =)\n"


def test_an_attached_mail_that_is_itself_encoded_is_opened(cases: Path, read_bytes: Read) -> None:
    documents = read_bytes((cases / "mail" / "attached-in-base64.eml").read_bytes(), "a.eml")
    assert [one.inner_path for one in documents] == ["inner.eml!/l.csv", "inner.eml", ""]
    for coded, data in (
        ("base64", base64.encodebytes(INSIDE)),
        ("quoted-printable", quopri.encodestring(INSIDE)),
    ):
        inner, outer = read_bytes(_wrapped("message/rfc822", coded, data), "a.eml")
        assert "Subject: inner subject" in inner.text
        assert "Held in May =)" in inner.text
        assert outer.state is State.READ


def test_a_group_of_parts_that_is_itself_encoded_is_opened(
    read_bytes: Read,
) -> None:
    group = b"--IN\nContent-Type: text/plain\n\nwords inside\n--IN--\n"
    kind = 'multipart/alternative; boundary="IN"'
    (mail,) = read_bytes(_wrapped(kind, "base64", base64.encodebytes(group)), "a.eml")
    assert "words inside" in mail.text


def test_a_damaged_encoding_of_a_mail_inside_is_said(
    read_bytes: Read,
) -> None:
    *_, mail = read_bytes(_wrapped("message/rfc822", "base64", b"\xff\xfe not base64"), "a.eml")
    assert mail.missing or mail.warnings or len(_) == 1


def test_latin1_is_what_the_web_reads_under_it(cases: Path, read_bytes: Read) -> None:
    (mail,) = read_bytes((cases / "mail" / "latin1-is-1252.eml").read_bytes(), "a.eml")
    assert "“They said ‘no’ – 20 €”" in mail.text
