"""The metrics of a run as a table in the terminal."""

import rich.box
import rich.console
import rich.table

from keras_wsad.evaluation.evaluate import describe_protocol


def print_metrics(metrics):
    """Prints the metrics of an evaluation, with their data and protocol.

    Args:
        metrics: dict, as `keras_wsad.evaluation.evaluate` returns it.
    """
    # A fixed width where there is no terminal, so that logs can be compared.
    console = rich.console.Console(highlight=False)
    width = None if console.is_terminal else 100
    console = rich.console.Console(highlight=False, width=width)
    console.print(_summary(metrics))
    if metrics["classification"]:
        console.print(_classes(metrics))
    about = metrics["about"]
    # Not wrapped, so that a log can be searched for it.
    print(describe_protocol(about))
    fitted_to = about["calibration"]["videos"]
    print(
        f"Scores are calibrated on {fitted_to} held-out training videos: the highest is "
        "the chance that a video is anomalous"
        if fitted_to
        else "Scores are not calibrated: there were no held-out videos to do it on"
    )
    if about["test_videos_without_features"]:
        missing = about["test_videos_without_features"]
        print(
            f"{len(missing)} test videos have no features and are not counted: "
            f"{', '.join(missing[:3])}{', ...' if len(missing) > 3 else ''}"
        )


def _summary(metrics):
    aligned, release = (metrics["detection"][name] for name in ("aligned", "release"))
    frames, anomalous = aligned["frames"], aligned["anomalous_frames"]
    table = rich.table.Table(
        title=f"Detection and classification, {frames:,} test frames, "
        f"{anomalous:,} anomalous",
        box=rich.box.SIMPLE,
    )
    table.add_column("%")
    table.add_column("frames aligned", justify="right")
    table.add_column("as released", justify="right")

    def row(name, key):
        table.add_row(name, *(_with_interval(part, key) for part in (aligned, release)))

    row("frame AUC", "auc")
    row("frame AUC, anomalous videos only", "abnormal_auc")
    row("average precision", "average_precision")
    row("false alarms in normal videos at 0.5", "false_alarm_rate")
    classes = sum(area is not None for area in aligned["class_auc"].values())
    row(f"class AUC, mean of {classes}", "class_auc_mean")
    row("events found at 0.5, IoU 0.3", "found_events")
    row("normal videos silent at 0.5", "silent_normal_videos")
    delays = (part["delay_frames"] for part in (aligned, release))
    delays = ("-" if delay is None else f"{delay:g}" for delay in delays)
    table.add_row("frames from an event to its alarm, median", *delays)
    for iou in ("0.1", "0.3", "0.5", "mean"):
        maps = (part["map_at_iou"][iou] for part in (aligned, release))
        name = "mAP@IoU, mean of .1 to .5" if iou == "mean" else f"mAP@IoU {iou}"
        table.add_row(name, *(_percent(value) for value in maps))
    table.add_section()
    table.add_row("video AUC", _with_interval(metrics["video_level"], "video_auc"), "")
    error = _percent(metrics["video_level"]["calibration_error"])
    table.add_row("calibration error, of videos", error, "")
    classification = metrics["classification"] or {"maa": None, "accuracy": None}
    table.add_row("mAA", _with_interval(classification, "maa"), "")
    table.add_row("accuracy", _percent(classification["accuracy"]), "")
    return table


def _with_interval(part, key):
    text = _percent(part[key])
    low, high = part.get(f"{key}_interval", (None, None))
    if low is not None:
        text += f" [{100 * low:.1f}, {100 * high:.1f}]"
    return text


def _percent(value, digits=2):
    return "-" if value is None else f"{100 * value:.{digits}f}"


def _classes(metrics):
    table = rich.table.Table(title="Accuracy within each class", box=rich.box.SIMPLE)
    for column in ("class", "test videos", "accuracy %", "class AUC %"):
        table.add_column(column, justify="left" if column == "class" else "right")
    areas = metrics["detection"]["aligned"]["class_auc"]
    for name, entry in metrics["classification"]["per_class"].items():
        support = entry["support"]
        accuracy, area = _percent(entry["accuracy"], 1), _percent(areas.get(name), 1)
        table.add_row(name, str(support), accuracy, area)
    return table
