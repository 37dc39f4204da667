"""Extraction on a cluster of machines: a driver feeds an actor on each, by Ray Core."""

import collections
import contextlib
import itertools
import logging
import os
import pathlib
import shutil
import socket

from keras_wsad.errors import ConfigError
from keras_wsad.errors import MissingExtraError
from keras_wsad.features.extract_videos import begin_extraction
from keras_wsad.features.extract_videos import check_options
from keras_wsad.features.extract_videos import extract_video
from keras_wsad.features.extraction import Extraction
from keras_wsad.features.extraction import differences
from keras_wsad.features.feature_files import publish
from keras_wsad.features.sidecar import Sidecar

# How often a video is tried whose process was lost: it may be the video that kills it.
_TRIES = 3

_logger = logging.getLogger(__name__)


class _Extractor:
    """What runs on a node: one backbone, and videos in as many threads as Ray gives it."""

    def open(self, backbone, settings):
        # Not in the driver, which computes nothing.
        from keras_wsad.backbones import open_backbone

        self._backbone = open_backbone(**backbone)
        self._extraction = Extraction.of(self._backbone, **settings)
        return self._extraction

    def extract(self, path, workspace, out, dtype):
        return extract_video(path, workspace, out, self._backbone, self._extraction, dtype)


class _Actor:
    """An `_Extractor` of the cluster, as the driver sees it.

    Args:
        place: dict. Where it runs and what it takes there, as options of Ray.
        handle: Ray's handle of it.
    """

    def __init__(self, place, handle):
        self.place = place
        self.handle = handle
        self.videos = {}
        self.is_open = False


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

    Files, sidecars and what is passed over are those of `extract_videos`. Each GPU has an
    actor, or each node without one, which takes its CPUs and opens the backbone once. All
    nodes must have this package, and the videos, the weights and `out` under the same
    paths. The largest files come first.

    A video whose process or node is lost is tried again, last and with nothing beside it,
    three times in all. A node that is lost, or joins later, has no further part.

    Args:
        videos: dict from name to path, see `keras_wsad.video.find_videos`.
        out: str or path. The folder.
        backbone: dict. Arguments of `keras_wsad.backbones.open_backbone`.
        settings: dict. Arguments of `Extraction.of`, but the backbone.
        address: str or `None`. `HOST:PORT` of a cluster. Defaults to `None`, for a Ray of
            this process alone, which ends with the call.
        dtype, overwrite, shard: see `extract_videos`.
        workers: int. Videos that an actor processes at a time. Defaults to `2`.

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
        driver = _Driver(ray, backbone, settings, dtype, workers)
        extraction = driver.open()
        run = begin_extraction(
            videos, out, extraction, dtype=dtype, overwrite=overwrite, shard=shard
        )
        with run as run:
            try:
                driver.extract(run, extraction)
            finally:
                # Before their workspace is removed.
                driver.stop()
    return run.report


class _Driver:
    """Starts an actor in each place of the cluster, and feeds them."""

    def __init__(self, ray, backbone, settings, dtype, workers):
        self._ray = ray
        self._backbone = backbone, settings
        self._dtype = dtype
        self._workers = workers
        self._actors = []
        # From the reference of a call to its actor and its video, `None` for the opening.
        self._calls = {}
        for place in _places(ray):
            self._start(place)

    def open(self):
        """Returns the `Extraction` of the actor that is ready first."""
        while self._calls:
            (call,), _ = self._ray.wait(list(self._calls))
            with contextlib.suppress(_LostError):
                # It is asked for again by `extract`.
                return self._result(call)
            del self._calls[call]
        raise ConfigError("Expected a node of Ray with a CPU or a GPU. Found none.")

    def extract(self, run, extraction):
        """Extracts the videos of a run, one that has begun."""
        sizes = {name: path.stat().st_size for name, path in run.todo.items()}
        waiting = collections.deque(sorted(sizes, key=sizes.get, reverse=True))
        tries, workspaces = collections.Counter(), map(str, itertools.count())
        while waiting or any(actor.videos for actor in self._actors):
            if not self._calls:
                for name in waiting:
                    run.ended(name, f"{run.todo[name]}: no node is left.", None)
                return
            (call,), _ = self._ray.wait(list(self._calls))
            actor, name = self._calls.pop(call)
            workspace = actor.videos.pop(name, None)
            try:
                result = self._result(call)
            except _LostError as loss:
                self._replace(actor)
                if name is None:
                    continue
                tries[name] += 1
                if publish(workspace, run.out):
                    damage = Sidecar.read(run.out / f"{name}.json").damage
                    run.ended(name, None, damage)
                elif tries[name] == _TRIES:
                    error = f"its process was lost {_TRIES} times. {loss}"
                    run.ended(name, f"{run.todo[name]}: {error}", None)
                else:
                    waiting.append(name)
                shutil.rmtree(workspace, ignore_errors=True)
            else:
                if name is not None:
                    run.ended(name, *result)
                elif result == extraction:
                    actor.is_open = True
                else:
                    found = differences(result, extraction)
                    raise ConfigError(f"Expected the same backbone everywhere. {found}")
            for actor in self._actors:
                # A video that has lost a process is the last and alone: none is blamed for
                # another.
                while (
                    actor.is_open
                    and waiting
                    and len(actor.videos) < (1 if tries[waiting[0]] else self._workers)
                ):
                    name = waiting.popleft()
                    # A folder for each try: a process that counts as lost may write on.
                    workspace = run.workspace / next(workspaces) / name
                    actor.videos[name] = workspace
                    call = actor.handle.extract.remote(
                        run.todo[name], workspace, run.out, self._dtype
                    )
                    self._calls[call] = actor, name

    def stop(self):
        """Ends the actors, and waits until they have ended."""
        for actor in self._actors:
            self._ray.kill(actor.handle)
        if self._calls:
            self._ray.wait(list(self._calls), num_returns=len(self._calls), timeout=10)
        self._actors, self._calls = [], {}

    def _start(self, place):
        remote = self._ray.remote(_Extractor).options(
            **place, max_concurrency=self._workers
        )
        actor = _Actor(place, remote.remote())
        self._actors.append(actor)
        self._calls[actor.handle.open.remote(*self._backbone)] = actor, None

    def _replace(self, actor):
        """Starts another actor in place of a lost one, unless its node is lost as well."""
        if actor not in self._actors:
            # Another of its videos was waited for before.
            return
        self._actors.remove(actor)
        self._ray.kill(actor.handle)
        if actor.is_open:
            _logger.warning("a process of Ray was lost; its videos are tried again")
            self._start(actor.place)

    def _result(self, call):
        try:
            return self._ray.get(call)
        except self._ray.exceptions.RayTaskError as error:
            # Ray's own message is a traceback.
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            raise _LostError(str(error).partition("\n")[0]) from error


class _LostError(Exception):
    """A process of Ray has ended, or cannot be reached."""


def _places(ray):
    """Yields where actors shall run: on each GPU, or on each node that has CPUs alone."""
    for node in ray.nodes():
        found = node["Resources"] if node["Alive"] else {}
        cpus, gpus = int(found.get("CPU", 0)), int(found.get("GPU", 0))
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            node["NodeID"], soft=False
        )
        for _ in range(gpus or min(cpus, 1)):
            yield {
                "num_cpus": cpus // max(gpus, 1),
                "num_gpus": min(gpus, 1),
                "scheduling_strategy": strategy,
            }


@contextlib.contextmanager
def _cluster(address):
    """Context manager that connects to a cluster, or starts one, and gives `ray`."""
    if address is not None:
        _check_answers(address)
    # Read when Ray is imported.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise MissingExtraError(
            f"--ray needs Ray: pip install 'keras_wsad[ray]' ({error})"
        ) from error
    # What the driver is set to, nodes must be: features depend on it.
    chosen = {name: os.environ[name] for name in ("KERAS_BACKEND",) if name in os.environ}
    # Without it, Ray prints some twenty lines for each process that is lost.
    ray._private.worker._worker_logs_enabled = False
    ray.init(
        address or "local",
        log_to_driver=False,
        logging_level="ERROR",
        runtime_env={"env_vars": chosen},
        **({} if address else {"include_dashboard": False}),
    )
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
