"""The bundle as a bag: what was chosen, disclosed and attested, written as files.

Order: everything is written beside the final name, hashed and sealed; then the ledger records
that the exhibits were handed over; only then does the bundle appear. Made twice of the same
ledger it is the same, byte for byte (the PDF with the same fonts).
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import habeas
from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, Viewer, visible
from habeas.archive.attestation.timestamping import RFC3161
from habeas.archive.exhibits.working_copies import PROGRAM, now
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.ledger.signing import entry_signer
from habeas.archive.opening import Archive
from habeas.archive.store.pieces import in_pieces
from habeas.archive.store.still import still
from habeas.archive.synthetic import SENTENCE, words_of
from habeas.archive.verbs.referring import marking_never_public
from habeas.custody import standalone
from habeas.custody.attestation.timestamps import pem, split_chain
from habeas.custody.bundles.bags import BagWriter
from habeas.custody.errors import BundleError
from habeas.custody.log.notes import sign_note, to_base64
from habeas.custody.log.statements import is_recorded_in
from habeas.custody.standalone.verify import BUNDLES
from habeas.exchange.bundling import by_hand, certifying, neighbours
from habeas.exchange.bundling.attesting import Attestations, attest, proof_of
from habeas.exchange.bundling.choosing import Chosen, viewer_of
from habeas.exchange.bundling.disclosing import Item, Rules, grants, items
from habeas.exchange.bundling.neighbours import facts_of_files_left_out, sides_of_others
from habeas.exchange.bundling.pages import as_html
from habeas.exchange.bundling.printing import as_pdf
from habeas.exchange.bundling.telling import report, utc
from habeas.figures.why.nodes import Node, as_json
from habeas.figures.why.printing import as_text

LARGEST = 64 * 1024**3  # bytes of files in one bundle
#: With only these withheld, a why tree says nothing that is withheld (``_without``).
_NOT_IN_A_TREE = frozenset({"person", "compartment", "received_from", "previous", "agent"})
_OF_FORMAT_3 = frozenset({"location", "transcript"})
_NAMING = frozenset({"caption", "title", "key"})  # what ``Chosen.about`` is made of

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom and why, as the ledger will say of each exhibit whose file is in the bundle."""

    agent: str = ""
    reason: str = ""
    authority: str = ""
    responsible: str = ""


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """What was written. ``events`` are the custody events that record the handing over."""

    directory: Path
    manifest_sha256: str
    entries: int
    files: int
    size_bytes: int
    withheld: int
    events: tuple[Ref, ...]
    given_whole: tuple[int, ...] = ()  # the exhibits of which all bytes are in it


def write(
    archive: Archive,
    chosen: Chosen,
    level: str,
    to: Path,
    *,
    rules: Rules | None = None,
    without_files: Iterable[int] = (),
    handover: Recipient | None = None,
    progress: Progress = lambda what, done, total: None,
) -> WrittenBundle:
    """Write a bundle; without ``handover`` the ledger records nothing of it."""
    rules = rules or Rules()
    if rules.withheld & _NAMING and chosen.unnamed:
        chosen = replace(chosen, about=chosen.unnamed)
    if archive.synthetic:  # it stands in the index, the report and the certification
        chosen = replace(chosen, about=f"{SENTENCE} {chosen.about}".strip())
    viewer = viewer_of(level)
    with contextlib.ExitStack() as moment:
        at = moment.enter_context(still(archive))  # others may be appending
        exhibits = chosen.exhibits - set(without_files)
        of_others = {
            **sides_of_others(at, chosen.positions),
            **facts_of_files_left_out(chosen.positions, exhibits),
        }
        found = items(chosen.positions | grants(chosen.positions, rules), rules, of_others)
        rules = _with_sides(rules, of_others)
        if not found:
            raise BundleError("Nothing is to be handed over.", next_step="Name what exists.")
        attestation = attest(at, found)
        _refuse_large(found, exhibits, to)
        seconds = max(item.time for item in found)
        with BagWriter(to) as bag:
            _files(at, bag, found, exhibits, viewer, progress)
            for done, item in enumerate(found, 1):
                place = f"data/entries/{item.position}"
                bag.add(f"{place}.note", item.note)
                bag.add(f"{place}.tlog-proof", proof_of(at, item.position, attestation.checkpoint))
                bag.add(f"{place}.disclosures", b"".join(line + b"\n" for line in item.disclosures))
                progress("Entries", done, len(found))
            _attestation(bag, attestation)
            bag.add(
                "data/bundle.json",
                by_hand.compact(_index(chosen, found, attestation, rules, level)),
            )
            bag.add("data/policy.json", by_hand.compact(attestation.policy))
            _told(bag, chosen, found, attestation, viewer, rules, level, seconds)
            bag.add("CHECK-BY-HAND.md", by_hand.page(found, attestation).encode())
            bag.add(standalone.NAME, standalone.program())
            digest = bag.finish(_information(chosen, attestation, seconds))
            moment.close()  # what follows goes into the ledger
            seal = by_hand.seal_text(archive.origin, bag.tags)
            bag.add(
                "seal.note",
                sign_note(seal, entry_signer(archive.keyring, attestation.checkpoint.size)),
            )
            events = () if handover is None else _record(archive, found, handover, digest, viewer)
            bag.publish(seconds)
            return WrittenBundle(
                to,
                digest,
                len(found),
                sum(bool(item.file) for item in found),
                bag.size_bytes,
                sum(item.withheld for item in found),
                events,
                tuple(item.position for item in found if item.file),
            )


def _with_sides(rules: Rules, of_others: Mapping[int, frozenset[str]]) -> Rules:
    """The rules, with the sentences on what is withheld because it is of others."""
    told = rules.shown | rules.withheld if rules.withheld >= neighbours.SIDES else rules.shown
    return replace(rules, said=tuple(neighbours.words_for(of_others, told)))


def _refuse_large(found: Sequence[Item], exhibits: set[int], to: Path) -> None:
    """Refuse what is too large for a bundle or for the disk, before anything is written."""
    sizes = [
        int(row)
        for row in visible_sizes(item.position for item in found if item.position in exhibits)
    ]
    needed = sum(sizes)
    if needed > LARGEST:
        raise BundleError(
            f"The files have {needed:,} bytes; a bundle holds {LARGEST:,}.",
            next_step="Hand over fewer exhibits, or leave files out with --without-file.",
        )
    if to.parent.is_dir() and needed + needed // 16 > shutil.disk_usage(to.parent).free:
        raise BundleError(
            f"Not enough room for {needed:,} bytes in {to.parent}.",
            next_step="Choose another disk.",
        )


def visible_sizes(positions: Iterable[int]) -> list[int]:
    """The sizes of exhibits, in bytes."""
    wanted = sorted(positions)
    found: list[int] = []
    for some in in_pieces(wanted):
        rows = visible(OWNER, m.Exhibit).filter(position__in=some)
        found += rows.values_list("size_bytes", flat=True)
    return found


def _files(
    archive: Archive,
    bag: BagWriter,
    found: Sequence[Item],
    exhibits: set[int],
    viewer: Viewer,
    progress: Progress,
) -> None:
    """The plain bytes of exhibits, and the texts that were read of them."""
    by_position = {item.position: item for item in found}
    for done, position in enumerate(sorted(exhibits & by_position.keys()), 1):
        item = by_position[position]
        row = visible(viewer, m.Exhibit).filter(position=position).first()
        if row is not None and "plain_sha256" in item.fields:
            name = _file_name(position, str(item.fields.get("filename", "")))
            _copy(archive, bag, row.address, f"files/{name}", row.plain_sha256)
            item.file = f"files/{name}"
        progress("Files", done, len(exhibits))
    for layer in (item for item in found if item.kind == "layer"):
        text = visible(viewer, m.Layer).filter(position=layer.position).first()
        if text is None or text.exhibit not in exhibits or "text_sha256" not in layer.fields:
            continue
        _copy(archive, bag, text.address, f"texts/{layer.position}.txt", text.text_sha256)
        layer.text = f"texts/{layer.position}.txt"


def _copy(archive: Archive, bag: BagWriter, address: str, path: str, sha256: str) -> None:
    digest = bag.write(f"data/{path}", lambda file: archive.copy_object(address, file))
    if digest != sha256:
        raise BundleError(
            f"The sealed bytes of {path} are not those of their entry.",
            next_step="Run `habeas verify`; nothing was handed over.",
        )


def _file_name(position: int, given: str) -> str:
    """A plain name that every system takes; the name as received is a field of the entry."""
    last = given.replace("\\", "/").rpartition("/")[2]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", last).strip("._")[-80:].lstrip("._")
    return f"{position}-{plain}" if plain else str(position)


def _attestation(bag: BagWriter, attestation: Attestations) -> None:
    bag.add("data/checkpoint", attestation.checkpoint.note)
    for each in attestation.earlier:
        path = f"data/checkpoints/{each.checkpoint.size}"
        bag.add(path, each.checkpoint.note)
        bag.add(f"{path}.consistency", each.consistency(attestation.checkpoint))
    for handed in attestation.handovers:
        for name, data in sorted(handed.files.items()):
            bag.add(f"data/{handed.folder}/{name}", data)
        consistency = handed.earlier.consistency(attestation.checkpoint)
        bag.add(f"data/{handed.folder}/consistency", consistency)
    for stamp, _ in attestation.timestamps:
        path = f"data/timestamps/{stamp.position}"
        if stamp.method != RFC3161:
            bag.add(f"{path}.ots", stamp.proof)
            continue
        bag.add(f"{path}.tsr", stamp.proof)
        roots, _ = split_chain(stamp.certificates)
        bag.add(f"{path}.roots.pem", pem(roots))
        bag.add(f"{path}.chain.pem", pem(stamp.certificates))
        stamped = visible(OWNER, m.Timestamp).get(position=stamp.position).stamped_at
        bag.add(f"{path}.seconds", f"{stamped}\n".encode())
    for name, data in by_hand.keys(attestation):
        bag.add(f"data/keys/{name}", data)


def _index(
    chosen: Chosen, found: Sequence[Item], attestation: Attestations, rules: Rules, level: str
) -> dict[str, object]:
    entries = []
    for item in found:
        place = f"entries/{item.position}"
        entry: dict[str, object] = {
            "position": item.position,
            "id": item.entry_id,
            "note": f"{place}.note",
            "proof": f"{place}.tlog-proof",
            "disclosures": f"{place}.disclosures",
        }
        if item.file:
            entry["file"] = item.file
        if item.text:
            entry["text"] = item.text
        if item.erased_at is not None:
            entry["erased_by"] = item.erased_at
        entries.append(entry)
    handovers = [{"size": one.size, "folder": one.folder} for one in attestation.handovers]
    return {
        "format": _format(found, handovers=bool(handovers)),
        **({"handovers": handovers} if handovers else {}),
        "program": PROGRAM,
        "origin": attestation.checkpoint.origin,
        "about": chosen.about,
        "level": level,
        "withheld": rules.words,
        "entries": entries,
        "checkpoints": [
            {
                "note": f"checkpoints/{each.checkpoint.size}",
                "consistency": f"checkpoints/{each.checkpoint.size}.consistency",
            }
            for each in attestation.earlier
        ],
        "timestamps": [
            {
                "method": stamp.method,
                "size": stamp.size,
                "token": f"timestamps/{stamp.position}"
                + (".tsr" if stamp.method == RFC3161 else ".ots"),
                "chain": [to_base64(each) for each in stamp.chain],
                "authority": authority,
            }
            for stamp, authority in attestation.timestamps
        ],
    }


def _format(found: Sequence[Item], *, handovers: bool) -> str:
    """A verifier that does not know what a bundle holds must refuse it: it would call it sound.

    Old ones know neither new keys of the archive nor places that are not words nor transcripts, nor
    what a person signed elsewhere.
    """
    if any(is_recorded_in(item.note) for item in found):
        return BUNDLES[3]
    if any(item.kind in _OF_FORMAT_3 for item in found):
        return BUNDLES[2]
    return BUNDLES[1] if handovers else BUNDLES[0]


def _told(
    bag: BagWriter,
    chosen: Chosen,
    found: Sequence[Item],
    attestation: Attestations,
    viewer: Viewer,
    rules: Rules,
    level: str,
    seconds: int,
) -> None:
    """The reports, the draft of a certification, the specifications, the tree."""
    whole = rules.withheld <= _NOT_IN_A_TREE
    figure = chosen.why if whole and chosen.why and chosen.why.kind == "figure" else None
    blocks = report(chosen.about, found, attestation, viewer, rules, level, figure)
    bag.add("data/report/report.html", as_html(blocks))
    bag.add("data/report/report.pdf", as_pdf(blocks, seconds))
    certificate = certifying.draft(chosen.about, found, attestation, PROGRAM)
    bag.add("data/certification/draft.txt", certificate.encode())
    text = (resources.files(__package__) / "specifications" / "README.md").read_bytes()
    bag.add("data/specifications/README.md", text)
    if chosen.why is None:
        return
    if whole:
        tree = _without(chosen.why, {item.position: item for item in found})
        bag.add("data/why/why.json", by_hand.compact(as_json(tree)))
        first = words_of(attestation.checkpoint.origin)
        first = f"{first}\n\n" if first else ""
        bag.add("data/why/why.txt", (first + as_text(tree, width=100)).encode())
    else:
        bag.add(
            "data/why/LEFT-OUT.txt", b"The tree is left out, because it shows what is withheld.\n"
        )


def _without(node: Node, known: dict[int, Item]) -> Node:
    """The tree without what is withheld: from whom a strict exhibit was received."""
    facts = node.facts
    item = known.get(node.position) if node.position is not None else None
    if node.kind == "exhibit" and (item is None or "received_from" not in item.fields):
        facts = tuple(fact for fact in facts if fact.label != "received from")
    return replace(
        node, facts=facts, children=tuple(_without(child, known) for child in node.children)
    )


def _information(chosen: Chosen, attestation: Attestations, seconds: int) -> list[tuple[str, str]]:
    """``bag-info.txt``: nothing of what is in the exhibits."""
    return [
        ("Bag-Software-Agent", f"habeas {habeas.__version__}"),
        ("Bagging-Date", utc(seconds)[:10]),
        ("External-Identifier", attestation.checkpoint.origin),
        ("Internal-Sender-Description", f"Log of {attestation.checkpoint.size} entries"),
    ]


def _record(
    archive: Archive, found: Sequence[Item], handover: Recipient, digest: str, viewer: Viewer
) -> tuple[Ref, ...]:
    """That each exhibit whose file is in the bundle was handed over, and in which bundle."""
    given = [item for item in found if item.file]
    if not given:
        return ()
    with archive.writing() as batch:
        return tuple(
            verbs.custody(
                batch,
                Ref(item.entry_id, item.position),
                "exported",
                agent=handover.agent or PROGRAM,
                happened_at=now(),
                reason=handover.reason or "Handed over in a bundle.",
                authority=handover.authority,
                responsible=handover.responsible,
                changed="Nothing: a copy was handed over in a bundle whose manifest-sha256.txt has "
                f"the SHA-256 {digest}.",
                before_sha256=str(item.fields["plain_sha256"]),
                after_sha256=str(item.fields["plain_sha256"]),
                marking=marking_never_public(
                    visible(viewer, m.Exhibit).get(position=item.position)
                ),
            )
            for item in given
        )
