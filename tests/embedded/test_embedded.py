import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from config.embedded import EmbeddedError, running


def ask(url: str, statement: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchone()[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def is_up(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def server_number(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().splitlines()[0])


def picture(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything below `folder`: mode, time of change, content."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


def test_the_first_use_makes_a_database_in_unicode_that_listens_on_this_machine_only(home):
    with running(home, durable=False) as url:
        assert url.startswith("postgresql://xuecheng:")
        assert ask(url, "select current_database()") == "xuecheng"
        assert ask(url, "show server_encoding") == "UTF8"
        assert ask(url, "select datcollate from pg_database where datname = 'xuecheng'") == "C.UTF-8"
        assert ask(url, "show listen_addresses") == "127.0.0.1"
        assert ask(url, "show unix_socket_directories") == ""
        assert ask(url, "show timezone") == "UTC"
        assert ask(url, "show jit") == "off"

    assert not is_up(url)


def test_what_was_written_is_there_the_next_time(home):
    with running(home, durable=False) as url:
        do(url, "create table lesson as select '群众路线' as title")

    with running(home, durable=False) as url:
        assert ask(url, "select title from lesson") == "群众路线"


def test_durable_keeps_fsync_on(home):
    with running(home) as url:
        assert ask(url, "show fsync") == "on"
        assert ask(url, "show synchronous_commit") == "on"
        assert ask(url, "show full_page_writes") == "on"


def test_tests_may_do_without_fsync_but_never_on_data_that_must_last(home):
    with running(home, durable=False) as url:
        assert ask(url, "show fsync") == "off"
    before = picture(home)

    with pytest.raises(EmbeddedError, match="was made for tests, which may lose data"), running(home):
        pass

    assert picture(home) == before


def test_nobody_enters_without_the_password(home):
    with running(home, durable=False) as url:
        password = url.split(":")[2].split("@")[0]

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(password, "guess"))

        assert len(password) == 32
        assert (home / "password").stat().st_mode & 0o777 == 0o600


def test_the_last_one_to_leave_stops_it(home, neighbour):
    with running(home, durable=False) as url:
        other = neighbour()
        assert other.url() == url
    assert is_up(url)

    assert other.leave() == 0

    assert not is_up(url)
    assert not (home / "data" / "postmaster.pid").exists()


def test_four_that_begin_at_once_share_one_server(home, neighbour):
    neighbours = [neighbour() for _ in range(4)]

    urls = {one.url() for one in neighbours}

    assert len(urls) == 1
    assert is_up(urls.pop())


def test_the_server_of_a_killed_process_is_taken_over_and_then_stopped(home, neighbour):
    first = neighbour()
    url = first.url()
    number = server_number(home)
    first.kill()
    assert is_up(url)

    with running(home, durable=False) as again:
        assert again == url
        assert server_number(home) == number

    assert not is_up(url)


def test_a_server_killed_with_its_starter_comes_back_with_what_was_committed(home, neighbour):
    first = neighbour("durable")
    url = first.url()
    do(url, "create table lesson as select '群众路线' as title")
    first.kill()
    os.kill(server_number(home), signal.SIGKILL)

    with running(home) as again:
        assert ask(again, "select title from lesson") == "群众路线"


def test_a_process_number_left_by_a_crash_may_belong_to_a_stranger_now(home, neighbour):
    first = neighbour()
    first.url()
    left_behind = (home / "data" / "postmaster.pid").read_text()
    first.leave()
    owner = (home / "data").stat()
    root = os.geteuid() == 0
    with subprocess.Popen(
        ["sleep", "60"],
        user=owner.st_uid if root else None,
        group=owner.st_gid if root else None,
        extra_groups=[] if root else None,
    ) as stranger:
        lines = left_behind.splitlines()
        stale = home / "data" / "postmaster.pid"
        stale.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(stale, owner.st_uid, owner.st_gid)

        with running(home, durable=False) as url:
            assert is_up(url)
            assert server_number(home) != stranger.pid

        assert stranger.poll() is None
        stranger.kill()


def test_an_initdb_that_was_killed_leaves_no_half_cluster(home, neighbour):
    first = neighbour()
    while not (home / "data.making" / "base").exists():
        time.sleep(0.001)
    kill_everyone_at(home / "data.making")
    first.kill()
    assert not (home / "data").exists()

    with running(home, durable=False) as url:
        assert is_up(url)
        assert not (home / "data.making").exists()


def kill_everyone_at(folder: Path) -> None:
    """Kill the programs that were told to make `folder`."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if bytes(folder) in words:
            os.kill(int(entry.name), signal.SIGKILL)


@pytest.mark.parametrize("name", ["PG_VERSION", "holiday.txt", ".hidden"])
def test_a_folder_that_we_did_not_make_is_refused_and_left_as_it_was(folder, name):
    foreign = folder / "foreign"
    foreign.mkdir()
    (foreign / name).write_text("18\n")
    (foreign / "data").mkdir()
    before = picture(foreign)

    with pytest.raises(EmbeddedError, match="holds something that Xuecheng did not make"), running(foreign):
        pass

    assert picture(foreign) == before


def test_an_empty_folder_is_taken(home):
    home.mkdir(parents=True)

    with running(home, durable=False) as url:
        assert is_up(url)


def test_data_of_another_version_are_refused_with_what_to_do(home):
    with running(home, durable=False):
        pass
    (home / "data" / "PG_VERSION").write_text("12\n")
    before = picture(home)

    with pytest.raises(EmbeddedError) as refusal, running(home, durable=False):
        pass

    assert "were made by PostgreSQL 12, and here is PostgreSQL 18" in str(refusal.value)
    assert "pg_dump" in str(refusal.value)
    assert picture(home) == before


def test_a_server_that_does_not_come_up_says_its_last_words_and_what_to_do(home):
    with running(home, durable=False):
        pass
    with (home / "data" / "postgresql.conf").open("a") as settings:
        settings.write("work_mem = plenty\n")

    with pytest.raises(EmbeddedError) as refusal, running(home, durable=False):
        pass

    assert "PostgreSQL did not start. Read its log" in str(refusal.value)
    assert 'invalid value for parameter "work_mem": "plenty"' in str(refusal.value)


def test_a_path_that_cannot_be_written_is_named(folder):
    (folder / "file").write_text("in the way")

    with pytest.raises(EmbeddedError) as refusal, running(folder / "file" / "postgres"):
        pass

    assert str(folder / "file" / "postgres") in str(refusal.value)
    assert "Not a directory" in str(refusal.value)


def test_programs_that_are_not_there_are_named(home, folder):
    with (
        pytest.raises(EmbeddedError, match=f"There is no PostgreSQL in {folder}"),
        running(home, binaries=folder),
    ):
        pass
