"""`keras-wsad watch`."""

import argparse
import math
import sys

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.files import printable

# Seconds without a clip of a camera after which the window begins anew.
_LONGEST_GAP = 60.0


@report_errors("nothing was watched")
def watch_command(argv=None, prog="keras-wsad watch"):
    """Watches a camera, or another source of video, with a trained model."""
    arguments = _parser(prog).parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.live.lines import Lines

    lines = Lines(arguments.out)
    with lines.locked():
        return _watch(arguments, lines)


def _watch(arguments, lines):
    from keras_wsad.baselines.registry import PREDICTING
    from keras_wsad.inference import load
    from keras_wsad.inference.backbone import extraction_by
    from keras_wsad.live import AlarmRule
    from keras_wsad.live import Reader
    from keras_wsad.live import SlidingWindow
    from keras_wsad.live import Watch
    from keras_wsad.live import open_source
    from keras_wsad.live.clip_cutter import ClipCutter
    from keras_wsad.live.cooldown import Cooldown
    from keras_wsad.live.delivery import Delivery
    from keras_wsad.live.meter import Meter
    from keras_wsad.live.receivers import mqtt
    from keras_wsad.live.receivers import webhook
    from keras_wsad.runs import newest_run

    rule = AlarmRule(arguments.threshold, arguments.release, arguments.least_seconds)
    receivers = [webhook(url) for url in arguments.webhook]
    receivers += [mqtt(url) for url in arguments.mqtt]
    predictor = load(arguments.model or newest_run(systems=PREDICTING))
    backbone = predictor.open_backbone(
        arguments.weights, arguments.precision, arguments.runtime, predictor.crops
    )
    extraction = extraction_by(backbone, predictor.card.extraction, predictor.crops)
    first, connect = open_source(arguments.source, _say)
    # Videos of a folder come one at a time, whatever their length.
    gap = math.inf if connect is None else _LONGEST_GAP
    window = SlidingWindow(predictor, backbone, arguments.window, gap)
    _say(f"{first.source}: {first.description}")
    meter = Meter()
    reader = Reader(first, connect, lambda: ClipCutter(extraction, extraction.crops), meter)
    deliveries = [Delivery(send, Cooldown(arguments.cooldown)) for send in receivers]
    watch = Watch(
        reader,
        window,
        rule,
        meter,
        lines.write,
        Cooldown(arguments.cooldown),
        deliveries,
    )

    def summary():
        failed = sum(delivery.undelivered for delivery in deliveries)
        reasons = {delivery.problem for delivery in deliveries if delivery.problem}
        why = f" ({'; '.join(sorted(reasons))})" if reasons else ""
        return (
            f"{watch.segments} segments, {watch.alarms} alarms, {meter.skipped_clips} "
            f"skipped clips{f', {failed} alarms not delivered{why}' if failed else ''}; "
            f"the lines are {lines}"
        )

    try:
        try:
            with reader:
                watch.run()
        finally:
            for delivery in deliveries:
                delivery.close()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(summary()) from None
    _say(f"ended; {summary()}")
    if not watch.segments:
        _say(f"no score: a window has {window.num_clips} clips; see --window")
    return 0


def _say(text):
    """Prints a line beside the lines of JSON."""
    print(printable(text), file=sys.stderr, flush=True)


def _parser(prog):
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Watches a source of video: scores its segments with a trained "
        "model, and raises alarms. Scores, alarms and the state of the source are lines "
        "of JSON.",
        epilog="It goes on until it is interrupted, or to the end of a file. Where alarms "
        "are to go to several receivers, name --webhook or --mqtt several times.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a video file, a folder into which videos are being written, a camera such as "
        "/dev/video0, or a URL (rtsp://, http://)",
    )
    parser.add_argument(
        "--model",
        help="a run folder, its model.keras or its saved_model (default: the newest "
        "run of the joint model in runs)",
    )
    parser.add_argument("--weights", help="as of predict")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], help="likewise")
    parser.add_argument(
        "--runtime", choices=["tensorflow", "jax", "torch", "openvino"], help="likewise"
    )
    parser.add_argument(
        "--window",
        type=int,
        metavar="CLIPS",
        help="clips that are scored together, a multiple or a divisor of the model's "
        "segments (default: 4)",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        help="a score above it begins an alarm (default: %(default)s)",
    )
    parser.add_argument(
        "--release",
        type=float,
        help="a score below it ends the alarm (default: 0.9 of the threshold)",
    )
    parser.add_argument(
        "--least_seconds",
        type=float,
        default=0.0,
        help="shortest stretch of video that is an alarm (default: one segment)",
    )
    parser.add_argument(
        "--cooldown",
        type=float,
        default=60.0,
        help="seconds after a delivered alarm in which no other goes to the same receiver "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--out", help="a file to append the lines to (default: standard output)"
    )
    parser.add_argument(
        "--webhook", action="append", default=[], metavar="URL", help="post alarms to it"
    )
    parser.add_argument(
        "--mqtt",
        action="append",
        default=[],
        metavar="mqtt://HOST/TOPIC",
        help="publish alarms to it (pip install 'keras_wsad[mqtt]')",
    )
    return parser
