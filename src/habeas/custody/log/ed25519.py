"""Ed25519 in which every verifier agrees.

Verifiers of Ed25519 differ on odd keys and signatures (see C2SP/CCTV, ed25519). Evidence
must not depend on who checks it, so only what all of them accept is accepted here:

- the key is a canonical encoding of a point of the prime-order group (no low-order part);
- S is below the group order, and R is the exact canonical encoding that the equation
  without cofactor yields (both checked by the library);
- R is not of low order (a nonce of zero would give the private key away).

With a key free of low-order parts the equations with and without cofactor coincide, so
each of the flags of the CCTV vectors leads to a refusal. Source: Chalkias, Garillot and
Nikolaenko (2020), "Taming the many EdDSAs".
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T
_IDENTITY: Point = (0, 1, 1, 0)


@lru_cache(maxsize=1024)
def is_sound_key(public: bytes) -> bool:
    """Whether the 32 bytes encode, canonically, a point of the prime-order group."""
    point = _decode(public)
    if point is None or _is_identity(point):
        return False
    return _is_identity(_times(_ORDER, point))


def verify(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` is right; the key must have passed ``is_sound_key``."""
    if len(signature) != 64 or signature[:32] in _LOW_ORDER:
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _decode(encoded: bytes) -> Point | None:
    """RFC 8032, 5.1.3; None when the bytes are no canonical point."""
    if len(encoded) != 32:
        return None
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if v * x * x % _P == -u % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    elif v * x * x % _P != u:
        return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _add(first: Point, second: Point) -> Point:
    x1, y1, z1, t1 = first
    x2, y2, z2, t2 = second
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point: Point) -> Point:
    total = _IDENTITY
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _is_identity(point: Point) -> bool:
    x, y, z, _ = point
    return x % _P == 0 and (y - z) % _P == 0


def _low_order_encodings() -> frozenset[bytes]:
    """Each encoding, canonical or not, of the eight points of low order."""
    order_8 = next(
        point
        for y in range(2, 100)
        if (found := _decode(y.to_bytes(32, "little")))
        and not _is_identity(_times(4, point := _times(_ORDER, found)))
    )
    encodings = set()
    for multiple in range(8):
        x, y, z, _ = _times(multiple, order_8)
        inverse = pow(z, -1, _P)
        x, y = x * inverse % _P, y * inverse % _P
        signs = (0, 1) if x == 0 else (x & 1,)
        for value in (y, y + _P):
            if value < 2**255:
                encodings |= {(value | sign << 255).to_bytes(32, "little") for sign in signs}
    return frozenset(encodings)


_LOW_ORDER = _low_order_encodings()
