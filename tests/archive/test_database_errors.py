"""What a database server's settings do to an archive: nothing, or they are named."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from tests.archive.making import newspaper
from tests.archive.test_mirroring import grow
from tests.support.archives import database_of
from tests.support.postgresql import Cluster

from habeas.archive import models as m
from habeas.archive.access import OWNER, visible
from habeas.archive.errors import ArchiveBusy, ArchiveFull, DatabaseSetting, DatabaseTrouble
from habeas.archive.opening import Archive, open_archive
from habeas.archive.store.database_errors import plain_errors, told
from habeas.archive.store.snapshot import snapshot
from habeas.archive.verify.verifying import verify

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
Set = Callable[[str, str], None]


@pytest.fixture
def set_(archive: Archive, postgres: Cluster) -> Set:
    """Changes a default of the archive's database; the next statement is on a new connection."""

    def change(name: str, value: str) -> None:
        postgres.set(database_of(archive.settings.database), name, value)
        connection.close()

    return change


def run(statement: str) -> None:
    with plain_errors(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("standard_conforming_strings", "off"),
        ("default_transaction_isolation", "repeatable read"),
        ("default_transaction_isolation", "serializable"),
        ("default_transaction_deferrable", "on"),
        ("client_encoding", "LATIN1"),
        ("bytea_output", "escape"),
        ("datestyle", "SQL, DMY"),
        ("timezone", "Asia/Urumqi"),
        ("synchronous_commit", "off"),
    ],
)
def test_no_default_of_the_server_changes_what_is_stored_or_read(
    archive: Archive, set_: Set, name: str, value: str
) -> None:
    """With backslashes in literals taken another way, notes were stored as other bytes."""
    set_(name, value)
    with archive.writing() as batch:
        newspaper(batch, "back\\slash ‘例子’ قۇربان")
    names = list(visible(OWNER, m.Source).values_list("name", flat=True))
    assert names == ["Back\\Slash ‘例子’ قۇربان"]
    assert verify(archive).faults == []


def test_every_connection_says_itself_what_correctness_rests_on(
    archive: Archive, set_: Set
) -> None:
    for name, value in (
        ("synchronous_commit", "off"),
        ("default_transaction_isolation", "serializable"),
        ("standard_conforming_strings", "off"),
    ):
        set_(name, value)
    wanted = {
        "synchronous_commit": "on",
        "default_transaction_isolation": "read committed",
        "standard_conforming_strings": "on",
    }
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,)
    with snapshot(archive) as moment:
        for name in ("synchronous_commit", "standard_conforming_strings"):
            assert list(moment._read(f"SELECT current_setting('{name}')")) == [("on",)]


def test_a_server_that_waits_for_its_replicas_still_does(archive: Archive, set_: Set) -> None:
    set_("synchronous_commit", "remote_apply")
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("remote_apply",)


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_whoever_waited_for_the_head_goes_on(archive: Archive, set_: Set, isolation: str) -> None:
    """It had seen the ledger as it was before it waited, and was refused."""
    set_("default_transaction_isolation", isolation)
    failures: list[BaseException] = []

    def append() -> None:
        try:
            grow(archive)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    with archive.writing() as batch:
        newspaper(batch)
        waiting = threading.Thread(target=append)
        waiting.start()
        for _ in range(10_000):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
    waiting.join(timeout=60)
    assert failures == []


@pytest.mark.parametrize(
    ("name", "value", "statement"),
    [
        ("statement_timeout", "20ms", "SELECT pg_sleep(30)"),
        ("default_transaction_read_only", "on", "UPDATE local_state SET value = value"),
    ],
)
def test_a_limit_of_the_server_is_named(
    archive: Archive, set_: Set, name: str, value: str, statement: str
) -> None:
    set_(name, value)
    with pytest.raises(DatabaseSetting) as refused:
        run(statement)
    assert refused.value.code == "archive.database-setting"
    assert name in refused.value.message
    assert f"SHOW {name}" in refused.value.next_step
    assert "backup" not in refused.value.next_step


def test_a_time_out_between_statements_is_named(archive: Archive, set_: Set) -> None:
    set_("idle_in_transaction_session_timeout", "10ms")
    before = archive.size

    def too_slowly() -> None:
        with archive.writing() as batch:
            threading.Event().wait(0.2)
            newspaper(batch)
            batch.flush()

    with pytest.raises(DatabaseTrouble) as refused:
        too_slowly()
    assert "idle_in_transaction_session_timeout" in refused.value.message
    connection.close()
    assert archive.size == before


def test_verifying_and_backing_up_outlast_that_time_out(archive: Archive, set_: Set) -> None:
    """They hash and encrypt large files between two statements, and write nothing."""
    set_("idle_in_transaction_session_timeout", "10ms")
    assert verify(archive, lambda what, done, total: None).faults == []
    with snapshot(archive) as moment:
        threading.Event().wait(0.1)
        assert moment.count(m.LedgerEntry) == archive.size


@pytest.mark.parametrize(
    ("state", "error", "word"),
    [
        ("40001", DatabaseTrouble, "same rows"),
        ("40P01", DatabaseTrouble, "same rows"),
        ("55P03", ArchiveBusy, "Another process"),
        ("53100", ArchiveFull, "disk is full"),
        ("53200", DatabaseTrouble, "memory"),
        ("53300", DatabaseSetting, "max_connections"),
        ("57P01", DatabaseTrouble, "ended the connection"),
        ("57P03", DatabaseTrouble, "starting"),
        ("08006", DatabaseTrouble, "broke off"),
        ("28P01", DatabaseTrouble, "does not let this user in"),
        ("3D000", DatabaseTrouble, "no database of that name"),
        ("42501", DatabaseTrouble, "may not do this"),
        ("58030", DatabaseTrouble, "input/output"),
        ("XX001", DatabaseTrouble, "damaged"),
        ("57014", DatabaseSetting, "statement_timeout"),
    ],
)
def test_each_state_in_the_language_of_the_server(
    archive: Archive, state: str, error: type[Exception], word: str
) -> None:
    """The server raises it with a text that nobody could match."""
    with pytest.raises(error) as refused:
        run(f"DO $$ BEGIN RAISE EXCEPTION 'سۆز' USING ERRCODE = '{state}'; END $$")
    assert type(refused.value) is error
    assert word in str(refused.value)


def test_what_the_program_did_wrong_is_not_put_on_the_server(archive: Archive) -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError) as raised:
        run("SELECT nothing FROM nowhere")
    assert told(raised.value) is None


def test_a_database_that_lets_nobody_in(archive: Archive, postgres: Cluster) -> None:
    name = database_of(archive.settings.database)
    connection.close()
    postgres._run("CREATE ROLE many LOGIN CONNECTION LIMIT 0")
    try:
        archive.directory.joinpath("habeas.toml").write_text(
            archive.directory.joinpath("habeas.toml")
            .read_text()
            .replace(f"{postgres.USER}@", "many@")
        )
        with pytest.raises(DatabaseSetting, match="lets no more connections in"):
            open_archive(archive.directory)
        postgres._run("ALTER ROLE many CONNECTION LIMIT -1")
        with pytest.raises(DatabaseTrouble, match="may not do this"):
            open_archive(archive.directory)
    finally:
        connection.close()
        postgres._run("DROP ROLE many")
    assert name
