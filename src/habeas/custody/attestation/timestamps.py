"""Timestamps by authorities (RFC 3161): requests, replies, and checking them offline.

What is stamped is the text of a checkpoint: its bytes without any signature line. A token
is checked at its own time, so it stays good when the authority's certificate has expired.
Two verifiers decide: ``rfc3161-client``, a strict parser with rules of its own, and the
program ``openssl`` with its time-stamping module. (They are not wholly independent: the
library checks the signature with a copy of OpenSSL inside it.) Either may be unable to read
a token (real authorities write encodings that a strict reader refuses) or may be absent; the
token holds when at least one accepts it and none refuses it, and which did is always said.

Invariants: trust comes only from the certificates that the caller gives, never from those
in the token; nothing here uses a network or the clock; a token over other bytes, with
another nonce or by another signer than demanded is refused.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import rfc3161_client as tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from habeas.custody.errors import TimestampError, TimestampUnreadable
from habeas.custody.log.checkpoints import Checkpoint
from habeas.custody.log.notes import split_note

LARGEST_REPLY: Final = 64 * 1024  # bytes; real ones have 1,000 to 8,000
MOST_CERTIFICATES: Final = 16
OPENSSL_SECONDS: Final = 30
_TIME = re.compile(r"^Time stamp: (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4}) GMT$", re.M)
_TSA = re.compile(r"^TSA: (?!unspecified)(?:DirName:)?(.+)$", re.M)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class TokenOutcome(Enum):
    """What one verifier says of a token."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREADABLE = "could not read it"
    ABSENT = "is not here"


@dataclass(frozen=True, slots=True)
class VerifierVerdict:
    """One verifier's word; ``time`` is the token's own, where it was read."""

    verifier: str
    outcome: TokenOutcome
    reason: str = ""
    time: datetime.datetime | None = None
    authority: str = ""

    def __str__(self) -> str:
        return f"{self.verifier} {self.outcome.value} {self.reason}".strip()


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token that holds: the bytes existed at ``time``, says ``authority``."""

    time: datetime.datetime
    authority: str  # '' where the token does not name it
    verdicts: tuple[VerifierVerdict, ...]

    @property
    def accepted_by(self) -> tuple[str, ...]:
        return tuple(v.verifier for v in self.verdicts if v.outcome is TokenOutcome.ACCEPTED)

    @property
    def not_judged(self) -> tuple[str, ...]:
        """Of every verifier that neither accepted nor refused it, what it said."""
        return tuple(str(v) for v in self.verdicts if v.outcome is not TokenOutcome.ACCEPTED)


def stamped_text(checkpoint: Checkpoint) -> bytes:
    """The bytes of a checkpoint that are stamped: its text, without signatures."""
    return split_note(checkpoint.note)[0]


def make_request(data: bytes, *, nonce: bool = True) -> bytes:
    """A request (DER) for a timestamp over ``data`` with SHA-512; the authority sees a hash."""
    builder = tsp.TimestampRequestBuilder().data(data).nonce(nonce=nonce)
    return builder.cert_request(cert_request=True).build().as_bytes()


def imprints(data: bytes) -> dict[str, bytes]:
    """The hashes under which ``data`` may stand in a token."""
    names = ("sha512", "sha256", "sha384")
    return {name: hashlib.new(name, data).digest() for name in names}


def stamps(reply: bytes, data: bytes) -> bool:
    """Whether the reply is, plausibly, over ``data``: a hash of it stands in it."""
    return any(digest in reply for digest in imprints(data).values())


def read_certificates(data: bytes) -> list[x509.Certificate]:
    """The certificates of a file, in PEM (one or more) or DER (one)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities that both verifiers judge again
            if b"-----BEGIN" in data:
                found = x509.load_pem_x509_certificates(data)
            else:
                found = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise TimestampUnreadable(
            f"This is not a certificate: {error}.", next_step="Give the authority's chain as PEM."
        ) from error
    if len(found) > MOST_CERTIFICATES:
        raise TimestampUnreadable(
            f"The file has {len(found)} certificates; a chain has {MOST_CERTIFICATES} at most.",
            next_step="Give the one authority's chain, not a collection of roots.",
        )
    return found


def verify_reply(
    reply: bytes,
    data: bytes,
    chain: Sequence[x509.Certificate],
    *,
    request: bytes | None = None,
    signer_name: str | None = None,
) -> Stamp:
    """Check a reply over ``data``; ``TimestampError`` says who refused it and why.

    ``chain`` holds the root that the caller trusts (the self-issued ones, else the last)
    and whatever the token lacks. ``request`` pins the nonce, ``signer_name`` the common name
    of whoever signed.
    """
    if not chain:
        raise TimestampError(
            "A timestamp cannot be checked without the authority's certificates.",
            next_step="Give them with --chain; the authority publishes them.",
        )
    if len(reply) > LARGEST_REPLY:
        raise TimestampUnreadable("The reply is too large.", next_step="Ask the authority again.")
    verdicts = (
        _by_client(reply, data, chain, request, signer_name),
        _by_openssl(reply, data, chain, request, signer_name),
    )
    accepted = [each for each in verdicts if each.outcome is TokenOutcome.ACCEPTED]
    words = "; ".join(map(str, verdicts))
    if any(each.outcome is TokenOutcome.REFUSED for each in verdicts):
        raise TimestampError(
            f"The timestamp does not hold: {words}.",
            next_step="Check that it is the reply to this request and that the chain is the "
            "authority's; else ask again.",
        )
    if not accepted:
        raise TimestampUnreadable(
            f"No verifier could read the timestamp: {words}.",
            next_step="Check that it is a reply of RFC 3161; install openssl.",
        )
    times = {each.time for each in accepted if each.time is not None}
    if len(times) != 1:
        raise TimestampError(
            f"The verifiers read different times in it: {words}.",
            next_step="Ask the authority again, and report this.",
        )
    authority = next((each.authority for each in accepted if each.authority), "")
    return Stamp(times.pop(), authority, verdicts)


# --- rfc3161-client -----------------------------------------------------------------------

CLIENT: Final = "rfc3161-client"


def _by_client(
    reply: bytes,
    data: bytes,
    chain: Sequence[x509.Certificate],
    request: bytes | None,
    signer_name: str | None,
) -> VerifierVerdict:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            response = tsp.decode_timestamp_response(reply)
            status = response.status
            if status not in (0, 1):
                return VerifierVerdict(
                    CLIENT, TokenOutcome.REFUSED, f"(the authority's status is {status})"
                )
            # gen_time without microseconds: openssl prints seconds, and the two are compared
            time = response.tst_info.gen_time.replace(microsecond=0)
            embedded = [
                x509.load_der_x509_certificate(each) for each in response.signed_data.certificates
            ]
            signer = _signer(response, [*embedded, *chain])
            nonce = None if request is None else _nonce_of(request)
    except Exception as error:  # the parser raises many kinds; unreadable is what they mean
        return VerifierVerdict(CLIENT, TokenOutcome.UNREADABLE, f"({_first_line(error)})")
    name = "" if signer is None else _common_name(signer)
    if signer_name is not None and name != signer_name:
        return VerifierVerdict(
            CLIENT, TokenOutcome.REFUSED, f"(signed by {name!r}, not {signer_name!r})"
        )
    roots, others = split_chain(chain)
    builder = tsp.VerifierBuilder(
        roots=roots,
        intermediates=others,
        tsa_certificate=signer if not embedded else None,
        nonce=nonce,
    )
    try:
        builder.build().verify_message(response, data)
    except (tsp.VerificationError, ValueError) as error:
        return VerifierVerdict(CLIENT, TokenOutcome.REFUSED, f"({_first_line(error)})", time, name)
    return VerifierVerdict(CLIENT, TokenOutcome.ACCEPTED, "", time, name)


def _signer(
    response: tsp.TimeStampResponse, certificates: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    """The certificate that the signer's own, signed, statement names."""
    for info in response.signed_data.signer_infos:
        for each in certificates:
            if each.issuer == info.issuer and each.serial_number == info.serial_number:
                return each
    return None


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _nonce_of(request: bytes) -> int | None:
    """The nonce of a request: the second INTEGER in its outer SEQUENCE, if there is one."""
    inner, rest = _der(request)
    if request[:1] != b"\x30" or rest:
        raise ValueError("no request")
    numbers = []
    while inner:
        tag = inner[0]
        value, inner = _der(inner)
        if tag == 0x02:
            numbers.append(int.from_bytes(value, "big", signed=True))
    return numbers[1] if len(numbers) > 1 else None


def _der(data: bytes) -> tuple[bytes, bytes]:
    """The content of the first DER element, and what follows it."""
    if len(data) < 2:
        raise ValueError("cut short")
    start, length = 2, data[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise ValueError("cut short")
    return data[start : start + length], data[start + length :]


def split_chain(
    chain: Sequence[x509.Certificate],
) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """The trusted roots (self-issued, else the last) and the rest."""
    roots = [each for each in chain if each.issuer == each.subject] or [chain[-1]]
    return roots, [each for each in chain if each not in roots]


def _first_line(error: Exception) -> str:
    text = (str(error).splitlines() or [""])[0].partition("ErrorStack")[0]
    return text.strip(" :.")[:120] or type(error).__name__


# --- openssl ------------------------------------------------------------------------------

OPENSSL: Final = "openssl"


def _by_openssl(
    reply: bytes,
    data: bytes,
    chain: Sequence[x509.Certificate],
    request: bytes | None,
    signer_name: str | None,
) -> VerifierVerdict:
    program = shutil.which("openssl")
    if program is None:
        return VerifierVerdict(OPENSSL, TokenOutcome.ABSENT)
    with tempfile.TemporaryDirectory(prefix="habeas-") as folder:
        place = Path(folder)
        (place / "reply").write_bytes(reply)
        (place / "data").write_bytes(data)
        status, said = _run([program, "ts", "-reply", "-in", "reply", "-text"], place)
        time = _time_in(said)
        if status or time is None:
            return VerifierVerdict(OPENSSL, TokenOutcome.UNREADABLE, "")
        found = _TSA.search(said)
        name = found[1].strip() if found else ""
        roots, others = split_chain(chain)
        (place / "roots").write_bytes(pem(roots))
        command = [program, "ts", "-verify", "-in", "reply", "-data", "data", "-CAfile", "roots"]
        if others or roots:
            (place / "others").write_bytes(pem([*others, *roots]))
            command += ["-untrusted", "others"]
        if roots[0].issuer != roots[0].subject:
            command.append("-partial_chain")
        command += ["-attime", str(int(time.timestamp()))]
        status, said = _run(command, place)
        if status or "Verification: OK" not in said:
            return VerifierVerdict(OPENSSL, TokenOutcome.REFUSED, f"({_reason(said)})", time, name)
        if request is not None:
            (place / "request").write_bytes(request)
            command = ["-queryfile" if word == "-data" else word for word in command]
            command = ["request" if word == "data" else word for word in command]
            status, said = _run(command, place)
            if status or "Verification: OK" not in said:
                return VerifierVerdict(
                    OPENSSL, TokenOutcome.REFUSED, f"({_reason(said)})", time, name
                )
        if signer_name is not None:
            # openssl cannot pin the signer's name: rfc3161-client has to.
            return VerifierVerdict(
                OPENSSL, TokenOutcome.UNREADABLE, "(cannot pin a name)", time, name
            )
    return VerifierVerdict(OPENSSL, TokenOutcome.ACCEPTED, "", time, name)


def _run(command: list[str], folder: Path) -> tuple[int, str]:
    """Run openssl with nothing of the user's settings; its status and all that it said."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=OPENSSL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")


def _time_in(said: str) -> datetime.datetime | None:
    found = _TIME.search(said)
    if found is None or found[1] not in _MONTHS:
        return None
    month = _MONTHS.index(found[1]) + 1
    day, hour, minute, second, year = (int(found[n]) for n in range(2, 7))
    try:
        return datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if ":error:" in line]
    parts = lines[0].split(":") if lines else []
    return parts[5].strip() if len(parts) > 5 and parts[5].strip() else "verification failed"


def pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Certificates as the text that openssl reads."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)
