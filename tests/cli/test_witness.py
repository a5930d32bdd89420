"""Partners cosign an archive's log, over HTTP on this machine and by file."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import connections
from tests.cli.running import PROGRAM, Ended

from habeas.cli import witness_server
from habeas.custody.attestation.cosignatures import Cosigner, CosignerKey, read_cosignatures
from habeas.custody.attestation.witness import LARGEST_REQUEST, Witness


def make_witness(habeas: Callable[..., Ended], folder: Path, name: str, log_key: str) -> str:
    """A partner's witness that answers the log; its key."""
    ended = habeas("witness", "init", folder, "--name", name, "--unprotected", "--json")
    assert ended.code == 0, ended.said
    assert habeas("witness", "trust", folder, log_key).code == 0
    return str(ended.json["key"])


def log_key(archive: Path) -> str:
    return (archive / "keys" / "verifiers").read_text().splitlines()[1]


def write_policy(archive: Path, needed: int, *partners: tuple[str, str]) -> None:
    lines = [f"needed = {needed}"]
    for key, url in partners:
        lines += ["[[partner]]", f'key = "{key}"', f'url = "{url}"']
    (archive / "partners.toml").write_text("\n".join(lines) + "\n")


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A witness's server in a thread; its address."""
    from habeas.cli.commands.witness_serve import _cosigners

    listening = witness_server.listen(Witness(folder, *_cosigners(folder, None)), "127.0.0.1", 0)
    thread = threading.Thread(target=listening.run, daemon=True)
    thread.start()
    try:
        yield listening.url
    finally:
        server = listening._server
        with server.trigger.lock:  # the loop takes it too, so it cannot close before the pull
            server.trigger.thunks.append(server.close)
            server.trigger._physical_pull()
        thread.join(timeout=30)
        assert not thread.is_alive()
        server.task_dispatcher.shutdown()


@pytest.fixture
def alice(archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path) -> tuple[Path, str]:
    """Alice's witness folder and key."""
    folder = tmp_path / "alice"
    return folder, make_witness(habeas, folder, "alice.example/w", log_key(archive_here))


@pytest.fixture
def bob(archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "bob"
    return folder, make_witness(habeas, folder, "bob.example/w", log_key(archive_here))


def test_partners_cosign_online(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str], bob: tuple[Path, str]
) -> None:
    with serving(alice[0]) as one, serving(bob[0]) as two:
        write_policy(archive_here, 2, (alice[1], one), (bob[1], f"{two}/"))
        ended = habeas("witness", "request", "--online")
        assert ended.code == 0, ended.said
        assert "alice.example/w cosigned the log with" in ended.out
        assert "is cosigned by 2 of 2 partners; the policy needs 2." in ended.out
        size = habeas("witness", "status", "--json").json["size"]
        again = habeas("witness", "request", "--online", "--json").json
        assert (again["size"], len(again["cosigned"])) == (size, 2), "asking alone adds nothing"
        assert habeas("verify").code == 0
        # The log grows; what was cosigned is logged, and the new checkpoint cosigned.
        assert habeas("compartments", "add", "c", "A case").code == 0
        assert habeas("witness", "status").code == 1
        ended = habeas("witness", "request", "--online", "--json")
        assert ended.code == 0, ended.said
        assert ended.json["enough"] is True
    assert habeas("verify").code == 0
    assert habeas("rebuild", "--check").code == 0
    said = habeas("witness", "list", alice[0], "--json").json["logs"]
    assert [log["size"] for log in said] == [ended.json["size"]]


def test_a_proof_carries_the_cosignatures(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str], tmp_path: Path
) -> None:
    with serving(alice[0]) as url:
        write_policy(archive_here, 1, (alice[1], url))
        assert habeas("witness", "request", "--online").code == 0
    assert habeas("prove", "1", "--out", tmp_path / "p").code == 0
    assert "— alice.example/w " in (tmp_path / "p" / "entry.tlog-proof").read_text(encoding="utf-8")


def test_an_older_copy_of_the_whole_directory_is_caught(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str], tmp_path: Path
) -> None:
    with serving(alice[0]) as url:
        write_policy(archive_here, 1, (alice[1], url))
        assert habeas("witness", "request", "--online").code == 0
        shutil.copytree(archive_here, tmp_path / "older")
        for number in range(4):
            assert habeas("compartments", "add", f"c-{number}", "A case").code == 0
        assert habeas("witness", "request", "--online").code == 0
        _put_back(tmp_path / "older", archive_here)
        assert habeas("verify").code == 0, "by itself the older copy is sound"
        ended = habeas("witness", "request", "--online")
        assert ended.code == 3
        assert "an older copy of the archive was put back" in ended.err
        assert "[log.rolled-back]" in ended.err
        # It is used all the same, until it has more entries than the lost ones.
        for number in range(9):
            assert habeas("compartments", "add", f"d-{number}", "A case").code == 0
        ended = habeas("witness", "request", "--online")
        assert ended.code == 3
        assert "there are two histories" in ended.err
        assert "[log.forked]" in ended.err


def _put_back(older: Path, archive: Path) -> None:
    connections.close_all()
    for path in archive.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(older, archive, dirs_exist_ok=True)


def test_by_file_there_and_back(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str], tmp_path: Path
) -> None:
    write_policy(archive_here, 1, (alice[1], ""))
    stick = tmp_path / "stick"
    assert habeas("witness", "request", "--out", stick).code == 0
    (file,) = stick.glob("*.request")
    assert habeas("witness", "answer", alice[0], file, "--out", stick / "answer").code == 0
    shutil.copytree(archive_here, tmp_path / "older")
    ended = habeas("witness", "add", stick / "answer")
    assert ended.code == 0, ended.said
    assert "cosigned by 1 of 1 partners" in ended.out
    assert habeas("verify").code == 0
    # Later, with the older copy put back, the partner's file shows it.
    assert habeas("compartments", "add", "c", "A case").code == 0
    assert habeas("witness", "request", "--out", stick / "2").code == 0
    (file,) = (stick / "2").glob("*.request")
    assert habeas("witness", "answer", alice[0], file, "--out", stick / "answer-2").code == 0
    _put_back(tmp_path / "older", archive_here)
    ended = habeas("witness", "add", stick / "answer-2")
    assert ended.code == 3
    assert "an older copy of the archive was put back" in ended.err
    # And asked to cosign the older copy, the partner gives back what contradicts it.
    assert habeas("witness", "request", "--out", stick / "3").code == 0
    (file,) = (stick / "3").glob("*.request")
    ended = habeas("witness", "answer", alice[0], file, "--out", stick / "answer-3")
    assert ended.code == 1
    assert "Not cosigned" in ended.out
    assert "[log.rolled-back]" in habeas("witness", "add", stick / "answer-3").err


def test_what_is_refused(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str], tmp_path: Path
) -> None:
    assert "No trust policy at" in habeas("witness", "status").err
    write_policy(archive_here, 1, (alice[1], "http://127.0.0.1:9"))
    assert "Choose how to ask" in habeas("witness", "request").err
    ended = habeas("witness", "request", "--online")
    assert ended.code == 1
    assert "cannot be reached" in ended.err
    assert "no partner" in habeas("witness", "request", "--online", "--partner", "x").err
    (tmp_path / "junk").write_bytes(b"junk")
    assert habeas("witness", "add", tmp_path / "junk").code == 3
    assert habeas("witness", "add", tmp_path / "nothing").code == 3
    ended = habeas("witness", "answer", alice[0], tmp_path / "junk", "--out", tmp_path / "a")
    assert ended.code == 3
    assert not (tmp_path / "a").exists()
    assert habeas("witness", "trust", alice[0], alice[1]).code == 3, "a partner's, not a log's"
    entry_key = next(
        line
        for line in (archive_here / "keys" / "verifiers").read_text().split()
        if "/entry+" in line
    )
    refused = habeas("witness", "trust", alice[0], entry_key)
    assert refused.code == 3
    assert "signs a log's entries" in refused.err
    assert habeas("witness", "list", tmp_path / "older").code == 3
    assert habeas("witness", "init", alice[0], "--name", "x").code == 3
    stranger = Cosigner.generate("alice.example/w").key.vkey
    with serving(alice[0]) as url:
        write_policy(archive_here, 1, (stranger, url))
        assert "other keys than the policy names" in habeas("witness", "request", "--online").err


def test_a_log_that_was_not_named_is_told_what_to_do(
    archive_here: Path, habeas: Callable[..., Ended], tmp_path: Path
) -> None:
    ended = habeas("witness", "init", "../w", "--name", "w.example", "--unprotected", "--json")
    with serving(tmp_path / "w") as url:
        write_policy(archive_here, 1, (ended.json["key"], url))
        ended = habeas("witness", "request", "--online")
    assert ended.code == 1
    assert "must first name this log" in ended.err


def test_a_key_under_a_passphrase(
    habeas: Callable[..., Ended], tmp_path: Path, protected_template: Path
) -> None:
    right, wrong = protected_template / "right", protected_template / "wrong"
    made = habeas("witness", "init", "w", "--name", "w.example", "--passphrase-file", right)
    assert made.code == 0, made.said
    (tmp_path / "request").write_bytes(b"old 0\n")
    for file, said in ((wrong, "does not open"), (right, "Not cosigned.")):
        ended = habeas("witness", "answer", "w", "request", "--out", "a", "--passphrase-file", file)
        assert said in ended.err
    assert (tmp_path / "w" / "key").stat().st_mode & 0o077 == 0


def test_the_server_answers_nothing_else(alice: tuple[Path, str]) -> None:
    with serving(alice[0]) as url:
        host = url.removeprefix("http://")
        for method, path, body, status in (
            ("GET", "/add-checkpoint", None, 405),
            ("PUT", "/add-checkpoint", b"x", 405),
            ("GET", "/", None, 404),
            ("POST", "/add-checkpoint/", b"x", 404),
            ("POST", "/../key", b"x", 404),
            ("GET", "/key", None, 404),
            ("POST", "/add-checkpoint", b"x", 400),
            ("POST", "/add-checkpoint", b"x" * (LARGEST_REQUEST + 1), 413),
        ):
            with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
                connection.request(method, path, body)
                answer = connection.getresponse()
                said = answer.read().decode()
                assert answer.status == status, (method, path, said)
                assert answer.getheader("Server") is None
                assert "habeas" not in said.lower()
        with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
            for _ in range(3):  # keep-alive
                connection.request("POST", "/add-checkpoint", b"x")
                assert connection.getresponse().read()


def test_a_fault_of_the_witness_is_500_and_says_nothing(alice: tuple[Path, str]) -> None:
    (keys,) = alice[0].glob("logs/*/keys")
    keys.write_text("damaged\n")
    witness = Witness(alice[0], Cosigner.generate("w"))
    origin = "habeas/" + "0" * 32
    shutil.copytree(keys.parent, witness.directory / "logs" / _folder(origin))
    body = f"old 0\n\n{origin}\n0\n{'A' * 43}=\n\n— {origin} {'A' * 96}\n".encode()
    answered = witness_server._answer(
        witness,
        {
            "PATH_INFO": "/add-checkpoint",
            "REQUEST_METHOD": "POST",
            "wsgi.input": _Stream(body),
        },
    )
    assert answered.status == 500
    assert str(alice[0]) not in answered.sentence


class _Stream:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int) -> bytes:
        return self._data[:size]


def _folder(origin: str) -> str:
    import hashlib

    return hashlib.sha256(origin.encode()).hexdigest()


def test_an_address_that_is_taken(alice: tuple[Path, str], habeas: Callable[..., Ended]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        ended = habeas("witness", "serve", alice[0], "--port", port)
    assert "is taken" in ended.err
    assert "cannot listen" in habeas("witness", "serve", alice[0], "--address", "192.0.2.1").err


def test_a_monitor_reads_the_newest_checkpoint(
    archive_here: Path, habeas: Callable[..., Ended], alice: tuple[Path, str]
) -> None:
    """By the name of the log only: no list of logs is shown, and nothing of others."""
    origin = log_key(archive_here).partition("+")[0]
    path = f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
    with serving(alice[0]) as url:
        host = url.removeprefix("http://")

        def asked(method: str, path: str) -> tuple[int, bytes]:
            with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
                connection.request(method, path)
                answer = connection.getresponse()
                return answer.status, answer.read()

        assert asked("GET", path)[0] == 404, "nothing is cosigned yet"
        write_policy(archive_here, 1, (alice[1], url))
        assert habeas("witness", "request", "--online").code == 0
        status, note = asked("GET", path)
        assert status == 200
        assert note.startswith(f"{origin}\n".encode())
        assert read_cosignatures(note, [CosignerKey.parse(alice[1])])
        assert asked("HEAD", path) == (200, b"")
        assert asked("POST", path)[0] == 405
        for other in ("/checkpoint", "/" + "0" * 64 + "/checkpoint", "/logs", f"/..{path}"):
            assert asked("GET", other)[0] == 404


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_the_served_witness_as_its_own_program(
    alice: tuple[Path, str], ended_by: signal.Signals
) -> None:
    command = [PROGRAM, "witness", "serve", alice[0], "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            said = b""
            while not said.rstrip().endswith(b"}"):
                said += process.stdout.readline()
            told = json.loads(said)
            assert told["key"] == alice[1]
            host = told["url"].removeprefix("http://")
            assert host.startswith("127.0.0.1:")
            with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
                connection.request("POST", "/add-checkpoint", b"old 0\n")
                assert connection.getresponse().status == 400
        finally:
            process.send_signal(ended_by)
            _, noted = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"Ended." in noted
