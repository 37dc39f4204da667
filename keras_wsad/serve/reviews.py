"""What a review keeps: videos, their predictions and the verdicts, in SQLite."""

import contextlib
import datetime
import json
import os
import pathlib
import sqlite3
import threading

from keras_wsad.errors import DataError
from keras_wsad.errors import RunError
from keras_wsad.files import checked_name

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
_FIELDS = (
    "video",
    "begin_frame",
    "end_frame",
    "verdict",
    "class_name",
    "marked_frame",
    "note",
)


class Reviews:
    """Videos with their predictions, verdicts on their events, and how to undo these.

    A video is `queued`, `running`, `done` or `failed`. Each call is one transaction, and
    after it returns nothing of it is lost by a kill. Calls may come from any thread.

    Args:
        path: str or path. The database; created if it does not exist.

    Attributes:
        revision: int. Grows with every change.

    Raises:
        RunError: the file is no database of reviews, or a newer version has written it.
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.revision = 0
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        try:
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA foreign_keys = ON")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise RunError(
                    f"{path}: expected a review of version {_VERSION} or less. Found "
                    f"{version}, of a newer keras_wsad."
                )
            if version == 0:
                script = f"{_SCHEMA} PRAGMA user_version = {_VERSION};"
                self._database.executescript(f"BEGIN; {script} COMMIT;")
            # Whatever was being read when the last process ended.
            self._write("UPDATE videos SET state = 'queued' WHERE state = 'running'")
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise RunError(f"{path}: expected the database of a review ({error}).") from (
                error
            )
        except RunError:
            self._database.close()
            raise

    def close(self):
        """Closes the database."""
        with self._lock:
            self._database.close()

    # === Videos ===

    def add_video(self, name, path):
        """Adds a video to the queue, in place of one of its name that has failed.

        Args:
            name: str. The video's name, without suffix.
            path: str or path.

        Returns:
            int, its id.

        Raises:
            DataError: no file can have the name, or there is another video of it.
        """
        row = (checked_name(name), os.fsencode(path))
        with self._transaction() as database:
            database.execute(
                "UPDATE videos SET path = ?2, state = 'queued', attempts = 0, message = "
                "NULL WHERE name = ?1 AND state = 'failed'",
                row,
            )
            database.execute(
                "INSERT OR IGNORE INTO videos (name, path, state) VALUES (?, ?, 'queued')",
                row,
            )
            found = database.execute(
                "SELECT id, path FROM videos WHERE name = ?", row[:1]
            ).fetchone()
            if found["path"] != row[1] and not os.path.exists(os.fsdecode(found["path"])):
                # It has been moved.
                database.execute("UPDATE videos SET path = ?2 WHERE name = ?1", row)
            elif found["path"] != row[1]:
                raise DataError(
                    f"Expected videos of different names. Received: {name} again"
                )
        return found["id"]

    def videos(self):
        """Returns all videos, a list of dicts with `content`, `None` before it is known."""
        columns = "id, name, path, state, message, content"
        rows = self._read(f"SELECT {columns} FROM videos ORDER BY id")
        return [_video(row) for row in rows]

    def video(self, number):
        """Returns the video of an id, a dict that has `details` and `played` as well.

        Raises:
            KeyError: there is none.
        """
        return _video(self._one("SELECT * FROM videos WHERE id = ?", number))

    def next_queued(self, attempts):
        """Takes the next video from the queue, which is then `running`.

        Args:
            attempts: int. One that was running as often when the process ended has failed.

        Returns:
            A dict as `video` returns it, or `None` if no video waits.
        """
        self._write(
            "UPDATE videos SET state = 'failed', message = 'the program ended while it "
            "was read' WHERE state = 'queued' AND attempts >= ?",
            attempts,
        )
        rows = self._read("SELECT * FROM videos WHERE state = 'queued' ORDER BY id LIMIT 1")
        if not rows:
            return None
        self._write(
            "UPDATE videos SET state = 'running', attempts = attempts + 1 WHERE id = ?",
            rows[0]["id"],
        )
        return _video(rows[0])

    def release(self):
        """Puts the running video back into the queue, as if it had not been taken."""
        self._write(
            "UPDATE videos SET state = 'queued', attempts = attempts - 1 WHERE state = "
            "'running'"
        )

    def finish(self, number, model, content, details, played=None, message=None):
        """Keeps the prediction of a video, which is then `done`.

        Args:
            number: int. The video's id.
            model: str. Which model it is of.
            content: dict for JSON, what the list of events needs.
            details: dict for JSON, what only the view of the video needs.
            played: str or path, or `None`. The file to play. Defaults to `None`.
            message: str or `None`. Why there is no such file. Defaults to `None`.
        """
        self._write(
            "UPDATE videos SET state = 'done', attempts = 0, message = ?, model = ?, "
            "content = ?, details = ?, played = ? WHERE id = ?",
            message,
            model,
            json.dumps(content, allow_nan=False),
            json.dumps(details, allow_nan=False),
            played and os.fsencode(played),
            number,
        )

    def fail(self, number, message):
        """Notes why a video cannot be predicted; it is then `failed`."""
        self._write(
            "UPDATE videos SET state = 'failed', message = ? WHERE id = ?", message, number
        )

    def requeue_others(self, model):
        """Queues the videos that were predicted by another model."""
        self._write(
            "UPDATE videos SET state = 'queued', attempts = 0 WHERE state = 'done' AND "
            "model != ?",
            model,
        )

    # === Verdicts ===

    def verdicts(self):
        """Returns all verdicts, a list of dicts, in the order of videos and frames."""
        rows = self._read("SELECT * FROM verdicts ORDER BY video, begin_frame, id")
        return [dict(row) for row in rows]

    def save_verdict(self, content, number=None):
        """Adds a verdict, or changes one.

        Args:
            content: dict with `video`, `begin_frame`, `end_frame`, `verdict`,
                `class_name`, `marked_frame` and `note`.
            number: int. The verdict's id, or `None` for a new one. Defaults to `None`.

        Returns:
            The verdict, a dict with `id`.

        Raises:
            KeyError: there is no such video or verdict.
            DataError: begin and end are no frames of the video, or the marked frame does
                not lie between them.
        """
        begin, end, mark = (
            content[name] for name in ("begin_frame", "end_frame", "marked_frame")
        )
        with self._transaction() as database:
            video = self.video(content["video"])
            frames = (video["content"] or {}).get("num_frames") or 0
            if not 0 <= begin < end <= frames or not (mark is None or begin <= mark < end):
                raise DataError(
                    f"Expected 0 <= begin <= marked frame < end <= {frames}. Received: "
                    f"begin={begin}, marked={mark}, end={end}"
                )
            before = None if number is None else self._verdict(number)
            values = [content[field] for field in _FIELDS]
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            columns = ", ".join(("id", *_FIELDS, "changed"))
            cursor = database.execute(
                f"INSERT OR REPLACE INTO verdicts ({columns}) VALUES "
                f"({', '.join('?' * (len(_FIELDS) + 2))})",
                [number, *values, now],
            )
            self._note_change(cursor.lastrowid, before)
            return self._verdict(cursor.lastrowid)

    def delete_verdict(self, number):
        """Removes a verdict.

        Raises:
            KeyError: there is none of this id.
        """
        with self._transaction() as database:
            self._note_change(number, self._verdict(number))
            database.execute("DELETE FROM verdicts WHERE id = ?", (number,))

    def undo(self):
        """Takes back the last change of a verdict.

        Returns:
            int, the id of the verdict, or `None` if there is nothing to undo.
        """
        with self._transaction() as database:
            last = database.execute("SELECT * FROM changes ORDER BY id DESC").fetchone()
            if last is None:
                return None
            database.execute("DELETE FROM verdicts WHERE id = ?", (last["verdict"],))
            if last["before"] is not None:
                before = json.loads(last["before"])
                database.execute(
                    f"INSERT INTO verdicts ({', '.join(before)}) VALUES "
                    f"({', '.join('?' * len(before))})",
                    list(before.values()),
                )
            database.execute("DELETE FROM changes WHERE id = ?", (last["id"],))
            return last["verdict"]

    def _note_change(self, number, before):
        self._database.execute(
            "INSERT INTO changes (verdict, before) VALUES (?, ?)",
            (number, before and json.dumps(before)),
        )

    def _verdict(self, number):
        return dict(self._one("SELECT * FROM verdicts WHERE id = ?", number))

    def _one(self, statement, number):
        rows = self._read(statement, number)
        if not rows:
            raise KeyError(number)
        return rows[0]

    def _read(self, statement, *values):
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def _write(self, statement, *values):
        with self._transaction() as database:
            database.execute(statement, values)

    @contextlib.contextmanager
    def _transaction(self):
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database
            self.revision += 1


def _video(row):
    video = dict(row)
    for name in ("path", "played"):
        video[name] = video.get(name) and os.fsdecode(video[name])
    for name in ("content", "details"):
        video[name] = video.get(name) and json.loads(video[name])
    return video
