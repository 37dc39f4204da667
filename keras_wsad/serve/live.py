"""The last lines that `keras-wsad watch --out FILE` has written, for the page."""

import json
import os

# What a look reads from the end of the file, and what it returns at most.
_BYTES, _SEGMENTS, _ALARMS = 512 * 1024, 300, 20


def read_live(path):
    """Returns what a watch has written last, as a dict for JSON.

    Args:
        path: path. It need not exist yet. A line that is being written is passed over.

    Returns:
        A dict with `segments` and `alarms`, lists of the records of `keras-wsad watch`
        (see `SegmentScore` and `AlarmEvent`), oldest first, and `status`, its last status
        or `None`.
    """
    found = {"segment": [], "alarm": [], "status": []}
    for line in _last_lines(path):
        try:
            record = json.loads(line)
            found[record.pop("type")].append(record)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            continue
    return {
        "segments": found["segment"][-_SEGMENTS:],
        "alarms": found["alarm"][-_ALARMS:],
        "status": found["status"][-1] if found["status"] else None,
    }


def _last_lines(path):
    """Returns the whole lines at the end of a file, a list of bytes."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - _BYTES, 0))
            lines = file.read(_BYTES).split(b"\n")
    except OSError:
        return []
    # The first may have lost its begin, the last is not ended.
    return lines[1 if size > _BYTES else 0 : -1]
