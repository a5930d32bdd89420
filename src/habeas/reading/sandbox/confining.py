"""The walls of the sandbox: what bubblewrap is told, and nothing else is visible inside.

Invariants: no network, no other process, no home, no archive; everything visible is
read-only but the scratch, memory of a fixed size that lies apart from whatever is installed
wherever; the environment is made anew. Inside,
the worker is process 1, which nothing inside can kill, and has an unprivileged user id and
no capability. There is no ``/proc``.

Started by a person, bubblewrap makes a user namespace. Started by root it makes the walls as
root, because root's Python may lie where only root can look, and the worker gives up root as
its first act.
"""

from __future__ import annotations

import itertools
import os
import re
import shlex
import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import habeas
from habeas.reading.errors import RiskNotNamed, SandboxBroken, SandboxMissing
from habeas.reading.limits import Limits

RISK = "hostile files can take over this account and this machine"
UNPRIVILEGED = 65534
PROGRAMS = "/usr/bin:/bin:/usr/local/bin"
SCRATCH = "/scratch"
_VISIBLE = (
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
    "/usr",
)
_MERGED = ("/bin", "/lib", "/lib64", "/lib32", "/sbin")
_CACHE = "__pycache__"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": SCRATCH,
    "TMPDIR": SCRATCH,
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "1048576",
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "TOKIO_WORKER_THREADS": "1",
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime reports to its makers without it
}


def environment(scratch: str) -> dict[str, str]:
    """All variables that the worker and its children have."""
    return ENVIRONMENT | {"HOME": scratch, "TMPDIR": scratch}


def scratch_beside(shown: Sequence[str]) -> str:
    """The folder for scratch: one that holds nothing of what is shown, wherever that lies."""
    names = itertools.chain([SCRATCH], (f"{SCRATCH}-{number}" for number in itertools.count(1)))
    return next(name for name in names if not any(_lies_in(path, name) for path in shown))


def _lies_in(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def check_risk(words: str | None) -> None:
    """Reading without a sandbox takes the exact words of ``RISK``."""
    if words is not None and words != RISK:
        raise RiskNotNamed(
            "Reading without a sandbox was asked for in other words than those that name the risk.",
            next_step=f'Write exactly: "{RISK}".',
        )


def find_bubblewrap() -> str:
    found = shutil.which("bwrap", path=PROGRAMS)
    if found is None:
        raise SandboxMissing(
            "bubblewrap is not installed, so files cannot be read safely.",
            next_step=f"Install it (Debian: bubblewrap), or accept in writing that {RISK}.",
        )
    return found


def check_readable() -> None:
    """Refuse where the worker, which gives up root, could not read the program it is made of.

    Python takes a folder that it may not list for an empty one: there would be no readers, and
    every file would be of a kind that nobody reads.
    """
    if os.geteuid() != 0:
        return  # whoever started it is who reads inside
    for path in _of_the_program():
        if not _for_everybody(path):
            raise SandboxBroken(
                f"The sandbox may not read {path}: only its owner may, and whoever opens files "
                "in the sandbox owns nothing.",
                next_step="Let everyone read the program (no evidence is kept there): "
                f"chmod -R go+rX {shlex.quote(_root_of(path))}. Or run habeas as another user "
                "than root.",
            )


def _of_the_program() -> Iterator[str]:
    """What is imported inside: of habeas all, of other packages the folders they lie in.

    Not Python's caches: it reads the sources where it may not read those.
    """
    yield from (path for path in visible_paths() if not path.startswith("/usr/"))
    for site in _site_packages():
        folders_in_it = (entry for entry in os.scandir(site) if entry.is_dir())
        yield from (entry.path for entry in folders_in_it if entry.name != _CACHE)
    for package in habeas.__path__:
        for folder, below, files in os.walk(os.path.realpath(package)):
            below[:] = [name for name in below if name != _CACHE]
            yield folder
            yield from (os.path.join(folder, name) for name in files if name.endswith(".py"))


def _root_of(path: str) -> str:
    return next(root for root in visible_paths() if _lies_in(path, root))


def _for_everybody(path: str) -> bool:
    mode = os.stat(path).st_mode
    return bool(mode & stat.S_IROTH) and (not stat.S_ISDIR(mode) or bool(mode & stat.S_IXOTH))


def worker_command() -> list[str]:
    """Python with nothing but the standard library, the site packages and habeas."""
    program = (
        f"import sys; sys.path[:0] = {_import_paths()!r}; "
        "from habeas.reading.sandbox.worker import main; main()"
    )
    return [os.path.realpath(sys.executable), "-I", "-S", "-c", program]


def bubblewrap_command(
    limits: Limits,
    seccomp_handle: int,
    info_handle: int,
    bubblewrap: str,
    *,
    also: tuple[Path, ...] = (),
) -> list[str]:
    """``also``: files of further readers, visible at their own paths."""
    command = [
        bubblewrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
        "--unshare-cgroup-try", "--hostname", "reading", "--die-with-parent", "--new-session",
        "--as-pid-1", "--clearenv", "--cap-drop", "ALL", "--info-fd", str(info_handle),
    ]  # fmt: skip
    if os.geteuid() == 0:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            command += ["--cap-add", capability]
    else:
        command += ["--unshare-user", "--disable-userns"]
        command += ["--uid", str(UNPRIVILEGED), "--gid", str(UNPRIVILEGED)]
    shown = [*visible_paths(), *map(str, also)]
    scratch = scratch_beside(shown)
    for name, value in environment(scratch).items():
        command += ["--setenv", name, value]
    for path in _folders_above([*shown, *_DEVICES]):
        command += ["--perms", "0755", "--dir", path]  # else only root could look inside
    for path in shown:
        command += ["--ro-bind", path, path]
    for path in _MERGED:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            command += ["--ro-bind", path, path]
    for device in _DEVICES:
        command += ["--dev-bind", device, device]
    command += ["--perms", "1777", "--size", str(limits.scratch_bytes), "--tmpfs", scratch]
    if not any(_lies_in(path, "/tmp") for path in shown):  # noqa: S108
        command += ["--symlink", scratch, "/tmp"]  # noqa: S108 - for programs that know no other
    command += ["--remount-ro", "/", "--chdir", scratch, "--seccomp", str(seccomp_handle)]
    return [*command, "--", *worker_command()]


def visible_paths() -> list[str]:
    """The system's programs, Python, its packages and habeas: nothing of anybody's data."""
    paths = [path for path in _VISIBLE if os.path.exists(path)]
    paths += [sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable))]
    paths += [*_site_packages(), *(os.path.realpath(path) for path in habeas.__path__)]
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(_lies_in(path, over) for over in kept):
            kept.append(path)
    return kept


def _folders_above(paths: list[str]) -> list[str]:
    """The empty folders that hold what is visible, outermost first."""
    above = {str(folder) for path in paths for folder in Path(path).parents}
    above -= {"/"}
    return sorted(folder for folder in above if not f"{folder}/".startswith("/usr/"))


def _import_paths() -> list[str]:
    parents = [os.path.dirname(os.path.realpath(path)) for path in habeas.__path__]
    return [path for path in dict.fromkeys([*_site_packages(), *parents]) if path != ""]


def _site_packages() -> list[str]:
    """Where packages lie: of this environment, and of its path as it is now."""
    found = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    found += [path for path in sys.path if re.search(r"/(site|dist)-packages/?$", path)]
    return [path for path in dict.fromkeys(map(os.path.realpath, found)) if os.path.isdir(path)]
