"""Whom a team believes of those who sign captured web archives: the file ``captures.toml``.

    web = ["isrg-root-x1.pem"]         # roots of web certificates
    timestamps = ["freetsa-root.pem"]  # roots of timestamping authorities
    [[key]]                            # a browser's key, as the capture writes it
    name = "our second laptop"
    public = "MHYwEAYH…"

Paths are relative to the file. Invariants: nothing is fetched; no root comes with the program; a
root of timestamps signs itself, so that no certificate of a capture is taken for one.
"""

from __future__ import annotations

import base64
import tomllib
from binascii import Error as _Base64Error
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from habeas.custody.attestation.timestamps import read_certificates
from habeas.custody.bundles.wacz import NOBODY, CaptureTrust
from habeas.custody.errors import PolicyError, TimestampError

FILE: Final = "captures.toml"  # in the archive's own directory
MOST: Final = 32  # of each list
LARGEST: Final = 256 * 1024  # bytes of each file
_VALID: Final = (
    'It reads `web = ["root.pem"]`, `timestamps = ["root.pem"]`, and for each key `[[key]]`, '
    '`name = "…"`, `public = "…"`.'
)


def read_trust(directory: Path) -> CaptureTrust:
    """The trust of an archive; nobody is believed where the file is not there."""
    path = directory / FILE
    try:
        text = _bytes(path).decode("utf-8")
    except FileNotFoundError:
        return NOBODY
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(f"it cannot be read ({type(error).__name__})") from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(f"it is not TOML: {error}") from error
    if unknown := sorted(found.keys() - {"web", "timestamps", "key"}):
        raise _refused(f"it has no setting {unknown[0]!r}")
    keys = dict(_key(each) for each in _listed(found, "key"))
    return CaptureTrust(
        tuple(_root(directory, name) for name in _listed(found, "web")),
        tuple(_stamper(directory, name) for name in _listed(found, "timestamps")),
        keys,
    )


def _listed(found: dict[str, Any], name: str) -> list[Any]:
    listed = found.get(name, [])
    if not isinstance(listed, list) or len(listed) > MOST:
        raise _refused(f"`{name}` is a list of at most {MOST}")
    return listed


def _root(directory: Path, name: Any) -> x509.Certificate:
    if not isinstance(name, str):
        raise _refused("a certificate is named by its file")
    try:
        certificates = read_certificates(_bytes(directory / name))
    except (OSError, ValueError, TimestampError) as error:
        raise _refused(f"{name} is not a readable certificate") from error
    if len(certificates) != 1:
        raise _refused(f"{name} must hold one certificate: the root that you believe")
    return certificates[0]


def _stamper(directory: Path, name: Any) -> x509.Certificate:
    root = _root(directory, name)
    try:
        root.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        raise _refused(f"{name} is not a root: it does not sign itself") from None
    return root


def _key(given: Any) -> tuple[str, str]:
    if not isinstance(given, dict) or given.keys() != {"name", "public"}:
        raise _refused("each `[[key]]` has a name and a public key")
    name, public = given["name"], given["public"]
    if not isinstance(name, str) or not name.strip() or not isinstance(public, str):
        raise _refused("each `[[key]]` has a name and a public key")
    try:
        base64.b64decode(public, validate=True)
    except (_Base64Error, ValueError):
        raise _refused(f"the public key of {name} is not base64") from None
    return name, public


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _refused(f"{path.name} is too large")
    return data


def _refused(why: str) -> PolicyError:
    return PolicyError(f"{FILE}: {why}.", next_step=_VALID)
