"""A draft of the certification that a qualified person may sign. Our own words, not a form.

It follows what courts of several countries ask where records made by an electronic process, or
copied by one, are to be admitted without the person in the witness box (in the United States
Federal Rules of Evidence 902(13) and 902(14)). It claims nothing for the person: everything that
the person must know is left open.
"""

from __future__ import annotations

from collections.abc import Sequence

from habeas.exchange.bundling.attesting import Attestations
from habeas.exchange.bundling.disclosing import Item
from habeas.exchange.bundling.telling import utc

LISTED = 200


def draft(about: str, items: Sequence[Item], attestation: Attestations, program: str) -> str:
    """The draft as plain text."""
    checkpoint = attestation.checkpoint
    files = [item for item in items if item.file]
    listed = [
        f"    {item.fields.get('plain_sha256', 'not disclosed')}  data/{item.file}"
        for item in files[:LISTED]
    ]
    if len(files) > LISTED:
        listed.append(f"    and {len(files) - LISTED:,} more, in manifest-sha256.txt")
    newest = max(item.time for item in items)
    return f"""\
DRAFT, NOT SIGNED. To be completed and signed by a person who did these things and can say
so under penalty. Strike what does not apply. This draft is not legal advice.

CERTIFICATION OF ELECTRONIC RECORDS AND OF COPIES

1. My name is ______________________________. My work is ______________________________
   and I am qualified to say what follows because ______________________________________.

2. The records. The archive named {checkpoint.origin} keeps records with the program
   {program}. When a file is received, the program computes its SHA-256, encrypts it, stores
   it under the SHA-256 of the encrypted bytes, and appends an entry to a ledger. Entries are
   signed and can only be added. The ledger is a Merkle tree (RFC 9162); its size and root
   are signed with a key of the archive's own.

3. That process gives an accurate result. I know this because ___________________________
   ______________________________________________________________________________________.
   (For instance: I read the program's published format; I ran its audit on this archive on
   ____________ and it found no fault; I checked a sample with other programs.)

4. The copies. This bundle is about: {about}.
   It holds {len(items):,} entries of the ledger as it was with {checkpoint.size:,} entries, the
   newest of them recorded {utc(newest)} by the archive's clock, and these files:

{chr(10).join(listed) if listed else "    none"}

5. On ____________ I computed the SHA-256 of each of these files with the program
   ____________________, version ____________, and compared it with the hash to which the
   entry of the ledger had committed. They are identical: ______ (yes / no).

6. On ____________ I ran the verification described in CHECK-BY-HAND.md, or verify.py with
   the SHA-256 ______________________________________________________________ that I had from
   ____________________. Its result: ______________________________________________________.

7. I compared the log's key with one that I had from ____________________:

{chr(10).join("    " + key for key in attestation.policy["log"])}

8. I do not say, and this process does not show: that what the files contain is true; that they
   were captured honestly or were not altered before they were sealed; any time before the
   first timestamp by others; that the archive handed over all that it holds.

   I declare under penalty of perjury under the laws of ____________________ that the foregoing
   is true and correct.

   Date and place: ____________________      Signature: ______________________________
"""
