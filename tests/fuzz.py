"""Fuzzes a reader with atheris, guided by the coverage of its code.

    pip install atheris
    python -m tests.fuzz h5 --seconds 600

It begins with the files of `tests/corpus/READER`. A file on which the reader crashes, hangs
for over 5 seconds or takes over 2 GiB ends it, and is written to `--found`; moved into the
corpus, it is a test from then on.
"""

import argparse
import shutil
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["keras_wsad"]):
    from tests.hostile import readers


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("reader", choices=readers.READERS)
    parser.add_argument("--seconds", type=int, default=60, help="how long. Default: 60")
    parser.add_argument("--found", default=".", help="for what breaks it. Default: .")
    options = parser.parse_args()
    # libFuzzer leaves the process without the end of a `with` block.
    folder = tempfile.mkdtemp(prefix="fuzz-")
    corpus = f"{folder}/corpus"
    shutil.copytree(readers.CORPUS / options.reader, corpus)
    valid = (readers.CORPUS / options.reader / "valid").read_bytes()
    with atheris.instrument_imports(include=["keras_wsad"]):
        # Imports at first use would count as the time of one file.
        readers.check(options.reader, valid, folder)
    flags = [
        f"-max_total_time={options.seconds}",
        f"-artifact_prefix={options.found}/",
        "-timeout=5",
        "-rss_limit_mb=2048",
        "-max_len=65536",
        "-print_final_stats=1",
    ]
    atheris.Setup(
        [sys.argv[0], *flags, corpus],
        lambda content: readers.check(options.reader, content, folder),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
