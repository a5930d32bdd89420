"""A throw-away PostgreSQL cluster on a Unix socket, for one test session.

Invariants: it listens on no network address; it runs as an unprivileged user when the
tests run as root (the server refuses root); nothing it writes outlives the session, and it
ends with this process even if that is killed. Its databases sort by a natural language,
not by code point, so that a column which forgot its collation is found out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


def find_binaries() -> Path | None:
    """The directory of the newest installed server's programs, version 15 first."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: (path.parts[-3] != "15", path.parts[-3]),
    )
    return found[0].parent if found else None


class Cluster:
    """A running cluster. Make one with ``Cluster.start``, end it with ``stop``."""

    USER = "habeas"

    def __init__(self, directory: Path, process: subprocess.Popen[bytes]) -> None:
        self.directory = directory
        self._process = process
        self._made = 0
        self._control: psycopg.Connection[Any] | None = None

    @classmethod
    def start(cls, binaries: Path) -> Cluster:
        """Initialise and start a cluster; returns when it answers."""
        directory = Path(tempfile.mkdtemp(prefix="habeas-pg-", dir="/tmp"))
        as_user: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(directory, nobody.pw_uid, nobody.pw_gid)
            as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        try:
            return cls._started(binaries, directory, as_user)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise

    @classmethod
    def _started(cls, binaries: Path, directory: Path, as_user: dict[str, Any]) -> Cluster:
        data = directory / "data"
        subprocess.run(
            [
                *(binaries / "initdb", "--pgdata", data, "--username", cls.USER),
                *("--auth=trust", "--encoding=UTF8", "--no-sync", "--no-instructions"),
                *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"),
            ],
            check=True,
            capture_output=True,
            **as_user,
        )
        log = directory / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", data, "-k", directory),
                    *(part for item in _SETTINGS.items() for part in ("-c", "=".join(item))),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                preexec_fn=_die_with(os.getpid()),
                **as_user,
            )
        cluster = cls(directory, process)
        try:
            cluster._wait(log)
        except BaseException:
            cluster.stop()
            raise
        return cluster

    def _wait(self, log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._control = psycopg.connect(self.url("postgres"), autocommit=True)
            except psycopg.OperationalError:
                ended = self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise RuntimeError(
                        f"PostgreSQL did not start:\n{log.read_text(errors='replace')}"
                    ) from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the server at once and remove everything it wrote."""
        if self._control is not None:
            self._control.close()
        self._process.send_signal(signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address of a database, as ``habeas init --database`` takes it."""
        return f"postgresql://{self.USER}@/{database}?host={self.directory}"

    def create(self, template: str = "template0") -> str:
        """A new database with the content of ``template``; gives its name."""
        self._made += 1
        name = f"test_{self._made}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database; connections that are still open to it are ended."""
        self._run("DROP DATABASE {} WITH (FORCE)", database)

    def set(self, database: str, name: str, value: str) -> None:
        """Change a default of the database, for the connections that come."""
        assert self._control is not None
        statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
        self._control.execute(
            statement.format(sql.Identifier(database), sql.Identifier(name), sql.Literal(value))
        )

    def _run(self, statement: str, *names: str) -> None:
        assert self._control is not None
        self._control.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _die_with(parent: int) -> Callable[[], None]:
    """For the child between fork and exec: end when the process ``parent`` ends."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def set_signal() -> None:
        prctl(_DIE_WITH_PARENT, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return set_signal
