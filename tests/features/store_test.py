import json
import os
import shutil

import h5py
import numpy as np
import pytest

from keras_wsad.errors import DataError
from keras_wsad.features import normalize_clips
from keras_wsad.features import open_store
from keras_wsad.features import pool_segments
from keras_wsad.features.problems import raise_if_strict
from keras_wsad.features.problems import summarize_problems

NAMES = [f"Abuse{number:03d}_x264" for number in range(6)]


@pytest.fixture
def folder(tmp_path, random):
    folder = tmp_path / "features"
    folder.mkdir()
    for name in NAMES:
        np.save(folder / f"{name}.npy", random.random((40, 8), "float32"))
    return folder


def actions(store):
    return {(item.name, item.action, item.problem) for item in store.problems}


def test_rows_are_pooled_and_normalised_features_of_each_video(folder):
    store = open_store(folder, NAMES, num_segments=4, reduce="mean", alignment="release")
    assert store.features.shape == store.normalized_features.shape == (6, 4, 8)
    clips = np.load(folder / f"{NAMES[3]}.npy")
    (row,) = store.videos[NAMES[3]]
    options = {"num_segments": 4, "reduce": "mean", "alignment": "release"}
    np.testing.assert_allclose(store.features[row], pool_segments(clips, **options))
    # Clips are normalised before they are pooled, not after.
    normalized = pool_segments(normalize_clips(clips), **options)
    np.testing.assert_allclose(store.normalized_features[row], normalized)
    assert not store.problems


def test_every_crop_is_a_row(folder, random):
    crops = random.random((12, 10, 8), "float32")
    np.save(folder / f"{NAMES[0]}.npy", crops)
    for crop in range(5):
        np.save(folder / f"{NAMES[1]}__{crop}.npy", crops[:, crop])
    (folder / f"{NAMES[1]}.npy").unlink()
    store = open_store(folder, NAMES, num_segments=4)
    assert [len(store.videos[name]) for name in NAMES] == [10, 5, 1, 1, 1, 1]
    assert store.features.shape[0] == 19
    rows = list(store.videos[NAMES[1]])
    np.testing.assert_array_equal(
        store.features[rows], pool_segments(crops.swapaxes(0, 1)[:5], 4, "max", "aligned")
    )


@pytest.mark.parametrize("suffix", ["_i3d.npy", ".mp4.npy", "-rgb.npy"])
def test_names_with_a_tail_are_found(folder, suffix):
    (folder / f"{NAMES[2]}.npy").rename(folder / f"{NAMES[2]}{suffix}")
    assert NAMES[2] in open_store(folder, NAMES, num_segments=4).videos


def test_a_longer_name_is_another_video(folder):
    (folder / "Abuse000_x264.npy").rename(folder / "Abuse0001_x264.npy")
    store = open_store(folder, NAMES, num_segments=4)
    assert actions(store) == {("Abuse000_x264", "left out", "no feature file")}


def test_bad_files_are_left_out_and_named(folder, random):
    (folder / f"{NAMES[0]}.npy").write_bytes(b"\x93NUMPY half")
    np.save(folder / f"{NAMES[1]}.npy", np.full((40, 8), np.nan))
    np.save(folder / f"{NAMES[2]}.npy", random.random((40, 9)))
    store = open_store(folder, NAMES, num_segments=4)
    assert list(store.videos) == NAMES[3:]
    problems = {item.name: item.problem for item in store.problems}
    assert "unreadable" in problems[NAMES[0]]
    assert problems[NAMES[1]] == "holds NaN or infinity"
    assert problems[NAMES[2]] == "9 features where most files have 8"
    assert "3 of 6 videos have features; 3 left out" in summarize_problems(
        store.problems, 6
    )


def test_whatever_one_file_holds_the_others_are_read(folder, random):
    text = np.full((1, 5, 2, 2), b"word")
    for name in NAMES[:3]:
        (folder / f"{name}.npy").unlink()
    with h5py.File(folder / f"{NAMES[0]}.h5", "w") as file:
        file["features"] = text
    with h5py.File(folder / f"{NAMES[1]}.h5", "w") as file:
        file.create_dataset("features", (1, 200_000, 7168), "u1")
    np.save(folder / f"{NAMES[2]}__0.npy", random.random((40, 8)))
    np.save(folder / f"{NAMES[2]}__1.npy", random.random((3, 8)))
    store = open_store(folder, NAMES, num_segments=4)
    assert list(store.videos) == NAMES[3:]
    assert actions(store) == {
        (NAMES[0], "left out", "expected numbers, found |S4"),
        (NAMES[1], "left out", "declares 1433600000 bytes, but stores 0"),
        (NAMES[2], "left out", "crops of different lengths: 3 and 40 clips"),
    }


def test_text_files_of_odd_length_are_resampled_and_named(folder, random):
    for name, rows in zip(NAMES, (31, 32, 33, 32, 32, 32), strict=True):
        (folder / f"{name}.npy").unlink()
        np.savetxt(folder / f"{name}.txt", random.random((rows, 8)))
    store = open_store(folder, NAMES)
    assert actions(store) == {
        (NAMES[0], "resampled", "31 rows where most files have 32"),
        (NAMES[2], "resampled", "33 rows where most files have 32"),
    }
    assert store.features.shape == (6, 32, 8)


def test_zero_rows_and_twins_are_kept_and_named(folder):
    clips = np.load(folder / f"{NAMES[0]}.npy")
    np.save(folder / f"{NAMES[1]}.npy", clips)
    clips[3] = 0
    np.save(folder / f"{NAMES[2]}.npy", clips)
    store = open_store(folder, NAMES, num_segments=4)
    assert store.identical == [[NAMES[0], NAMES[1]]]
    assert actions(store) == {(NAMES[2], "kept", "all-zero rows")}
    raise_if_strict(store.problems)


def test_strict_names_every_file(folder):
    for name in NAMES[:2]:
        (folder / f"{name}.npy").write_bytes(b"")
    store = open_store(folder, NAMES, num_segments=4)
    with pytest.raises(DataError) as error:
        raise_if_strict(store.problems)
    assert f"{NAMES[0]}.npy" in str(error.value)
    assert f"{NAMES[1]}.npy" in str(error.value)


def test_the_second_opening_reads_the_cache(folder):
    first = open_store(folder, NAMES, num_segments=4)
    second = open_store(folder, NAMES, num_segments=4)
    assert (first.reused, second.reused) == (False, True)
    np.testing.assert_array_equal(first.features, second.features)
    assert first.videos == second.videos


def test_a_changed_file_or_option_is_noticed(folder, random):
    open_store(folder, NAMES, num_segments=4)
    assert not open_store(folder, NAMES, num_segments=5).reused
    path = folder / f"{NAMES[0]}.npy"
    clips = random.random((40, 8), "float32")
    np.save(path, clips)
    os.utime(path, ns=(1, 1))
    store = open_store(folder, NAMES, num_segments=4)
    assert not store.reused
    np.testing.assert_array_equal(
        store.features[0], pool_segments(clips, 4, "max", "aligned")
    )


def test_the_content_key_knows_no_place_and_no_time(folder, tmp_path, random):
    def content_key(folder, num_segments=4):
        return open_store(folder, NAMES, num_segments=num_segments).content_key

    first = content_key(folder)
    copy = shutil.copytree(folder, tmp_path / "elsewhere", copy_function=shutil.copy)
    assert content_key(copy) == first
    assert content_key(copy, num_segments=5) != first
    (copy / f"{NAMES[1]}.npy").replace(copy / f"{NAMES[0]}.npy")
    assert content_key(copy) != first
    np.save(copy / f"{NAMES[0]}.npy", np.load(folder / f"{NAMES[0]}.npy"))
    np.save(copy / f"{NAMES[1]}.npy", np.load(folder / f"{NAMES[2]}.npy"))
    assert content_key(copy) != first


def test_a_damaged_cache_is_made_again(folder):
    store = open_store(folder, NAMES, num_segments=4)
    for damage in (
        lambda: (store.folder / "store.json").write_text("{"),
        lambda: (store.folder / "store.json").write_text("[]"),
        lambda: (store.folder / "store.json").write_text("[" * 100_000),
        lambda: with_other_columns(store.folder / "store.json"),
        lambda: (shutil.rmtree(store.folder), store.folder.touch()),
        lambda: (store.folder / "features.bin").write_bytes(b"\0" * 40),
        lambda: (store.folder / "normalized_features.bin").unlink(),
        lambda: shutil.rmtree(store.folder),
    ):
        damage()
        assert not open_store(folder, NAMES, num_segments=4).reused
        assert open_store(folder, NAMES, num_segments=4).reused


def with_other_columns(path):
    content = json.loads(path.read_text())
    content["videos"] = [columns[:3] for columns in content["videos"]]
    path.write_text(json.dumps(content))


def test_text_files_of_clips_may_be_of_any_length(folder, random):
    for number, name in enumerate(NAMES):
        (folder / f"{name}.npy").unlink()
        np.savetxt(folder / f"{name}.txt", random.random((40 + number, 8)))
    assert not open_store(folder, NAMES, num_segments=4).problems


def test_a_link_that_leads_nowhere_is_left_out(folder):
    (folder / f"{NAMES[0]}.npy").unlink()
    (folder / f"{NAMES[0]}.npy").symlink_to(folder / "gone.npy")
    store = open_store(folder, NAMES, num_segments=4)
    assert actions(store) == {(NAMES[0], "left out", "no such file")}


def test_crops_may_lie_in_a_folder_each(folder, random):
    crops = random.random((5, 12, 8), "float32")
    (folder / f"{NAMES[0]}.npy").unlink()
    for crop in range(5):
        (folder / f"part{9 - crop}").mkdir()
        np.save(folder / f"part{9 - crop}" / f"{NAMES[0]}__{crop}.npy", crops[crop])
    store = open_store(folder, NAMES, num_segments=4)
    rows = list(store.videos[NAMES[0]])
    expected = pool_segments(crops, 4, "max", "aligned")
    np.testing.assert_array_equal(store.features[rows], expected)


def test_what_could_not_be_read_this_time_is_read_the_next(folder, monkeypatch):
    def refuse(path, **kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("keras_wsad.features.formats.np.load", refuse)
        (folder / f"{NAMES[0]}.npy").unlink()
        np.savetxt(folder / f"{NAMES[0]}.txt", np.ones((40, 8)))
        store = open_store(folder, NAMES, num_segments=4)
    assert list(store.videos) == NAMES[:1]
    assert {item.problem for item in store.problems} == {"unreadable (Permission denied)"}
    assert len(open_store(folder, NAMES, num_segments=4).videos) == 6


def test_a_store_that_another_process_made_meanwhile_is_used(folder, monkeypatch):
    from keras_wsad.features import store as module

    fill, others = module.fill_store, []

    def slow_fill(*args):
        if not others:
            others.append(None)
            others.append(open_store(folder, NAMES, num_segments=4))
        return fill(*args)

    monkeypatch.setattr(module, "fill_store", slow_fill)
    store = open_store(folder, NAMES, num_segments=4)
    np.testing.assert_array_equal(store.features, others[1].features)
    assert not list(store.folder.parent.glob(".partial-*"))
    # Other names on the same files are another store; the first is not affected.
    fewer = open_store(folder, NAMES[:2], num_segments=4)
    assert list(fewer.videos) == NAMES[:2]
    assert open_store(folder, NAMES, num_segments=4).reused


@pytest.mark.parametrize("spelling", ["Abuse000_x264.NPY", "Caf\u0065\u0301.npy"])
def test_other_spellings_of_a_name_are_found(folder, spelling):
    (folder / f"{NAMES[0]}.npy").rename(folder / spelling)
    names = [*NAMES, "Caf\u00e9"]
    found = open_store(folder, names, num_segments=4).videos
    assert ("Caf\u00e9" in found) or (NAMES[0] in found)


def test_two_files_for_a_video_are_an_error(folder, random):
    (folder / "other").mkdir()
    np.save(folder / "other" / f"{NAMES[0]}.npy", random.random((40, 8)))
    with pytest.raises(DataError, match=f"{NAMES[0]} in one place.*--features"):
        open_store(folder, NAMES, num_segments=4)


def test_no_features_at_all_are_an_error(tmp_path):
    with pytest.raises(DataError, match=r"Found none that can be used \(no feature file\)"):
        open_store(tmp_path, NAMES)


def test_facts_of_the_real_features(real_data):
    from keras_wsad.data import UCFCrime

    dataset = UCFCrime(real_data / "ucf_crime")
    names = [video.name for video in dataset.train + dataset.test]
    store = open_store(real_data / "ucf_crime" / "r3d34", names)
    empty = {item.name for item in store.problems if item.problem == "empty"}
    assert len(empty) == 132
    assert sum(video.name in empty for video in dataset.train) == 106
    rows = [item.problem[:2] for item in store.problems if item.action == "resampled"]
    assert (rows.count("33"), rows.count("31")) == (63, 50)
    assert int((~store.features.any(axis=-1)).sum()) == 16
    assert len(store.identical) == 20
    assert store.features.shape == (1768, 32, 512)
