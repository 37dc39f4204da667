"""How many samples an MP4 file declares, which FFmpeg would believe."""

import os
import struct

# Boxes that hold boxes, on the way to a count of samples.
_OPENED = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf")
# Bytes from the begin of a box's content to its count.
_COUNTS = {b"stsz": 8, b"stz2": 8, b"trun": 4}


def declared_samples(path):
    """Returns the largest number of samples that a track or a fragment declares.

    FFmpeg makes an index of as many entries when it opens the file, some 100 bytes each,
    whatever the file holds: 4 KB may take gigabytes.

    Args:
        path: str or path. A file.

    Returns:
        int, `0` if the file is no MP4.
    """
    most = 0
    with open(path, "rb") as file:
        begin, end = 0, file.seek(0, os.SEEK_END)
        while begin + 16 <= end:
            file.seek(begin)
            size, kind, long_size = struct.unpack(">I4sQ", file.read(16))
            content = begin + (16 if size == 1 else 8)
            if kind in _COUNTS:
                file.seek(content + _COUNTS[kind])
                most = max(most, int.from_bytes(file.read(4), "big"))
            size = long_size if size == 1 else size or end - begin
            # What lies in an opened box comes next, and what follows it after that.
            following = content if kind in _OPENED else begin + size
            if following < content:
                break
            begin = following
    return most
