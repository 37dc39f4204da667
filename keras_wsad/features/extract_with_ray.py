"""Extraction on a cluster of machines: a driver feeds actors on all nodes, by Ray Core."""

import collections
import contextlib
import logging
import math
import os
import pathlib
import socket
import tempfile

from keras_wsad.errors import ConfigError
from keras_wsad.extras import import_extra
from keras_wsad.features.extract_videos import begin_extraction
from keras_wsad.features.extract_videos import check_options
from keras_wsad.features.extract_videos import extract_video
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences

# How often a video is tried whose process was lost: it may be the video that kills it.
_TRIES = 3

# Seconds until it is said that nothing has begun.
_PATIENCE = 60

_logger = logging.getLogger(__name__)


def extract_with_ray(
    videos,
    out,
    backbone,
    settings,
    *,
    address=None,
    dtype="float32",
    workers=2,
    overwrite=False,
    shard=None,
):
    """Extracts the features of many videos into a folder, on all nodes of a Ray cluster.

    Files, sidecars and what is passed over are those of `extract_videos`. Each GPU, or
    each node without one, has `workers` processes, and each of them opens the backbone
    once and processes one video at a time. All nodes must have this package, and the
    videos, the weights and `out` under the same paths. The largest files come first.

    A video whose process or node is lost is tried again after the others, three times in
    all. A node that is lost, or joins later, has no further part.

    Args:
        videos: dict from name to path, see `keras_wsad.video.find_videos`.
        out: str or path. The folder.
        backbone: dict. Arguments of `keras_wsad.backbones.open_backbone`.
        settings: dict. Arguments of `Extraction.of`, but the backbone.
        address: str or `None`. `HOST:PORT` of a cluster. Defaults to `None`, for a Ray of
            this process alone, which ends with the call.
        dtype, overwrite, shard: see `extract_videos`.
        workers: int. Processes on each GPU, or on each node without one. Defaults to `2`.

    Returns:
        An `ExtractionReport`.

    Raises:
        ConfigError: there is no cluster at the address, or nodes differ in the backbone.
        MissingExtraError: Ray is not installed.
        ConfigError, LockedError, OSError, WeightsError: see `extract_videos` and
            `open_backbone`, here or on a node.
    """
    check_options(workers, dtype)
    videos = {name: pathlib.Path(path).absolute() for name, path in videos.items()}
    out = pathlib.Path(out).absolute()
    with _cluster(address) as ray:
        actors = _Actors(ray, backbone, settings, workers)
        extraction = actors.open()
        begun = begin_extraction(
            videos, out, extraction, dtype=dtype, overwrite=overwrite, shard=shard
        )
        with begun as run:
            try:
                _feed(actors, run, extraction, dtype)
            finally:
                # Before their workspace is removed.
                actors.stop()
    return run.report


def _feed(actors, run, extraction, dtype):
    """Extracts the videos of a run, one at a time in each actor."""
    sizes = {name: path.stat().st_size for name, path in run.todo.items()}
    waiting = collections.deque(sorted(sizes, key=sizes.get, reverse=True))
    tries = collections.Counter()
    while waiting or actors.busy:
        while waiting and actors.idle:
            name = waiting.popleft()
            # A folder for each try: a process that counts as lost may write on.
            folder = pathlib.Path(tempfile.mkdtemp(dir=run.workspace), name)
            actors.call(name, run.todo[name], folder, run.out, dtype)
        if not actors.has_calls:
            for name in waiting:
                error = f"no node is left. {actors.last_loss}"
                run.ended(name, f"{run.todo[name]}: {error}", None)
            return
        name, result, loss = actors.wait()
        if name is None:
            if not loss and result != extraction:
                found = differences(result, extraction)
                raise ConfigError(f"Expected the same backbone everywhere. {found}")
        elif not loss:
            run.ended(name, *result)
        elif tries[name] < _TRIES - 1:
            tries[name] += 1
            _logger.warning("the process of %s was lost; it is tried again", name)
            waiting.append(name)
        else:
            error = f"its process was lost {_TRIES} times. {loss}"
            run.ended(name, f"{run.todo[name]}: {error}", None)


class _Extractor:
    """What runs on a node: one backbone, and one video after another."""

    def open(self, backbone, settings):
        # Not in the driver, which computes nothing.
        from keras_wsad.backbones import open_backbone

        self._backbone = open_backbone(**backbone)
        self._extraction = Extraction.of(self._backbone, **settings)
        return self._extraction

    def extract(self, path, workspace, out, dtype):
        # The driver has found the one and made the other: elsewhere they would be lost.
        for shared in (path, workspace.parent):
            if not shared.exists():
                raise ConfigError(
                    f"Expected the videos and --out under the same paths on all nodes. "
                    f"{socket.gethostname()} has no {shared}"
                )
        return extract_video(path, workspace, out, self._backbone, self._extraction, dtype)


class _Actors:
    """The `_Extractor`s of a cluster, and the calls that they have.

    Attributes:
        idle: list of the actors that are open and have no video.
        last_loss: str. How a process was lost that could not open the backbone.
    """

    def __init__(self, ray, backbone, settings, workers):
        self.idle = []
        self.last_loss = ""
        self._ray = ray
        self._opening = backbone, settings
        # From the reference of a call to its actor, the options of Ray that it was started
        # with, and its video, `None` while it opens the backbone.
        self._calls = {}
        for options in _places(ray, workers):
            self._start(options)

    @property
    def has_calls(self):
        return bool(self._calls)

    @property
    def busy(self):
        """Whether an actor has a video."""
        return any(name is not None for *_, name in self._calls.values())

    def open(self):
        """Returns the `Extraction` of the actor that is ready first."""
        while self._calls:
            if not self._ray.wait(list(self._calls), timeout=_PATIENCE)[0]:
                _logger.warning("no process has begun yet; are all CPUs and GPUs taken?")
                continue
            _, result, loss = self.wait()
            if not loss:
                return result
        raise ConfigError(
            "Expected a node of Ray with a CPU or a GPU that opens the backbone. Found "
            f"none. {self.last_loss}"
        )

    def call(self, name, *arguments):
        """Has an idle actor extract a video."""
        actor, options = self.idle.pop()
        self._calls[actor.extract.remote(*arguments)] = actor, options, name

    def wait(self):
        """Waits until a call ends.

        Returns:
            `(name, result, loss)`: the video, or `None` for an opening; what the call
            returned; and, as str, how its process was lost, or `None`.
        """
        (call,), _ = self._ray.wait(list(self._calls))
        actor, options, name = self._calls.pop(call)
        try:
            result = self._ray.get(call)
        except self._ray.exceptions.RayTaskError as error:
            # Ray's own message is a traceback.
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            self._ray.kill(actor)
            loss = " ".join(str(error).split())
            if name is not None:
                self._start(options)
            else:
                # Its node is lost, or lacks what a process needs: it is not asked again.
                self.last_loss = loss
                _logger.warning("a process could not open the backbone. %s", loss)
            return name, None, loss
        self.idle.append((actor, options))
        return name, result, None

    def stop(self):
        """Ends the actors, and waits until they have ended."""
        for actor, *_ in (*self.idle, *self._calls.values()):
            self._ray.kill(actor)
        if self._calls:
            self._ray.wait(list(self._calls), num_returns=len(self._calls), timeout=10)

    def _start(self, options):
        actor = self._ray.remote(_Extractor).options(**options).remote()
        self._calls[actor.open.remote(*self._opening)] = actor, options, None


def _places(ray, workers):
    """Yields what an actor takes and where, for all of them, as options of Ray."""
    for node in ray.nodes():
        found = node["Resources"] if node["Alive"] else {}
        cpus, gpus = found.get("CPU", 0), int(found.get("GPU", 0))
        if not cpus and not gpus:
            continue
        actors = max(gpus, 1) * workers
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            node["NodeID"], soft=False
        )
        for _ in range(actors):
            # Ray takes whole ones or a part of one, and rounds to four digits: up, the last
            # actor would find no place.
            yield {
                "num_cpus": cpus // actors or math.floor(1e4 * cpus / actors) / 1e4,
                "num_gpus": math.floor(1e4 * gpus / actors) / 1e4,
                "scheduling_strategy": strategy,
            }


@contextlib.contextmanager
def _cluster(address):
    """Context manager that connects to a cluster, or starts one, and gives `ray`."""
    if address is not None:
        _check_answers(address)
    # Read when Ray is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    ray = import_extra("ray", "ray")
    import_extra("ray.util.scheduling_strategies", "ray")
    # Processes share a GPU; none may take all of its memory.
    variables = {
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }
    # What the driver is set to, nodes must be: features depend on it.
    if "KERAS_BACKEND" in os.environ:
        variables["KERAS_BACKEND"] = os.environ["KERAS_BACKEND"]
    # Without it, Ray prints some twenty lines for each process that is lost.
    ray._private.worker._worker_logs_enabled = False
    try:
        ray.init(
            address or "local",
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"env_vars": variables},
            **({} if address else {"include_dashboard": False}),
        )
    except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
        raise ConfigError(
            f"Expected a Ray cluster at {address or 'this machine'} ({error}). One that "
            "asks for a token wants RAY_AUTH_MODE=token and ~/.ray/auth_token here, too."
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _check_answers(address):
    """Raises a `ConfigError` if nothing listens: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"Expected HOST:PORT of a Ray cluster. Received: {address!r} ({error})"
        ) from error
