"""Images of one's own in the GateLens: files of any format, refusals, and the one that came last."""

import html
import re
import threading
from functools import partial

import pytest
from image_files import RAMP, encoded, png_of
from messages import post
from panel_driver import ask, page, send
from PIL import Image

from senet_lab.gatelens import image_file
from senet_lab.gatelens import upload as lens_upload
from senet_lab.gatelens import widget as lens_module
from senet_lab.gatelens.state import IMAGE

TAKEN = {
    "grey": (encoded(Image.fromarray(RAMP)), "center square of 120 x 90 pixels resized to 32 x 32; gray copied"),
    "transparent": (encoded(Image.new("RGBA", (50, 50), (255, 0, 0, 90))), "transparent pixels made white"),
    "large": (encoded(Image.new("RGB", (4000, 3000), "navy"), "JPEG"), "4000 x 3000 pixels resized to 32 x 32"),
    "tiny": (encoded(Image.new("RGB", (1, 1))), "1 x 1 pixels resized to 32 x 32"),
    "moving": (encoded(Image.new("RGB", (9, 9)), "GIF", save_all=True, append_images=[Image.new("RGB", (9, 9), "red")]), "first frame only"),
}  # fmt: skip
REFUSED = {
    "words.txt": (b"these are words", "'words.txt' cannot be read as an image"),
    "half.png": (encoded(Image.effect_noise((200, 200), 90))[:9000], "'half.png' is damaged"),
    "huge.png": (png_of(20_000, 20_000), "'huge.png' is too large"),
    "empty.png": (b"", "'empty.png' is empty"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_an_image_of_ones_own_goes_through_the_network_and_what_was_done_to_it_is_said(lens, name):
    content, words = TAKEN[name]
    shown = send(lens, f"{name}.image", content, parts=3 if len(content) > 9 else 1)
    assert (shown["tab"], shown["error"]) == (IMAGE, "")
    assert words in shown["body"]
    assert shown["said"].startswith(f"{name}.image is classified as")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_will_not_do_is_refused_in_words_and_the_next_choice_works(lens, name):
    content, words = REFUSED[name]
    """What was looked at before stays, whether it is of the sample or one's own; the field says why the other does not."""
    for before, its in (
        (partial(ask, lens, tab=IMAGE, image=3), "Image 4"),
        (partial(send, lens, "good.png", TAKEN["tiny"][0]), "good.png"),
    ):
        assert before()["said"].startswith(f"{its} is classified as")
        shown = send(lens, name, content)
        assert words in shown["error"]
        assert (shown["tab"], shown["said"].startswith(f"{its} is classified as")) == (IMAGE, True)
        assert words in html.unescape(re.search(r'<strong class="sn-refused">(.*?)</strong>', shown["body"])[1])
        assert ("Showing good.png;" in shown["body"]) == (its == "good.png")
        assert 'aria-invalid="true"' in shown["body"]
    shown = send(lens, "better.png", TAKEN["tiny"][0])
    assert (shown["error"], "sn-refused" in shown["body"], "Showing better.png;" in shown["body"]) == ("", False, True)


def test_a_file_is_unpacked_beside_the_thread_that_hears_the_page_and_the_one_that_came_last_counts(lens, monkeypatch):
    threads, goes, refusal = [], threading.Event(), lens_module.refusal

    def slow(own, shape):
        threads.append(threading.current_thread())
        goes.wait(60 if own.name == "first.png" else 0)
        return refusal(own, shape)

    monkeypatch.setattr(lens_module, "refusal", slow)
    only = {"part": 0, "parts": 1}
    post(lens, {"upload": {"file": "first.png", "turn": "a", **only}}, buffers=[TAKEN["tiny"][0]])
    first = lens._uploads._thread
    post(lens, {"upload": {"file": "last.png", "turn": "b", **only}}, buffers=[TAKEN["tiny"][0]])
    lens._uploads.wait(60)
    goes.set()
    first.join(60)
    lens._work.wait(300)
    assert page(lens)["said"].startswith("last.png is classified as")
    assert threading.main_thread() not in threads


def test_a_picture_that_this_network_cannot_take_is_refused_before_it_takes_a_place():
    assert image_file.refusal(image_file.ImageFile("a.png", TAKEN["tiny"][0])) == ""
    assert "input of 8 x 6 x 3" in image_file.refusal(image_file.ImageFile("a.png", TAKEN["tiny"][0]), (8, 6, 3))


def test_parts_of_a_file_that_nobody_wants_any_more_are_dropped():
    taken = []
    uploads = lens_upload.Uploads(taken.append)
    for message in (
        {"file": "a", "turn": "1", "part": 0, "parts": 2},
        {"file": "b", "turn": "2", "part": 0, "parts": 1},
    ):
        uploads.receive(message, [b"xy"])
    uploads.receive({"file": "a", "turn": "1", "part": 1, "parts": 2}, [b"xy"])
    uploads.wait(300)
    assert [own.name for own in taken] == ["b"]
