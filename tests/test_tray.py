import copy
import gc

import pytest

from zhangju.values import Listing
from zhangju_index.errors import InputError
from zhangju_index.outline import outline_document
from zhangju_index.parsing import document_from_text
from zhangju_ui import adding
from zhangju_ui.shelf import Limits, Upload, replaced_names
from zhangju_ui.strings import say
from zhangju_ui.tray import Tray


class Desk:
    """A library that reads files, and takes them or not as it is told."""

    limits = Limits(documents=3)
    documents = ()

    def __init__(self, error=None, meanwhile=None):
        self.error, self.meanwhile, self.taken = error, meanwhile, []

    def preview(self, upload):
        """Read a file."""
        text = upload.path.read_text("utf-8")
        return outline_document(document_from_text(text, name=upload.name, source=upload.name))

    def add(self, uploads, on_status):
        """Take files, or fail."""
        self.taken = [(upload.name, upload.path.read_text("utf-8")) for upload in uploads]
        if self.meanwhile is not None:
            self.meanwhile()
        if self.error is not None:
            raise self.error
        return ()


def given(folder, *names):
    """Files as Gradio hands them over: equal ones of all visitors lie in one place."""
    for name in names:
        (folder / name).write_text(f"{name}的一句话。", "utf-8")
    return [Upload(name, folder / name) for name in names]


def names(tray):
    """What waits."""
    return [upload.name for upload, _ in tray.waiting]


def test_what_cannot_be_added_waits_again(tmp_path):
    """A library that is busy or full takes no file away: the same can be added a moment later."""
    tray = Tray()
    assert adding.look_at(Desk(), given(tmp_path, "甲.txt", "乙.txt"), tray, "zh-Hans") == []
    *_, words = adding.add(Desk(InputError("full")), tray, "zh-Hans")
    assert "zj-problem" in words
    assert names(tray) == ["甲.txt", "乙.txt"]
    desk = Desk()
    list(adding.add(desk, tray, "zh-Hans"))
    assert desk.taken == [("甲.txt", "甲.txt的一句话。"), ("乙.txt", "乙.txt的一句话。")]
    assert names(tray) == []
    assert list(adding.add(desk, tray, "zh-Hans")) == []


@pytest.mark.parametrize("error", [None, InputError("busy")])
def test_what_is_given_meanwhile_waits(tmp_path, error):
    """Files dropped while others are added are there when that is over, whatever comes of it; the newer of a name stays."""
    tray = Tray()
    adding.look_at(Desk(), given(tmp_path, "甲.txt", "乙.txt"), tray, "en")

    def drop():
        (tmp_path / "乙.txt").write_text("改过的一句话。", "utf-8")
        late = [Upload("乙.txt", tmp_path / "乙.txt"), *given(tmp_path, "丙.txt")]
        assert adding.look_at(Desk(), late, tray, "en") == []
        assert tray.take() == []

    list(adding.add(Desk(error, meanwhile=drop), tray, "en"))
    assert names(tray) == (["乙.txt", "丙.txt"] if error is None else ["甲.txt", "乙.txt", "丙.txt"])
    desk = Desk()
    list(adding.add(desk, tray, "en"))
    assert ("乙.txt", "改过的一句话。") in desk.taken


def test_one_file_of_two_visitors_goes_once_each(tmp_path):
    """Who adds a file, or leaves it out, takes it from nobody else who gave the same."""
    one, other = Tray(), copy.deepcopy(Tray())
    files = given(tmp_path, "甲.txt")
    for tray in (one, other):
        adding.look_at(Desk(), files, tray, "en")
    list(adding.add(Desk(), one, "en"))
    desk = Desk()
    list(adding.add(desk, other, "en"))
    assert desk.taken == [("甲.txt", "甲.txt的一句话。")]


def test_only_what_has_no_room_is_refused(tmp_path):
    """What waits already stays when too much is given; a page that is closed leaves no files behind."""
    tray = Tray()
    adding.look_at(Desk(), given(tmp_path, "1.txt", "2.txt"), tray, "en")
    told = adding.look_at(Desk(), given(tmp_path, "3.txt", "4.txt"), tray, "en")
    assert told == [say("too_many", "en", limit=3)]
    assert names(tray) == ["1.txt", "2.txt", "3.txt"]
    tray.withdraw("2.txt")
    assert names(tray) == ["1.txt", "3.txt"]
    folder = tray.waiting[0][0].path.parent
    assert len(list(folder.iterdir())) == 2
    del tray
    gc.collect()
    assert not folder.exists()


def test_what_takes_a_place_needs_no_room():
    """A file is known by its name without folders; of two that are called so, none takes the place."""
    held = [Listing(name, name, source, 1) for name, source in (("a", "laws/a.md"), ("b", "b.md"))]
    held += [Listing("c", "c", "x/c.md", 1), Listing("d", "d", "y/c.md", 1)]

    assert replaced_names(held) >= {"a.md", "b.md"}
    assert "c.md" not in replaced_names(held)
