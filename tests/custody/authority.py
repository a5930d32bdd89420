"""A time authority of the test's own: a root, a signer and ``openssl ts``, in a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support import presence

CONFIGURATION = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Test root
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[plain]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, clientAuth
"""


class Authority:
    """``reply(request)`` stamps; ``chain`` is the root in PEM."""

    def __init__(self, folder: Path, name: str = "Test authority", usage: str = "signer") -> None:
        if shutil.which("openssl") is None:
            presence.missing("openssl", "install openssl")
        self.folder = folder
        folder.mkdir(parents=True)
        self._write("cnf", CONFIGURATION.format(folder=folder).encode())
        self._write("serial", b"01\n")
        ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self._run(
            *("req", "-x509", "-config", "cnf", "-extensions", "root", *ec, "-keyout", "root.key"),
            *("-out", "root.pem", "-days", "3650", "-subj", f"/CN={name} root"),
        )
        self._run(
            *("req", "-new", "-config", "cnf", *ec, "-keyout", "signer.key", "-out", "signer.csr"),
            *("-subj", f"/CN={name}"),
        )
        self._run(
            *("x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-set_serial", "7", "-days", "365", "-extfile", "cnf", "-extensions", usage),
            *("-out", "signer.pem"),
        )

    @property
    def chain(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def reply(self, request: bytes) -> bytes:
        """The authority's answer to a request."""
        self._write("request", request)
        self._run("ts", "-reply", "-config", "cnf", "-queryfile", "request", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _write(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
