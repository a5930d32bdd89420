"""Seals of web archives (WACZ): are the files those of the package, and who signed it?

A WACZ file is a zip with ``datapackage.json``, which lists every file with its hash, and
perhaps ``datapackage-digest.json``, which holds the hash of that list and a signature over it: by
the key of a browser, or for a domain by its web certificate, with a timestamp (WACZ 1.1.1 and
"WACZ Signing and Verification" 0.1.0).

What a signature shows: that whoever held that key vouched for these bytes. Not that the
pages said so: the signer is whoever made the capture, never the site that was captured.

Invariants: nothing is unpacked to disk; members are read up to their stated size and no
further; trust in the certificates' roots is the reader's and is never assumed. The file is
untrusted: an archive calls this in its sandbox.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import itertools
import json
import lzma
import zipfile
import zlib
from binascii import Error as _Base64Error
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from habeas.custody.timestamps import read_certificates, verify_reply
from habeas.errors import HabeasError

PACKAGE: Final = "datapackage.json"
DIGEST: Final = "datapackage-digest.json"
MOST_MEMBERS: Final = 100_000
LARGEST_LIST: Final = 16 * 1024 * 1024  # bytes of either JSON file
_ALGORITHMS: Final = ("sha256", "sha512", "sha384", "sha1", "md5")
_CHUNK: Final = 1 << 20


class _Fault(Exception):
    """Something that does not hold, in words."""


@dataclass(slots=True)
class Capture:
    """What was found. ``signed_for`` is a domain, ``signed_by_key`` a key; both '' for none.

    ``issuers`` are those of the domain's certificates, in their order: whether to trust the
    last is the reader's to decide. ``stamped_at`` is by the authority ``stamped_by``.
    """

    files: int = 0
    is_signed: bool = False
    signed_for: str = ""
    signed_by_key: str = ""
    issuers: tuple[str, ...] = ()
    created: str = ""
    stamped_at: datetime.datetime | None = None
    stamped_by: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def check_wacz(path: Path) -> Capture:
    """Every hash and signature of a web archive."""
    found = Capture()
    try:
        with zipfile.ZipFile(path) as package:
            members = _members(package)
            _files(package, members, found)
            if DIGEST in members:
                _signed(package, members, found)
    except _Fault as fault:
        found.faults.append(f"{fault}.")
    except HabeasError as error:
        found.faults.append(error.message)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, RuntimeError, EOFError):
        found.faults.append("It is no zip that can be read.")
    return found


def _members(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    listed = [each for each in package.infolist() if not each.is_dir()]
    members = {each.filename: each for each in listed}
    if len(listed) > MOST_MEMBERS or len(members) != len(listed):
        raise _Fault("It holds too many files, or one twice")
    return members


def _json(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> Any:
    if name not in members or members[name].file_size > LARGEST_LIST:
        raise _Fault(f"It holds no {name}, or one that is too large")
    with package.open(members[name]) as file:
        data = file.read(LARGEST_LIST + 1)
    try:
        return json.loads(data), data
    except (ValueError, RecursionError):
        raise _Fault(f"{name} is no JSON") from None


def _files(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], found: Capture) -> None:
    """Every file that is listed is there and as listed, and every file there is listed."""
    listed, _ = _json(package, members, PACKAGE)
    resources = listed.get("resources") if isinstance(listed, dict) else None
    if not isinstance(resources, list) or len(resources) > MOST_MEMBERS:
        raise _Fault(f"{PACKAGE} lists no files")
    named = set()
    for resource in resources:
        try:
            path, algorithm, digest, size = _resource(resource)
        except (_Fault, AttributeError, KeyError, TypeError):
            found.faults.append(f"{PACKAGE} lists a file without a hash that is known here.")
            continue
        named.add(path)
        if path not in members:
            found.faults.append(f"{path!r} is listed and not there.")
        elif _hash(package, members[path], algorithm, size) != (digest, size):
            found.faults.append(f"{path!r} was altered.")
        else:
            found.files += 1
    for path in sorted(members.keys() - named - {PACKAGE, DIGEST}):
        found.faults.append(f"{path!r} is there and not listed.")


def _resource(resource: dict[str, Any]) -> tuple[str, str, str, int]:
    """Path, algorithm, hash and size; as 1.1.1 writes them, or as 1.0.0 did."""
    if "hash" in resource:
        algorithm, _, digest = resource["hash"].partition(":")
        size = resource["bytes"]
    else:
        algorithm, digest = resource["hashing"], resource["stats"]["hash"]
        size = resource["stats"]["bytes"]
    if algorithm not in _ALGORITHMS or type(size) is not int or type(resource["path"]) is not str:
        raise _Fault("unknown")
    return resource["path"], algorithm, digest.lower(), size


def _hash(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, algorithm: str, most: int
) -> tuple[str, int]:
    """Hash and size of a member, read no further than one byte past what is stated."""
    hashing, size = hashlib.new(algorithm, usedforsecurity=False), 0
    with package.open(member) as file:
        while size <= most and (part := file.read(min(_CHUNK, most + 1 - size))):
            hashing.update(part)
            size += len(part)
    return hashing.hexdigest(), size


def _signed(package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], found: Capture) -> None:
    """The digest is that of the list, and the signature over it holds."""
    document, _ = _json(package, members, DIGEST)
    _, data = _json(package, members, PACKAGE)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if not isinstance(document, dict) or document.get("hash") != digest:
        raise _Fault(f"{DIGEST} is over another list of files")
    signed = document.get("signedData")
    if signed is None:
        return
    try:
        if signed["hash"] != digest:
            raise _Fault("The signature is over another list of files")
        signature = signed["signature"]
        if "domainCert" in signed:
            _for_domain(signed, signature, digest, found)
        else:
            _by_key(signed["publicKey"], signature, digest, found)
        found.created = str(signed.get("created", ""))
    except (x509.ExtensionNotFound, UnsupportedAlgorithm):
        raise _Fault("The signature is by a key or certificate that is not known here") from None
    except (KeyError, TypeError, AttributeError, ValueError, _Base64Error):
        raise _Fault("The signature is not written as it must be") from None
    found.is_signed = True


def _for_domain(signed: dict[str, Any], signature: str, digest: str, found: Capture) -> None:
    """A signature by the key of a domain's web certificate, at the time of its timestamp."""
    chain = read_certificates(signed["domainCert"].encode())
    domain = signed["domain"]
    extension = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
    if domain not in extension.value.get_values_for_type(x509.DNSName):
        raise _Fault(f"The certificate is not of the domain {domain!r}")
    _verify(chain[0].public_key(), signature, digest)
    for certificate, issuer in itertools.pairwise(chain):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (InvalidSignature, TypeError):
            raise _Fault("The domain's certificates do not follow from each other") from None
    stamp = verify_reply(
        base64.b64decode(signed["timeSignature"], validate=True),
        signature.encode(),
        read_certificates(signed["timestampCert"].encode()),
    )
    if not chain[0].not_valid_before_utc <= stamp.time <= chain[0].not_valid_after_utc:
        raise _Fault("The domain's certificate was not in force when it was signed")
    found.signed_for, found.stamped_at = domain, stamp.time
    found.stamped_by = stamp.authority
    found.issuers = tuple(each.issuer.rfc4514_string() for each in chain)


def _by_key(written: str, signature: str, digest: str, found: Capture) -> None:
    """A signature by a key that nobody vouches for, as a browser makes one."""
    key = serialization.load_der_public_key(base64.b64decode(written, validate=True))
    _verify(key, signature, digest)
    found.signed_by_key = written


def _verify(key: Any, signature: str, digest: str) -> None:
    """ECDSA with SHA-256 over the hash as it is written; as DER, or as the two numbers."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _Fault("The signature is by a key of a kind that is not known here")
    raw = base64.b64decode(signature, validate=True)
    width = (key.key_size + 7) // 8
    forms = [raw]
    if len(raw) == 2 * width:  # what a browser writes
        numbers = (int.from_bytes(raw[:width], "big"), int.from_bytes(raw[width:], "big"))
        forms.append(utils.encode_dss_signature(*numbers))
    for form in forms:
        try:
            key.verify(form, digest.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return
    raise _Fault("The signature is false")
