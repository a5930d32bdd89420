"""The vocabulary as data: kinds, properties and code lists from ``data/*.yaml``, checked.

The core is this program's; ``of(region)`` is the core and the region's code lists, which is what
an archive claims under.

Invariants: every scalar is the text that was written (``yes`` is the code "yes"); an unknown
key or a reference to a list that does not exist is refused; ``text`` holds every file whole
and ``digest`` is its SHA-256, so a claim that commits to a digest commits to every meaning
in it; ``read(text)`` gives an older version back from what the ledger logged. A region adds code
lists and changes none of the core, except that it adds codes to those that say so (``regions:
add``). Two regions join the codes of one list; a code that they give
two meanings is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from habeas.vocabulary.errors import BadSchema, UnknownCode, shown
from habeas.vocabulary.plain_yaml import NotPlain, composed, plain

if TYPE_CHECKING:
    from habeas.vocabulary.region import Region
    from habeas.vocabulary.region_file import RegionFile

TYPES = (
    *("text", "date", "count", "place", "code", "ref", "identifier", "url"),
    *("outline", "amount"),
)
SENSITIVITIES = ("public", "team", "restricted", "sealed")
WITH_PURPOSE = "with-purpose"
ADDED_TO = "add"
_FILE_MARK = "# === file: "
#: In the name of a file, before the region that adds to a list of another: ethnicity@01-belarus.
_OF_REGION = "@"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``ftm`` is the FollowTheMoney schema, ``huridocs`` the entity.

    ``of`` are the kinds that may own one: a record of such a kind is a fact of its owner with parts
    of its own (a detention of a person), and each mention of it commits to a mention of its owner.
    """

    name: str
    label: str
    plural: str
    meaning: str
    of: tuple[str, ...] = ()
    ftm: str = ""
    huridocs: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """What may be said of a record.

    ``codes`` names the code list of a code, ``unit`` what a count counts, ``refers_to`` the
    kinds that a reference may point to. ``sensitivity`` is the least handling of a claim.
    ``at_a_time`` one: two different values at the same time cannot both hold.
    ``selecting`` with-purpose: to pick people by it, somebody must say what for. ``folds``: of
    which kinds it may tell what hurts to read, so that a reader opens it. ``stac`` is the field of
    the SpatioTemporal Asset Catalog 1.1.
    """

    name: str
    label: str
    kinds: tuple[str, ...]
    type: str
    meaning: str
    sensitivity: str
    at_a_time: str
    unit: str = ""
    codes: str = ""
    refers_to: tuple[str, ...] = ()
    selecting: str = ""
    folds: tuple[str, ...] = ()
    ftm: str = ""
    huridocs: str = ""
    stac: str = ""

    @property
    def needs_purpose(self) -> bool:
        """Whether a figure that reads it is shown only for a purpose that was stated."""
        return self.selecting == WITH_PURPOSE

    def is_folded(self, kind: str) -> bool:
        """Whether it is shown of a record of a kind only once a reader opens it.

        Of a kind that it does not belong to, as where nobody knows the kind, if of any.
        """
        return kind in self.folds or (bool(self.folds) and kind not in self.kinds)


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list. ``one`` is the singular of a counting unit."""

    code: str
    label: str
    meaning: str
    one: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A closed list of codes and what the list is for. ``regions`` add: a region may add codes."""

    name: str
    title: str
    meaning: str
    huridocs: str
    source: str
    codes: Mapping[str, Code]
    regions: str = ""

    @property
    def takes_more(self) -> bool:
        """Whether it is a list of the core to which regions add codes of their own."""
        return self.regions == ADDED_TO


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of the vocabulary. ``codes[list][code]`` gives a code."""

    kinds: Mapping[str, Kind]
    properties: Mapping[str, Property]
    lists: Mapping[str, CodeList]
    codes: Mapping[str, Mapping[str, Code]]
    text: str
    digest: str

    def of_kind(self, kind: str) -> tuple[Property, ...]:
        """The properties that a kind of record may have, in the order of the file."""
        return tuple(p for p in self.properties.values() if kind in p.kinds)

    def shared_with_owner(self, kind: str) -> tuple[str, ...]:
        """The properties that records of a kind and their owners both may have.

        Those of any record are left out: the name of a person is not that of a detention.
        """
        owners = set(self.kinds[kind].of)
        return tuple(
            p.name
            for p in self.of_kind(kind)
            if owners.intersection(p.kinds) and len(p.kinds) < len(self.kinds)
        )

    def code(self, code_list: str, code: str) -> Code:
        """A code, or ``UnknownCode`` saying which there are."""
        codes = self.codes.get(code_list)
        if codes is None:
            raise UnknownCode(
                f"No code list named {shown(code_list)}.",
                next_step=f"Code lists: {', '.join(self.codes)}.",
            )
        found = codes.get(code)
        if found is None:
            raise UnknownCode(
                f"{shown(code)} is not a code of {code_list}.",
                next_step=f"Use one of: {', '.join(codes)}.",
            )
        return found


@cache
def core() -> Schema:
    """The vocabulary of this program without any region: its properties may name lists of one."""
    return _read("".join(_core_files().values()), whole=False)


@lru_cache(maxsize=32)
def of(region: Region) -> Schema:
    """The core with the code lists of a region. Errors: ``BadRegion``, ``BadSchema``."""
    files = dict(_core_files())
    for file in region.code_lists():
        _check_codes(file)
        name = file.file
        if name in _core_files() and not core().lists[name[6:-5]].takes_more:
            raise file.bad(0, "the list belongs to the core, which a region cannot change")
        if name in files:  # of the core or an earlier region: joined by ``read``, in this order
            earlier = sum(each.partition(_OF_REGION)[0] == name[:-5] for each in files)
            name = f"{name[:-5]}{_OF_REGION}{earlier + 1:02}-{file.region}.yaml"
        files[name] = f"{_FILE_MARK}{name}\n{file.text}"
    for prop in core().properties.values():
        if prop.codes and (needed := f"codes/{prop.codes}.yaml") not in files:
            raise (
                region.folders[0]
                .file(needed)
                .bad(0, f"it is missing, and the property {prop.name} needs it of a region")
            )
    return read("".join(files[name] for name in sorted(files)))


def _check_codes(file: RegionFile) -> None:
    """Refuse here, by line, what ``read`` would refuse of a whole vocabulary."""
    file.mapping(needed=("title", "meaning", "codes"), optional=("huridocs", "source"))
    for code in file.mapping(("codes",)):
        file.mapping(("codes", code), needed=("label", "meaning"), optional=("one",))
        for name in ("label", "meaning"):
            file.text_at(("codes", code, name))


@cache
def _core_files() -> Mapping[str, str]:
    """Each file of the core with its mark, in the order of their names."""
    data = resources.files("habeas.vocabulary") / "data"
    files = {entry.name: entry for entry in data.iterdir() if entry.name.endswith(".yaml")}
    codes = data / "codes"
    files |= {f"codes/{e.name}": e for e in codes.iterdir() if e.name.endswith(".yaml")}
    return {name: f"{_FILE_MARK}{name}\n{files[name].read_text('utf-8')}" for name in sorted(files)}


def read(text: str) -> Schema:
    """A vocabulary from its text, as ``Schema.text`` gives it and the ledger logs it."""
    return _read(text, whole=True)


def _read(text: str, *, whole: bool) -> Schema:
    files: dict[str, Any] = {}
    for part in text.split(_FILE_MARK)[1:]:
        name, _, body = part.partition("\n")
        files[name] = _parsed(name, body)
    for needed in ("kinds.yaml", "properties.yaml"):
        if needed not in files:
            raise _bad(needed, "it is missing")
    lists: dict[str, CodeList] = {}
    for name, content in files.items():
        if name.startswith("codes/"):
            key = name.removeprefix("codes/").removesuffix(".yaml").partition(_OF_REGION)[0]
            found = _code_list(name, key, content)
            lists[key] = _joined(lists[key], found, name) if key in lists else found
    kinds = {k: _kind(k, v) for k, v in _mapping("kinds.yaml", files["kinds.yaml"]).items()}
    for kind in kinds.values():
        if strangers := [o for o in kind.of if o not in kinds or kinds[o].of]:
            reason = f"{', '.join(strangers)} cannot own others"
            raise _bad(f"kinds.yaml ({kind.name})", reason)
    properties = {
        name: _property(name, content, kinds, lists, whole)
        for name, content in _mapping("properties.yaml", files["properties.yaml"]).items()
    }
    return Schema(
        kinds=MappingProxyType(kinds),
        properties=MappingProxyType(properties),
        lists=MappingProxyType(lists),
        codes=MappingProxyType({name: found.codes for name, found in lists.items()}),
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _joined(first: CodeList, further: CodeList, where: str) -> CodeList:
    """One list of the codes of both. What the list is for is said by the first."""
    codes = dict(first.codes)
    for name, code in further.codes.items():
        if codes.setdefault(name, code) != code:
            raise BadSchema(
                f"The code {shown(name)} of the list {first.name} has two meanings: "
                f"{shown(codes[name].meaning)} and {shown(code.meaning)} ({where}).",
                next_step="Use another code, or the same label and meaning in both regions.",
            )
    return replace(first, codes=MappingProxyType(codes))


def _bad(where: str, reason: str) -> BadSchema:
    return BadSchema(f"The vocabulary file {where} is not in order: {reason}.", next_step="Fix it.")


@lru_cache(maxsize=256)  # a file of the core is read for the core and for each region
def _parsed(name: str, body: str) -> Any:
    """What a file says. It is remembered: nobody changes it."""
    try:
        return plain(composed(body))
    except NotPlain as error:
        raise _bad(name, error.reason) from error


def _mapping(where: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise _bad(where, "it is not a list of keys")
    return content


def _fields(
    where: str, content: Any, needed: Iterable[str], optional: Iterable[str]
) -> dict[str, Any]:
    found = _mapping(where, content)
    needed, optional = tuple(needed), tuple(optional)
    if missing := [key for key in needed if not found.get(key)]:
        raise _bad(where, f"{', '.join(missing)} is missing")
    if unknown := found.keys() - set(needed) - set(optional):
        raise _bad(where, f"no key named {', '.join(sorted(unknown))}")
    return found


def _kind(name: str, content: Any) -> Kind:
    where = f"kinds.yaml ({name})"
    fields = dict(
        _fields(where, content, ("label", "plural", "meaning"), ("of", "ftm", "huridocs"))
    )
    owners = fields.get("of", [])
    if not isinstance(owners, list):
        raise _bad(where, "of is a list")
    return Kind(name, **{**fields, "of": tuple(owners)})


_NEEDED = ("label", "kinds", "type", "meaning", "sensitivity", "at_a_time")
_OPTIONAL = ("unit", "codes", "refers_to", "selecting", "folds", "ftm", "huridocs", "stac")


def _property(
    name: str,
    content: Any,
    kinds: Mapping[str, Kind],
    lists: Mapping[str, CodeList],
    whole: bool,
) -> Property:
    where = f"properties.yaml ({name})"
    fields = dict(_fields(where, content, _NEEDED, _OPTIONAL))
    for key in ("kinds", "refers_to", "folds"):
        named = fields.get(key, [])
        if not isinstance(named, list):
            raise _bad(where, f"{key} is a list")
        fields[key] = tuple(kinds) if named == ["any"] else tuple(named)
    found = Property(name, **fields)
    if not name.isascii() or not name.replace("_", "").isalnum() or name != name.lower():
        raise _bad(where, "a name is small letters, digits and underscores")
    if strangers := [k for k in (*found.kinds, *found.refers_to) if k not in kinds]:
        raise _bad(where, f"no kind named {', '.join(strangers)}")
    if outside := [k for k in found.folds if k not in found.kinds]:
        raise _bad(where, f"it folds for {', '.join(outside)}, to which it does not belong")
    if found.type not in TYPES:
        raise _bad(where, f"no type named {found.type}")
    if found.sensitivity not in SENSITIVITIES:
        raise _bad(where, f"no sensitivity named {found.sensitivity}")
    if found.selecting not in ("", WITH_PURPOSE):
        raise _bad(where, f"selecting is {WITH_PURPOSE} or left out")
    if found.at_a_time not in ("one", "many"):
        raise _bad(where, "at_a_time is one or many")
    unlisted = whole and found.codes and found.codes not in lists
    if (found.type == "code") != bool(found.codes) or unlisted:
        raise _bad(where, "a code, and only a code, names a code list that exists")
    if (found.type == "count") != bool(found.unit) or (
        found.unit and found.unit not in lists["unit"].codes
    ):
        raise _bad(where, "a count, and only a count, names a unit of the list unit")
    if (found.type == "ref") != bool(found.refers_to):
        raise _bad(where, "a ref, and only a ref, says to which kinds it refers")
    return found


def _code_list(where: str, name: str, content: Any) -> CodeList:
    optional = ("huridocs", "source", "regions")
    fields = _fields(where, content, ("title", "meaning", "codes"), optional)
    if fields.get("regions", ADDED_TO) != ADDED_TO:
        raise _bad(where, f"regions is {ADDED_TO} or left out")
    codes = {
        code: Code(code, **_fields(f"{where} ({code})", body, ("label", "meaning"), ("one",)))
        for code, body in _mapping(where, fields["codes"]).items()
    }
    return CodeList(
        name,
        fields["title"],
        fields["meaning"],
        fields.get("huridocs", ""),
        fields.get("source", ""),
        MappingProxyType(codes),
        fields.get("regions", ""),
    )
