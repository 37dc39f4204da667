import pytest

from keras_wsad.errors import DataError
from keras_wsad.files import checked_name
from keras_wsad.files import index_files
from keras_wsad.video import find_videos
from keras_wsad.video import video_in


@pytest.fixture
def root(tmp_path):
    for name in ("Abuse/A_x264.mp4", "Normal/B.avi", "Normal/deep/C.MKV", "notes.md"):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "root"


def test_files_folders_and_lists_may_be_mixed(root, tmp_path):
    (tmp_path / "list.txt").write_text("\ufeffroot/Normal/B.avi\r\n\nroot/gone.mp4\n")
    videos = find_videos([root / "Abuse" / "A_x264.mp4", tmp_path / "list.txt", root])
    assert list(videos) == ["A_x264", "B", "gone", "C"]
    assert videos["C"] == root / "Normal" / "deep" / "C.MKV"
    assert not videos["gone"].exists()


def test_lines_of_a_list_are_relative_to_the_root(root, tmp_path):
    (tmp_path / "list.txt").write_text("Abuse/A_x264.mp4\nOther\\C.MKV\n")
    videos = find_videos([tmp_path / "list.txt"], root)
    assert videos["A_x264"] == root / "Abuse" / "A_x264.mp4"
    # In another folder than in the list, as in the parts of UCF-Crime.
    assert videos["C"] == root / "Normal" / "deep" / "C.MKV"
    with pytest.raises(DataError, match="Found none of 2, such as"):
        find_videos([tmp_path / "list.txt"])


@pytest.mark.parametrize(
    "text",
    [
        "0.5 1e-3\n0 2\n",
        "\ufeff1.25\n",
        "\n -3.5e+00 4\n",
        "1.703 " * 50_000 + "\n",
        "",
        "\n\n",
    ],
)
def test_text_of_numbers_is_no_list(tmp_path, text):
    path = tmp_path / "Abuse028_x264.txt"
    path.write_text(text)
    assert find_videos([path]) == {"Abuse028_x264": path}


@pytest.mark.parametrize("line", ["1 2.mp4", "0001.mp4", "2024/10.avi"])
def test_names_of_digits_are_a_list(tmp_path, line):
    video = tmp_path / line
    video.parent.mkdir(exist_ok=True)
    video.touch()
    (tmp_path / "list.txt").write_text(f"{line}\n")
    assert list(find_videos([tmp_path / "list.txt"]).values()) == [video]


def test_a_line_longer_than_any_path_is_named(root, tmp_path):
    (tmp_path / "list.txt").write_text("root/Normal/B.avi\n" + "x" * 5000)
    with pytest.raises(DataError, match=r"list\.txt: expected a path a line.*4096"):
        find_videos([tmp_path / "list.txt"])
    # No file can have such a name; the others are found.
    (tmp_path / "list.txt").write_text("root/Normal/B.avi\n" + "x" * 300)
    assert list(find_videos([tmp_path / "list.txt"])) == ["B", str(tmp_path / ("x" * 300))]


def test_two_videos_of_one_name_are_both_named(root):
    (root / "Normal" / "A_x264.avi").touch()
    with pytest.raises(DataError, match=r"root: .*A_x264\.mp4 and .*A_x264\.avi"):
        find_videos([root])


def test_a_video_is_found_by_its_name_whatever_the_case_of_its_ending(root):
    files = index_files(root)
    assert video_in(files, "C") == root / "Normal" / "deep" / "C.MKV"
    assert video_in(files, "B") == root / "Normal" / "B.avi"
    assert video_in(files, "notes") is None


def test_a_place_without_videos_is_named(root, tmp_path):
    with pytest.raises(DataError, match=r"nowhere: expected a video, a folder or a list"):
        find_videos([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: expected videos in it"):
        find_videos([tmp_path / "empty"])
    with pytest.raises(DataError, match="root=nowhere"):
        find_videos([root], "nowhere")
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="expected text in UTF-8"):
        find_videos([tmp_path / "list.txt"])


def test_names_that_no_file_can_be_given_do_not_stop_a_list(root, tmp_path):
    lines = ["root/Normal/B.avi", "..", "Abuse/..", "\x1b.mp4", "\x1b.avi"]
    (tmp_path / "list.txt").write_text("\n".join(lines))
    first, *others = find_videos([tmp_path / "list.txt"])
    assert first == "B"
    assert len(others) == 4
    for name in others:
        with pytest.raises(DataError, match="a name that a file can be given"):
            checked_name(name)
