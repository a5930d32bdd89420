#!/usr/bin/env python3
"""Verify a habeas bundle with Python's standard library alone (3.9 or newer).

    python3 -I verify.py [DIR] [--policy FILE] [--json]

Nothing else of habeas is needed, nothing is written, no network is used. ``openssl`` is used
for the signatures of timestamps where it is present. Everything in the bundle is taken as
hostile: links, special files, odd names and files that are too large are refused.

Ends with 0 where everything that can be checked here holds, 1 where something does not, 2
where the folder is no bundle that can be checked. ``data/specifications`` in the bundle says
how each format works; CHECK-BY-HAND.md does the same checks with sha256sum and openssl.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from typing import Any

MOST_FILES = 200_000
MOST_ENTRIES = 50_000
LARGEST_ENTRY = 65_535
LARGEST_NOTE = 256 * 1024  # of a checkpoint with its cosignatures
LARGEST_TEXT = 64 * 1024 * 1024  # of any file that is read whole
LARGEST_NUMBER = (1 << 53) - 1
LARGEST_FILE = 1 << 40
CHECKS = {
    "bag": "Every file is there and is what the manifests say",
    "seal": "The archive's key sealed this bundle as a whole",
    "checkpoint": "The log's key signed the checkpoint, and no cosignature is false",
    "handovers": "Each new pair of the archive's keys was named by the pair before it",
    "history": "Earlier checkpoints are beginnings of the same log",
    "entries": "Each entry is well formed and signed by the archive",
    "proofs": "Each entry is in the signed log",
    "disclosures": "Disclosed values match what the entries committed to",
    "people": "Entries in a person's name are signed by a key granted to them",
    "files": "Files and texts are those that the entries name",
    "quotes": "Quotes are in the texts, at the place named",
    "places": "Places that are not words are inside their files, as the readings say",
    "timestamps": "Others attest when the log existed",
}
LISTS = ("entries", "checkpoints", "timestamps", "handovers")  # of data/bundle.json
#: The second where keys were handed over, the third where a place is not words, or a transcript,
#: the fourth where an entry is of format 2.
BUNDLES = ("habeas-bundle/1", "habeas-bundle/2", "habeas-bundle/3", "habeas-bundle/4")
UNSAID = ("people", "places")  # checks that are not told where there is nothing of their kind
GRANTS = {"holder", "verifier", "state"}  # what an entry must show for its key to be judged
HOLDS, FAILS, ABSENT, UNCHECKED = "holds", "fails", "absent", "not checked here"


class Refused(Exception):
    """The folder cannot be checked at all."""


class Fault(Exception):
    """One thing that does not hold."""


# --- Ed25519 (RFC 8032), strict: only what every verifier accepts is accepted --------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)  # extended coordinates X, Y, Z, T


def add(a, b):
    """The sum of two points."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, d - c, d + c, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def double_multiply(s, a, k, b):
    """s times a plus k times b."""
    both, total = add(a, b), NEUTRAL
    for bit in range(max(s.bit_length(), k.bit_length()) - 1, -1, -1):
        total = add(total, total)
        choice = (s >> bit & 1) + 2 * (k >> bit & 1)
        if choice:
            total = add(total, (a, b, both)[choice - 1])
    return total


def decode_point(data):
    """The point of 32 bytes, or None where they are no canonical point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * SQRT_M1 % P
    elif v * x * x % P != u:
        return None
    if x == 0 and sign:
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def encode_point(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_neutral(point):
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def sound_key(public):
    """The point of a key in the prime-order group, or None."""
    point = decode_point(public)
    if point is None or is_neutral(point):
        return None
    return point if is_neutral(double_multiply(L, point, 0, NEUTRAL)) else None


def signed_by(public, message, signature):
    """Whether the signature holds; keys and R of low order are refused."""
    point = sound_key(public)
    if point is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    negative = (P - point[0], point[1], point[2], P - point[3])
    found = double_multiply(s, BASE, k, negative)
    low = double_multiply(8, found, 0, NEUTRAL)
    return encode_point(found) == signature[:32] and not is_neutral(low)


# --- ML-DSA-44 (FIPS 204), verifying only ----------------------------------------------------

Q = 8_380_417
ZETAS = [pow(1753, int(f"{n:08b}"[::-1], 2), Q) for n in range(256)]
GAMMA_1, GAMMA_2, TAU, OMEGA = 1 << 17, (Q - 1) // 88, 39, 80


def to_ntt(poly):
    """Algorithm 41: the transform of a polynomial of 256 coefficients."""
    w, m, length = list(poly), 0, 128
    while length:
        for start in range(0, 256, 2 * length):
            m += 1
            for j in range(start, start + length):
                t = ZETAS[m] * w[j + length] % Q
                w[j + length], w[j] = (w[j] - t) % Q, (w[j] + t) % Q
        length //= 2
    return w


def from_ntt(poly):
    """Algorithm 42: the inverse transform."""
    w, m, length = list(poly), 256, 1
    while length < 256:
        for start in range(0, 256, 2 * length):
            m -= 1
            for j in range(start, start + length):
                t = w[j]
                w[j] = (t + w[j + length]) % Q
                w[j + length] = ZETAS[m] * (w[j + length] - t) % Q
        length *= 2
    return [8_347_681 * each % Q for each in w]


def unpack_bits(data, width):
    """The whole numbers of ``width`` bits each, little-endian."""
    whole = int.from_bytes(data, "little")
    return [whole >> at & (1 << width) - 1 for at in range(0, len(data) * 8, width)]


def matrix_entry(seed):
    """Algorithm 30: one polynomial of the matrix, already transformed."""
    length = 0
    found = []
    while len(found) < 256:
        length += 1008
        stream = hashlib.shake_128(seed).digest(length)
        threes = (stream[at : at + 3] for at in range(0, length, 3))
        numbers = (int.from_bytes(each, "little") & 0x7FFFFF for each in threes)
        found = [each for each in numbers if each < Q]
    return found[:256]


def challenge(seed):
    """Algorithm 29: the polynomial with 39 coefficients of 1 or -1 that a seed gives."""
    stream = iter(hashlib.shake_256(seed).digest(4096))
    signs = int.from_bytes(bytes(next(stream) for _ in range(8)), "little")
    c = [0] * 256
    for i in range(256 - TAU, 256):
        j = next(stream)
        while j > i:
            j = next(stream)
        c[i], c[j] = c[j], 1 - 2 * (signs >> (i + TAU - 256) & 1)
    return c


def read_hints(data):
    """Algorithm 21: the places of each of the four hints, or None where they are misspelt."""
    hints, at = [], 0
    for stop in data[OMEGA:]:
        if not at <= stop <= OMEGA:
            return None
        places = list(data[at:stop])
        if places != sorted(set(places)):
            return None
        hints.append(set(places))
        at = stop
    return None if any(data[at:OMEGA]) else hints


def high_bits(r, hinted):
    """Algorithm 40: the high bits of r, corrected by a hint."""
    low = r % (2 * GAMMA_2)
    low = low - 2 * GAMMA_2 if low > GAMMA_2 else low
    high = 0 if r - low == Q - 1 else (r - low) // (2 * GAMMA_2)
    low = low - 1 if r - low == Q - 1 else low
    return (high + (1 if low > 0 else -1) * hinted) % 44


def ml_dsa_44_signed(public, message, signature):
    """Algorithms 3 and 8, with an empty context: whether the signature holds."""
    if len(public) != 1312 or len(signature) != 2420:
        return False
    seed, packed, hints = signature[:32], signature[32:2336], read_hints(signature[2336:])
    z = [
        [GAMMA_1 - each for each in unpack_bits(packed[at : at + 576], 18)]
        for at in range(0, 2304, 576)
    ]
    if hints is None or max(abs(each) for poly in z for each in poly) >= GAMMA_1 - TAU * 2:
        return False
    rho, t1 = public[:32], [unpack_bits(public[at : at + 320], 10) for at in range(32, 1312, 320)]
    digest = hashlib.shake_256(public).digest(64)
    mu = hashlib.shake_256(digest + b"\x00\x00" + message).digest(64)
    c, z = to_ntt(challenge(seed)), [to_ntt(poly) for poly in z]
    packed = b""
    for row, high in enumerate(t1):
        t = to_ntt([each << 13 for each in high])
        total = [-c[n] * t[n] for n in range(256)]
        for column, poly in enumerate(z):
            a = matrix_entry(rho + bytes([column, row]))
            total = [total[n] + a[n] * poly[n] for n in range(256)]
        w = from_ntt([each % Q for each in total])
        bits = sum(high_bits(r, n in hints[row]) << 6 * n for n, r in enumerate(w))
        packed += bits.to_bytes(192, "little")
    return hashlib.shake_256(mu + packed).digest(32) == seed


# --- signed notes, entries, disclosures, the Merkle tree -----------------------------------

SHOWN = rb'"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"'
ENTRY = re.compile(
    rb"([^\n]+)/entry/v1\n"
    rb'\{"commitments":\[(' + SHOWN + rb"(?:," + SHOWN + rb")*)\],"
    rb'"id":"([0-9a-f]{32})",(?:"object":"([0-9a-f]{64})",)?'
    rb'"time":(0|[1-9][0-9]{0,15}),"version":1\}\n'
)
#: Format 2: an entry that holds what a person signed elsewhere, its statement. The groups that a
#: statement has not are the places of a batch and the time.
NUMBER = rb"(?:0|[1-9][0-9]{0,15})"
PART = rb"\[" + NUMBER + rb",[1-9][0-9]{0,15}\]"
ENTRY_2 = re.compile(
    rb"([^\n]+)(/entry/v2\n)"
    rb'\{(?:("batch":\{"count":(' + NUMBER + rb"),)"
    rb'("parts":\[(' + PART + rb"(?:," + PART + rb")*)\],)"
    rb'("root":"[0-9a-f]{64}"\},))?'
    rb'("commitments":\[(' + SHOWN + rb"(?:," + SHOWN + rb")*)\],"
    rb'"id":"([0-9a-f]{32})"(,"not_after":' + NUMBER + rb")?"
    rb'(?:,"object":"[0-9a-f]{64}")?'
    rb'(?:,"seen":\{"root":"[0-9a-f]{64}","size":' + NUMBER + rb"\})?)"
    rb'(,"time":' + NUMBER + rb')(,"version":2\}\n)'
)
MOST_PARTS = 1_000
LONG = re.compile(rb"(?<=[:\[,])[0-9]{16}(?=[,\]}])")  # only these can be beyond what JSON holds
OVER_STATEMENT = b"\xffhabeas/statement/v2"
LINE = re.compile("— ([^\\s+]+) ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)")


def read_entry(text):
    """Origin, commitments and id of an entry, and what a person signs of it.

    In format 1 that is the text itself; in format 2 the statement, empty in an entry of a batch.
    """
    if any(int(number) > LARGEST_NUMBER for number in LONG.findall(text, text.find(b"\n"))):
        raise Fault("has a number beyond the range of the format")
    match = ENTRY.fullmatch(text)
    if match is not None:
        return match[1].decode(), match[2], match[3].decode(), text
    match = ENTRY_2.fullmatch(text)
    if match is None:
        raise Fault("is not written as an entry of this archive")
    batch, count, parts, root, line = match[3], match[4], match[6], match[7], match[8]
    signed = b',"seen":' in line
    if signed != (match[11] is not None) or (batch is not None and not signed):
        raise Fault("does not say both what was seen and until when it holds")
    if batch is not None:
        places = [[int(each) for each in part.split(b",")] for part in parts[1:-1].split(b"],[")]
        ends = [first + number for first, number in places]
        apart = all(ends[n] < places[n + 1][0] for n in range(len(places) - 1))
        counted = sum(number for _, number in places) == int(count)
        if len(places) > MOST_PARTS or not (counted and apart):
            raise Fault("closes a batch of other entries than it says")
    statement = match[1] + b"/statement/v2\n{" + (batch + root if batch else b"") + line + match[13]
    return match[1].decode(), match[9], match[10].decode(), statement if signed else b""


def from_base64(text):
    """The bytes of standard base64 in its one spelling."""
    data = text if isinstance(text, bytes) else text.encode()
    try:
        found = binascii.a2b_base64(data)
    except binascii.Error:
        raise Fault("holds what should be base64 and is not") from None
    if binascii.b2a_base64(found, newline=False) != data:
        raise Fault("holds base64 with stray bits")
    return found


def split_note(note, spelt_once=False):
    """The text of a signed note, and (name, key id, raw) of each signature line.

    A line that is not in its one spelling has no ``raw``: false where the key is known, nobody's
    business where it is not, and where ``spelt_once`` a fault of the note.
    """
    text, gap, block = note.rpartition(b"\n\n")
    if not gap or not block.endswith(b"\n") or re.search(rb"[\x00-\x09\x0b-\x1f]", text):
        raise Fault("is not a signed note")
    signatures = []
    try:
        text.decode()
        lines = block[:-1].decode().split("\n")
    except UnicodeDecodeError:
        raise Fault("is not UTF-8") from None
    for line in lines:
        match = LINE.fullmatch(line)
        raw = binascii.a2b_base64(match[2]) if match else b""
        if len(raw) < 5 or re.search("[\x00-\x1f]", line):
            raise Fault("has a signature line that cannot be read")
        canonical = binascii.b2a_base64(raw, newline=False).decode() == match[2]
        if spelt_once and not (canonical and match[1].isprintable()):
            raise Fault("has a signature line that is not in its one spelling")
        signatures.append((match[1], raw[:4], raw[4:] if canonical else b""))
    if len(signatures) > 64:
        raise Fault("has more than 64 signatures")
    return text + b"\n", signatures


def read_key(written, *kinds):
    """(name, key id) and the bytes of a written key of one of these types."""
    parts = written.split("+", 2)
    raw = from_base64(parts[2]) if len(parts) == 3 else b""
    if not raw or raw[0] not in kinds or len(raw) != (1313 if raw[0] == 0x06 else 33):
        raise Fault(f"names a key that cannot be read: {written[:80]!r}")
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if key_id.hex() != parts[1] or (raw[0] != 0x06 and sound_key(raw[1:]) is None):
        raise Fault(f"names a key that is not sound: {written[:80]!r}")
    return (parts[0], key_id), raw[1:]


def check_signatures(note, keys, needed, spelt_once=False):
    """The text, and who signed it; a false signature by a known key, or none needed: a fault."""
    text, signatures = split_note(note, spelt_once)
    good = []
    for name, key_id, raw in signatures:
        public = keys.get((name, key_id))
        if public is None:
            continue
        if not signed_by(public, text, raw):
            raise Fault(f"bears a false signature of {name}")
        good.append((name, key_id))
    if not any(one in needed for one in good):
        raise Fault("is not signed by the key that it must be signed by")
    return text, good


def read_checkpoint(text):
    """Origin, size and root of a checkpoint's text."""
    lines = text.decode()[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise Fault("is not a checkpoint")
    root = from_base64(lines[2])
    if len(root) != 32:
        raise Fault("has a root that is not a SHA-256")
    return lines[0], int(lines[1]), root


def cosigned_by(name, public, text, time, signature):
    """Whether a cosignature holds (C2SP tlog-cosignature): Ed25519, or ML-DSA-44."""
    if len(public) == 32:
        return signed_by(public, b"cosignature/v1\ntime %d\n" % time + text, signature)
    origin, size, root = read_checkpoint(text)
    name, log = name.encode(), origin.encode()
    if max(len(name), len(log)) > 255:
        return False
    message = b"subtree/v1\n\0" + bytes([len(name)]) + name + time.to_bytes(8, "big")
    message += bytes([len(log)]) + log + bytes(8) + size.to_bytes(8, "big") + root
    return ml_dsa_44_signed(public, message, signature)


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_path(leaf, index, size, path):
    """RFC 9162, 2.1.3.2: the root that an inclusion proof leads to."""
    if not 0 <= index < size:
        raise Fault("names a place outside the log")
    node, last, root = index, size - 1, leaf
    for other in path:
        if last == 0:
            raise Fault("holds a proof that is too long")
        if node & 1 or node == last:
            root = node_hash(other, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, other)
        node, last = node >> 1, last >> 1
    if last:
        raise Fault("holds a proof that is too short")
    return root


def check_consistency(old_size, old_root, size, root, path):
    """RFC 9162, 2.1.4.2: the older log is the beginning of the newer one."""
    if not 0 < old_size <= size:
        raise Fault("is of a size that cannot be compared")
    if old_size == size:
        if path or old_root != root:
            raise Fault("has another root at the same size")
        return
    path = ([old_root] if old_size & (old_size - 1) == 0 else []) + path
    if not path:
        raise Fault("has no proof")
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            raise Fault("has a proof that is too long")
        if node & 1 or node == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, other)
        node, last = node >> 1, last >> 1
    if last or first != old_root or second != root:
        raise Fault("is not the beginning of this log")


def read_disclosure(line):
    """Field and value of one disclosure."""
    data = line.replace(b"-", b"+").replace(b"_", b"/")
    if b"+" in line or b"/" in line or b"=" in line:
        raise Fault("holds a disclosure that cannot be read")
    try:
        text = from_base64(data + b"=" * (-len(data) % 4)).decode()
        parts = json.loads(text, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Fault("holds a disclosure that cannot be read") from None
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(parts[1], str):
        raise Fault("holds a disclosure that is not salt, field and value")
    if not isinstance(parts[0], str) or len(parts[0]) != 43 or not parts[1]:
        raise Fault("holds a disclosure without a 256-bit salt or a name")
    return parts[1], parts[2]


def refuse(_):
    raise ValueError


def commitment(line):
    return base64.urlsafe_b64encode(hashlib.sha256(line).digest()).rstrip(b"=").decode()


# --- timestamps ----------------------------------------------------------------------------

HASHES = {
    "608648016503040201": "sha256",
    "608648016503040202": "sha384",
    "608648016503040203": "sha512",
}


def der(data, tag=None):
    """Tag, content and rest of the first DER element; a fault where it is not one."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise Fault("cannot be read as DER")
    start, length = 2, data[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big") if start > 2 else -1
    if length < 0 or start + length > len(data) or (tag is not None and data[0] != tag):
        raise Fault("cannot be read as DER")
    return data[0], data[start : start + length], data[start + length :]


def read_token(reply):
    """Hash name, imprint and time of a token of RFC 3161."""
    _, response, _ = der(reply, 0x30)
    _, _, rest = der(response, 0x30)  # the status
    _, content, _ = der(rest, 0x30)
    _, _, rest = der(content, 0x06)
    _, explicit, _ = der(rest, 0xA0)
    _, signed, _ = der(explicit, 0x30)
    _, _, rest = der(signed, 0x02)
    _, _, rest = der(rest, 0x31)
    _, encapsulated, _ = der(rest, 0x30)
    _, _, rest = der(encapsulated, 0x06)
    _, explicit, _ = der(rest, 0xA0)
    _, octets, _ = der(explicit, 0x04)
    _, info, _ = der(octets, 0x30)
    _, _, rest = der(info, 0x02)
    _, _, rest = der(rest, 0x06)
    _, imprint, rest = der(rest, 0x30)
    _, algorithm, after = der(imprint, 0x30)
    _, oid, _ = der(algorithm, 0x06)
    _, digest, _ = der(after, 0x04)
    _, _, rest = der(rest, 0x02)  # the serial number
    _, time, _ = der(rest, 0x18)
    written = re.match(r"(\d{14})(?:\.\d+)?Z$", time.decode("ascii", "replace"))
    if written is None or oid.hex() not in HASHES:
        raise Fault("names a time or a hash that cannot be read here")
    moment = datetime.datetime.strptime(written[1] + "+0000", "%Y%m%d%H%M%S%z")
    return HASHES[oid.hex()], digest, moment


def pem(certificates):
    body = (base64.encodebytes(each).decode() for each in certificates)
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{each}-----END CERTIFICATE-----\n" for each in body
    )


def openssl_accepts(program, reply, data, chain, moment):
    """True, or None where openssl cannot read the token; a fault where it refuses it."""
    with tempfile.TemporaryDirectory() as place:
        issued = [(names(each), each) for each in chain]
        roots = [each for (issuer, subject), each in issued if issuer == subject] or chain[-1:]
        for name, content in (
            ("reply", reply),
            ("data", data),
            ("roots", pem(roots).encode()),
            ("others", pem(chain).encode()),
        ):
            with open(os.path.join(place, name), "wb") as file:
                file.write(content)

        def run(*words):
            try:
                done = subprocess.run(
                    [program, "ts", *words], cwd=place, capture_output=True, timeout=60, check=False
                )
            except subprocess.TimeoutExpired:
                raise Fault("keeps openssl busy for more than a minute") from None
            return done.returncode == 0, done.stdout + done.stderr

        if not run("-reply", "-in", "reply", "-text")[0]:
            return None
        words = ["-verify", "-in", "reply", "-data", "data", "-CAfile", "roots"]
        words += ["-untrusted", "others", "-attime", str(int(moment.timestamp()))]
        if all(issuer != subject for (issuer, subject), _ in issued):
            words.append("-partial_chain")
        accepted, said = run(*words)
        if not accepted or b"Verification: OK" not in said:
            raise Fault("is refused by openssl: its signature does not hold")
        return True


def names(certificate):
    """Issuer and subject of a certificate, as their DER."""
    _, outer, _ = der(certificate, 0x30)
    _, inner, _ = der(outer, 0x30)
    if inner[:1] == b"\xa0":
        _, _, inner = der(inner)
    _, _, rest = der(inner, 0x02)
    _, _, rest = der(rest, 0x30)
    _, issuer, rest = der(rest, 0x30)
    _, _, rest = der(rest, 0x30)
    _, subject, _ = der(rest, 0x30)
    return issuer, subject


OTS_MAGIC = bytes.fromhex("004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294")
OTS_HASHES = {0x02: "sha1", 0x03: "ripemd160", 0x08: "sha256"}


class Ots:
    """A proof of OpenTimestamps: its digest, and (height, message) of Bitcoin attestations."""

    def __init__(self, data):
        if not data.startswith(OTS_MAGIC) or len(data) > 256 * 1024:
            raise Fault("is not an OpenTimestamps proof")
        self.data, self.at, self.found = data, len(OTS_MAGIC), []
        if self.number() != 1:
            raise Fault("is a proof of a later version")
        self.hash = OTS_HASHES.get(self.take(1)[0], "")
        if not self.hash:
            raise Fault("is over a hash that is not known here")
        self.digest = self.take(hashlib.new(self.hash).digest_size)
        self.walk(self.digest, 0)
        if self.at != len(data):
            raise Fault("has something after its end")

    def take(self, count):
        taken = self.data[self.at : self.at + count]
        if len(taken) != count or count > 8192:
            raise Fault("is cut short")
        self.at += count
        return taken

    def number(self):
        value = shift = 0
        while shift < 64:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise Fault("holds a number that is too large")

    def walk(self, message, depth):
        if depth > 256 or len(message) > 4096:
            raise Fault("is too deep or too long")
        more = True
        while more:
            tag = self.take(1)[0]
            more = tag == 0xFF
            tag = self.take(1)[0] if more else tag
            if tag == 0:
                kind, payload = self.take(8), self.take(self.number())
                if kind.hex() == "0588960d73d71901":
                    inner = Ots.__new__(Ots)
                    inner.data, inner.at = payload, 0
                    self.found.append((inner.number(), message))
            elif tag in OTS_HASHES:
                self.walk(hashlib.new(OTS_HASHES[tag], message).digest(), depth + 1)
            elif tag == 0xF0:
                self.walk(message + self.take(self.number()), depth + 1)
            elif tag == 0xF1:
                self.walk(self.take(self.number()) + message, depth + 1)
            elif tag == 0xF2:
                self.walk(message[::-1], depth + 1)
            elif tag == 0xF3:
                self.walk(message.hex().encode(), depth + 1)
            else:
                raise Fault("uses an operation that is not known here")


def block_time(header):
    """The time of a block header whose own proof of work holds."""
    block = hashlib.sha256(hashlib.sha256(header).digest()).digest()
    bits = int.from_bytes(header[72:76], "little")
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    target = mantissa << 8 * (exponent - 3) if exponent >= 3 else mantissa >> 8 * (3 - exponent)
    if len(header) != 80 or bits & 0x800000 or not 0 < target <= 0xFFFF << 208:
        raise Fault("comes with a block header that cannot be")
    if int.from_bytes(block, "little") > target:
        raise Fault("comes with a block header without proof of work")
    seconds = int.from_bytes(header[68:72], "little")
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)  # noqa: UP017


# --- the bag -------------------------------------------------------------------------------


def walk(folder):
    """Path in the bag → size, of every file; what is not a plain file or folder is refused."""
    found, waiting = {}, [""]
    while waiting:
        here = waiting.pop()
        with os.scandir(os.path.join(folder, here)) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        for each in listed:
            path = f"{here}/{each.name}" if here else each.name
            status = each.stat(follow_symlinks=False)
            try:
                path.encode()
            except UnicodeEncodeError:
                raise Refused("A file name is not UTF-8.") from None
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            elif not stat.S_ISREG(status.st_mode):
                raise Refused(f"{path!r} is a link or no plain file.")
            elif status.st_size > LARGEST_FILE:
                raise Refused(f"{path!r} is too large.")
            else:
                found[path] = status.st_size
            if len(found) + len(waiting) > MOST_FILES:
                raise Refused(f"There are more than {MOST_FILES:,} files.")
    return found


def safe_path(path):
    """Whether a path of a manifest stays inside the bag."""
    parts = path.split("/")
    return bool(path) and "\\" not in path and not {"", ".", ".."} & set(parts)


# --- places that are not words -------------------------------------------------------------

EDGES = ("left", "top", "right", "bottom")
PLACES = {  # what each form needs
    "cell": ("sheet", "row", "column"),
    "row": ("sheet", "row"),
    "rectangle": ("page", *EDGES),
    "time": ("from_ms", "to_ms"),
    "whole": (),
}
NUMBERS = ("sheet", "row", "column", "page", *EDGES, "from_ms", "to_ms", "stream")


#: What each field is, of those that are disclosed; a passage and a reading have them too.
TYPES = {
    **dict.fromkeys(("exhibit", "reading", "layer", "inner_path", "quote", "form"), str),
    **dict.fromkeys(("start", "stop", "pages"), int),
    "metadata": dict,
}


def well_written(fields):
    """Whether what is disclosed is of the types that it must be of."""
    facts = fields.get("metadata", {})
    return all(type(fields[name]) is kind for name, kind in TYPES.items() if name in fields) and (
        all(type(word) is str for word in facts.values())
    )


def read_place(fields):
    """Whether a place is disclosed whole; a fault where it is not written as its form must be.

    What is withheld and what was never stated look the same: neither is called wrong or sound.
    """
    form = fields["form"]
    given = {name: fields[name] for name in NUMBERS if name in fields}
    may = set(PLACES.get(form, ())) | ({"stream", *EDGES} if form == "time" else set())
    least = {"sheet": 1, "row": 1, "column": 1, "page": 1}
    good = (
        form in PLACES
        and set(given) <= may
        and all(type(number) is int for number in given.values())
        and all(least.get(name, 0) <= number < 2**31 for name, number in given.items())
        and given.get("from_ms", 0) <= given.get("to_ms", 2**31)
        and given.get("left", 0) < given.get("right", 1_000_000) <= 1_000_000
        and given.get("top", 0) < given.get("bottom", 1_000_000) <= 1_000_000
    )
    if not good:
        raise Fault("is not written as a place must be")
    return set(PLACES[form]) <= set(given) and len(set(given) & set(EDGES)) in (0, 4)


def inside_text(fields, text):
    """Whether words are where it is said; None where that is not disclosed."""
    if text is None or not {"start", "stop"} <= set(fields):
        return None
    start, stop = fields["start"], fields["stop"]
    if not 0 <= start <= stop <= len(text):
        return False
    if "quote" not in fields and start < stop:
        return None
    return text[start:stop] == fields.get("quote", "")


def inside_file(fields, reading, text_of):
    """Whether the bundle shows that a place is inside its file; a fault where it is not."""
    form = fields["form"]
    if form in ("cell", "row"):
        layer = fields.get("layer")
        if layer is None or "layer" not in reading:
            return False
        if reading["layer"] != layer:
            raise Fault("is in another text than that of its reading")
        found = inside_text(fields, text_of(layer))
        if found is False:
            raise Fault("quotes words that are not at that place")
        return bool(found)
    if form == "whole":
        return True
    if "metadata" not in reading:
        return False
    facts = reading["metadata"]
    lasts = measured(facts.get("duration_ms"))
    wide = measured(facts.get("upright_width_px"))
    if form == "rectangle":
        pages = [range(1, 2)] if wide else []
        for run in (facts.get("page_boxes") or facts.get("page_sizes_px") or "").split("; "):
            match = PAGE_RUN.fullmatch(run)
            if match:
                pages.append(range(int(match[1]), int(match[2] or match[1]) + 1))
        pages.append(range(1, reading.get("pages", 0) + 1))
        good = not lasts and any(fields["page"] in run for run in pages)
    else:
        good = fields["to_ms"] <= lasts and lasts > 0
        if "stream" in fields:
            stated = facts.get(f"stream_{fields['stream']}", "")
            good = good and fields["stream"] < 1_000 and "kind=" in stated
        if "left" in fields:
            good = good and wide > 0
    if not good:
        raise Fault("is outside what the reading of its file says")
    return True


#: Pages of one size, as a reading states them: ``1-12 595276x841890``.
PAGE_RUN = re.compile(
    "([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))? [1-9][0-9]{0,9}x[1-9][0-9]{0,9}", re.A
)


def measured(word):
    """A number of a reading's facts; 0 where it is not written as one."""
    return int(word) if re.fullmatch("0|[1-9][0-9]{0,9}", str(word or ""), re.A) else 0


#: Role and whether it is granted, of the four entries that hand keys over, in their order.
HANDOVER = (("checkpoint", True), ("checkpoint", False), ("entry", False), ("entry", True))


def written_id(key):
    """Name and id of a key, as its written form begins."""
    (name, key_id), _ = key
    return f"{name}+{key_id.hex()}"


def signs_as(key, kind):
    """Name and key id under which a person's key signs this kind of text."""
    name = key["who"][0]
    if kind == b"\x01":
        return key["who"]
    return name, hashlib.sha256(name.encode() + b"\n" + kind + key["public"]).digest()[:4]


class Bundle:
    """One folder being checked."""

    def __init__(self, folder, policy=None):
        self.folder, self.given_policy = folder, policy
        self.status = dict.fromkeys(CHECKS, HOLDS)
        self.said = {name: [] for name in CHECKS}
        self.faults = {name: [] for name in CHECKS}
        self.entries = {}  # id → position, fields, note time, covered by checkpoint
        self.proven = []
        if not os.path.isdir(folder):
            raise Refused(f"{folder} is not a folder.")
        self.files = walk(folder)
        self.hashes = {}
        for needed in ("bagit.txt", "manifest-sha256.txt", "data/bundle.json", "data/policy.json"):
            if needed not in self.files:
                raise Refused(f"{needed} is missing: this is not a habeas bundle.")
        self.index = self.json("data/bundle.json", *BUNDLES)
        if not all(isinstance(self.index.get(name, []), list) for name in LISTS):
            raise Refused(
                "data/bundle.json is not an index: what should be a list in it is not one."
            )
        self.policy = policy or self.json("data/policy.json", "habeas-policy/1")
        if not self.index.get("handovers"):
            del self.status["handovers"]
        self.pairs, self.followed, self.steps = [], [], []

    # reading

    def read(self, path, most=LARGEST_TEXT):
        if path not in self.files:
            raise Fault(f"{path} is missing")
        if self.files[path] > most:
            raise Fault(f"{path} is too large")
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read(most + 1)

    def json(self, path, *forms):
        try:
            found = json.loads(self.read(path))
            known = isinstance(found, dict) and found.get("format") in forms
        except (Fault, ValueError, RecursionError):
            raise Refused(f"{path} cannot be read.") from None
        if not known:
            raise Refused(f"{path} is not of the format {forms[-1]}: use a newer verifier.")
        return found

    def sha256(self, path):
        if path not in self.hashes:
            digest = hashlib.sha256()
            with open(os.path.join(self.folder, path), "rb") as file:
                for part in iter(lambda: file.read(1 << 20), b""):
                    digest.update(part)
            self.hashes[path] = digest.hexdigest()
        return self.hashes[path]

    def fault(self, check, what):
        self.status[check] = FAILS
        self.faults[check].append(what)

    def each(self, check, items, do, label):
        """Do something with each item; what does not hold is noted and the rest goes on."""
        good = 0
        for item in items:
            try:
                do(item)
                good += 1
            except (Fault, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
                why = str(error) if isinstance(error, Fault) else "is not written as it must be"
                self.fault(check, f"{label(item)} {why}.")
        return good

    # the checks, in the order of CHECKS

    def check_bag(self):
        try:
            if self.read("bagit.txt", 4096) != (
                b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
            ):
                self.fault("bag", "bagit.txt does not say BagIt 1.0 in UTF-8.")
            payload = self.manifest("manifest-sha256.txt")
            tags = self.manifest("tagmanifest-sha256.txt")
        except Fault as error:
            self.fault("bag", f"{error}.")
            return
        if "fetch.txt" in self.files:
            self.fault("bag", "fetch.txt asks for more files; a bundle holds all its own.")
        here = {path for path in self.files if path.startswith("data/")}
        outside = set(self.files) - here - {"tagmanifest-sha256.txt"}
        for listed, present in ((payload, here), (tags, outside)):
            for path in sorted(present - set(listed)):
                self.fault("bag", f"{path} is in no manifest.")
            for path in sorted(set(listed) - present):
                self.fault("bag", f"{path} is named by a manifest and is not there.")
        oxum = None
        if 0 < self.files.get("bag-info.txt", 0) <= 65536:
            info = self.read("bag-info.txt").decode("utf-8", "replace")
            oxum = re.search(r"^Payload-Oxum: (\d+)\.(\d+)$", info, re.M)
        size = sum(self.files[path] for path in here)
        if not oxum or (int(oxum[1]), int(oxum[2])) != (size, len(here)):
            self.fault("bag", "bag-info.txt states another number or size of files.")
        if self.status["bag"] == FAILS and size > 1 << 36:
            return  # nobody waits for the hashes of what is known to be another bag
        for path, digest in sorted({**payload, **tags}.items()):
            if path in self.files and self.sha256(path) != digest:
                self.fault("bag", f"{path} was altered.")
        self.said["bag"].append(f"{len(here) + len(outside) + 1:,} files")

    def manifest(self, name):
        listed = {}
        try:
            lines = self.read(name).decode().split("\n")
        except UnicodeDecodeError:
            raise Fault(f"{name} is not UTF-8") from None
        if lines.pop() != "":
            raise Fault(f"{name} is cut short")
        for line in lines:
            match = re.fullmatch("([0-9a-f]{64})  (.+)", line)
            if match is None or not safe_path(match[2]) or match[2] in listed:
                raise Fault(f"{name} holds a line that cannot be: {line[:80]!r}")
            listed[match[2]] = match[1]
        return listed

    def check_seal(self):
        try:
            keys = self.pairs[-1][1] if self.pairs else self.entry_keys
            text, _ = check_signatures(self.read("seal.note", 65536), self.keys, keys)
            first, *lines = text.decode()[:-1].split("\n")
            if first != f"{self.origin}/bundle/v1":
                raise Fault("is not a seal of a bundle of this archive")
            listed = dict(line.rsplit(" ", 1) for line in lines)
            outside = {path for path in self.files if not path.startswith("data/")}
            if set(listed) != outside - {"seal.note", "tagmanifest-sha256.txt"}:
                raise Fault("names other files than there are beside data/")
            for path, digest in sorted(listed.items()):
                if self.sha256(path) != digest:
                    raise Fault(f"is over another {path}")
        except (Fault, ValueError) as error:
            why = error if isinstance(error, Fault) else "cannot be read"
            self.fault("seal", f"seal.note {why}.")

    def read_policy(self):
        """The keys; what is wrong with them is a fault of the checkpoint's check."""
        self.origin, self.keys, self.partners = "", {}, {}
        self.entry_keys, self.log_keys, self.needed = set(), set(), 0
        try:
            self.origin = self.policy["origin"]
            for role, into in (
                ("entry", self.entry_keys),
                ("log", self.log_keys),
                ("people", set()),
            ):
                for written in self.policy[role]:
                    who, public = read_key(written, 0x01)
                    self.keys[who] = public
                    into.add(who)
            for written in self.policy["partners"]:
                who, public = read_key(written, 0x04, 0x06)
                self.partners[who] = public
            self.needed = self.policy["needed"]
            named = {name for name, _ in self.log_keys}, {name for name, _ in self.entry_keys}
            if named != ({self.origin}, {f"{self.origin}/entry"}):
                raise Fault("names keys of another archive")
            if type(self.needed) is not int or not 0 <= self.needed <= len(self.partners):
                raise Fault("asks for more partners than it names")
            if len(set(self.partners.values())) < len(self.policy["partners"]):
                raise Fault("counts one key as several partners")
        except (Fault, KeyError, TypeError, AttributeError, ValueError) as error:
            self.origin, self.keys, self.partners = "", {}, {}
            self.entry_keys, self.log_keys, self.needed = set(), set(), 0
            why = error if isinstance(error, Fault) else "cannot be read"
            self.fault("checkpoint", f"The policy {why}.")

    # hand-overs of keys

    def check_handovers(self):
        """Which keys signed what: followed from those that the policy names."""
        listed = self.index.get("handovers", [])
        if not listed:
            if len(self.log_keys) > 1 or len(self.entry_keys) > 1:
                self.fault(
                    "checkpoint",
                    "The policy names several keys of the archive, and no hand-over here shows "
                    "when each was active: name the key that was active when this bundle was made.",
                )
            return

        def one(item):
            step = self.one_handover("data/" + item["folder"])
            if self.steps and self.steps[-1]["new"] != step["old"]:
                raise Fault("is not by the keys that were handed over to before it")
            used = [key for each in self.steps for key in (*each["old"], *each["new"])]
            if any(key in used for key in step["new"]):
                raise Fault("grants a retired key again")
            self.steps.append(step)

        self.each("handovers", listed, one, lambda item: f"The hand-over {item!r:.80}")
        if self.status["handovers"] == FAILS:
            return
        pairs = [(0, *self.steps[0]["old"])]
        pairs += [(step["size"], *step["new"]) for step in self.steps]
        trusted = [
            number
            for number, (_, entry, log) in enumerate(pairs)
            if entry[0] in self.entry_keys
            and log[0] in self.log_keys
            and (self.keys[entry[0]], self.keys[log[0]]) == (entry[1], log[1])
        ]
        if not trusted:
            self.fault("handovers", "No key that the policy names is among those handed over.")
            return
        self.followed = [size for size, _, _ in pairs[trusted[-1] + 1 :]]
        for size, entry, log in pairs:
            self.keys.update((entry, log))
            self.pairs.append((size, {entry[0]}, {log[0]}))
        for step in self.steps:
            self.said["handovers"].append(
                f"at {step['size']:,} entries the keys used so far were {step['state']}; since "
                f"then {written_id(step['new'][0])} signs entries and {written_id(step['new'][1])} "
                "checkpoints"
            )

    def one_handover(self, folder):
        """One hand-over, by itself: the four entries, under a checkpoint that both keys signed."""
        note = self.read(f"{folder}/checkpoint", LARGEST_NOTE)
        origin, size, root = read_checkpoint(split_note(note)[0])
        if origin != self.origin or size < 4:
            raise Fault("is of another log")
        found, notes = [], []
        for place, (role, granted) in enumerate(HANDOVER, size - 4):
            fields, signed = self.handover_entry(folder, place, size, root, note)
            states = ("granted",) if granted else ("retired", "stolen")
            if fields["kind"] != "key" or fields["role"] != role or fields["state"] not in states:
                raise Fault("has other entries than those that hand keys over")
            found.append(read_key(fields["verifier"], 0x01))
            notes.append((signed, fields["state"]))
        new_log, old_log, old_entry, new_entry = found
        if [key[0][0] for key in found] != [origin, origin, f"{origin}/entry", f"{origin}/entry"]:
            raise Fault("names keys of another archive")
        if len({public for _, public in found}) < 4:
            raise Fault("names one key twice")
        for signed, _ in notes:
            check_signatures(signed, dict([old_entry]), {old_entry[0]}, spelt_once=True)
        for log in (old_log, new_log):
            check_signatures(note, dict([log]), {log[0]})
        return {
            "folder": folder,
            "size": size,
            "root": root,
            "note": note,
            "state": notes[2][1],
            "old": (old_entry, old_log),
            "new": (new_entry, new_log),
        }

    def handover_entry(self, folder, place, size, root, checkpoint):
        """What an entry of a hand-over discloses, proven to stand in its log; and its bytes."""
        note = self.read(f"{folder}/{place}.note", LARGEST_ENTRY)
        match = ENTRY.fullmatch(split_note(note, spelt_once=True)[0])
        if match is None or match[1].decode() != self.origin:
            raise Fault("has an entry that is not one of this archive")
        shown, fields = match[2].decode()[1:-1].split('","'), {}
        for line in self.read(f"{folder}/{place}.disclosures", LARGEST_ENTRY).split():
            field, value = read_disclosure(line)
            if commitment(line) not in shown or field in fields:
                raise Fault("discloses what its entries did not commit to")
            fields[field] = value
        proof = self.read(f"{folder}/{place}.tlog-proof", LARGEST_NOTE)
        head, _, under = proof.partition(b"\n\n")
        lines = head.decode().split("\n")
        if lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {place}"] or under != checkpoint:
            raise Fault("has a proof of something else")
        path = [from_base64(line) for line in lines[2:]]
        leaf = hashlib.sha256(b"\x00" + note).digest()
        if any(len(each) != 32 for each in path) or root_of_path(leaf, place, size, path) != root:
            raise Fault("has an entry that is not in its log")
        return fields, note

    @property
    def handed_over(self):
        """Size and state of each hand-over."""
        return [(step["size"], step["state"]) for step in self.steps]

    def check_handed_over(self):
        """Each hand-over stands in the log of the newest checkpoint, and others saw it."""

        def one(step):
            size, lines = step["size"], self.consistency(step["folder"] + "/consistency")
            path = self.consistency_path(lines, size)
            check_consistency(size, step["root"], self.size, self.root, path)
            self.cosigned.append((size, self.cosigners(step["note"])))

        self.each("handovers", self.steps, one, lambda step: f"The hand-over at {step['size']:,}")

    def entry_key_at(self, position):
        """The key of which the entry at a position must bear the signature."""
        if not self.pairs:
            return self.entry_keys
        return [keys for since, keys, _ in self.pairs if since <= position][-1]

    def log_key_at(self, size):
        """The same for the checkpoint of a size; at a hand-over it is the former key."""
        if not self.pairs:
            return self.log_keys
        return [keys for since, _, keys in self.pairs if since < max(size, 1)][-1]

    def signed_checkpoint(self, note):
        """Text, size and root of a checkpoint of this log, signed by the key in force."""
        origin, size, _ = read_checkpoint(split_note(note)[0])
        if origin != self.origin:
            raise Fault("is of another log")
        needed = self.log_key_at(size)
        text, _ = check_signatures(note, self.keys, needed)
        return text, size, read_checkpoint(text)[2]

    def consistency(self, path):
        return self.read(path, 65536).decode().split("\n")

    def consistency_path(self, lines, size):
        if (
            lines[:3] != ["habeas-consistency/1", f"old {size}", f"new {self.size}"]
            or lines.pop() != ""
        ):
            raise Fault("comes with a proof for other sizes")
        path = [from_base64(line) for line in lines[3:]]
        if len(path) > 128 or any(len(each) != 32 for each in path):
            raise Fault("comes with a proof that cannot be")
        return path

    def cosigners(self, note):
        """Partner → time of each partner that cosigned; a false cosignature is a fault."""
        text, signatures = split_note(note)
        found = {}
        for name, key_id, raw in signatures:
            public = self.partners.get((name, key_id))
            if public is None:
                continue
            time = int.from_bytes(raw[:8], "big")
            if time >= 2**63 or not cosigned_by(name, public, text, time, raw[8:]):
                raise Fault(f"bears a false cosignature of {name}")
            if time or len(public) == 32:  # without a time it is no word on the largest log
                found[name] = max(time, found.get(name, 0))
        return found

    def check_checkpoint(self):
        self.note, self.size, self.root, self.cosigned = b"", 0, b"", []
        try:
            self.note = self.read("data/checkpoint", LARGEST_NOTE)
            _, self.size, self.root = self.signed_checkpoint(self.note)
            self.cosigned.append((self.size, self.cosigners(self.note)))
        except Fault as error:
            self.fault("checkpoint", f"The checkpoint {error}.")

    def check_history(self):
        listed = self.index.get("checkpoints", [])
        if not listed:
            self.status["history"] = ABSENT

        def one(item):
            note = self.read("data/" + item["note"], LARGEST_NOTE)
            text, size, root = self.signed_checkpoint(note)
            path = self.consistency_path(self.consistency("data/" + item["consistency"]), size)
            check_consistency(size, root, self.size, self.root, path)
            self.cosigned.append((size, self.cosigners(note)))
            self.earlier[size] = text

        self.earlier = {}
        count = self.each("history", listed, one, lambda item: f"The checkpoint {item!r:.80}")
        if listed:
            self.said["history"].append(
                f"{count} earlier {'checkpoint' if count == 1 else 'checkpoints'}"
            )
        enough = [size for size, who in self.cosigned if len(who) >= max(self.needed, 1)]
        self.attested_size = max(enough, default=0)
        if self.needed and not enough:
            self.fault("checkpoint", f"Fewer than {self.needed} partners cosigned any checkpoint.")
        elif self.needed and self.followed and self.attested_size < self.followed[-1]:
            self.fault(
                "handovers",
                f"Fewer than {self.needed} partners cosigned the log from the hand-over at "
                f"{self.followed[-1]:,} entries on: it may be by whoever stole the former keys.",
            )
        for size, who in self.cosigned:
            for name, time in sorted(who.items()):
                said = f"{name} cosigned the log of {size:,} entries on {utc(time)}"
                self.said["checkpoint"].append(said)
        if not any(who for _, who in self.cosigned):
            self.said["checkpoint"].append("no partner cosigned it")

    def check_entries(self):
        listed = self.index.get("entries", [])
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST_ENTRIES:
            raise Refused("data/bundle.json names no entries, or too many.")
        for check, do in (
            ("entries", self.one_entry),
            ("proofs", self.one_proof),
            ("disclosures", self.one_disclosed),
        ):
            good = self.each(check, listed, do, lambda item: f"Entry {position_of(item)}")
            self.said[check].append(f"{good:,} of {len(listed):,} entries")

    def one_entry(self, item):
        note = self.read("data/" + item["note"], LARGEST_ENTRY)
        needed = self.entry_key_at(item["position"])
        text, _ = check_signatures(note, self.keys, needed, spelt_once=True)
        origin, written, entry_id, statement = read_entry(text)
        if origin != self.origin:
            raise Fault("is not written as an entry of this archive")
        shown = written.decode()[1:-1].split('","')
        if len(shown) % 16 or sorted(set(shown)) != shown:
            raise Fault("has commitments out of order, twice, or not a multiple of 16")
        if entry_id != item["id"] or entry_id in self.entries:
            raise Fault("has an id that differs from data/bundle.json, or is listed there twice")
        self.entries[entry_id] = {
            "id": entry_id,
            "position": item["position"],
            "statement": statement,
            "kind": OVER_STATEMENT if statement != text else b"\x01",
            "signatures": split_note(note)[1],
            "commitments": set(shown),
            "leaf": hashlib.sha256(b"\x00" + note).digest(),
            "fields": {},
            "item": item,
        }

    def one_proof(self, item):
        head, _, note = self.read("data/" + item["proof"], LARGEST_NOTE).partition(b"\n\n")
        lines = head.decode().split("\n")
        if lines[0] != "c2sp.org/tlog-proof@v1" or lines[1] != f"index {item['position']}":
            raise Fault("has a proof for another place, or none")
        path = [from_base64(line) for line in lines[2:]]
        if len(path) > 64 or any(len(each) != 32 for each in path):
            raise Fault("has a proof that cannot be")
        if note != self.note:
            raise Fault("has a proof under another checkpoint than the one in the bundle")
        if item["id"] not in self.entries:
            raise Fault("cannot be placed, because it could not be read")
        leaf = self.entries[item["id"]]["leaf"]
        if root_of_path(leaf, item["position"], self.size, path) != self.root:
            raise Fault("is not in the log")

    def one_disclosed(self, item):
        data = self.read("data/" + item["disclosures"])
        if data and not data.endswith(b"\n"):
            raise Fault("has disclosures that are cut short")
        entry, fields = self.entries.get(item["id"]), {}
        for line in data.split(b"\n")[:-1]:
            field, value = read_disclosure(line)
            if entry is None or commitment(line) not in entry["commitments"]:
                raise Fault(f"did not commit to what is given as its field {field!r}")
            if field in fields:
                raise Fault(f"has the field {field!r} twice")
            fields[field] = value
        if entry is not None:
            entry["fields"] = fields

    def check_people(self):
        """The grants in the bundle, by rules that hold in every archive, and who signed under them.

        A bundle holds grants only where whoever made it asked for persons to be shown.
        """
        entries = sorted(self.entries.values(), key=lambda entry: position_of(entry).zfill(20))
        keys, asked, good, unknown, batched = [], {}, 0, 0, 0

        def one(entry):
            nonlocal good, unknown, batched
            fields = entry["fields"]
            if not entry["statement"]:  # who signed it signed what closes its batch
                batched += "person" in fields
                return
            kind, person = fields.get("kind"), fields.get("person")
            own = [key for key in keys if key["holder"] == person]
            by = self.signing(entry, own or keys)
            grants = kind == "key" and fields.get("role") == "person" and set(fields) >= GRANTS
            if own and by is None:
                if grants and fields["state"] in ("retired", "lost"):
                    self.end_key(fields, keys)  # what makes things stricter counts all the same
                raise Fault(f"names {person}, whose active keys did not sign it")
            if grants:
                self.one_grant(entry, by, keys, asked)
            elif kind == "key-request" and {"holder", "verifier"} <= set(fields):
                if by is None or by["holder"] == fields["holder"]:
                    raise Fault("asks for a key, and no other person signed that")
                if not any(key["holder"] == fields["holder"] for key in keys):
                    raise Fault(f"asks for a key for {fields['holder']}, who never had one")
                if any(key["public"] == read_key(fields["verifier"], 0x01)[1] for key in keys):
                    raise Fault("asks for a key that was granted before")
                asked[entry["id"]] = by, fields["holder"], fields["verifier"]
            if own:
                good += 1
            elif person:
                unknown += 1

        self.each("people", entries, one, lambda entry: f"Entry {position_of(entry)}")
        if self.status["people"] == HOLDS and not good:
            self.status["people"] = UNCHECKED if unknown or batched else ABSENT
        if good:
            self.said["people"].append(f"{good:,} entries signed by the persons that they name")
        if unknown:
            self.said["people"].append(f"{unknown:,} name persons whose grants are not here")
        if batched:
            self.said["people"].append(f"{batched:,} are of batches that are signed as a whole")

    def end_key(self, fields, keys):
        for key in keys:
            key["ended"] = key["ended"] or key["verifier"] == fields["verifier"]

    def one_grant(self, entry, by, keys, asked):
        """A key granted, retired or lost: taken in where that was done by right."""
        fields = entry["fields"]
        if fields["state"] != "granted":
            self.end_key(fields, keys)
            return
        who, public = read_key(fields["verifier"], 0x01)
        holder = fields["holder"]
        if who[0] != f"{self.origin}/{holder}":
            raise Fault(f"grants {holder} a key that is named {who[0]}")
        if any(key["public"] == public for key in keys):
            raise Fault("grants a key that was granted before")
        own = [key for key in keys if key["holder"] == holder]
        if own and (by is None or by["holder"] != holder):
            request = asked.get(fields.get("request"))
            if by is None or request is None or request[1:] != (holder, fields["verifier"]):
                raise Fault(f"grants {holder} another key without a signature by one of theirs")
            people = {holder, by["holder"], request[0]["holder"]}
            if len(people) < 3 or not all(key["ended"] for key in own):
                raise Fault(f"recovers a key for {holder} without two others, or needlessly")
            del asked[fields["request"]]
        key = {"holder": holder, "who": who, "public": public, "ended": False}
        keys.append({**key, "verifier": fields["verifier"]})

    def signing(self, entry, keys):
        """Which of these keys, in force, signed; None where none did, or one of them falsely."""
        found = None
        for name, key_id, raw in entry["signatures"]:
            for key in keys:
                if (name, key_id) == signs_as(key, entry["kind"]) and not key["ended"]:
                    if not signed_by(key["public"], entry["statement"], raw):
                        return None
                    found = found or key
        return found

    def check_files(self):
        entries = [item for item in self.index["entries"] if isinstance(item, dict)]
        listed = [item for item in entries if "file" in item or "text" in item]
        if not listed:
            self.status["files"] = ABSENT
        named = set()

        def one(item):
            path = "data/" + item["file" if "file" in item else "text"]
            named.add(path)
            fields = self.fields_of(item["id"])
            field, kind = (
                ("plain_sha256", "exhibit") if "file" in item else ("text_sha256", "layer")
            )
            if path not in self.files:
                raise Fault(f"names the file {path}, which is missing")
            if fields.get("kind") != kind or field not in fields:
                raise Fault(f"does not disclose whose hash {path} must have")
            if self.sha256(path) != fields[field]:
                raise Fault(f"is of another file than {path}")
            if fields.get("size_bytes", self.files[path]) != self.files[path]:
                raise Fault(f"is of a file of another size than {path}")

        good = self.each("files", listed, one, lambda item: f"Entry {position_of(item)}")
        for path in sorted(self.files):
            if path.startswith(("data/files/", "data/texts/")) and path not in named:
                self.fault("files", f"{path} is vouched for by no entry.")
        if listed:
            self.said["files"].append(f"{good:,} files and texts")

    def fields_of(self, entry_id):
        return self.entries.get(entry_id, {}).get("fields", {})

    def check_quotes(self):
        passages = [
            entry
            for entry in self.entries.values()
            if entry["fields"].get("kind") == "passage" and "quote" in entry["fields"]
        ]
        texts, seen, left_out = {}, 0, 0

        def one(entry):
            nonlocal seen, left_out
            fields = entry["fields"]
            if not well_written(fields):
                raise Fault("is not written as a passage must be")
            self.refuse_other_text(fields)
            inside = fields.get("layer", fields.get("exhibit"))
            item = self.entries.get(inside, {}).get("item", {})
            key = "text" if "layer" in fields else "file"
            if key not in item or not {"start", "stop"} <= set(fields):
                left_out += 1
                return
            path = "data/" + item[key]
            if path not in texts:
                texts.clear()
                data = self.read(path)
                texts[path] = data.decode() if key == "text" else data
            if key == "file":
                fields = {**fields, "quote": fields["quote"].encode()}
            if not inside_text(fields, texts[path]):
                raise Fault("quotes words that are not at that place")
            seen += 1

        passages.sort(key=lambda entry: str(entry["fields"].get("layer", "")))
        self.each("quotes", passages, one, lambda entry: f"Passage {entry['position']!r}")
        if not passages:
            self.status["quotes"] = ABSENT
        elif not seen and self.status["quotes"] == HOLDS:
            self.status["quotes"] = UNCHECKED
        self.said["quotes"].append(f"{seen:,} {'quote' if seen == 1 else 'quotes'}")
        if left_out:
            self.said["quotes"].append(f"{left_out:,} of texts that are not in the bundle")

    def refuse_other_text(self, fields):
        """A fault where the text that is cited is not of the file that is."""
        layer, exhibit = self.fields_of(fields.get("layer")), fields.get("exhibit")
        other = exhibit is not None and layer.get("exhibit", exhibit) != exhibit
        if layer and (other or layer.get("kind") != "layer"):
            raise Fault("is in a text of another file")

    def check_places(self):
        """Cells, rows, rectangles, times, whole files: inside what the reading here says."""
        found = [e for e in self.entries.values() if e["fields"].get("kind") == "location"]
        texts, inside, left_out = {}, 0, 0

        def text_of(layer):
            item = self.entries.get(layer, {}).get("item", {})
            if "text" not in item:
                return None
            if layer not in texts:
                texts.clear()
                texts[layer] = self.read("data/" + item["text"]).decode()
            return texts[layer]

        def one(entry):
            nonlocal inside, left_out
            fields = entry["fields"]
            if not well_written(fields):
                raise Fault("is not written as a place must be")
            exhibit = self.fields_of(fields.get("exhibit"))
            reading = self.fields_of(fields.get("reading"))
            if exhibit and exhibit.get("kind") != "exhibit":
                raise Fault("is a place in something that is not an exhibit")
            self.refuse_other_text(fields)
            whole = "form" in fields and read_place(fields)
            if not whole or "exhibit" not in fields:
                known = False
            elif "reading" not in fields:
                known = fields["form"] == "whole" and bool(exhibit)
            elif not reading:
                known = False
            else:
                if not well_written(reading) or reading.get("kind") != "reading":
                    raise Fault("is bounded by something that is not written as a reading")
                known = "exhibit" in reading
                if known and reading["exhibit"] != fields["exhibit"]:
                    raise Fault("is bounded by a reading of another file")
                if reading.get("inner_path", "") != fields.get("inner_path", ""):
                    raise Fault("is bounded by a reading of another file")
                known = known and inside_file(fields, reading, text_of)
            inside, left_out = inside + known, left_out + (not known)

        found.sort(key=lambda entry: str(entry["fields"].get("layer", "")))
        self.each("places", found, one, lambda entry: f"The place at {entry['position']!r}")
        if not found:
            self.status["places"] = ABSENT
        elif not inside and self.status["places"] == HOLDS:
            self.status["places"] = UNCHECKED
        self.said["places"].append(f"{inside:,} {'place' if inside == 1 else 'places'}")
        if left_out:
            self.said["places"].append(f"{left_out:,} whose bounds are not in the bundle")

    def check_timestamps(self):
        listed = self.index.get("timestamps", [])
        program = shutil.which("openssl")
        self.stamped = []  # (size, time, by, checked)
        unchecked = []

        def one(item):
            size, chain = item["size"], [from_base64(each) for each in item["chain"]]
            text = self.earlier.get(size)
            if text is None and size == self.size:
                text = split_note(self.note)[0]
            if text is None:
                raise Fault("is over a checkpoint that is not in the bundle")
            data = self.read("data/" + item["token"], 256 * 1024)
            if item["method"] == "opentimestamps":
                moment = self.bitcoin(data, text, chain)
                self.stamped.append((size, moment, item.get("authority", ""), moment is not None))
                if moment is None:
                    unchecked.append("a proof of OpenTimestamps without a block's header")
                return
            try:
                name, digest, moment = read_token(data)
            except Fault:
                if not any(hashlib.new(each, text).digest() in data for each in HASHES.values()):
                    raise Fault("is over something else") from None
                unchecked.append("a token that cannot be read here")
                self.stamped.append((size, None, item.get("authority", ""), False))
                return
            if hashlib.new(name, text).digest() != digest:
                raise Fault("is over something else than the checkpoint")
            good = None
            if program and chain:
                good = openssl_accepts(program, data, text, chain, moment)
            if good is None:
                unchecked.append("the signature of a token" + ("" if program else ": no openssl"))
            self.stamped.append((size, moment, item.get("authority", ""), bool(good)))

        self.each("timestamps", listed, one, lambda item: f"Timestamp {token_of(item)}")
        if not listed:
            self.status["timestamps"] = ABSENT
        elif unchecked and self.status["timestamps"] == HOLDS:
            self.status["timestamps"] = UNCHECKED
        for size, moment, by, checked in self.stamped:
            when = (
                "at a time not read here"
                if moment is None
                else f"by {moment:%Y-%m-%d %H:%M:%S} UTC"
            )
            how = "" if checked else " (the imprint is right; the signature was not checked)"
            who = by or "an authority"
            self.said["timestamps"].append(
                f"{who}: the log of {size:,} entries existed {when}{how}"
            )
        for what in unchecked:
            self.said["timestamps"].append(f"not checked here: {what}")

    def bitcoin(self, data, text, chain):
        """The time of the earliest block at hand that attests the text; None for none."""
        proof = Ots(data)
        if hashlib.new(proof.hash, text).digest() != proof.digest:
            raise Fault("is over something else than the checkpoint")
        headers = {int.from_bytes(each[:4], "big"): each[4:] for each in chain}
        times = []
        for height, message in proof.found:
            if height in headers:
                if headers[height][36:68] != message:
                    raise Fault("is not attested by the block that it names")
                times.append(block_time(headers[height]))
        return min(times) if times else None

    def check(self):
        self.read_policy()
        self.check_bag()
        self.check_handovers()
        self.check_seal()
        self.check_checkpoint()
        self.check_handed_over()
        self.check_history()
        self.check_entries()
        self.check_people()
        self.check_files()
        self.check_quotes()
        self.check_places()
        self.check_timestamps()
        return not any(status == FAILS for status in self.status.values())


def position_of(item):
    return repr(item.get("position", "?") if isinstance(item, dict) else "?")


def token_of(item):
    return repr(item.get("token", "?") if isinstance(item, dict) else "?")


def utc(seconds: int) -> str:
    try:
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)  # noqa: UP017
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


# --- what it says --------------------------------------------------------------------------


def shown(bundle):
    """What is proven, in sentences; only of what was checked and holds."""
    holds = {name for name, status in bundle.status.items() if status == HOLDS}
    if "checkpoint" in holds and {"entries", "proofs"} <= holds:
        yield (
            f"{len(bundle.entries):,} entries are, unaltered, in the log of {bundle.size:,} "
            "entries that this archive's key signed. None of them can be changed, removed or "
            "moved without another root."
        )
    if {"checkpoint", "handovers"} <= holds:
        yield "Each key signed only what came before it was handed over, or after it took over."
    if {"entries", "disclosures"} <= holds:
        yield "The disclosed values are those that the entries committed to when they were made."
    if "files" in holds:
        yield "The files are, byte for byte, those that were sealed."
    if "quotes" in holds:
        yield "The quotes are in the texts at the places named."
    if "places" in holds:
        yield (
            "The places that are not words are inside their files, as the archive read them, and "
            "the words of cells and rows are in the text."
        )
    if {"checkpoint", "history"} & holds and bundle.attested_size:
        whose = "that you named" if bundle.given_policy else "whose keys came with the bundle"
        yield (
            f"Partners {whose} saw this log with its first {bundle.attested_size:,} entries, and "
            "no other log in its place."
        )
    for size, moment, by, checked in bundle.stamped:
        if (
            checked
            and moment is not None
            and {"checkpoint", "timestamps"}
            <= {
                *holds,
                *(name for name, status in bundle.status.items() if status == UNCHECKED),
            }
        ):
            yield (
                f"Entries 0 to {size - 1:,} existed by {moment:%Y-%m-%d %H:%M:%S} UTC, on the word "
                f"of {by or 'a timestamping authority'}, as far as the certificates or blocks that "
                "came with the bundle are genuine."
            )


def not_shown(bundle):
    """What is not proven, whatever holds."""
    yield "That what a witness, a document or a claim says is true."
    if bundle.status.get("places", ABSENT) != ABSENT:
        yield (
            "That a cell, rectangle, time or file that is cited shows what a claim says: look at "
            "the place. That words are in the row and column named is the archive's reading."
        )
    yield "That the files were captured honestly, or not altered before they were sealed."
    times = [moment for _, moment, _, checked in bundle.stamped if checked and moment]
    if times:
        yield (
            f"When anything happened before {min(times):%Y-%m-%d %H:%M:%S} UTC: earlier times are "
            "the archive's own clock."
        )
        yield (
            "That the time is true: who is named, and the certificates or block headers, came with "
            "the bundle. Compare them with ones that you got another way."
        )
    else:
        yield "Any time: no timestamp was checked here, so only the archive's own clock gives one."
    if not bundle.attested_size:
        yield "That there is one history only: no partner's cosignature was checked here."
    for size, state in bundle.handed_over:
        if size in bundle.followed and bundle.attested_size < size:
            yield (
                f"That the archive itself handed its keys over at {size:,} entries, and not "
                "someone who had stolen the keys in use until then: no partner's cosignature was "
                "checked for it here."
            )
        if state == "stolen":
            yield (
                f"Who made what the keys signed that were handed over as stolen at {size:,} "
                "entries, where no one else attested it before."
            )
    yield "That the archive shows all that it holds. What is withheld stays a commitment."
    yield "That a number in the report follows from these entries: nothing is counted again here."
    if bundle.given_policy is None:
        yield (
            "That the keys are the archive's: they came with the bundle. Compare the log's key "
            "with one that you got another way, or give a policy with --policy."
        )
    else:
        yield "Who holds the keys that you gave."


def report(bundle: Any, sound: bool) -> dict[str, Any]:
    """Everything as one JSON document."""
    log_keys = bundle.policy.get("log")
    return {
        "format": "habeas-verification/1",
        "result": HOLDS if sound else FAILS,
        "origin": bundle.origin,
        "log_keys": log_keys if isinstance(log_keys, list) else [],
        "size": bundle.size,
        "root": bundle.root.hex(),
        "entries": len(bundle.entries),
        "checks": [
            {
                "check": name,
                "meaning": meaning,
                "status": bundle.status[name],
                "said": bundle.said[name],
                "faults": bundle.faults[name],
            }
            for name, meaning in CHECKS.items()
            if name in bundle.status and (name not in UNSAID or bundle.status[name] != ABSENT)
        ],
        "proven": list(shown(bundle)),
        "not_proven": list(not_shown(bundle)),
        **({"synthetic": SYNTHETIC} if str(bundle.origin).endswith(MADE_UP) else {}),
    }


def harmless(text):
    """One line that may hold text of the bundle: nothing in it steers a terminal or ends it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


MADE_UP = "/synthetic"  # how the name of an archive ends in which everything is made up
SYNTHETIC = (
    "SYNTHETIC: everything in this archive is made up, for an exercise. None of it is evidence."
)
PRINTED = {HOLDS: "HOLDS", FAILS: "FAILS", ABSENT: "NONE IN IT", UNCHECKED: "NOT CHECKED HERE"}
READ_AS = {
    HOLDS: "checked just now, and true.",
    FAILS: "checked just now, and not true: something was altered, left out or made wrongly.",
    ABSENT: "the bundle has nothing of this kind; that is not a fault, and nothing was checked.",
    UNCHECKED: "there is something of this kind, and this program alone cannot check it.",
}


def say(found: dict[str, Any]) -> str:
    """The report in words."""
    made_up = [found["synthetic"]] if "synthetic" in found else []
    lines = [f"Bundle of {found['origin']}", "", *made_up, *([""] if made_up else [])]
    for check in found["checks"]:
        lines.append(f"{PRINTED[check['status']]:<17}{check['meaning']}.")
        lines += [f"{'':17}{said}" for said in check["said"]]
        lines += [f"{'':17}! {fault}" for fault in check["faults"][:20]]
        if len(check["faults"]) > 20:
            lines.append(f"{'':17}! and {len(check['faults']) - 20:,} more")
    there = {check["status"] for check in found["checks"]}
    lines += ["", *(f"{PRINTED[each]}: {READ_AS[each]}" for each in PRINTED if each in there)]
    lines += ["", "What this shows:", *(f"  - {each}" for each in found["proven"] or ["Nothing."])]
    lines += ["", "What this does not show:", *(f"  - {each}" for each in found["not_proven"])]
    lines += ["", *(f"The log's key: {key}" for key in found["log_keys"]), ""]
    if found["result"] == HOLDS:
        lines.append("Everything that can be checked here holds.")
        lines += made_up
    else:
        failed = sum(check["status"] == FAILS for check in found["checks"])
        lines.append(f"DO NOT RELY ON IT: {failed} of {len(found['checks'])} checks fail.")
    return "\n".join(map(harmless, lines))


def main(arguments=None):
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Verify a habeas bundle.")
    parser.add_argument("folder", nargs="?", default=here, metavar="DIR")
    parser.add_argument("--policy", metavar="FILE", help="keys that you got another way")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    given = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        policy = None
        if given.policy:
            try:
                with open(given.policy, encoding="utf-8") as file:
                    policy = json.load(file)
            except (OSError, ValueError):
                raise Refused(f"{given.policy} is not a readable policy.") from None
            if not isinstance(policy, dict) or policy.get("format") != "habeas-policy/1":
                raise Refused(f"{given.policy} is not of the format habeas-policy/1.")
        bundle = Bundle(given.folder, policy)
        sound = bundle.check()
        found = report(bundle, sound)
    except (Refused, OSError, RecursionError) as error:
        if given.json:
            refused = {"format": "habeas-verification/1", "result": "refused", "why": str(error)}
            sys.stdout.write(json.dumps(refused) + "\n")
        else:
            sys.stderr.write(harmless(f"Cannot be checked: {error}") + "\n")
        return 2
    sys.stdout.write((json.dumps(found, indent=1) if given.json else say(found)) + "\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
