"""age files of our own making, sound and otherwise, after the kinds of the format's test vectors.

C2SP's vectors (CCTV, age) name the kinds; these are written from the format's text alone, so that
each has one thing wrong and a right key. The file key is fixed; nothing in them is secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.custody.keys import age_keys

SECRET = bytes(range(32))
IDENTITY = age_keys.identity_of(SECRET)
PASSPHRASE = "password"
PLAIN = b"age"
FILE_KEY = bytes(range(16))
CHUNK = 65_536
_OURS = X25519PrivateKey.from_private_bytes(SECRET).public_key()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _derived(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def body(data: bytes) -> str:
    text = b64(data)
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    return "\n".join(lines) + "\n"


def x25519(
    key: bytes = FILE_KEY, more: str = "", kind: str = "X25519", form: Callable[[bytes], str] = body
) -> str:
    ephemeral = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    share = ephemeral.public_key().public_bytes_raw()
    salt = share + _OURS.public_bytes_raw()
    wrapping = _derived(ephemeral.exchange(_OURS), salt, b"age-encryption.org/v1/X25519")
    sealed = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    return f"-> {kind} {b64(share)}{more}\n{form(sealed)}"


def scrypt(
    work: int = 10,
    said: str | None = None,
    salt: bytes = bytes(16),
    more: str = "",
    passphrase: str = PASSPHRASE,
    key: bytes = FILE_KEY,
) -> str:
    label = b"age-encryption.org/v1/scrypt" + salt
    wrapping = hashlib.scrypt(
        passphrase.encode(), salt=label, n=1 << work, r=8, p=1, maxmem=1 << 28, dklen=32
    )
    sealed = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    return f"-> scrypt {b64(salt)} {work if said is None else said}{more}\n{body(sealed)}"


def head(
    *stanzas: str,
    key: bytes = FILE_KEY,
    version: str = "age-encryption.org/v1",
    mac: str | None = None,
    between: str = "--- ",
    end: str = "\n",
) -> bytes:
    text = f"{version}\n{''.join(stanzas)}---"
    made = hmac.new(_derived(key, None, b"header"), text.encode(), "sha256").digest()
    return f"{text[:-3]}{between}{b64(made) if mac is None else mac}{end}".encode()


def payload(*chunks: bytes, key: bytes = FILE_KEY, final: bool = True) -> bytes:
    nonce = bytes(16)
    sealing = ChaCha20Poly1305(_derived(key, nonce, b"payload"))
    out = nonce
    for number, chunk in enumerate(chunks):
        last = final and number == len(chunks) - 1
        out += sealing.encrypt(number.to_bytes(11, "big") + bytes([last]), chunk, None)
    return out


GREASE = f"-> grease x y\n{body(b'abc')}"
_WHOLE = bytes(CHUNK)
_17 = bytes(range(17))


def _not_canonical(sealed: bytes) -> str:
    text = b64(sealed)
    return f"{text[:-1]}{chr(ord(text[-1]) + 1)}\n"


#: To one recipient. Sound, then not.
SOUND = {
    "one chunk": head(x25519()) + payload(PLAIN),
    "two chunks": head(x25519()) + payload(_WHOLE, b"x"),
    "a full last chunk": head(x25519()) + payload(_WHOLE),
    "empty": head(x25519()) + payload(b""),
    "an unknown stanza": head(GREASE, x25519()) + payload(PLAIN),
}
UNSOUND = {
    "no final chunk": head(x25519()) + payload(PLAIN, final=False),
    "no final chunk, full": head(x25519()) + payload(_WHOLE, final=False),
    "an empty last chunk": head(x25519()) + payload(_WHOLE, b""),
    "a tail": head(x25519()) + payload(PLAIN) + bytes(20),
    "a tail of a byte": head(x25519()) + payload(_WHOLE) + b"\0",
    "a short chunk before the last": head(x25519()) + payload(b"abc", b"def"),
    "no nonce": head(x25519()),
    "no chunk": head(x25519()) + bytes(16),
    "another version": head(x25519(), version="age-encryption.org/v2") + payload(PLAIN),
    "a false hash": head(x25519(), mac=b64(bytes(32))) + payload(PLAIN),
    "no hash": head(x25519(), mac="", between="---") + payload(PLAIN),
    "a space after the hash": head(x25519(), end=" \n") + payload(PLAIN),
    "two spaces before the hash": head(x25519(), between="---  ") + payload(PLAIN),
    "carriage returns": head(x25519()).replace(b"\n", b"\r\n") + payload(PLAIN),
    "one argument more": head(x25519(more=" 1234")) + payload(PLAIN),
    "an empty argument": head(f"-> grease  y\n{body(b'abc')}", x25519()) + payload(PLAIN),
    "no short last line": head(f"-> grease y\n{b64(bytes(48))}\n", x25519()) + payload(PLAIN),
    "no body": head("-> grease y\n", x25519()) + payload(PLAIN),
    "padding": head(x25519(form=lambda sealed: base64.b64encode(sealed).decode() + "\n"))
    + payload(PLAIN),
    "not canonical": head(x25519(form=_not_canonical)) + payload(PLAIN),
    "a long line": head(f"-> grease\n{b64(bytes(60))}\n", x25519()) + payload(PLAIN),
    "no ASCII": head(f"-> grease é\n{body(b'a')}", x25519()) + payload(PLAIN),
    "no recipient": head() + payload(PLAIN),
    "a long file key": head(x25519(key=_17), key=_17) + payload(PLAIN, key=_17),
    "a passphrase beside it": head(x25519(), scrypt()) + payload(PLAIN),
}
#: Under a passphrase.
SOUND_PASSPHRASE = {"ten": head(scrypt()) + payload(PLAIN)}
UNSOUND_PASSPHRASE = {
    "twice": head(scrypt(), scrypt(salt=bytes(range(16)))) + payload(PLAIN),
    "with a recipient": head(scrypt(), x25519()) + payload(PLAIN),
    "with another stanza": head(GREASE, scrypt()) + payload(PLAIN),
    "one argument more": head(scrypt(more=" x")) + payload(PLAIN),
    "a short salt": head(scrypt(salt=bytes(15))) + payload(PLAIN),
    "a long salt": head(scrypt(salt=bytes(17))) + payload(PLAIN),
    "a tail": head(scrypt()) + payload(PLAIN) + b"xx",
    **{
        f"a factor {said!r}": head(scrypt(said=said)) + payload(PLAIN)
        for said in ("010", "+10", "0xa", "-10", "10x", "18446744073709551626", "0", "")
    },
}
