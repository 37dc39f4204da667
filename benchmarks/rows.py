"""Measures a work and returns the rows of its table."""

from benchmarks import matrix_product
from benchmarks.contender import Contender
from benchmarks.measure import time_in_turn
from benchmarks.statistics import largest_deviation
from benchmarks.statistics import paired_ratio
from benchmarks.statistics import quartiles
from benchmarks.worker import open_work

COLUMNS = (
    *("work", "title", "kind", "contender", "precision", "size", "repetitions"),
    *("median_s", "lower_quartile_s", "upper_quartile_s"),
    *("ratio", "ratio_low", "ratio_high"),
    *("gflop", "gflop_per_s", "ceiling_share", "peak_mib", "cpu_busy"),
    *("others_median", "others_max", "disturbed", "deviation", "tolerance", "problem"),
)

# Largest deviation of a result from that of the first contender, as a share of the
# greatest value, unless the work has a tolerance of its own.
TOLERANCE = {"float32": 1e-4, "bfloat16": 5e-2, "int8": 1e-1}
_CEILING = "benchmarks.matrix_product"


def measure_work(name, *, quick=False, repetitions=None, cores=1):
    """Times all contenders of a work, and matrix products of the same precisions.

    Contenders in bfloat16 are left out on a machine without units for it.

    Args:
        name: str. The work, see `open_work`.
        quick: bool. Whether to use the small size. Defaults to `False`.
        repetitions: int or `None`. Rounds. Defaults to `None`, for the work's own number or
            9, and for 3 if quick.
        cores: int. Cores of the machine. Defaults to `1`.

    Returns:
        A list of dicts with the keys `COLUMNS`; missing numbers are `""`.
    """
    work, which = open_work(name), "quick" if quick else "full"
    repetitions = repetitions or (3 if quick else getattr(work, "REPETITIONS", 9))
    of_work = {"work": name, "module": work, "size": work.SIZES[which]}
    of_ceiling = {"work": _CEILING, "module": matrix_product}
    of_ceiling["size"] = matrix_product.SIZES[which]
    titles = _contenders_of_this_machine(work)
    entries = {("contender", title): of_work for title in titles}
    if work.flops(**of_work["size"]):
        used = {precision_of(work, title) for title in titles}
        entries |= {
            ("ceiling", title): of_ceiling
            for title, precision in matrix_product.PRECISION.items()
            if precision in used
        }
    contenders = {
        entry: Contender(about["work"], entry[1], about["size"])
        for entry, about in entries.items()
    }
    timings = time_in_turn(contenders, repetitions, work.TITLE)
    rows = [
        _row(entry, name, entries[entry], timings[entry], cores) for entry in contenders
    ]
    _compare_with_first(rows, timings, getattr(work, "TOLERANCE", {}))
    _compare_with_ceiling(rows)
    return rows


def _contenders_of_this_machine(work):
    titles = list(work.CONTENDERS)
    others = [title for title in titles if precision_of(work, title) != "bfloat16"]
    if len(others) < len(titles):
        # It imports Keras, which a work of float32 can do without.
        from keras_wsad.hardware import has_bfloat16

        titles = titles if has_bfloat16() else others
    return titles


def precision_of(work, contender):
    """Returns the precision of a contender's products."""
    return getattr(work, "PRECISION", {}).get(contender, "float32")


def ceilings(rows):
    """Returns a dict from precision to the row of its fastest matrix product."""
    best = {}
    for row in rows:
        if row["kind"] == "ceiling" and row["gflop_per_s"]:
            before = best.get(row["precision"], row)
            faster = float(row["gflop_per_s"]) >= float(before["gflop_per_s"])
            best[row["precision"]] = row if faster else before
    return best


def _row(entry, name, about, timing, cores):
    kind, contender = entry
    size = ", ".join(f"{key} {value}" for key, value in about["size"].items())
    row = dict.fromkeys(COLUMNS, "") | {
        "work": name,
        "title": about["module"].TITLE,
        "kind": kind,
        "contender": contender,
        "precision": precision_of(about["module"], contender),
        "size": size,
        "repetitions": len(timing.repetitions),
        "problem": f"not installed: {timing.missing}" if timing.missing else timing.failed,
    }
    if not timing.repetitions:
        return row
    spread = quartiles(timing.seconds)
    busy = [r.cpu_seconds / r.seconds / cores for r in timing.repetitions]
    others = [r.others for r in timing.repetitions if r.others is not None]
    row |= {
        "median_s": spread.median,
        "lower_quartile_s": spread.low,
        "upper_quartile_s": spread.high,
        "peak_mib": timing.peak_mib,
        "cpu_busy": quartiles(busy).median,
        "disturbed": sum(r.disturbed for r in timing.repetitions),
    }
    if others:
        row |= {"others_median": quartiles(others).median, "others_max": max(others)}
    flops = about["module"].flops(**about["size"])
    if flops:
        row |= {"gflop": flops / 1e9, "gflop_per_s": flops / 1e9 / spread.median}
    return row


def _compare_with_first(rows, timings, tolerance):
    """Adds ratios of time and deviations of results to the rows of contenders."""
    first = None
    for row in rows:
        timing = timings[row["kind"], row["contender"]]
        if row["kind"] != "contender" or not timing.repetitions:
            continue
        first = first or timing
        ratio = paired_ratio(first.seconds, timing.seconds)
        row |= {"ratio": ratio.median, "ratio_low": ratio.low, "ratio_high": ratio.high}
        if first.result is not None and timing.result is not None:
            row["deviation"] = largest_deviation(timing.result, first.result)
            row["tolerance"] = (TOLERANCE | tolerance)[row["precision"]]
            if row["deviation"] > row["tolerance"]:
                row["problem"] = "its result is another"


def _compare_with_ceiling(rows):
    best = ceilings(rows)
    for row in rows:
        if row["gflop_per_s"] and row["precision"] in best:
            ceiling = best[row["precision"]]["gflop_per_s"]
            row["ceiling_share"] = row["gflop_per_s"] / ceiling
