"""What a review keeps: videos, their predictions and the verdicts, in SQLite."""

import datetime
import json
import os

from keras_wsad.errors import DataError
from keras_wsad.files import checked_name
from keras_wsad.serve.review_database import ReviewDatabase

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

    Raises:
        RunError: the file is no database of reviews, or a newer version has written it.
    """

    def __init__(self, path):
        self._database = ReviewDatabase(path)

    @property
    def revision(self):
        """int, grows with every change."""
        return self._database.revision

    def close(self):
        """Closes the database."""
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
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE videos SET path = ?2, state = 'queued', attempts = 0, message = "
                "NULL WHERE name = ?1 AND state = 'failed'",
                row,
            )
            connection.execute(
                "INSERT OR IGNORE INTO videos (name, path, state) VALUES (?, ?, 'queued')",
                row,
            )
            found = connection.execute(
                "SELECT id, path FROM videos WHERE name = ?", row[:1]
            ).fetchone()
            if found["path"] != row[1] and not os.path.exists(os.fsdecode(found["path"])):
                # It has been moved.
                connection.execute("UPDATE videos SET path = ?2 WHERE name = ?1", row)
            elif found["path"] != row[1]:
                raise DataError(
                    f"Expected videos of different names. Received: {name} again"
                )
        return found["id"]

    def videos(self):
        """Returns all videos, a list of dicts with `content`, `None` before it is known."""
        columns = "id, name, path, state, message, content"
        rows = self._database.read(f"SELECT {columns} FROM videos ORDER BY id")
        return [_video(row) for row in rows]

    def video(self, number):
        """Returns the video of an id, a dict that has `details` and `played` as well.

        Raises:
            KeyError: there is none.
        """
        return _video(self._database.read_one("SELECT * FROM videos WHERE id = ?", number))

    def next_queued(self, attempts):
        """Takes the next video from the queue, which is then `running`.

        Args:
            attempts: int. One that was running as often when the process ended has failed.

        Returns:
            A dict as `video` returns it, or `None` if no video waits.
        """
        self._database.write(
            "UPDATE videos SET state = 'failed', message = 'the program ended while it "
            "was read' WHERE state = 'queued' AND attempts >= ?",
            attempts,
        )
        rows = self._database.read(
            "SELECT * FROM videos WHERE state = 'queued' ORDER BY id LIMIT 1"
        )
        if not rows:
            return None
        self._database.write(
            "UPDATE videos SET state = 'running', attempts = attempts + 1 WHERE id = ?",
            rows[0]["id"],
        )
        return _video(rows[0])

    def release(self):
        """Puts the running video back into the queue, as if it had not been taken."""
        self._database.write(
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
        self._database.write(
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
        self._database.write(
            "UPDATE videos SET state = 'failed', message = ? WHERE id = ?", message, number
        )

    def requeue_others(self, model):
        """Queues the videos that were predicted by another model."""
        self._database.write(
            "UPDATE videos SET state = 'queued', attempts = 0 WHERE state = 'done' AND "
            "model != ?",
            model,
        )

    # === Verdicts ===

    def verdicts(self):
        """Returns all verdicts, a list of dicts, in the order of videos and frames."""
        rows = self._database.read("SELECT * FROM verdicts ORDER BY video, begin_frame, id")
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
        with self._database.transaction() as connection:
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
            cursor = connection.execute(
                f"INSERT OR REPLACE INTO verdicts ({columns}) VALUES "
                f"({', '.join('?' * (len(_FIELDS) + 2))})",
                [number, *values, now],
            )
            _note_change(connection, cursor.lastrowid, before)
            return self._verdict(cursor.lastrowid)

    def delete_verdict(self, number):
        """Removes a verdict.

        Raises:
            KeyError: there is none of this id.
        """
        with self._database.transaction() as connection:
            _note_change(connection, number, self._verdict(number))
            connection.execute("DELETE FROM verdicts WHERE id = ?", (number,))

    def undo(self):
        """Takes back the last change of a verdict.

        Returns:
            int, the id of the verdict, or `None` if there is nothing to undo.
        """
        with self._database.transaction() as connection:
            last = connection.execute("SELECT * FROM changes ORDER BY id DESC").fetchone()
            if last is None:
                return None
            connection.execute("DELETE FROM verdicts WHERE id = ?", (last["verdict"],))
            if last["before"] is not None:
                before = json.loads(last["before"])
                connection.execute(
                    f"INSERT INTO verdicts ({', '.join(before)}) VALUES "
                    f"({', '.join('?' * len(before))})",
                    list(before.values()),
                )
            connection.execute("DELETE FROM changes WHERE id = ?", (last["id"],))
            return last["verdict"]

    def _verdict(self, number):
        return dict(self._database.read_one("SELECT * FROM verdicts WHERE id = ?", number))


def _note_change(connection, number, before):
    connection.execute(
        "INSERT INTO changes (verdict, before) VALUES (?, ?)",
        (number, before and json.dumps(before)),
    )


def _video(row):
    video = dict(row)
    for name in ("path", "played"):
        video[name] = video.get(name) and os.fsdecode(video[name])
    for name in ("content", "details"):
        video[name] = video.get(name) and json.loads(video[name])
    return video
