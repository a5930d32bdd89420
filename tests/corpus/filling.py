"""What stands in an archive of the corpus: a little of every kind. Nobody in it is real.

Everything is done as a user does it, by commands, but for the few entries for which there is
no command. Every kind of ``archive.kinds`` is there afterwards (``kinds_missing``), erased
ones too. The passphrases and the custodian's identity are known to everybody: this is test data.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.cli.running import run
from tests.custody.authority import Authority
from tests.custody.test_opentimestamps import promise, proof

ARCHIVE_PASSPHRASE = "the archive's words of the corpus"
PERSON_PASSPHRASE = "a person's words of the corpus"
CUSTODIAN = "custodian.txt"
PASSPHRASES = {"archive.words": ARCHIVE_PASSPHRASE, "person.words": PERSON_PASSPHRASE}

STATEMENT = (
    "Ayla Example said on 3 May 2018 that she was held in Northfield camp from 2017 to 2018.\n"
    "She saw Baran Sample there. 例子 says قايتا, and the camp held about 1,200 people.\n"
)
LETTER = "Ruritania and Borduria signed. 22 states, says the letter; a colleague said 23.\n"
WITHDRAWN = "Cem Withdrawn hid behind the bakery of Southmill, says his neighbour.\n"
ROWS = "name,year\nAyla Example,1980\nBaran Sample,1975\nنامۇنە,1990\n"
PAGE = "<!doctype html><title>Notice</title><p>Tender for Northfield camp, 40 buildings.</p>\n"

IMPORT = {
    "exhibits.csv": """\
id,file,title,received_from,received_on,handling
x-statement,statement.txt,A statement,A courier,2019-11,public
x-letter,letter.txt,A letter,,2019-12~,public
x-withdrawn,withdrawn.txt,A neighbour's words,A neighbour,2020,team
""",
    "sources.csv": """\
id,kind,code,name,about,interests,repeats,handling
s-news,publication,example-news,Example News,A newspaper,funding: a foundation,,public
s-again,publication,example-again,Example Again,Copies the other,,s-news,public
s-ayla,person,ayla,Ayla Example,,,,public
s-office,government,office,The Office,,party: denies all of it,,public
s-witness,witness,w-1,,,,,restricted
s-cem,person,cem,Cem Withdrawn,,,,team
s-false,publication,false-daily,False Daily,,,,public
""",
    "mentions.csv": """\
id,kind,caption,language,script,same_as,reason,handling
m-ayla,person,Ayla Example,,,,,public
m-ayla2,person,Aila Exampel,,,m-ayla,One woman in both,public
m-baran,person,Baran Sample,,,,,public
m-baran2,person,Baran Sampel,,,,,public
m-cem,person,Cem Withdrawn,,,,,team
m-camp,facility,Northfield camp,,,,,public
m-camp2,facility,Camp at Northfield,,,,,public
m-town,place,Northfield,,,,,public
m-office,organisation,The Office,,,,,public
m-rur,country,Ruritania,,,,,public
m-bor,country,Borduria,,,,,public
m-letter,document,The letter,,,,,public
m-event,event,The signing,,,,,public
""",
    "claims.csv": """\
id,subject,property,value,as_written,language,stance,holds,source,basis,how,said,where,through,\
exhibit,quote,note,handling
c-name,m-ayla,name,Ayla Example,,,,,s-ayla,experienced,,2018-05-03,Northfield,s-news,x-statement,\
Ayla Example said,,public
c-name2,m-ayla2,name,Aila Exampel,,,,,s-again,press-report,,,,,,,,public
c-held,m-ayla,detained,2017/2018,from 2017 to 2018,en,,,s-ayla,experienced,,2018-05-03,,s-news,\
x-statement,held in Northfield camp ¶ from 2017 to 2018,,public
c-in,m-ayla,detained_in,m-camp,,,,2017/2018,s-ayla,experienced,,,,s-news,x-statement,\
Northfield camp,,public
c-baran,m-baran,name,Baran Sample,,,,,s-ayla,saw,,,,,x-statement,She saw Baran Sample,,public
c-baran2,m-baran2,name,Baran Sampel,,,,,s-again,press-report,,,,,,,,public
c-baranheld,m-baran,detained,2018~,,,,,s-ayla,saw,,,,,,,,public
c-baran2held,m-baran2,detained,2018,,,,,s-again,press-report,,,,,,,,public
c-born,m-ayla,birth_date,1980,,,,,s-witness,heard,,,,,,,,team
c-id,m-ayla,identity_number,XX-000-1,,,,,s-witness,document,,,,,,,,sealed
c-faith,m-ayla,religion,?withheld,,,,,s-witness,heard,,,,,,,,team
c-camp,m-camp,name,Northfield camp,,,,,s-news,press-report,,,,,x-statement,Northfield camp,,public
c-at,m-camp,location,"37.5,80.5 county",,,,,s-news,imagery,,,,,,,,public
c-in-town,m-camp,located_in,m-town,,,,,s-news,imagery,,,,,,,,public
c-size,m-camp,people_held,~1200,"about 1,200 people",en,,2018,s-news,estimate,by beds,,,,\
x-statement,"about 1,200 people",,public
c-size2,m-camp,people_held,1000-3000,,,,2018,s-again,estimate,,,,,,,,public
c-denied,m-camp,exists,no,,,denies,,s-office,official-statement,,2019,,,,,,public
c-rur,m-rur,un_position,support,,,,2019-07,s-news,document,,,,,x-letter,Ruritania,,public
c-bor,m-bor,un_position,support,,,,2019-07,s-false,document,,,,,,,,public
c-signed,m-letter,signatories,22,22 states,en,,,s-news,document,,,,,x-letter,22 states,,public
c-signed2,m-letter,signatories,23,,,,,s-again,heard,,,,,,,,public
c-when,m-event,date,2019-07-XX,,,,,s-news,document,,,,,,,,public
c-cem,m-cem,name,Cem Withdrawn,,,,,s-cem,heard,,,,,x-withdrawn,Cem Withdrawn,,team
c-cem-hid,m-cem,description,hid behind the bakery,,en,,,s-cem,heard,,,,,x-withdrawn,\
hid behind the bakery,,restricted
c-wrong,m-town,population,999,,,,,s-news,estimate,,,,,,,,public
""",
    "judgements.csv": """\
left,right,verdict,reason,handling
m-camp,m-camp2,same,One camp,public
m-rur,m-bor,different,Two states,public
""",
    "assessments.csv": """\
target,scheme,grade,reason,handling
s-again,reliability,D,It copies,public
c-size,credibility,3,Counted by beds,public
""",
    "consents.csv": """\
subject,basis,audience,scope,purposes,expires,at_risk,reason,handling
m-ayla,public-statement,public,name and statement,documentation publication,,,Spoke in public,public
m-ayla2,published-record,public,,,,,,public
s-ayla,public-statement,public,,,,,Spoke in public,public
m-baran,published-record,public,,,,,,public
m-baran2,published-record,public,,,,,,public
m-cem,given,team,,documentation,2027-01-31,a brother,By letter,team
""",
    "definitions/1.yaml": """\
key: states
title: States in support
question: How many states stood behind the letter?
kind: counted
handling: public
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
""",
    "definitions/2.yaml": """\
key: held
title: People of whom a detention is told
kind: counted
handling: public
counts: person
unit: persons
undecided-from: 0.02
rules:
  - {rule: has-claim, property: [detained, detained_in]}
""",
    "definitions/3.yaml": """\
key: sizes
title: How many were held, as reported
kind: reported
handling: public
reports: [people_held]
view: plot
draw: {along: holds}
rules:
  - {rule: value, known: yes}
""",
}
SECOND_IMPORT = {
    "sources.csv": "id,kind,code,name,handling\ns-list,document,a-list,A bad list,public\n",
    "mentions.csv": "id,kind,caption,handling\nm-sylvania,country,Sylvania,public\n",
    "claims.csv": "id,subject,property,value,holds,source,handling\n"
    "c-sylvania,m-sylvania,un_position,support,2019-07,s-list,public\n",
}
SECOND_DEFINITION = """\
key: states
title: States in support, as of July 2019
question: How many states certainly stood behind the letter?
kind: counted
handling: public
counts: country
unit: states
rules:
  - {rule: has-claim, property: un_position, code: support, holds: {within: 2019-07}}
"""


class Filling:
    """Fills one archive; ``work`` holds what is carried in and out."""

    def __init__(self, archive: Path, work: Path, authority: Authority) -> None:
        self.archive, self.work, self.authority = archive, work, authority
        self.people: list[str] = []
        self.words = keep_words(work)
        self.number = 0

    def do(self, *arguments: str | Path, code: int = 0) -> Any:
        """A command of the archive: what its ``--json`` says."""
        ended = run(*arguments, "--archive", self.archive, "--json")
        if ended.code != code:
            raise AssertionError(f"habeas {arguments}: {ended.code}\n{ended.said}")
        return ended.json

    def by(self, number: int) -> tuple[str | Path, ...]:
        """The options of the person with this number; the third has a passphrase."""
        given = self.words["person.words"]
        return ("--as", self.people[number], "--person-passphrase-file", given)

    def fill(self) -> None:
        self._people()
        numbers = self._import("import", IMPORT)
        bad = self._import("bad", SECOND_IMPORT)
        self._files()
        self._decide(numbers, bad)
        self._link(numbers)
        self._attest()
        self._erase(numbers)
        self._keys()

    # --- steps ---------------------------------------------------------------------------

    def _people(self) -> None:
        given = self.words["person.words"]
        self.do("people", "add", "--person-passphrase-file", given)
        for _ in range(3):
            self.do("people", "add", "--unprotected")
        self.people = sorted(
            (one["pseudonym"] for one in self.do("people", "list")["people"]),
            key=lambda name: _is_protected(self.archive / "keys" / "people" / f"{name}.key"),
        )
        self.people.append(self.people.pop(0))  # who loses their key had no passphrase
        self.do("people", "retire", self.people.pop(), "--lost", "--yes")
        self.do("compartments", "add", "case-a", "The first case")

    def _import(self, name: str, files: dict[str, str]) -> dict[str, int]:
        folder = self.work / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        if name == "import":
            for path, text in (
                ("statement.txt", STATEMENT),
                ("letter.txt", LETTER),
                ("withdrawn.txt", WITHDRAWN),
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
        (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
        (folder / "deep" / "page.html").write_text(PAGE, encoding="utf-8")
        (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Northfield"
        mail.set_content("The camp at Northfield is being built.")
        mail.add_attachment(ROWS, subtype="csv", filename="rows.csv")
        (folder / "mail.eml").write_bytes(bytes(mail))
        with zipfile.ZipFile(folder / "box.zip", "w") as box:
            box.writestr("inside.txt", "Inside the box: Northfield.")
            box.writestr("deep/more.txt", STATEMENT)
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
        with self._writing() as batch:
            self._by_verbs(batch, numbers)
        second = self.work / "second.yaml"
        second.write_text(SECOND_DEFINITION, encoding="utf-8")
        self.do("figure", "add", second)
        lists = [at for name, at in numbers.items() if name.startswith("list ")]
        new = next(at for n, at in bad.items() if n.startswith("list ") and at not in lists)
        for target, why in (
            (numbers["c-wrong"], "A slip"),
            (new, "A bad list"),
            (numbers["false-daily"], "It invents"),
        ):
            self.do("retract", str(target), "--reason", why, "--yes", *self.by(1))
        self.do("consent", "withdraw", str(numbers["Baran Sampel"]), "--reason", "Asked", "--yes")
        for _ in range(2):
            self.do("hold", "set", exhibit, "--authority", "A court, 1/20", "--reason", "A case")
            if not _:
                self.do("hold", "lift", exhibit, "--authority", "A court, 1/20", "--yes")
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
        phrases = self.work / "phrases.txt"
        phrases.write_text("Baran Sample\n", encoding="utf-8")
        self.do("erase", "redact", exhibit, "--phrases", phrases, *self.by(0))

    def _by_verbs(self, batch: Any, numbers: dict[str, int]) -> None:
        """What no command records yet."""
        from habeas.archive import verbs
        from habeas.archive.verbs.claiming import Attribution
        from habeas.archive.verbs.erasing import block, unblock
        from habeas.archive.verbs.referring import Place
        from habeas.vocabulary import schema, values

        public = Place(handling="public")
        again = verbs.source(
            *(batch, "example-news", "publication"),
            name="Example News Daily",
            previous=numbers["example-news"],
            place=public,
        )
        verbs.correct(
            batch,
            numbers["c-signed2"],
            subject=numbers["The letter"],
            property="signatories",
            value=values.parse("24", schema.load().properties["signatories"]),
            attribution=[Attribution(again)],
            place=public,
        )
        verbs.judge(
            *(batch, numbers["Northfield"], numbers["Northfield camp"], "cannot-tell", "A town?"),
            place=public,
        )
        for exhibit in (numbers["letter.txt"], numbers["withdrawn.txt"]):
            block(batch, exhibit, "Somebody in it asked")
        unblock(batch, numbers["letter.txt"], "It was another letter")

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
        key = (self.archive / "keys" / "verifiers").read_text().splitlines()[1]
        partners = ["needed = 1"]
        for name in ("one", "two"):
            witness = self.work / f"witness-{name}"
            named = ("--name", f"{name}.example/w", "--unprotected", "--json")
            made = run("witness", "init", witness, *named).json
            assert run("witness", "trust", witness, key).code == 0
            partners += ["[[partner]]", f'key = "{made["key"]}"']
        (self.archive / "partners.toml").write_text("\n".join(partners) + "\n")
        asked = self.work / "requests"
        self.do("witness", "request", "--out", asked)
        for number, request in enumerate(sorted(asked.iterdir())):
            answer = self.work / f"answer-{number}"
            name = "one" if request.name.startswith("one.") else "two"
            ended = run(
                "witness", "answer", self.work / f"witness-{name}", request, "--out", answer
            )
            assert ended.code == 0, ended.said
            self.do("witness", "add", answer)
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
        self.do("witness", "request", "--out", self.work / "requests-2")  # logs what came before

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

    def _keys(self) -> None:
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
        from habeas.custody.keys import open_person

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
    from habeas.custody import disclosures

    found = set()
    for blob in m.ContentDisclosures.objects.values_list("disclosures", flat=True):
        for _, name, value in map(disclosures.read, disclosures.split(bytes(blob))):
            if name == "kind":
                found.add(value)
    return sorted(set(KINDS) - found)


def _is_protected(path: Path) -> bool:
    from habeas.custody.key_files import is_protected

    return is_protected(path)
