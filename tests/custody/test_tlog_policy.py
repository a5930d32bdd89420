"""C2SP tlog-policy, read, written and held to."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from habeas.custody.attestation.cosignatures import ML_DSA_44, Cosigner
from habeas.custody.attestation.partners import read_policy
from habeas.custody.attestation.tlog_policy import TlogPolicy, is_one, parse, written
from habeas.custody.errors import PolicyError
from habeas.custody.log.checkpoints import sign_checkpoint
from habeas.custody.log.notes import Signer, split_note

LOG = Signer.from_seed("example.org/log", b"l" * 32)
WITNESSES = [
    Cosigner.from_seed(f"{name}.example/w", name.encode() * 32, 4 if name < "c" else ML_DSA_44)
    for name in "abcde"
]
W = [f"witness {one.key.name[0]} {one.key.vkey}\n" for one in WITNESSES]
NESTED = (
    f"# who\n\n log {LOG.verifier.vkey} https://log.example/\n"
    + "".join(W)
    + "\tgroup x 2 a b c\ngroup y any d e  \ngroup both all x y\nquorum both\n"
)


def met(policy: TlogPolicy, *names: str) -> bool:
    return policy.met([one.key for one in WITNESSES if one.key.name[0] in names])


def test_the_example_of_the_specification() -> None:
    policy = parse(NESTED.encode())
    assert policy.logs == ((LOG.verifier, "https://log.example/"),)
    assert met(policy, "a", "c", "e")
    assert not met(policy, "a", "b", "c")
    assert not met(policy, "a", "d", "e")
    assert not met(policy)


@pytest.mark.parametrize(
    "quorum", ["both", "x", "y", "a", "none"], ids=lambda quorum: f"quorum {quorum}"
)
def test_enough_whoever_they_are(quorum: str) -> None:
    """The number that a bundle states: any so many meet the quorum, and of one less not all."""
    policy = parse(NESTED.replace("quorum both", f"quorum {quorum}").encode())
    number = policy.any_so_many
    assert all(met(policy, *some) for some in itertools.combinations("abcde", number))
    if number:
        fewer = itertools.combinations("abcde", number - 1)
        assert not all(met(policy, *some) for some in fewer)


def test_written_and_read_again_it_says_the_same() -> None:
    policy = parse(NESTED.encode())
    again = parse(written(policy, [LOG.verifier]))
    assert (again.witnesses, again.groups, again.quorum) == (
        policy.witnesses,
        policy.groups,
        policy.quorum,
    )
    assert again.logs == ((LOG.verifier, ""),)


def test_an_archive_is_held_to_it(tmp_path: Path) -> None:
    path = tmp_path / "partners.toml"
    path.write_text(NESTED)
    policy = read_policy(path)
    checkpoint = sign_checkpoint(LOG.name, 3, bytes(32), LOG)
    text = split_note(checkpoint.note)[0]
    lines = {one.key.name[0]: one.cosign(text, 5) for one in WITNESSES}
    assert policy.standing(checkpoint.note + lines["a"] + lines["c"] + lines["d"]).enough
    assert not policy.standing(checkpoint.note + lines["a"] + lines["b"] + lines["c"]).enough
    flat = tmp_path / "flat.toml"
    flat.write_text(f'needed = 1\n[[partner]]\nkey = "{WITNESSES[0].key.vkey}"\n')
    again = parse(written(read_policy(flat).as_tlog_policy, [LOG.verifier]))
    assert met(again, "a")
    assert not met(again, "b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        W[0],
        "quorum a\n",
        W[0] + "quorum a",
        W[0] + "quorum a\nquorum a\n",
        W[0] + "quorum a b\n",
        "quorum a\n" + W[0],
        W[0] + W[0].replace("witness a", "witness b") + "quorum a\n",
        W[0] + W[1].replace("witness b", "witness a") + "quorum a\n",
        W[0].replace("witness a", "witness none") + "quorum none\n",
        W[0] + "group g 0 a\nquorum g\n",
        W[0] + "group g 01 a\nquorum g\n",
        W[0] + "group g 2 a\nquorum g\n",
        W[0] + "group g any\nquorum g\n",
        W[0] + W[1] + "group g all a a\nquorum g\n",
        W[0] + W[1] + "group g any a\ngroup h any a b\nquorum h\n",
        W[0] + "group g any g\nquorum g\n",
        W[0] + "group g any none\nquorum g\n",
        f"log {WITNESSES[0].key.vkey}\n" + W[0] + "quorum a\n",
        f"log {LOG.verifier.vkey}\n" * 2 + W[0] + "quorum a\n",
        f"witness a {LOG.verifier.vkey}\nquorum a\n",
        W[0] + "policy x\nquorum a\n",
        W[0] + "quorum a\r\n",
        W[0] + "quorum\x0ba\n",
        W[0] + "quorum a\x7f\n",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(text.encode())
    assert refused.value.next_step


def test_names_are_octets() -> None:
    name = b"\xff\xe2\x84\xaa"
    policy = parse(
        W[0].replace("witness a", "witness @").encode().replace(b"@", name)
        + b"quorum "
        + name
        + b"\n"
    )
    assert met(policy, "a")
    assert b"quorum " + name in written(policy, [])


def test_toml_is_not_taken_for_one() -> None:
    assert not is_one(b"needed = 1\n[[partner]]\n")
    assert not is_one(b"# only\n")
    assert is_one(b"# x\n\tquorum none\n")
