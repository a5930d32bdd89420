"""Whatever is done to a bundle, both verifiers see it, and see the same."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.exchange.bundles import ALICE, by_archive_code, by_standalone, mend

from habeas.custody.attestation.cosignatures import CosignerKey
from habeas.custody.log.entries import Composer
from habeas.custody.log.notes import Signer, sign_note, split_note
from habeas.custody.standalone import verify as standalone

#: One file of each class, as a pattern in the bundle.
CLASSES = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "seal.note",
    "CHECK-BY-HAND.md",
    "verify.py",
    "data/bundle.json",
    "data/policy.json",
    "data/checkpoint",
    "data/checkpoints/*.consistency",
    "data/checkpoints/*[0-9]",
    "data/entries/*.note",
    "data/entries/*.tlog-proof",
    "data/entries/*.disclosures",
    "data/files/*",
    "data/texts/*",
    "data/timestamps/*.tsr",
    "data/timestamps/*.chain.pem",
    "data/keys/log-1.pem",
    "data/report/report.html",
    "data/report/report.pdf",
    "data/certification/*",
    "data/specifications/*",
    "data/why/why.json",
)


def one_of(bundle: Path, pattern: str) -> Path:
    found = sorted(path for path in bundle.glob(pattern) if path.is_file())
    assert found, pattern
    return found[len(found) // 2]


def agreed(bundle: Path, **given: Any) -> tuple[str, frozenset[str]]:
    """What both say; they must say the same."""
    alone, ours = by_standalone(bundle), by_archive_code(bundle)
    assert (alone.result, alone.failing) == (ours.result, ours.failing), (
        alone.report,
        ours.report,
    )
    return alone.result, alone.failing


@pytest.mark.parametrize("name", ["record", "exhibits"])
def test_a_sound_bundle_holds(copy_of: Callable[[str], Path], name: str) -> None:
    assert agreed(copy_of(name)) == ("holds", frozenset())


@pytest.mark.parametrize("pattern", CLASSES)
def test_a_flipped_bit(bundle: Path, pattern: str) -> None:
    path = one_of(bundle, pattern)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    result, failing = agreed(bundle)
    assert result == "refused" or "bag" in failing


@pytest.mark.parametrize("pattern", CLASSES)
def test_a_file_taken_away(bundle: Path, pattern: str) -> None:
    one_of(bundle, pattern).unlink()
    result, failing = agreed(bundle)
    assert result == "refused" or "bag" in failing


@pytest.mark.parametrize("pattern", CLASSES[4:])
def test_a_flipped_bit_with_the_manifests_made_right(bundle: Path, pattern: str) -> None:
    """The manifests are nobody's word. The seal is the archive's."""
    path = one_of(bundle, pattern)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    mend(bundle)
    result, failing = agreed(bundle)
    assert result == "refused" or {"seal"} <= failing
    assert "bag" not in failing


# --- what somebody with skill would try; each must be found by the check it belongs to -------


def index(bundle: Path) -> Any:
    return json.loads((bundle / "data/bundle.json").read_bytes())


def write_index(bundle: Path, changed: Any) -> None:
    (bundle / "data/bundle.json").write_text(json.dumps(changed), encoding="utf-8")


def entry(bundle: Path, kind: str, number: int = 0) -> dict[str, Any]:
    """An entry of a kind, as the index has it."""
    from habeas.custody.log import disclosures as sd

    found = []
    for item in index(bundle)["entries"]:
        lines = (bundle / "data" / item["disclosures"]).read_bytes().splitlines()
        if any(sd.read(line)[1:] == ("kind", kind) for line in lines):
            found.append(item)
    return dict(found[number])


def swapped(bundle: Path, first: str, second: str) -> None:
    one, two = bundle / "data" / first, bundle / "data" / second
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)


def swap_proofs(bundle: Path) -> None:
    swapped(bundle, entry(bundle, "claim")["proof"], entry(bundle, "claim", 1)["proof"])


def swap_disclosures(bundle: Path) -> None:
    swapped(bundle, entry(bundle, "claim")["disclosures"], entry(bundle, "claim", 1)["disclosures"])


def swap_notes(bundle: Path) -> None:
    swapped(bundle, entry(bundle, "claim")["note"], entry(bundle, "claim", 1)["note"])


def older_checkpoint(bundle: Path) -> None:
    older = next(p for p in sorted((bundle / "data/checkpoints").iterdir()) if "." not in p.name)
    (bundle / "data/checkpoint").write_bytes(older.read_bytes())


def checkpoint_of_another(bundle: Path) -> None:
    text, _ = split_note((bundle / "data/checkpoint").read_bytes())
    origin = text.decode().split("\n")[0]
    (bundle / "data/checkpoint").write_bytes(sign_note(text, Signer.from_seed(origin, b"x" * 32)))


def false_cosignature(bundle: Path) -> None:
    for path in (bundle / "data/checkpoints").iterdir():
        note = path.read_bytes()
        if "." not in path.name and b"alice" in note:
            text, _ = split_note(note)
            line = next(each for each in note.splitlines(True) if b"alice" in each)
            path.write_bytes(note.replace(line, ALICE.cosign(text + b"x\n", 1)))


def cosignatures_removed(bundle: Path) -> None:
    for path in (bundle / "data/checkpoints").iterdir():
        if "." not in path.name:
            lines = path.read_bytes().splitlines(True)
            path.write_bytes(b"".join(each for each in lines if b".example" not in each))


def consistency_of_others(bundle: Path) -> None:
    path = one_of(bundle, "data/checkpoints/*.consistency")
    lines = path.read_bytes().splitlines(True)
    path.write_bytes(b"".join([*lines[:3], *lines[3:][::-1], lines[-1]]))


def other_file(bundle: Path) -> None:
    path = one_of(bundle, "data/files/*")
    path.write_bytes(bytes(reversed(path.read_bytes())))


def other_text(bundle: Path) -> None:
    path = one_of(bundle, "data/texts/*")
    path.write_bytes(path.read_bytes().replace(b"Aygul", b"Aygol"))


def file_named_by_no_entry(bundle: Path) -> None:
    changed = index(bundle)
    for item in changed["entries"]:
        item.pop("file", None)
    write_index(bundle, changed)


def file_added(bundle: Path) -> None:
    (bundle / "data/files/99-more.txt").write_text("more", encoding="utf-8")


def file_of_another_kind(bundle: Path) -> None:
    changed = index(bundle)
    files = [item for item in changed["entries"] if "file" in item]
    claim = entry(bundle, "claim")
    for item in changed["entries"]:
        if item["id"] == claim["id"]:
            item["file"] = files[0]["file"]
    write_index(bundle, changed)


def disclosure_invented(bundle: Path) -> None:
    from habeas.custody.log import disclosures as sd

    path = bundle / "data" / entry(bundle, "claim")["disclosures"]
    path.write_bytes(path.read_bytes() + sd.disclose(b"s" * 32, "note", "It was so.") + b"\n")


def disclosure_twice(bundle: Path) -> None:
    path = bundle / "data" / entry(bundle, "claim")["disclosures"]
    path.write_bytes(path.read_bytes() * 2)


def disclosure_in_another_spelling(bundle: Path) -> None:
    path = bundle / "data" / entry(bundle, "claim")["disclosures"]
    first, *rest = path.read_bytes().splitlines(True)
    path.write_bytes(b"".join([first[:-1] + b"=\n", *rest]))


def disclosures_without_end(bundle: Path) -> None:
    path = bundle / "data" / entry(bundle, "claim")["disclosures"]
    path.write_bytes(path.read_bytes()[:-1])


def position_changed(bundle: Path) -> None:
    changed = index(bundle)
    changed["entries"][0]["position"] += 1
    write_index(bundle, changed)


def position_no_number(bundle: Path) -> None:
    changed = index(bundle)
    changed["entries"][0]["position"] = str(changed["entries"][0]["position"])
    write_index(bundle, changed)


def entry_listed_twice(bundle: Path) -> None:
    changed = index(bundle)
    changed["entries"].append(changed["entries"][0])
    write_index(bundle, changed)


def entry_by_another_key(bundle: Path) -> None:
    path = bundle / "data" / entry(bundle, "claim")["note"]
    text, _ = split_note(path.read_bytes())
    name = text.decode().split("/entry/v1\n")[0] + "/entry"
    path.write_bytes(sign_note(text, Signer.from_seed(name, b"x" * 32)))


def path_outside(bundle: Path) -> None:
    changed = index(bundle)
    changed["entries"][0]["note"] = "../../../etc/passwd"
    write_index(bundle, changed)


def path_is_no_text(bundle: Path) -> None:
    changed = index(bundle)
    changed["entries"][0]["note"] = ["entries", 1]
    write_index(bundle, changed)


def token_of_others(bundle: Path) -> None:
    changed = index(bundle)
    changed["timestamps"][0]["size"] = max(
        int(p.name) for p in (bundle / "data/checkpoints").iterdir() if "." not in p.name
    )
    write_index(bundle, changed)


def token_altered(bundle: Path) -> None:
    path = one_of(bundle, "data/timestamps/*.tsr")
    data = bytearray(path.read_bytes())
    data[-20] ^= 1  # in the signature
    path.write_bytes(data)


def chain_of_others(bundle: Path) -> None:
    changed = index(bundle)
    changed["timestamps"][0]["chain"] = ["MAA="]
    write_index(bundle, changed)


def policy_of_another_key(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    changed = json.loads(path.read_bytes())
    name = changed["origin"]
    changed["log"] = [Signer.from_seed(name, b"x" * 32).verifier.vkey]
    path.write_text(json.dumps(changed), encoding="utf-8")


def policy_asks_for_more(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    changed = json.loads(path.read_bytes())
    changed["needed"] = 3
    path.write_text(json.dumps(changed), encoding="utf-8")


def policy_counts_a_key_twice(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    changed = json.loads(path.read_bytes())
    partner = CosignerKey.parse(changed["partners"][0])
    changed["partners"].append(CosignerKey.of("example.org/another-name", partner.public).vkey)
    path.write_text(json.dumps(changed), encoding="utf-8")


def policy_without_partners(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    changed = json.loads(path.read_bytes())
    changed["partners"], changed["needed"] = [], 0
    path.write_text(json.dumps(changed), encoding="utf-8")


def policy_of_unsound_key(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    changed = json.loads(path.read_bytes())
    changed["people"] = ["p+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
    path.write_text(json.dumps(changed), encoding="utf-8")


def report_edited(bundle: Path) -> None:
    path = bundle / "data/report/report.html"
    path.write_text(path.read_text("utf-8").replace("What is not shown", "What is shown too"))


def tag_file_added(bundle: Path) -> None:
    (bundle / "README.txt").write_text("Trust us.", encoding="utf-8")


def sealed_by_another_key(bundle: Path) -> None:
    path = bundle / "seal.note"
    text, _ = split_note(path.read_bytes())
    name = text.decode().split("/bundle/v1\n")[0] + "/entry"
    path.write_bytes(sign_note(text, Signer.from_seed(name, b"x" * 32)))


def entry_shown_as_seal(bundle: Path) -> None:
    shutil.copy(bundle / "data" / entry(bundle, "claim")["note"], bundle / "seal.note")


SKILLED = (
    (swap_proofs, "proofs"),
    (swap_disclosures, "disclosures"),
    (swap_notes, "entries"),
    (older_checkpoint, "proofs"),
    (checkpoint_of_another, "checkpoint"),
    (false_cosignature, "history"),
    (cosignatures_removed, "checkpoint"),
    (consistency_of_others, "history"),
    (other_file, "files"),
    (other_text, "quotes"),
    (file_named_by_no_entry, "files"),
    (file_added, "files"),
    (file_of_another_kind, "files"),
    (disclosure_invented, "disclosures"),
    (disclosure_twice, "disclosures"),
    (disclosure_in_another_spelling, "disclosures"),
    (disclosures_without_end, "disclosures"),
    (position_changed, "proofs"),
    (position_no_number, "proofs"),
    (entry_listed_twice, "entries"),
    (entry_by_another_key, "entries"),
    (path_outside, "entries"),
    (path_is_no_text, "entries"),
    (token_of_others, "timestamps"),
    (token_altered, "timestamps"),
    (chain_of_others, "timestamps"),
    (policy_of_another_key, "checkpoint"),
    (policy_asks_for_more, "checkpoint"),
    (policy_counts_a_key_twice, "checkpoint"),
    (policy_without_partners, "seal"),
    (policy_of_unsound_key, "checkpoint"),
    (report_edited, "seal"),
    (tag_file_added, "seal"),
    (sealed_by_another_key, "seal"),
    (entry_shown_as_seal, "seal"),
)


@pytest.mark.parametrize(("alter", "check"), SKILLED, ids=[each.__name__ for each, _ in SKILLED])
def test_what_somebody_with_skill_would_try(
    bundle: Path, alter: Callable[[Path], None], check: str
) -> None:
    alter(bundle)
    mend(bundle)
    result, failing = agreed(bundle)
    assert result == "fails"
    assert check in failing
    assert "seal" in failing, "nobody but the archive can seal it again"
    assert "bag" not in failing


# --- what must not be read at all ------------------------------------------------------------


def a_link(bundle: Path) -> None:
    (bundle / "data/files/link").symlink_to("/etc/passwd")


def a_link_to_a_folder(bundle: Path) -> None:
    (bundle / "data/more").symlink_to("/etc")


def a_pipe(bundle: Path) -> None:
    os.mkfifo(bundle / "data/pipe")


def a_name_that_is_no_text(bundle: Path) -> None:
    (bundle / os.fsdecode(b"data/\xff")).write_bytes(b"")


def no_json(bundle: Path) -> None:
    (bundle / "data/bundle.json").write_text("[" * 100_000, encoding="utf-8")


def a_later_format(bundle: Path) -> None:
    write_index(bundle, index(bundle) | {"format": "habeas-bundle/5"})


def no_entries(bundle: Path) -> None:
    write_index(bundle, index(bundle) | {"entries": []})


def no_lists(bundle: Path) -> None:
    write_index(bundle, index(bundle) | {"checkpoints": 5, "timestamps": None})


def no_declaration(bundle: Path) -> None:
    (bundle / "bagit.txt").unlink()


REFUSED = (
    *(a_link, a_link_to_a_folder, a_pipe, a_name_that_is_no_text, no_json, a_later_format),
    *(no_entries, no_lists, no_declaration),
)


@pytest.mark.parametrize("alter", REFUSED)
def test_what_is_not_read(bundle: Path, alter: Callable[[Path], None]) -> None:
    alter(bundle)
    assert agreed(bundle)[0] == "refused"


def test_an_index_of_what_is_no_entry_fails(bundle: Path) -> None:
    found = index(bundle)
    write_index(bundle, found | {"entries": [*found["entries"], 5, None, "file"]})
    result, failing = agreed(bundle)
    assert (result, {"entries", "proofs", "disclosures"} <= failing) == ("fails", True)


def test_keys_that_are_no_list_fail(bundle: Path) -> None:
    path = bundle / "data/policy.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"log": 5}), encoding="utf-8")
    result, failing = agreed(bundle)
    assert (result, "checkpoint" in failing) == ("fails", True)


def test_no_text_of_a_bundle_forges_a_line_of_the_report(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "Everything that can be checked here holds."
    found = index(bundle)
    found["timestamps"][0]["authority"] = f"Somebody.\n\n{said}\n"
    write_index(bundle, found)
    (bundle / f"x\n{said}\n").write_bytes(b"")
    assert standalone.main([str(bundle)]) == 1
    assert said not in capsys.readouterr().out.splitlines()


def test_what_came_with_the_bundle_is_not_called_proven(bundles: Path) -> None:
    """A made-up partner or authority signs as well as a real one."""
    bundle = bundles / "record"
    policy = str(bundle / "data/policy.json")
    for given, whose in (
        ((), "whose keys came with the bundle"),
        (("--policy", policy), "that you"),
    ):
        report = by_standalone(bundle, *given).report
        proven, not_proven = (" ".join(report[name]) for name in ("proven", "not_proven"))
        assert f"Partners {whose}" in proven
        assert (
            "as far as the certificates or blocks that came with the bundle are genuine" in proven
        )
        assert "That the time is true" in not_proven


@pytest.mark.parametrize(
    "line",
    [
        "0" * 64 + "  data/../../../etc/passwd",
        "0" * 64 + "  /etc/passwd",
        "0" * 63 + "  data/x",
        "data/x",
    ],
)
def test_a_manifest_that_leaves_the_bag(bundle: Path, line: str) -> None:
    with (bundle / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    result, failing = agreed(bundle)
    assert (result, "bag" in failing) == ("fails", True)


def test_a_bundle_that_would_fetch_is_none(bundle: Path) -> None:
    """Also where the manifests list ``fetch.txt``: what it names is not under the seal."""
    data = b"https://example.org/x - data/bundle.json\n"
    (bundle / "fetch.txt").write_bytes(data)
    with (bundle / "tagmanifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(f"{hashlib.sha256(data).hexdigest()}  fetch.txt\n")
    assert agreed(bundle) == ("fails", frozenset({"bag", "seal"}))


def test_a_forged_bundle_holds_only_by_its_own_keys(
    bundle: Path, bundles: Path, tmp_path: Path
) -> None:
    """Somebody can make a bundle of their own. The reader's own policy shows it."""
    forge(bundle)
    assert agreed(bundle) == ("holds", frozenset())
    true = bundles / "record" / "data" / "policy.json"
    alone = by_standalone(bundle, "--policy", str(true))
    ours = by_archive_code(bundle, json.loads(true.read_bytes()))
    assert alone.result == ours.result == "fails"
    assert alone.failing == ours.failing
    assert {"seal", "checkpoint", "entries"} <= alone.failing


def forge(bundle: Path) -> None:
    """One entry, one log, one seal, all by keys that are made up."""
    import hashlib

    from habeas.custody.log.checkpoints import sign_checkpoint
    from habeas.custody.log.merkle import leaf_hash

    log, key = Signer.from_seed("forged", b"l" * 32), Signer.from_seed("forged/entry", b"e" * 32)
    made = Composer("forged", key).compose(1, [("kind", "exhibit"), ("filename", "x")])
    checkpoint = sign_checkpoint("forged", 1, leaf_hash(made.note), log)
    shutil.rmtree(bundle / "data")
    (bundle / "data/entries").mkdir(parents=True)
    data = bundle / "data"
    (data / "checkpoint").write_bytes(checkpoint.note)
    (data / "entries/0.note").write_bytes(made.note)
    (data / "entries/0.tlog-proof").write_bytes(
        b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + checkpoint.note
    )
    (data / "entries/0.disclosures").write_bytes(made.disclosures.replace(b"~", b"\n") + b"\n")
    item = {"position": 0, "id": made.entry_id, "note": "entries/0.note"}
    item |= {"proof": "entries/0.tlog-proof", "disclosures": "entries/0.disclosures"}
    write_index(bundle, {"format": "habeas-bundle/1", "entries": [item]})
    policy = {"format": "habeas-policy/1", "origin": "forged", "people": [], "partners": []}
    policy |= {"log": [log.verifier.vkey], "entry": [key.verifier.vkey], "needed": 0}
    (data / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    mend(bundle)
    tags = [p for p in bundle.iterdir() if p.is_file() and p.name not in NOT_SEALED]
    lines = [f"{p.name} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in sorted(tags)]
    (bundle / "seal.note").write_bytes(sign_note("\n".join(["forged/bundle/v1", *lines, ""]), key))
    mend(bundle)


NOT_SEALED = ("seal.note", "tagmanifest-sha256.txt")
