"""BagIt 1.0: the conformance suite, and bags of our own."""

from __future__ import annotations

import hashlib
import os
import warnings
from pathlib import Path

import pytest

from habeas.custody.bundles.bags import BagWriter, check_bag
from habeas.custody.errors import BagError, BagUnsafe

INVALID = (
    "bagit-with-invalid-whitespace",  # the reference library accepts this one
    "notAllManifestsListAllFiles",
    "same-filename-listed-twice-with-different-hashes",
    "same-filename-listed-twice-with-the-same-hash",
)


def test_a_valid_bag_of_the_conformance_suite(vectors: Path) -> None:
    assert check_bag(vectors / "bagit" / "v1.0" / "valid" / "basicBag").faults == []


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_bag_of_the_conformance_suite(vectors: Path, name: str) -> None:
    assert check_bag(vectors / "bagit" / "v1.0" / "invalid" / name).faults


def test_nothing_of_the_suite_is_left_out(vectors: Path) -> None:
    suite = vectors / "bagit" / "v1.0"
    assert sorted(path.name for path in (suite / "invalid").iterdir()) == sorted(INVALID)
    assert [path.name for path in (suite / "valid").iterdir()] == ["basicBag"]


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag") as writer:
        writer.add("data/one.txt", b"one\n")
        writer.add("data/deep/två 二.txt", b"two\n")
        writer.add("README.md", b"read me\n")
        writer.finish([("Contact-Name", "Nobody\nPayload-Oxum: 1.1")])
        writer.publish(1_700_000_000)
    return tmp_path / "bag"


def test_our_bags_are_valid_by_the_reference_library_too(bag: Path) -> None:
    assert check_bag(bag).faults == []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library does is its own
        import bagit

        assert bagit.Bag(os.fspath(bag)).validate()
    digest = hashlib.sha256(b"one\n").hexdigest()
    assert f"{digest}  data/one.txt\n" in (bag / "manifest-sha256.txt").read_text("utf-8")
    assert "Contact-Name: Nobody Payload-Oxum: 1.1\n" in (bag / "bag-info.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/one.txt", b"one", b"two"),
        ("README.md", b"read", b"heed"),
        ("bagit.txt", b"1.0", b"0.9"),
        ("bagit.txt", b"BagIt", b"\xef\xbb\xbfBagIt"),
        ("manifest-sha256.txt", b"data/one", b"data/../one"),
        ("manifest-sha256.txt", b"data/one", b"~/one"),
        ("bag-info.txt", b"8.2", b"8.3"),
        ("tagmanifest-sha256.txt", b"README", b"REMADE"),
    ],
)
def test_what_was_altered_is_named(bag: Path, file: str, old: bytes, new: bytes) -> None:
    data = (bag / file).read_bytes()
    assert old in data
    (bag / file).write_bytes(data.replace(old, new))
    assert check_bag(bag).faults


def test_a_file_that_no_manifest_lists_is_a_fault(bag: Path) -> None:
    (bag / "data" / "more").write_bytes(b"")
    assert check_bag(bag).faults


def test_a_manifest_of_an_unknown_algorithm_is_a_fault(bag: Path) -> None:
    (bag / "manifest-crc32.txt").write_bytes(b"00000000  data/one.txt\n")
    assert any("not known" in fault for fault in check_bag(bag).faults)


def tagged(bag: Path, path: str, data: bytes) -> None:
    """Put a tag file into a bag, and into its tag manifest."""
    (bag / path).write_bytes(data)
    with (bag / "tagmanifest-sha256.txt").open("ab") as manifest:
        manifest.write(f"{hashlib.sha256(data).hexdigest()}  {path}\n".encode())


@pytest.mark.parametrize(
    "lines",
    [
        "https://example.org/one 4 data/one.txt",
        "https://example.org/one\t-\tdata/one.txt\r\nhttps://example.org/2 4 data/deep/två 二.txt",
        "",
    ],
)
def test_a_list_of_what_was_fetched_may_stay(bag: Path, lines: str) -> None:
    """Everything is there and as the manifests say: how it came makes no difference."""
    tagged(bag, "fetch.txt", lines.encode())
    assert check_bag(bag).faults == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("https://example.org/x 4 ../../etc/cron.d/x", "cannot be"),
        ("https://example.org/x 4 data/../../x", "cannot be"),
        ("https://example.org/x 4 /data/one.txt", "cannot be"),
        ("https://example.org/x 4 C:/data/one.txt", "cannot be"),
        ("https://example.org/x 4 data/C:/one.txt", "cannot be"),
        ("https://example.org/x 4 data\\one.txt", "cannot be"),
        ("https://example.org/x 4 ~/data/one.txt", "cannot be"),
        ("https://example.org/x 4 data//one.txt", "cannot be"),
        ("https://example.org/x 4 bagit.txt", "cannot be"),
        ("https://example.org/x 4 data/one%2Etxt", "cannot be"),
        ("https://example.org/x 4 data/more.txt", "not in every payload manifest"),
        ("https://example.org/x 5 data/one.txt", "length"),
        ("https://example.org/x 4 data/one.txt\nhttps://example.org/y 4 data/one.txt", "twice"),
        ("https://example.org/x 99999999999999999999999 data/one.txt", "cannot be"),
        ("https://example.org/x -4 data/one.txt", "cannot be"),
        ("https://example.org/a b 4 data/one.txt", "cannot be"),
        ("/etc/passwd 4 data/one.txt", "cannot be"),
        ("https://example.org/x data/one.txt", "cannot be"),
        ("\x00\x01garbage", "cannot be"),
        ("\n", "cannot be"),
    ],
)
def test_a_list_of_files_to_fetch_is_held_to_the_manifests(bag: Path, line: str, why: str) -> None:
    tagged(bag, "fetch.txt", f"{line}\n".encode())
    assert [fault for fault in check_bag(bag).faults if why in fault]


def test_a_list_of_files_to_fetch_that_is_no_text_is_a_fault(bag: Path) -> None:
    tagged(bag, "fetch.txt", b"\xff\xfe")
    assert check_bag(bag).faults == ["fetch.txt is not UTF-8."]


def test_a_file_that_is_still_to_be_fetched_is_missing(bag: Path) -> None:
    """Nothing is fetched here: the bag is not complete."""
    tagged(bag, "fetch.txt", b"https://example.org/one 4 data/one.txt\n")
    (bag / "data" / "one.txt").unlink()
    assert any("data/one.txt is named by" in fault for fault in check_bag(bag).faults)


def test_fetched_files_must_be_in_every_manifest(bag: Path) -> None:
    digest = hashlib.md5(b"two\n", usedforsecurity=False).hexdigest()
    tagged(bag, "manifest-md5.txt", f"{digest}  data/deep/två 二.txt\n".encode())
    tagged(bag, "fetch.txt", b"https://example.org/one - data/one.txt\n")
    assert any("not in every payload manifest" in fault for fault in check_bag(bag).faults)


def test_a_tag_file_that_no_tag_manifest_lists_is_a_fault(bag: Path) -> None:
    (bag / "report.html").write_bytes(b"<p>Read this instead.</p>")
    assert check_bag(bag).faults == [
        "report.html is in no tag manifest: nothing says that it is as it was."
    ]


@pytest.mark.parametrize("path", ["data/C:/x", "data/%41", "data/50%", "C:/x", "data/a\\b"])
def test_a_manifest_s_path_that_means_something_else_elsewhere_is_a_fault(
    bag: Path, path: str
) -> None:
    with (bag / "manifest-sha256.txt").open("ab") as manifest:
        manifest.write(f"{'0' * 64}  {path}\n".encode())
    assert any("of manifest-sha256.txt cannot be" in fault for fault in check_bag(bag).faults)


def test_two_names_that_are_one_on_other_systems_are_a_fault(bag: Path) -> None:
    composed, apart = "data/e\u0301.txt", "data/\u00e9.txt"
    lines = []
    for name in (composed, apart):
        (bag / name).write_bytes(b"x")
        lines.append(f"{hashlib.sha256(b'x').hexdigest()}  {name}\n")
    with (bag / "manifest-sha256.txt").open("a", encoding="utf-8") as manifest:
        manifest.writelines(lines)
    assert any("differ only in how letters" in fault for fault in check_bag(bag).faults)


def test_links_and_pipes_are_never_followed(bag: Path) -> None:
    (bag / "data" / "link").symlink_to("/etc/passwd")
    with pytest.raises(BagUnsafe):
        check_bag(bag)
    (bag / "data" / "link").unlink()
    os.mkfifo(bag / "data" / "pipe")
    with pytest.raises(BagUnsafe):
        check_bag(bag)


def test_a_bag_replaces_nothing_and_is_never_half_there(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(BagError):
        BagWriter(tmp_path / "taken")

    def write_until_the_power_goes() -> None:
        with BagWriter(tmp_path / "new") as writer:
            writer.add("data/one.txt", b"one\n")
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        write_until_the_power_goes()
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_what_a_killed_run_left_is_removed_and_what_another_writes_is_not(tmp_path: Path) -> None:
    left = tmp_path / ".new.0123456789abcdef"
    (left / "data").mkdir(parents=True)
    (left / "data" / "plain.txt").write_text("a witness")
    (tmp_path / ".new.notes").mkdir()
    with BagWriter(tmp_path / "new") as first:
        assert not left.exists()
        with BagWriter(tmp_path / "new"):
            assert first.place.exists()
    assert [path.name for path in tmp_path.iterdir()] == [".new.notes"]


@pytest.mark.parametrize("path", ["../x", "/x", "data/../x", "data//x", "data/\n", "data/%0A", ""])
def test_a_path_that_leaves_the_bag_is_refused(tmp_path: Path, path: str) -> None:
    with BagWriter(tmp_path / "new") as writer, pytest.raises(BagError):
        writer.add(path, b"")
