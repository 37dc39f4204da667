"""The database of a review: a file of SQLite, one transaction at a time."""

import contextlib
import pathlib
import sqlite3
import threading

from keras_wsad.errors import RunError

_VERSION = 1
_SCHEMA = """
CREATE TABLE videos (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    path BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    message TEXT,
    model TEXT,
    content TEXT,
    details TEXT,
    played BLOB
);
CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    video INTEGER NOT NULL REFERENCES videos,
    begin_frame INTEGER NOT NULL,
    end_frame INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    class_name TEXT,
    marked_frame INTEGER,
    note TEXT NOT NULL,
    changed TEXT NOT NULL
);
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verdict INTEGER NOT NULL,
    before TEXT
);
"""


class ReviewDatabase:
    """Tables of videos, of verdicts and of the changes of these.

    After a transaction nothing of it is lost by a kill. Calls may come from any thread.

    Args:
        path: str or path. Created if it does not exist.

    Attributes:
        revision: int. Grows with every transaction.

    Raises:
        RunError: the file is no database of reviews, or a newer version has written it.
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.revision = 0
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise RunError(f"{path}: expected the database of a review ({error}).") from (
                error
            )
        except RunError:
            self._connection.close()
            raise

    def _open(self, path):
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise RunError(
                f"{path}: expected a review of version {_VERSION} or less. Found "
                f"{version}, of a newer keras_wsad."
            )
        if version == 0:
            script = f"{_SCHEMA} PRAGMA user_version = {_VERSION};"
            self._connection.executescript(f"BEGIN; {script} COMMIT;")
        # Whatever was being read when the last process ended.
        self.write("UPDATE videos SET state = 'queued' WHERE state = 'running'")

    def close(self):
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def read(self, statement, *values):
        """Returns the rows that a statement selects, a list."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def read_one(self, statement, number):
        """Returns the row that a statement selects by an id.

        Raises:
            KeyError: there is none.
        """
        rows = self.read(statement, number)
        if not rows:
            raise KeyError(number)
        return rows[0]

    def write(self, statement, *values):
        """Executes a statement, a transaction of its own."""
        with self.transaction() as connection:
            connection.execute(statement, values)

    @contextlib.contextmanager
    def transaction(self):
        """Gives the connection; what is done with it stands or falls together."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self.revision += 1
