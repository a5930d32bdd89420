"""Everything that custody refuses or finds wrong.

    CustodyError
    ├── CanonicalError            canonical.refused        cannot be written canonically
    ├── DisclosureError           entry.bad-disclosure     not a disclosure, or not committed to
    ├── NoteError                 note.malformed           not a signed note
    │   ├── SignatureError        note.bad-signature       a known key's signature is false
    │   └── UnknownKeyError       note.no-known-key        no known key signed it
    │       └── KeyRetired        keys.retired             one that was handed over, beyond its end
    ├── HandoverError             keys.bad-handover        a hand-over of keys that does not hold
    ├── KeyTextError              key.malformed            not a verifier key, or an unsafe one
    ├── EntryError                entry.malformed          not an entry of this format
    │   ├── EntryTooLarge         entry.too-large
    │   └── EntryNewer            entry.newer-program
    ├── ProofError                proof.invalid
    ├── LogError                  log.damaged              a file of the log is missing or wrong
    ├── SequencerError            sequencer.refused
    │   ├── SecondSequencer       sequencer.second
    │   ├── DatabaseBehindLog     ledger.database-behind-log
    │   ├── DatabaseDiffers       ledger.database-differs
    │   └── RootDiffers           ledger.root-differs      would sign one size twice
    ├── SourceError               seal.unreadable          this file cannot be sealed; others can
    │   ├── SourceNotRegular      seal.not-a-file
    │   └── SourceChanged         seal.changed-while-read
    ├── SealingStopped            seal.stopped             the second process ended early
    ├── StorageFull               storage.full
    ├── StorageFailed             storage.failed
    ├── ObjectError               object.damaged
    │   ├── ObjectMissing         object.missing
    │   └── ObjectLocked          object.wrong-key
    ├── WitnessError              witness.refused
    │   ├── RequestError          witness.bad-request      not a request of tlog-witness
    │   ├── PolicyError           witness.bad-policy       the trust policy cannot be used
    │   ├── PartnerRefused        witness.partner-refused  a partner will not cosign
    │   ├── RolledBack            log.rolled-back          a partner cosigned a larger log
    │   └── Forked                log.forked               a partner cosigned another history
    ├── MixedOrigins              origin.mixed             made up and not made up would meet
    ├── MirrorError               mirror.refused
    │   ├── MirrorForeign         mirror.foreign           the folder mirrors another log, or none
    │   ├── MirrorAhead           mirror.ahead             an older copy of the archive is here
    │   └── MirrorForked          mirror.forked            there are two histories
    ├── TimestampError            timestamp.refused
    │   ├── TimestampUnreadable   timestamp.unreadable
    │   └── TimestampPending      timestamp.pending        nothing attests it yet
    ├── BagError                  bag.refused              not a bag, or cannot be made one
    │   ├── BagUnsafe             bag.unsafe               must not be read at all
    │   └── BundleError           bundle.refused           not a bundle that can be checked
    └── KeyringError              keys.damaged
        ├── KeysExist             keys.exist
        ├── KeysMissing           keys.missing
        ├── PassphraseNeeded      keys.passphrase-needed
        ├── WrongPassphrase       keys.wrong-passphrase
        ├── PassphraseWeak        keys.passphrase-weak     a new one that can be guessed
        ├── AgeRefused            keys.age-refused         a header that must not be acted on
        ├── EpochInUse            keys.epoch-in-use        destroying it would lose objects
        └── RecoveryError         recovery.damaged
            ├── RecipientRefused  recovery.bad-recipient
            ├── RecoveryMissing   recovery.missing         no recovery copy, or nobody to open it
            ├── RecoveryCopyLocked recovery.wrong-key
            └── SharesRefused     recovery.bad-shares

Invariant: no message ever holds a passphrase, seed, identity, salt or disclosed value.
"""

from __future__ import annotations

from typing import ClassVar

from habeas.errors import HabeasError


class CustodyError(HabeasError):
    """The root of this room's errors."""

    code: ClassVar[str] = "custody.error"


class CanonicalError(CustodyError):
    """The value cannot be written in the canonical form."""

    code: ClassVar[str] = "canonical.refused"


class DisclosureError(CustodyError):
    """Not a disclosure, or the entry does not commit to it."""

    code: ClassVar[str] = "entry.bad-disclosure"


class NoteError(CustodyError):
    """The bytes are not a signed note."""

    code: ClassVar[str] = "note.malformed"


class SignatureError(NoteError):
    """A key that we know is named, and its signature is false."""

    code: ClassVar[str] = "note.bad-signature"


class UnknownKeyError(NoteError):
    """None of the keys that we know signed the note."""

    code: ClassVar[str] = "note.no-known-key"


class KeyRetired(UnknownKeyError):
    """A key of this log signed, but was not in force there."""

    code: ClassVar[str] = "keys.retired"


class HandoverError(CustodyError):
    """A hand-over of keys does not hold, or cannot be made."""

    code: ClassVar[str] = "keys.bad-handover"


class KeyTextError(CustodyError):
    """Not a verifier key, or one that must not be trusted with strict signatures."""

    code: ClassVar[str] = "key.malformed"


class EntryError(CustodyError):
    """The note is not an entry of the format."""

    code: ClassVar[str] = "entry.malformed"


class EntryTooLarge(EntryError):
    """The entry would not fit the 65,535 bytes of an entry bundle's length prefix."""

    code: ClassVar[str] = "entry.too-large"


class EntryNewer(EntryError):
    """The entry is of a later format than this program reads."""

    code: ClassVar[str] = "entry.newer-program"


class StatementRefused(EntryError):
    """A statement is not one of the format, or what was shown is not what it commits to."""

    code: ClassVar[str] = "entry.statement-refused"


class ProofError(CustodyError):
    """A proof does not prove what it claims to."""

    code: ClassVar[str] = "proof.invalid"


class LogError(CustodyError):
    """A file of the log is missing or is not what the tree says; ``path`` names it."""

    code: ClassVar[str] = "log.damaged"

    def __init__(self, message: str, *, path: str = "", next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.path = path


class SequencerError(CustodyError):
    """The sequencer will not sign."""

    code: ClassVar[str] = "sequencer.refused"


class SecondSequencer(SequencerError):
    """Another process holds the sequencer's lock."""

    code: ClassVar[str] = "sequencer.second"


class DatabaseBehindLog(SequencerError):
    """The log was signed at a larger size than the database holds: a restored copy."""

    code: ClassVar[str] = "ledger.database-behind-log"


class DatabaseDiffers(SequencerError):
    """The last entry of the log is another one in the database: an old copy was added to."""

    code: ClassVar[str] = "ledger.database-differs"


class RootDiffers(SequencerError):
    """Signing would give one size two different roots."""

    code: ClassVar[str] = "ledger.root-differs"


class SourceError(CustodyError):
    """This one file cannot be sealed; ``path`` names it. Others of the batch go on."""

    code: ClassVar[str] = "seal.unreadable"

    def __init__(self, message: str, *, path: str = "", next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.path = path


class SourceNotRegular(SourceError):
    """A folder, pipe, socket or device, which is never opened."""

    code: ClassVar[str] = "seal.not-a-file"


class SourceChanged(SourceError):
    """The file changed while it was read, so what was read is nobody's file."""

    code: ClassVar[str] = "seal.changed-while-read"


class SealingStopped(CustodyError):
    """The second process, which encrypts, ended in the middle; nothing of the batch was kept."""

    code: ClassVar[str] = "seal.stopped"


class StorageFull(CustodyError):
    """The disk or the quota is full; nothing of the batch was kept."""

    code: ClassVar[str] = "storage.full"


class StorageFailed(CustodyError):
    """The disk said that it could not write or keep something; nothing of it is relied on."""

    code: ClassVar[str] = "storage.failed"


class ObjectError(CustodyError):
    """An object is not what its address says; ``address`` names it."""

    code: ClassVar[str] = "object.damaged"

    def __init__(self, message: str, *, address: str = "", next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.address = address


class ObjectMissing(ObjectError):
    """No object is stored at that address."""

    code: ClassVar[str] = "object.missing"


class ObjectLocked(ObjectError):
    """The identity given does not open the object."""

    code: ClassVar[str] = "object.wrong-key"


class MixedOrigins(CustodyError):
    """What is made up for an exercise and what is not would come together."""

    code: ClassVar[str] = "origin.mixed"


class WitnessError(CustodyError):
    """A cosignature was not given, or cannot be asked for."""

    code: ClassVar[str] = "witness.refused"


class RequestError(WitnessError):
    """The bytes are not a request for a cosignature."""

    code: ClassVar[str] = "witness.bad-request"


class PolicyError(WitnessError):
    """The trust policy is missing, unreadable or asks for what cannot be."""

    code: ClassVar[str] = "witness.bad-policy"


class PartnerRefused(WitnessError):
    """A partner answered, and did not cosign."""

    code: ClassVar[str] = "witness.partner-refused"


class RolledBack(WitnessError):
    """A partner cosigned this log at a larger size: an older copy was put back."""

    code: ClassVar[str] = "log.rolled-back"


class Forked(WitnessError):
    """A partner cosigned this log with other entries than it has now."""

    code: ClassVar[str] = "log.forked"


class MirrorError(CustodyError):
    """A mirror cannot be brought up to the archive."""

    code: ClassVar[str] = "mirror.refused"


class MirrorForeign(MirrorError):
    """The folder mirrors another log, or is no mirror."""

    code: ClassVar[str] = "mirror.foreign"


class MirrorAhead(MirrorError):
    """The mirror holds a larger log: an older copy of the archive was put back."""

    code: ClassVar[str] = "mirror.ahead"


class MirrorForked(MirrorError):
    """The mirror holds other entries, signed with the same key."""

    code: ClassVar[str] = "mirror.forked"


class TimestampError(CustodyError):
    """A timestamp does not prove what it should."""

    code: ClassVar[str] = "timestamp.refused"


class TimestampUnreadable(TimestampError):
    """The bytes are not a timestamp that can be read here."""

    code: ClassVar[str] = "timestamp.unreadable"


class TimestampPending(TimestampError):
    """The proof holds promises only; no block attests it yet."""

    code: ClassVar[str] = "timestamp.pending"


class BagError(CustodyError):
    """The bag cannot be made, or is not one."""

    code: ClassVar[str] = "bag.refused"


class BagUnsafe(BagError):
    """The folder holds links, special files or too much: nothing of it is read."""

    code: ClassVar[str] = "bag.unsafe"


class BundleError(BagError):
    """The folder is not a bundle that can be checked, or cannot be made."""

    code: ClassVar[str] = "bundle.refused"


class KeyringError(CustodyError):
    """A key file is not one that this program wrote."""

    code: ClassVar[str] = "keys.damaged"


class KeysExist(KeyringError):
    """Keys are there already and are never overwritten."""

    code: ClassVar[str] = "keys.exist"


class KeysMissing(KeyringError):
    """There is no such key file."""

    code: ClassVar[str] = "keys.missing"


class PassphraseNeeded(KeyringError):
    """The key file is protected and no passphrase was given."""

    code: ClassVar[str] = "keys.passphrase-needed"


class PassphraseWeak(KeyringError):
    """A new passphrase is too short, or a pattern. Those in use are not asked about."""

    code = "keys.passphrase-weak"


class WrongPassphrase(KeyringError):
    """The passphrase does not open the key file."""

    code: ClassVar[str] = "keys.wrong-passphrase"


class AgeRefused(KeyringError):
    """An age file whose header asks for too much, or is not written as the format says."""

    code: ClassVar[str] = "keys.age-refused"


class EpochInUse(KeyringError):
    """The epoch is current, or still wraps the keys of objects."""

    code: ClassVar[str] = "keys.epoch-in-use"


class RecoveryError(KeyringError):
    """Something of the recovery folder is not what this program wrote."""

    code: ClassVar[str] = "recovery.damaged"


class RecipientRefused(RecoveryError):
    """Not an age X25519 recipient."""

    code: ClassVar[str] = "recovery.bad-recipient"


class RecoveryMissing(RecoveryError):
    """There is no recovery copy, or nobody who could open one."""

    code: ClassVar[str] = "recovery.missing"


class RecoveryCopyLocked(RecoveryError):
    """The identities given do not open the recovery copy."""

    code: ClassVar[str] = "recovery.wrong-key"


class SharesRefused(RecoveryError):
    """The shares are misspelt, too few, or not of one set."""

    code: ClassVar[str] = "recovery.bad-shares"
