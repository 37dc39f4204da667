"""Writes a valid file for each reader into `tests/corpus`, from which fuzzing begins.

python -m tests.hostile.make_seeds
"""

import json
import tempfile
from pathlib import Path

import av
import h5py
import keras
import numpy as np

from tests.hostile.readers import CORPUS
from tests.hostile.readers import READERS

_EXTRACTION = {
    "backbone": "compact",
    "weights": "random:0",
    "clip_length": 16,
    "stride": 16,
    "size": 80,
    "crops": 1,
    "num_segments": None,
    "precision": "float32",
    "runtime": "tensorflow",
}
_SIDECAR = {
    "extraction": _EXTRACTION,
    "dtype": "float32",
    "num_clips": 3,
    "feature_dim": 4,
    "num_frames": 48,
    "fps": 25.0,
    "video": {"file": "A.mp4", "size": 10, "mtime_ns": 1, "sha256": "0"},
    "damage": None,
    "version": "0.1.0",
}
_TEXTS = {
    "list": "Abuse/A.mp4\nTraining_Normal_Videos_Anomaly/B.mp4\n",
    "annotation": "A.mp4  Abuse  10  20  30  40\nB.mp4  Normal  -1  -1  -1  -1\n",
    "counts": "name,num_frames\nA,640\nB,32\n",
    "marks": "video,class,verdict,begin_frame,end_frame,marked_frame,num_frames\n"
    "A,Abuse,true,0,20,5,40\nB,Normal,false,1,9,,40\n",
    "config": "steps: 10\nlearning_rate: 1.0e-4\nreduce: mean\nlstm: false\n",
    "sidecar": json.dumps(_SIDECAR, indent=1),
    "videos": "file.txt\nAbuse/A.mp4\n",
    "txt": "0.5 1 2e-3\n-1 0 .5\n",
}


def _write_h5(path):
    with h5py.File(path, "w") as file:
        clips = np.linspace(0, 1, 24, dtype="f4").reshape(1, 3, 2, 1, 1, 4)
        file.create_dataset("features", data=clips, chunks=True, compression="gzip")


def _write_model(path):
    # The one in the corpus is of Keras 3.14, which cannot open those of later versions.
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(path)


def _write_weights(path):
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(path)


def _write_video(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        for level in range(6):
            image = np.full((24, 32, 3), 40 * level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))


_BINARIES = {
    "npy": lambda path: np.save(path, np.linspace(0, 1, 12, dtype="f4").reshape(3, 4)),
    "h5": _write_h5,
    "npz": lambda path: np.savez_compressed(path, mean=np.zeros(4), scale=np.ones(4)),
    "weights": _write_weights,
    "model": _write_model,
    "video": _write_video,
}


def main():
    for name, reader in READERS.items():
        folder = CORPUS / name
        folder.mkdir(parents=True, exist_ok=True)
        if name in _TEXTS:
            content = _TEXTS[name].encode()
        else:
            with tempfile.TemporaryDirectory() as temporary:
                path = Path(temporary, f"file{reader.suffix}")
                _BINARIES[name](path)
                content = path.read_bytes()
        (folder / "valid").write_bytes(content)


if __name__ == "__main__":
    main()
