"""What stands in an archive of the corpus: a little of every kind. Nobody in it is real.

Everything is done as a user does it, by commands and by the rules of who may speak for whom
(docs/methods/trust.md), but for the few entries for which there is no command. Every kind of
``archive.kinds`` is there afterwards (``kinds_missing``), erased ones too. The passphrases and
the custodian's identity are known to everybody: this is test data.

What the rules make a team wait for is waited for on a clock of the filling's own (``Days``). It
begins in the past and ends at the present, so that no entry is dated ahead of a later reader.
"""

from __future__ import annotations

import contextlib
import os
import time
import wave
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest import mock

from tests.archive.signing import record, signed
from tests.cli.running import run
from tests.corpus import content
from tests.custody.authority import Authority
from tests.custody.test_opentimestamps import promise, proof

ARCHIVE_PASSPHRASE = "the archive's words of the corpus"
PERSON_PASSPHRASE = "a person's words of the corpus"
CUSTODIAN = "custodian.txt"
PASSPHRASES = {"archive.words": ARCHIVE_PASSPHRASE, "person.words": PERSON_PASSPHRASE}
DAY = 86_400


class Days:
    """This machine's clock while an archive is filled: so many days behind the true one."""

    def __init__(self) -> None:
        self._true, self.behind = time.time, 0

    def time(self) -> float:
        return self._true() - self.behind * DAY

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """What ``time.time`` says is this clock's time."""
        with mock.patch.object(time, "time", self.time):
            yield


class Filling:
    """Fills one archive; ``work`` holds what is carried in and out."""

    def __init__(self, archive: Path, work: Path, authority: Authority) -> None:
        self.archive, self.work, self.authority = archive, work, authority
        self.people: list[str] = []
        self.words = keep_words(work)
        self.number = 0

    def do(self, *arguments: str | Path, ends: tuple[int, ...] = (0,)) -> Any:
        """A command of the archive, which ends with one of these codes: what ``--json`` says."""
        ended = run(*arguments, "--archive", self.archive, "--json")
        if ended.code not in ends:
            raise AssertionError(f"habeas {arguments}: {ended.code}\n{ended.said}")
        return ended.json

    def by(self, number: int) -> tuple[str | Path, ...]:
        """The options of the person with this number; the third has a passphrase."""
        given = self.words["person.words"]
        return ("--as", self.people[number], "--person-passphrase-file", given)

    def fill(self, database: str) -> None:
        """Make the archive, on the database at this address or with '' on SQLite, and fill it."""
        days = Days()
        with days.told():
            days.behind = 9
            on = ("--database", database) if database else ()
            made = run("init", self.archive, "--unprotected", "--title", "The corpus", *on)
            assert made.code == 0, made.said
            self._people()
            numbers = self._import("import", content.IMPORT)
            bad = self._import("bad", content.SECOND_IMPORT)
            self._files()
            self._compare_and_take_out()
            self._decide(numbers, bad)
            self._submit(numbers)
            days.behind = 5  # the keys are old enough, and a lost one may be recovered
            self._erase(numbers)
            proposed = self._renew()
            days.behind = 0
            self._change_policy(proposed)
            self._link(numbers)
            self._attest()
            self._hand_over()
            self._custodians()

    # --- steps ---------------------------------------------------------------------------

    def _people(self) -> None:
        """Two whom nobody could sign for, and three for whom the first of them signed."""
        given = self.words["person.words"]
        for person in range(5):
            kept = ("--person-passphrase-file", given) if person == 2 else ("--unprotected",)
            by = ("--as", self.people[0]) if person > 1 else ()
            self.people.append(self.do("people", "add", *kept, *by)["pseudonym"])
        self.do("people", "retire", self.people.pop(), "--yes", *self.by(1))
        self.do("people", "retire", self.people[3], "--lost", "--unsigned", "--yes")
        self.do("compartments", "add", "case-a", "The first case")

    def _renew(self) -> int:
        """Further keys, and another policy that is asked for: the entry of the request."""
        self.do("people", "renew", "--unprotected", "--as", self.people[1])
        why = ("--reason", "A disk broke.")
        asked = self.do("people", "request", self.people[3], "--unprotected", *why, *self.by(0))
        self.do("people", "recover", str(asked["requested"]), "--yes", *self.by(1))
        times = ("--approver-hours", "48", "--change-hours", "24")
        asked = self.do("policy", "propose", *times, "--reason", "We are few.", *self.by(0))
        return int(asked["requested"])

    def _change_policy(self, proposed: int) -> None:
        self.do("policy", "approve", str(proposed), "--yes", *self.by(2))
        self.do("policy", "propose", "--reason", "We are more now.", *self.by(1))  # it waits

    def _import(self, name: str, files: dict[str, str]) -> dict[str, int]:
        folder = self.work / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        if name == "import":
            for path, text in (
                ("statement.txt", content.STATEMENT),
                ("letter.txt", content.LETTER),
                ("withdrawn.txt", content.WITHDRAWN),
            ):
                (folder / path).write_text(text, encoding="utf-8")
        self.do("import", folder, *self.by(0))
        return self._numbers()

    def _numbers(self) -> dict[str, int]:
        """Captions, codes of sources and rows of claims, with their places in the ledger."""
        with self._open():
            from habeas.archive import models as m

            found: dict[str, int] = {}
            found.update(m.Claim.objects.values_list("row", "position"))
            found.update(m.Source.objects.values_list("code", "position"))
            found.update(m.Mention.objects.values_list("caption", "position"))
            found.update(m.Exhibit.objects.values_list("filename", "position"))
            found.update((f"list {name}", at) for name, at in self._lists())
        return found

    def exhibits(self) -> list[int]:
        """The exhibits that may be handed over: those that nobody blocked."""
        with self._open():
            from habeas.archive import models as m

            blocked = m.Block.objects.filter(ended_at__isnull=True).values("exhibit")
            rows = m.Exhibit.objects.exclude(position__in=blocked).order_by("position")
            return list(rows.values_list("position", flat=True))

    def _lists(self) -> list[tuple[str, int]]:
        from habeas.archive import models as m

        return list(m.List.objects.values_list("name", "position"))

    def _files(self) -> None:
        folder = self.work / "files"
        (folder / "deep").mkdir(parents=True)
        (folder / "rows.csv").write_text(content.ROWS, encoding="utf-8")
        (folder / "deep" / "page.html").write_text(content.PAGE, encoding="utf-8")
        (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
        with wave.open(str(folder / "talk.wav"), "wb") as talk:
            talk.setnchannels(1)
            talk.setsampwidth(2)
            talk.setframerate(8_000)
            talk.writeframes(bytes(16_000))
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Northfield"
        mail.set_content("The camp at Northfield is being built.")
        mail.add_attachment(content.ROWS, subtype="csv", filename="rows.csv")
        (folder / "mail.eml").write_bytes(bytes(mail))
        with zipfile.ZipFile(folder / "box.zip", "w") as box:
            box.writestr("inside.txt", "Inside the box: Northfield.")
            box.writestr("deep/more.txt", content.STATEMENT)
        self.do("add", folder, "--from", "A courier", "--on", "2019-11", "--workers", "1")
        strict = self.work / "strict.txt"
        strict.write_text("A case of its own.\n", encoding="utf-8")
        placed = ("--compartment", "case-a", "--handling", "restricted")
        self.do("add", strict, "--note", "Kept apart", *placed, "--workers", "1")

    def _decide(self, numbers: dict[str, int], bad: dict[str, int]) -> None:
        exhibit = str(self._numbers()["statement.txt"])
        self.do("cite", exhibit, "held in Northfield camp")
        box = str(self._numbers()["files/box.zip"])
        self.do("cite", box, "Inside the box", "--inner", "inside.txt")
        self.do("cite", box, "--at", "whole file")
        talk = self.work / "talk.vtt"
        talk.write_text("WEBVTT\n\n00:00.100 --> 00:00.900\nHeld at Northfield.\n", "utf-8")
        spoken = str(self._numbers()["files/talk.wav"])
        self.do("cite", spoken, "A hum", "--at", "0:00.1-0:00.9")
        self.do("transcript", "add", spoken, talk, "--by", "example-news", "--language", "en")
        with self._writing() as batch:
            self._by_verbs(batch, numbers)
        second = self.work / "second.yaml"
        second.write_text(content.SECOND_DEFINITION, encoding="utf-8")
        self.do("figure", "add", second)
        lists = [at for name, at in numbers.items() if name.startswith("list ")]
        new = next(at for n, at in bad.items() if n.startswith("list ") and at not in lists)
        sample = ("--rows", "all", "--checked-by", "r-1", "--against", "the letter")
        self.do("accept", str(lists[0]), *sample, "--reason", "Read", "--yes", *self.by(1))
        self.do("policy", "gate", "--anyone", "--reason", "Two people", "--yes", *self.by(1))
        for target, why in (
            (numbers["c-wrong"], "A slip"),
            (new, "A bad list"),
            (numbers["false-daily"], "It invents"),
        ):
            self.do("retract", str(target), "--reason", why, "--yes", *self.by(1))
        withdrawn = (str(numbers["Baran Sampel"]), "--reason", "Asked", "--yes")
        self.do("consent", "withdraw", *withdrawn, "--unsigned")
        court = (exhibit, "--authority", "A court, 1/20")
        self.do("hold", "set", *court, "--reason", "A case", *self.by(1))
        self.do("hold", "lift", *court, "--yes", *self.by(0))
        self.do("hold", "set", *court, "--reason", "A case", "--unsigned")
        self.do(
            "erase",
            "unblock",
            str(numbers["letter.txt"]),
            "--reason",
            "Another",
            "--yes",
            *self.by(0),
        )
        told = ("--by", "A clerk", "--at", "2020-01-05", "--where", "Northfield", "--why", "Study")
        self.do("custody", exhibit, "--add", "opened", *told)
        self.do("custody", exhibit, "--add", "transfer-out", *told, *self.by(1))
        self.do("custody", exhibit, "--check")
        self.do("custody", exhibit, "--copy-to", self.work / "copy.txt", *told[:2], *told[6:])
        names = self.work / "names.csv"
        names.write_text("name\nNorthfield\nNobody Here\n", encoding="utf-8")
        purpose = ("--purpose", "To see whom the statements name")
        out = ("--out", self.work / "hits.csv")
        self.do("search", "--batch", names, *purpose, *out, *self.by(2))
        self.do("search", "Northfield", *purpose, *self.by(1))
        self.do("figure", "show", "faiths", *purpose, *self.by(0))
        phrases = self.work / "phrases.txt"
        phrases.write_text("Baran Sample\n", encoding="utf-8")
        self.do("erase", "redact", exhibit, "--phrases", phrases, *self.by(0))

    def _compare_and_take_out(self) -> None:
        """A picture that is compared with a set of known ones, tables for a purpose, a region."""
        from PIL import Image, ImageDraw

        for name, at in (("pictures/gate.png", 8), ("known/star.png", 40)):
            path = self.work / name
            path.parent.mkdir()
            picture = Image.new("RGB", (256, 256), "white")
            ImageDraw.Draw(picture).ellipse((at, at, at + 150, at + 90), fill="black")
            picture.save(path)
        self.do("add", self.work / "pictures", "--handling", "public", "--workers", "1")
        self.do("pictures", "reference", self.work / "known", "--name", "Film", *self.by(0))
        purpose = ("--purpose", "To find portraits under a wrong name")
        self.do("pictures", "compare", *purpose, *self.by(0))
        tables = ("--to", self.work / "claims.csv", "--level", "team")
        self.do("export", "claims", *tables, "--purpose", "For the yearly report", *self.by(0))
        self.do("regions", "add", "belarus", "--reason", "A case there", *self.by(0))

    def _by_verbs(self, batch: Any, numbers: dict[str, int]) -> None:
        """What no command records yet."""
        from habeas.archive import verbs
        from habeas.archive.verbs.blocking import block
        from habeas.archive.verbs.claiming import Attribution
        from habeas.archive.verbs.referring import Marking
        from habeas.vocabulary import schema, values

        public = Marking(handling="public")
        again = verbs.source(
            *(batch, "example-news", "publication"),
            name="Example News Daily",
            previous=numbers["example-news"],
            marking=public,
        )
        verbs.correct(
            batch,
            numbers["c-signed2"],
            subject=numbers["The letter"],
            property="signatories",
            value=values.parse("24", schema.core().properties["signatories"]),
            attribution=[Attribution(again)],
            marking=public,
        )
        verbs.judge(
            *(batch, numbers["Northfield"], numbers["Northfield camp"], "cannot-tell", "A town?"),
            marking=public,
        )
        for exhibit in (numbers["letter.txt"], numbers["withdrawn.txt"]):
            block(batch, exhibit, "Somebody in it asked")

    def _submit(self, numbers: dict[str, int]) -> None:
        """What a person signed on a machine of their own: one decision, and a batch."""
        from habeas.archive import verbs
        from habeas.archive.verbs.claiming import Attribution
        from habeas.archive.verbs.referring import Marking
        from habeas.custody.keys.keyring import open_person
        from habeas.vocabulary import values

        public = Marking(handling="public")

        def assess(batch: Any) -> None:
            verbs.assess(
                *(batch, numbers["c-signed2"], "claim", "credibility", "2"), reason="Two say so"
            )

        def testify(batch: Any) -> None:
            town = verbs.mention(batch, "place", "Southfield", marking=public)
            says = verbs.source(batch, "south-news", "publication", name="South", marking=public)
            name = values.text("Southfield")
            verbs.claim(batch, town, "name", name, [Attribution(says)], marking=public)
            verbs.judge(batch, town, numbers["Northfield"], "different", "Two towns")

        signer = open_person(self.archive / "keys", self.people[0])
        with self._open() as archive:
            for act in (assess, testify):
                record(archive, signed(archive, signer, act), act)

    def _link(self, numbers: dict[str, int]) -> None:
        self.do("link", "policy", "--reviewers", "2", "--not-blind", *self.by(0))
        self.do("link", "run", "--threshold", "0.001")
        pair = (str(numbers["Baran Sample"]), str(numbers["Baran Sampel"]))
        self.do("link", "judge", *pair, "same", "--reason", "One man", *self.by(0))
        judged = self.do("link", "judge", *pair, "same", "--reason", "As I see it", *self.by(1))
        self.do("link", "undo", str(judged["judgement"]), "--reason", "Too soon", *self.by(1))
        # One answer stays without a second.
        pair = (str(numbers["Ayla Example"]), str(numbers["Baran Sample"]))
        self.do("link", "judge", *pair, "different", "--reason", "Two people", *self.by(0))

    def _attest(self) -> None:
        """Two partners cosign, one with each type of key; two authorities stamp."""
        key = (self.archive / "keys" / "verifiers").read_text().splitlines()[1]
        partners = ["needed = 1"]
        for name, kind in (("one", "key"), ("two", "ml_dsa_44_key")):
            witness = self.work / f"witness-{name}"
            named = ("--name", f"{name}.example/w", "--unprotected", "--json")
            made = run("witness", "init", witness, *named).json
            assert run("witness", "trust", witness, key).code == 0
            partners += ["[[partner]]", f'key = "{made[kind]}"']
        (self.archive / "partners.toml").write_text("\n".join(partners) + "\n")
        self._cosign("first")
        stamps = self.work / "stamps"
        self.do("timestamp", "request", "--out", stamps)
        query = next(stamps.glob("*.tsq"))
        reply, chain = stamps / "reply.tsr", self.work / "chain.pem"
        reply.write_bytes(self.authority.reply(query.read_bytes()))
        chain.write_bytes(self.authority.chain)
        self.do("timestamp", "add", reply, "--chain", chain, "--request", query)
        stamped = next(path for path in stamps.iterdir() if path.suffix not in (".tsq", ".tsr"))
        ots = stamps / "pending.ots"
        ots.write_bytes(proof(promise(), stamped.read_bytes()))
        self.do("timestamp", "add", ots)

    def _cosign(self, name: str) -> None:
        """Have each partner cosign the log as it is, by file."""
        asked = self.work / f"requests-{name}"
        self.do("witness", "request", "--out", asked)
        for number, request in enumerate(sorted(asked.iterdir())):
            partner = "one" if request.name.startswith("one.") else "two"
            answer = self.work / f"answer-{name}-{number}"
            there = self.work / f"witness-{partner}"
            ended = run("witness", "answer", there, request, "--out", answer)
            assert ended.code == 0, ended.said
            self.do("witness", "add", answer, ends=(0, 1))  # 1: others are still to answer

    def _hand_over(self) -> None:
        """New keys for the archive, twice, and an entry of the person who was recovered."""
        self.do("keys", "hand-over", "--yes", *self.by(1))
        self._cosign("second")
        exhibit = str(self._numbers()["letter.txt"])
        told = ("--by", "A clerk", "--at", "2020-02-05", "--why", "Study")
        self.do("custody", exhibit, "--add", "opened", *told, *self.by(3))
        self.do("keys", "hand-over", "--stolen", "--yes", *self.by(0))
        self._cosign("third")

    def _erase(self, numbers: dict[str, int]) -> None:
        cem = str(numbers["Cem Withdrawn"])
        asked = self.do(
            *("erase", "request", "consent", cem, "--reason", "As they asked.", "--yes"),
            *self.by(0),
        )
        request = str(asked["requested"])
        self.do("erase", "approve", request, "--yes", *self.by(1))
        count = self.do("erase", "list")["requests"][0]["entries"]
        self.do(
            *("erase", "carry-out", request, "--backup", self.work / "after-erasure.age"),
            *("--confirm", str(count), "--only-own-keys", *self.by(0)),
        )
        # One more is asked for and waits.
        claim = str(numbers["c-size2"])
        waits = ("--basis", "mistaken", "--reason", "It should not stand.", "--yes")
        self.do("erase", "request", "claim", claim, *waits, *self.by(1))

    def _custodians(self) -> None:
        import pyrage

        identity = pyrage.x25519.Identity.generate()
        (self.work / CUSTODIAN).write_text(f"{identity}\n", encoding="utf-8")
        self.do("keys", "custodians", "add", "abroad", str(identity.to_public()))
        self.do("keys", "rotate")

    # --- opening -------------------------------------------------------------------------

    @contextlib.contextmanager
    def _open(self) -> Iterator[Any]:
        from habeas.archive.opening import open_archive

        yield open_archive(self.archive)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Any]:
        from habeas.custody.keys.keyring import open_person

        signer = open_person(self.archive / "keys", self.people[0])
        with self._open() as archive, archive.writing(signer) as batch:
            yield batch


def keep_words(folder: Path) -> dict[str, Path]:
    """Files that hold the passphrases, for the options that read them."""
    found = {}
    for name, words in PASSPHRASES.items():
        path = found[name] = folder / name
        path.write_text(f"{words}\n", encoding="utf-8")
        os.chmod(path, 0o600)
    return found


def kinds_missing() -> list[str]:
    """The kinds of entries that the open archive does not hold."""
    from habeas.archive import models as m
    from habeas.archive.kinds import KINDS
    from habeas.custody.log import disclosures

    found = set()
    for blob in m.ContentDisclosures.objects.values_list("disclosures", flat=True):
        for _, name, value in map(disclosures.read, disclosures.split(bytes(blob))):
            if name == "kind":
                found.add(value)
    return sorted(set(KINDS) - found)
