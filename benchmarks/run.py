"""Times every work against its peers and writes the table of speeds.

python -m benchmarks.run
python -m benchmarks.run --quick --works training_step inference
"""

import argparse
import pathlib
import pkgutil
import sys

import benchmarks.works
from benchmarks.machine import describe_machine
from benchmarks.rows import measure_work
from benchmarks.table import as_markdown
from benchmarks.table import print_work
from benchmarks.table import read_works
from benchmarks.table import write_work
from keras_wsad.files import write_text

RESULTS = pathlib.Path(__file__).parent / "results"
WORKS = tuple(module.name for module in pkgutil.iter_modules(benchmarks.works.__path__))


def work_name(name):
    """Parses the name of a work on a command line.

    Raises:
        ArgumentTypeError: there is no such work.
    """
    # A name with a dot is a module elsewhere.
    if "." not in name and name not in WORKS:
        known = ", ".join(WORKS)
        raise argparse.ArgumentTypeError(f"Expected a work ({known}). Received: {name!r}")
    return name


def at_least_one(text):
    """Parses a number of repetitions on a command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"Expected 1 or more. Received: {number}")
    return number


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, 3 rounds")
    parser.add_argument(
        "--works", nargs="+", type=work_name, default=WORKS, help="default: all"
    )
    parser.add_argument("--repetitions", type=at_least_one, help="rounds of each work")
    parser.add_argument(
        "--results",
        type=pathlib.Path,
        help="default: benchmarks/results, with --quick benchmarks/results/quick",
    )
    arguments = parser.parse_args(argv)
    results = arguments.results or (RESULTS / "quick" if arguments.quick else RESULTS)
    environment = describe_machine()
    problems = []
    for name in arguments.works:
        rows = measure_work(
            name,
            quick=arguments.quick,
            repetitions=arguments.repetitions,
            cores=environment["cores"],
        )
        print_work(rows)
        write_work(results, name.rpartition(".")[2], rows, environment)
        # Contenders that are not installed are only reported; all others must run.
        problems += [row for row in rows if row["problem"]]
    command = "python -m benchmarks.run" + (" --quick" if arguments.quick else "")
    write_text(results / "speed.md", as_markdown(read_works(results), command))
    print(f"{results / 'speed.md'} is written")
    return int(any(not row["problem"].startswith("not installed") for row in problems))


if __name__ == "__main__":
    sys.exit(main())
