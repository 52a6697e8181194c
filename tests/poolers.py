"""A PgBouncer of a test's own before the PostgreSQL server."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from benchmarks.faults.brokers import listens
from benchmarks.faults.cluster import free_port
from tests.faults.crowd import bury, wait_for

PGBOUNCER = shutil.which("pgbouncer")
NONE = "there is no program pgbouncer"
# Fewer connections than an app's pool may open, so that they change hands; the reset would also reset the path.
CONFIG = """\
[databases]
{name} = host={host} port={server} dbname={name} user={user} connect_query='SET search_path TO {schema}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 4
server_reset_query = SELECT 1
"""


@contextmanager
def pooled(url: str, folder: Path, mode: str = "transaction") -> Iterator[str]:
    """The URL of a schema on a server, through a pooler that ends with the block and lends a connection for a transaction, or a session."""
    if PGBOUNCER is None:
        pytest.skip(NONE)
    server, port = make_url(url), free_port()
    schema = str(server.query["options"]).partition("=")[2]
    facts = {"name": server.database, "host": server.host, "server": server.port or 5432, "user": server.username, "schema": schema}
    (folder / "pgbouncer.ini").write_text(CONFIG.format(port=port, mode=mode, **facts))
    # It refuses to be root; it reads the file before it becomes somebody else.
    other = ["-u", "nobody"] if os.getuid() == 0 else []
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([PGBOUNCER, *other, str(folder / "pgbouncer.ini")], stdout=log, stderr=log)
    try:
        wait_for("a pooler that listens", lambda: listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "pgbouncer.log").read_text()
        yield server.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
    finally:
        process.send_signal(signal.SIGTERM)
        bury(process)
