"""CHECK-BY-HAND.md: the same checks with sha256sum and openssl, command by command.

Each block of the page is run, as it stands, by a test. The commands write into a new
folder of their own and never into the bundle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from habeas.custody.attestation.cosignatures import ML_DSA_44, subtree_message
from habeas.custody.keys.handovers import ENTRIES
from habeas.custody.log import disclosures as sd
from habeas.custody.log.merkle import inclusion_ranges
from habeas.custody.log.notes import from_base64, split_note, to_base64
from habeas.exchange.bundling.attesting import Attestations
from habeas.exchange.bundling.disclosing import Item

MOST_FOLLOWED = 5  # entries followed step by step
_DER = {  # what stands before a public key in its PEM, by the type of the key
    0x01: bytes.fromhex("302a300506032b6570032100"),  # Ed25519 (RFC 8410)
    0x04: bytes.fromhex("302a300506032b6570032100"),
    0x06: bytes.fromhex("30820532300b06096086480165030403110382052100"),  # ML-DSA-44 (RFC 9881)
}

_INTRODUCTION = """\
# Check it by hand

The same checks that `verify.py` does, with `sha256sum`, `openssl` (3.0 or newer) and a shell,
so that you need not trust any program of ours. Run the blocks in their order, in one shell, in
the folder that this page is in. Each must end without an error; nothing in the folder is
changed. Only the first {count} exhibits or entries are followed; the others are checked alike.

```sh
set -e
T=$(mktemp -d)
```

Two functions that the blocks use: what a signature line says, and standard base64 of base64url.

```sh
signature() {{ grep -F -e "— $2 " "$1" | head -n 1 | cut -d ' ' -f 3 | openssl base64 -d -A; }}
standard() {{
  d=$(printf %s "$1" | tr -- '-_' '+/')
  while [ $(( ${{#d}} % 4 )) -ne 0 ]; do d="$d="; done
  printf %s "$d"
}}
```
"""


def page(items: Sequence[Item], attestation: Attestations) -> str:
    """The whole page."""
    followed = [item for item in items if item.file][:MOST_FOLLOWED] or list(items[:1])
    origin = attestation.checkpoint.origin
    parts = [
        _INTRODUCTION.format(count=MOST_FOLLOWED),
        *_files(),
        *_checkpoint(attestation),
        *_handed_over(attestation),
        *(part for item in followed for part in _entry(item, attestation)),
        *_attested(attestation),
        *_last(origin),
    ]
    return "\n".join(parts)


def pem(written: str) -> bytes:
    """A written key as the PEM that openssl reads."""
    raw = from_base64(written.split("+", 2)[2])
    body = to_base64(_DER[raw[0]] + raw[1:])
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n".encode()


def keys(attestation: Attestations) -> Iterator[tuple[str, bytes]]:
    """The keys of the policy as files below ``data/keys``."""
    policy = attestation.policy
    for role, name in (("log", "log"), ("entry", "entry"), ("people", "person")):
        for number, written in enumerate(policy[role], 1):
            yield f"{name}-{number}.pem", pem(written)
    for number, written in enumerate(policy["partners"], 1):
        yield f"partner-{number}.pem", pem(written)


def _block(*lines: str) -> str:
    return "\n".join(["```sh", *lines, "```", ""])


def _files() -> Iterator[str]:
    yield "## The files are those of the manifests\n"
    yield _block(
        "sha256sum --quiet --check tagmanifest-sha256.txt",
        "sha256sum --quiet --check manifest-sha256.txt",
    )


def _verify(key: str, text: str, signature: str) -> str:
    return (
        f"openssl pkeyutl -verify -pubin -inkey data/keys/{key} -rawin "
        f'-in "$T/{text}" -sigfile "$T/{signature}"'
    )


def _checkpoint(attestation: Attestations) -> Iterator[str]:
    checkpoint = attestation.checkpoint
    key = _signing_key(checkpoint.note, attestation.policy["log"])
    yield "## The log's key signed the checkpoint\n"
    yield (
        f"The log of `{checkpoint.origin}`. Compare `data/keys/log-{key}.pem` with a key that you "
        "got another way: everything else rests on it.\n"
    )
    yield _block(
        'head -n 3 data/checkpoint > "$T/text"',
        f'signature data/checkpoint {checkpoint.origin} | tail -c 64 > "$T/signature"',
        _verify(f"log-{key}.pem", "text", "signature"),
        'cat "$T/text"',
    )


def _signing_key(note: bytes, written: Sequence[str]) -> int:
    """Which of the written keys signed the note, counted from 1."""
    signed = {(one.name, f"{one.key_id:08x}") for one in split_note(note)[1]}
    for number, key in enumerate(written, 1):
        name, key_id, _ = key.split("+", 2)
        if (name, key_id) in signed:
            return number
    return 1


def _entry(item: Item, attestation: Attestations) -> Iterator[str]:
    origin, size = attestation.checkpoint.origin, attestation.checkpoint.size
    place = f"data/entries/{item.position}"
    key = _signing_key(item.note, attestation.policy["entry"])
    yield f"## Entry {item.position}\n"
    if item.file:
        yield f"The file `data/{item.file}` has the hash that the entry committed to, below:\n"
        yield _block(
            f"echo '{item.fields.get('plain_sha256', '')}  data/{item.file}' | sha256sum --check"
        )
    yield "The archive signed the entry:\n"
    yield _block(
        f'head -n 2 {place}.note > "$T/text"',
        f'signature {place}.note {origin}/entry | tail -c 64 > "$T/signature"',
        _verify(f"entry-{key}.pem", "text", "signature"),
    )
    yield "The disclosed values match the commitments in the entry (a hash for each line):\n"
    yield _block(*_disclosed(place))
    if item.file and "plain_sha256" in item.fields:
        line = _line_of(item, "plain_sha256")
        yield "Among them is the hash of the file:\n"
        yield _block(
            f'standard "$(sed -n {line}p {place}.disclosures)" | openssl base64 -d -A '
            f"| grep -q -F {item.fields['plain_sha256']}"
        )
    yield (
        f"The entry is at place {item.position} of the log of {size:,} (RFC 9162): its "
        f"hash, joined step by step with those in `{place}.tlog-proof`, leads to the root in the "
        "checkpoint:\n"
    )
    yield _block(*_path(item.position, size, place, "data/checkpoint"))


def _handed_over(attestation: Attestations) -> Iterator[str]:
    """Each hand-over of keys: four entries under the old key, a checkpoint under both."""
    policy = attestation.policy
    for number, handed in enumerate(attestation.handovers, 1):
        folder, size = f"data/{handed.folder}", handed.size
        origin = attestation.checkpoint.origin
        yield f"## The archive's keys were handed over at {size:,} entries\n"
        yield (
            f"The log's keys before and after, `data/keys/log-{number}.pem` and "
            f"`data/keys/log-{number + 1}.pem`, both signed the log of that size:\n"
        )
        yield _block(
            f'head -n 3 {folder}/checkpoint > "$T/text"',
            *_own_line(folder, origin, 1),
            _verify(f"log-{number}.pem", "text", "signature"),
            *_own_line(folder, origin, 2),
            _verify(f"log-{number + 1}.pem", "text", "signature"),
        )
        for place in range(size - ENTRIES, size):
            key = _signing_key(handed.files[f"{place}.note"], policy["entry"])
            yield f"Entry {place}, signed by the former entry key, records the change of key:\n"
            yield _block(
                f'head -n 2 {folder}/{place}.note > "$T/text"',
                f'signature {folder}/{place}.note {origin}/entry | tail -c 64 > "$T/signature"',
                _verify(f"entry-{key}.pem", "text", "signature"),
                *_disclosed(f"{folder}/{place}"),
            )
            yield _block(*_path(place, size, f"{folder}/{place}", f"{folder}/checkpoint"))


def _own_line(folder: str, origin: str, place: int) -> Iterator[str]:
    """The first or second signature of the log itself under a checkpoint."""
    yield (
        f'grep -F -e "— {origin} " {folder}/checkpoint | sed -n {place}p '
        "| cut -d ' ' -f 3 | openssl base64 -d -A | tail -c 64 > \"$T/signature\""
    )


def _disclosed(place: str) -> Iterator[str]:
    """Each disclosure is committed to by its entry, and what it says."""
    yield "while read -r line; do"
    yield '  c=$(printf %s "$line" | openssl dgst -sha256 -binary | openssl base64)'
    yield "  c=$(printf %s \"$c\" | tr '+/' '-_' | tr -d '=')"
    yield f'  grep -q -F -e "\\"$c\\"" {place}.note'
    yield '  standard "$line" | openssl base64 -d -A; echo'
    yield f"done < {place}.disclosures"


def _line_of(item: Item, name: str) -> int:
    names = [sd.read(line)[1] for line in item.disclosures]
    return names.index(name) + 1


def _path(position: int, size: int, place: str, checkpoint: str) -> Iterator[str]:
    """From the leaf to the root: the proof's lines begin at its third."""
    yield f"{{ printf '\\000'; cat {place}.note; }} | openssl dgst -sha256 -binary > \"$T/node\""
    for number, (start, _) in enumerate(inclusion_ranges(position, size), 3):
        yield f'sed -n {number}p {place}.tlog-proof | openssl base64 -d -A > "$T/other"'
        pair = '"$T/other" "$T/node"' if start < position else '"$T/node" "$T/other"'
        yield f"{{ printf '\\001'; cat {pair}; }} | openssl dgst -sha256 -binary > \"$T/next\""
        yield 'mv "$T/next" "$T/node"'
    yield f'[ "$(openssl base64 -A -in "$T/node")" = "$(sed -n 3p {checkpoint})" ]'


def _attested(attestation: Attestations) -> Iterator[str]:
    notes = {attestation.checkpoint.size: ("data/checkpoint", attestation.checkpoint.note)}
    for each in attestation.earlier:
        size = each.checkpoint.size
        notes[size] = (f"data/checkpoints/{size}", each.checkpoint.note)
    for size, (path, note) in sorted(notes.items()):
        for number, partner in enumerate(attestation.partners, 1):
            for one in split_note(note)[1]:
                if (one.name, one.key_id) == (partner.name, partner.key_id):
                    time = int.from_bytes(one.raw[:8], "big")
                    yield f"## {partner.name} cosigned the log of {size:,} entries\n"
                    key = f"partner-{number}.pem"
                    if partner.kind == ML_DSA_44:
                        text = split_note(note)[0]
                        yield from _ml_dsa(path, partner.name, text, time, key)
                    else:
                        yield _block(
                            f"{{ printf 'cosignature/v1\\ntime {time}\\n'; head -n 3 {path}; }} "
                            '> "$T/text"',
                            f'signature {path} {partner.name} | tail -c 64 > "$T/signature"',
                            _verify(key, "text", "signature"),
                        )
                    yield _block(f"date -u -d @{time} 2>/dev/null || date -u -r {time}")
    for stamp, authority in attestation.timestamps:
        if stamp.method != "rfc3161":
            continue
        place = f"data/timestamps/{stamp.position}"
        path = notes[stamp.size][0]
        yield f"## {authority or 'An authority'} timestamped the log of {stamp.size:,} entries\n"
        yield (
            "Give a root that you trust instead of the root that came with the bundle. The time is "
            "in the first command's answer.\n"
        )
        yield _block(
            f'head -n 3 {path} > "$T/text"',
            f"openssl ts -reply -in {place}.tsr -text",
            f'openssl ts -verify -in {place}.tsr -data "$T/text" -CAfile {place}.roots.pem '
            f"-untrusted {place}.chain.pem -attime $(cat {place}.seconds)"
            f"{_partial(stamp.certificates)}",
        )


def _ml_dsa(path: str, name: str, text: bytes, time: int, key: str) -> Iterator[str]:
    """A cosignature of ML-DSA-44 signs bytes, not the text: name, time, origin, size, root."""
    signed = subtree_message(name, text, time)
    yield (
        "The signature covers the partner's name, the time, the log's name, its size and its root, "
        "as bytes. OpenSSL checks signatures of ML-DSA-44 from version 3.5 on; an older one leaves "
        "this out:\n"
    )
    yield _block(
        f'printf %s {to_base64(signed)} | openssl base64 -d -A > "$T/text"',
        f'grep -F -q -e "$(tail -c 32 "$T/text" | openssl base64 -A)" {path}',
        f'signature {path} {name} | tail -c 2420 > "$T/signature"',
        "if openssl list -public-key-algorithms | grep -q ML-DSA-44; then",
        f"  {_verify(key, 'text', 'signature')}",
        "fi",
    )


def _partial(certificates: Sequence[object]) -> str:
    selfissued = any(c.issuer == c.subject for c in certificates)  # type: ignore[attr-defined]
    return "" if selfissued else " -partial_chain"


def _last(origin: str) -> Iterator[str]:
    yield "## The whole bundle\n"
    yield (
        "`seal.note` is signed by the archive's key over the manifest of everything below `data/`, "
        "this page and `verify.py`:\n"
    )
    yield _block(
        "sed '/^$/,$d' seal.note > \"$T/text\"",
        f'signature seal.note {origin}/entry | tail -c 64 > "$T/signature"',
        "for key in data/keys/entry-*.pem; do",
        '  if openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$T/text" \\',
        '    -sigfile "$T/signature"; then ok=yes; fi',
        "done",
        '[ "$ok" = yes ]',
        'tail -n +2 "$T/text" | while read -r path digest; do echo "$digest  $path"; done '
        "| sha256sum --quiet --check",
    )
    yield _block('rm -r "$T"', "echo Everything holds.")
    yield (
        "What this shows, and what it does not, is in `data/report/report.html`. It does not show "
        "that what is said is true, nor any time before the first timestamp.\n"
    )


def seal_text(origin: str, tags: dict[str, str]) -> str:
    """What the archive's key signs: the origin, then each tag file with its hash."""
    lines = [f"{path} {digest}" for path, digest in sorted(tags.items())]
    return "\n".join([f"{origin}/bundle/v1", *lines, ""])


def compact(document: object) -> bytes:
    """JSON as the bundle holds it: sorted, indented, UTF-8, one newline at its end."""
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
