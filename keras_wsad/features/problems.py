"""Problems of feature files, and how each was handled."""

import collections
import dataclasses

from keras_wsad.errors import DataError

LEFT_OUT = "left out"
RESAMPLED = "resampled"
KEPT = "kept"


@dataclasses.dataclass(frozen=True)
class FeatureProblem:
    """A problem with the features of one video.

    Args:
        name: str. The video.
        path: str. The file, or `""` where there is none.
        problem: str. A short description.
        action: `"left out"`, `"resampled"` or `"kept"`.
    """

    name: str
    path: str
    problem: str
    action: str


def summarize_problems(problems, num_videos, examples=3):
    """Counts problems by kind, a line each, with a few names.

    Args:
        problems: list of `FeatureProblem`.
        num_videos: int. Number of requested videos.
        examples: int. Names shown per kind. Defaults to `3`.

    Returns:
        str, one line or more.

    Example:

    >>> print(summarize_problems([FeatureProblem("A", "A.txt", "empty", "left out")], 3))
    2 of 3 videos have features; 1 left out, 0 resampled.
      left out    1  empty: A
    """
    kinds = collections.defaultdict(list)
    for problem in problems:
        kinds[problem.action, problem.problem].append(problem.name)
    count = collections.Counter(problem.action for problem in problems)
    lines = [
        f"{num_videos - count[LEFT_OUT]} of {num_videos} videos have features; "
        f"{count[LEFT_OUT]} left out, {count[RESAMPLED]} resampled."
    ]
    by_size = sorted(kinds.items(), key=lambda item: (item[0][0], -len(item[1])))
    for (action, problem), names in by_size:
        more = ", ..." if len(names) > examples else ""
        shown = ", ".join(names[:examples]) + more
        lines.append(f"  {action:9} {len(names):4d}  {problem}: {shown}")
    return "\n".join(lines)


def raise_if_strict(problems):
    """Raises an error that names every video left out or resampled.

    Raises:
        DataError: there is at least one.
    """
    serious = [problem for problem in problems if problem.action != KEPT]
    if serious:
        lines = [f"  {item.path or item.name}: {item.problem}" for item in serious]
        raise DataError(
            f"{len(serious)} videos have no features as expected, which strict makes an "
            "error:\n" + "\n".join(lines)
        )
