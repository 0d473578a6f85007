"""Database servers that tests start for themselves: Debian's PostgreSQL and MariaDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
import os
from pathlib import Path
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from typing import Final

import pytest

#: Whoever runs the servers when the tests run as root, which both servers refuse.
_USERS: Final = {"postgresql": "postgres", "mariadb": "mysql"}
_NEEDED: Final = {"postgresql": "postgresql", "mariadb": "mariadb-server"}


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL server; yields the URL of an empty database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        _missing("postgresql")
    bin_folder = programs[-1].parent
    with _folder("postgresql") as (folder, as_user):
        run = [*as_user, str(bin_folder / "initdb"), "-D", f"{folder}/data", "-U", "holder"]
        (folder / "password").write_text("s3cret words", "utf-8")
        shutil.chown(folder / "password", _owner("postgresql"))
        subprocess.run(
            [
                *run,
                "-A",
                "scram-sha-256",
                f"--pwfile={folder}/password",
                "-E",
                "UTF8",
                "--locale=C",
            ],
            check=True,
            capture_output=True,
        )
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        control = [*as_user, str(bin_folder / "pg_ctl"), "-D", f"{folder}/data", "-w"]
        subprocess.run(
            [*control, "-l", f"{folder}/log", "-o", options, "start"], check=True, timeout=90
        )
        try:
            yield f"postgresql://holder:s3cret%20words@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=False, timeout=60)


@contextmanager
def mariadb() -> Iterator[str]:
    """Run a MariaDB server; yields the URL of an empty database."""
    server, install = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if not server or not install:
        _missing("mariadb")
    with _folder("mariadb") as (folder, as_user):
        data = f"--datadir={folder}/data"
        subprocess.run(
            [*as_user, install, "--no-defaults", data, "--auth-root-authentication-method=normal"],
            check=True,
            capture_output=True,
        )
        start = folder / "start.sql"
        start.write_text(
            "CREATE DATABASE holds CHARACTER SET latin1;\n"
            "CREATE USER holder@'127.0.0.1' IDENTIFIED BY 's3cret words';\n"
            "GRANT ALL ON holds.* TO holder@'127.0.0.1';\n",
            "utf-8",
        )
        shutil.chown(start, _owner("mariadb"))
        port = _free_port()
        with subprocess.Popen(
            [
                *as_user,
                server,
                "--no-defaults",
                data,
                f"--socket={folder}/socket",
                f"--pid-file={folder}/pid",
                f"--port={port}",
                "--bind-address=127.0.0.1",
                f"--init-file={start}",
                "--skip-name-resolve",
            ],
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if "ready for connections" in line:
                    break
            else:
                pytest.fail(f"MariaDB did not start: {''.join(said[-20:])}")
            try:
                # the driver that Home Assistant brings, where it is installed (it has to be compiled)
                driver = "mysql" if find_spec("MySQLdb") else "mysql+pymysql"
                yield f"{driver}://holder:s3cret%20words@127.0.0.1:{port}/holds"
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)


@contextmanager
def _folder(kind: str) -> Iterator[tuple[Path, list[str]]]:
    """Make a folder for a server; yields it and what makes a program run as its owner."""
    with tempfile.TemporaryDirectory(prefix=f"{kind}-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder, []
            return
        owner = _owner(kind)
        shutil.chown(folder, owner)
        yield folder, ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]


def _owner(kind: str) -> str:
    """Return the user a server runs as."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    return _USERS[kind]


def _missing(kind: str) -> None:
    """Skip, loudly."""
    pytest.skip(
        f"NOT TESTED: there is no {kind} server here. "
        f"Run scripts/setup, or: apt-get install {_NEEDED[kind]}"
    )


def _free_port() -> int:
    """Return a TCP port that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
