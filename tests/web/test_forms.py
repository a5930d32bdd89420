"""Which forms are answered: those sent from these very pages, and only when somebody answers."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from tests.web.conftest import HOST, Reader, Writer
from tests.web.making import Shelf

from habeas.archive.access import OWNER
from habeas.archive.models import Passage
from habeas.web.serving import Serving, listen
from habeas.web.site.gate import forms_are_answered
from habeas.web.site.settings import MOST_FORM_BYTES

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
FORM = "application/x-www-form-urlencoded"
OURS = f"http://{HOST}"


@pytest.fixture
def writer(shelf: Shelf, writing_as: Callable[..., Writer]) -> Writer:
    return writing_as(shelf.archive, OWNER, shelf.reviewer)


def words(shelf: Shelf, writer: Reader) -> dict[str, str]:
    """What the form of the note's first words holds."""
    chosen = writer.twin(f"/exhibits/{shelf.at['exhibit']}/?from=0&to=16")["text"]
    return {
        "layer": str(chosen["layer"]),
        **{name: str(chosen["chosen"][name]) for name in ("start", "stop", "quote_sha256")},
    }


def test_without_a_person_no_form_is_answered(shelf: Shelf, owner: Reader) -> None:
    size = shelf.archive.size
    for path in ("/", "/exhibits/{}/passages/", "/exhibits/{}/original/"):
        where = path.format(shelf.at["exhibit"])
        answer = owner.client.post(where, "a=b", content_type=FORM, headers={"origin": OURS})
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), where
    page = owner.page(f"/exhibits/{shelf.at['exhibit']}/?from=0&to=16")
    assert 'method="post"' not in page
    assert "citing.js" not in page
    assert "habeas-form" not in owner.client.cookies
    assert "habeas serve --as PSEUDONYM" in page
    assert shelf.archive.size == size


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),  # another local server: same site, our cookies
        ({"origin": f"https://{HOST}"}, 403),
        ({"origin": OURS, "sec-fetch-site": "same-site"}, 403),
        ({"origin": OURS, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": OURS, "sec-fetch-site": "none"}, 403),
        ({"origin": OURS, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": OURS}, 303),  # a browser that does not say
    ],
)
def test_a_form_from_elsewhere_is_refused(
    shelf: Shelf, writer: Writer, headers: dict[str, str], status: int
) -> None:
    at = f"/exhibits/{shelf.at['exhibit']}/"
    data = {**words(shelf, writer), "csrfmiddlewaretoken": writer.token(at)}
    before = Passage.objects.count()
    answer = writer.client.post(
        f"{at}passages/", urlencode(data), content_type=FORM, headers=headers
    )
    assert answer.status_code == status
    assert Passage.objects.count() - before == (status == 303)
    if status == 403:
        assert b"nothing was done" in answer.content


@pytest.mark.parametrize("lacks", ["token", "form cookie", "gate cookie", "right token"])
def test_a_form_without_its_proofs_is_refused(shelf: Shelf, writer: Writer, lacks: str) -> None:
    at = f"/exhibits/{shelf.at['exhibit']}/"
    data = {**words(shelf, writer), "csrfmiddlewaretoken": writer.token(at)}
    if lacks == "token":
        del data["csrfmiddlewaretoken"]
    elif lacks == "right token":
        data["csrfmiddlewaretoken"] = "A" * 64
    elif lacks == "form cookie":
        del writer.client.cookies["habeas-form"]
    else:
        del writer.client.cookies["habeas-8417"]
    before = Passage.objects.count()
    answer = writer.client.post(
        f"{at}passages/", urlencode(data), content_type=FORM, headers={"origin": OURS}
    )
    assert answer.status_code == 403
    assert Passage.objects.count() == before


def test_the_cookie_of_the_forms_is_strict_and_hidden_from_scripts(
    shelf: Shelf, writer: Writer
) -> None:
    answer = writer.get(f"/exhibits/{shelf.at['exhibit']}/")
    cookie = answer.cookies["habeas-form"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]
    assert not cookie["domain"]
    # Under no-referrer the browser would send no origin, and the gate could not tell.
    assert answer["Referrer-Policy"] == "same-origin"


def test_only_a_view_made_for_a_form_answers_one(shelf: Shelf, writer: Writer) -> None:
    at = f"/exhibits/{shelf.at['exhibit']}/"
    for path in ("/", at, "/search/", "/static/explore/habeas.css", f"{at[:-1]}.json"):
        answer = writer.send(at, path, q="letter")
        assert answer.status_code == 405, path


def test_other_bodies_than_a_form_are_refused(shelf: Shelf, writer: Writer) -> None:
    where = f"/exhibits/{shelf.at['exhibit']}/passages/"
    assert writer.token(f"/exhibits/{shelf.at['exhibit']}/")
    for kind in ("multipart/form-data; boundary=x", "application/json", "text/plain", ""):
        answer = writer.client.post(where, b"--x--", content_type=kind, headers={"origin": OURS})
        assert answer.status_code == 415, kind
    long = writer.client.post(
        where,
        b"a=" + b"x" * MOST_FORM_BYTES,
        content_type=FORM,
        headers={"origin": OURS},
    )
    assert long.status_code == 400
    many = "&".join(f"a{n}=1" for n in range(30))
    answer = writer.client.post(where, many, content_type=FORM, headers={"origin": OURS})
    assert answer.status_code == 400


def test_whoever_only_looks_at_a_forms_address_is_led_to_it(shelf: Shelf, writer: Writer) -> None:
    for name, place in (("passages", "text"), ("original", "original")):
        answer = writer.get(f"/exhibits/{shelf.at['exhibit']}/{name}/")
        assert answer.status_code == 302
        assert answer["Location"] == f"/exhibits/{shelf.at['exhibit']}/#{place}"
        assert writer.get(f"/exhibits/99999/{name}/").status_code == 404


# --- through the real server --------------------------------------------------------------------


@pytest.fixture(params=["reading", "writing"])
def served(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Serving]:
    person = shelf.reviewer if request.param == "writing" else None
    serving = listen(shelf.archive, port=0, person=person)
    thread = threading.Thread(target=serving.run, daemon=True)
    thread.start()
    yield serving
    serving.close()
    thread.join(10)


def test_the_server_itself_refuses_what_it_did_not_offer(shelf: Shelf, served: Serving) -> None:
    where = urlsplit(served.origin)
    writes = forms_are_answered()

    def post(body: bytes, **headers: str) -> int:
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=20)
        connection.request(
            "POST",
            f"/exhibits/{shelf.at['exhibit']}/original/",
            body,
            {"Content-Type": FORM, **headers},
        )
        status = connection.getresponse().status
        connection.close()
        return status

    stranger = post(b"purpose=x", Origin=served.origin)
    assert stranger == (403 if writes else 405)
    assert post(b"x" * (MOST_FORM_BYTES + 1), Origin=served.origin) == 413
    assert post(b"purpose=x", Origin="http://evil.example") == (403 if writes else 405)
