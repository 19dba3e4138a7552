"""The network and its parts as drawings: to scale, numbers of the ledger, nothing over anything else, all reachable."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import escape
from itertools import combinations, pairwise

import pytest

from senet_lab import Architecture, Ledger, SEResNet, Sketch
from senet_lab.architecture.presets import PRESETS
from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.overview import HEIGHT, draw_network
from senet_lab.drawing.network.part import draw_part
from senet_lab.drawing.network.paths import breadcrumb, resolve
from senet_lab.drawing.network.summary import picture
from senet_lab.drawing.network.words import facts, layers_of, stride_of
from senet_lab.nets.layers import Add, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, ReLU

RESNEXT = Architecture("resnext", 50)
RESNEXT152 = Architecture("resnext", 152)
NAMESPACE = "{http://www.w3.org/2000/svg}"
PLACES = ("standard", "pre", "post", "identity", "3x3")
OWN = replace(RESNEXT, groups=((64, 2), (128, 3)), input_shape=(32, 32, 3), classes=10)
POOLED = Architecture(
    "resnext", 26, stem="tiered", stem_width=32, projection_pooling=True, downsampling="average", convention="timm"
)
EXTREMES = {
    "32 pixels": replace(RESNEXT, input_shape=(32, 32, 3)),
    "1024 pixels": replace(RESNEXT152, input_shape=(1024, 1024, 3)),
    "not square": replace(RESNEXT152, input_shape=(1024, 768, 3)),
    "one group of 100": replace(RESNEXT, groups=((64, 100),)),
    "three blocks": replace(RESNEXT, groups=((64, 1), (128, 1), (256, 1))),
    "8 groups": Architecture(groups=((64, 9),) * 8, input_shape=(2048, 1536, 3)),
    "12 groups": Architecture(groups=((64, 1000),) * 12, input_shape=(8192, 8192, 3)),
    "many classes": replace(RESNEXT, classes=10**7),
    "wide": Architecture(groups=((2**16, 2),), ratio=2),
    "many paths": replace(RESNEXT, cardinality=4096),
    "no top": replace(RESNEXT, include_top=False),
    "no squeeze-excite": replace(RESNEXT, ratio=None),
    "narrow squeeze": replace(RESNEXT, ratio=256, convention="timm"),
    "own groups": OWN,
    **{f"place {place}": Architecture("resnext", 26, place=place, convention="paper") for place in PLACES},
    "basic, identity": Architecture(depth=34, place="identity"),
    **{f"attention {name}": Architecture("resnext", attention=name) for name in ATTENTIONS},
    "attention cbam, identity": Architecture(attention="cbam", place="identity", convention="paper"),
    "wide eca": Architecture(groups=((2**14, 2),), attention="eca", eca_kernel="formula"),
    "a wide scse": Architecture(groups=((2**14, 2),), attention="scse", ratio=2, squeeze="max"),
    **{f"pooled, place {place}": replace(POOLED, place=place) for place in PLACES},
    **{f"blurred, place {place}": replace(POOLED, downsampling="blur", place=place) for place in PLACES},
    "pooled, basic": replace(POOLED, family="resnet", depth=34, input_shape=(1000, 1500, 3)),
}
ALL = {name: Architecture.preset(name) for name in PRESETS} | EXTREMES


@pytest.fixture(scope="module", params=ALL)
def architecture(request):
    return ALL[request.param]


@pytest.fixture(scope="module")
def anatomy(architecture):
    """Worked out once for all tests of a network; the largest here has 168,000 layers."""
    return Anatomy(architecture.ledger())


def marks(drawing, kind):
    return [mark for mark in ElementTree.fromstring(str(drawing)).iter() if mark.get("class") == f"sn-{kind}"]


def words(drawing):
    return [mark.text or "" for mark in ElementTree.fromstring(str(drawing)).iter(f"{NAMESPACE}text")]


def nodes(drawing):
    return marks(drawing, "node")


def parts(thing, path=""):
    """The paths that can be entered from here, in order."""
    anatomy = Anatomy.of(thing)
    part = anatomy.part(path)
    if not path:
        return tuple(anatomy.groups)
    if part.kind == "group":
        return tuple(block.path for block in anatomy.groups[path])
    return (part.attention_path,) if "/" in path and part.kind != "se" and part.attention else ()


def about(thing, path=""):
    return escape(facts(Anatomy.of(thing).part(path)))


def every_path(thing, path=""):
    """The path and all that can be reached from it; of blocks alike the first, the second and the last."""
    yield path
    below = parts(thing, path)
    for each in dict.fromkeys((*below[:2], *below[-1:]) if "group" in path else below):
        yield from every_path(thing, each)


def text_box(mark):
    """Where words stand, by the width that a character has in the sizes of senet.css and a wide font, DejaVu Sans."""
    kind = mark.get("class")
    width = len(mark.text or "") * (7.7 if kind in ("sn-label", "sn-sign") else 7.2 if "count" in kind else 6.8)
    x, y = float(mark.get("x")), float(mark.get("y"))
    left = x - width * {"start": 0, "middle": 0.5, "end": 1}[mark.get("text-anchor")]
    return left, left + width, y - 9.5, y + 2


def overlaps(drawing):
    boxes = [
        (text_box(mark), mark.text)
        for mark in ElementTree.fromstring(str(drawing)).iter(f"{NAMESPACE}text")
        if mark.text
    ]
    return [
        (one, two)
        for (a, one), (b, two) in combinations(boxes, 2)
        if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
    ]


def outside(drawing):
    """Words that are cut off at an edge."""
    height = float(ElementTree.fromstring(str(drawing)).get("viewBox").split()[3])
    words_outside = []
    for mark in ElementTree.fromstring(str(drawing)).iter(f"{NAMESPACE}text"):
        left, right, top, bottom = text_box(mark)
        if mark.text and (left < 0 or right > svg.NETWORK_WIDTH or top < 0 or bottom > height):
            words_outside.append(mark.text)
    return words_outside


def test_labels_of_the_network_neither_overlap_nor_are_cut_off(anatomy):
    drawing = draw_network(anatomy)
    assert overlaps(drawing) == []
    assert outside(drawing) == []


def places(drawing):
    """Where the name of each column stands."""
    plain_parts = ("input", "stem", "classifier")
    return {
        mark.text.partition(" \u00d7")[0]: float(mark.get("x"))
        for mark in marks(drawing, "label")
        if mark.text in plain_parts or mark.text.startswith(("group", "g"))
    }


def test_compared_networks_have_their_groups_in_line_and_one_scale(anatomy):
    one = Anatomy(RESNEXT.ledger())
    above, below = draw_network(one, beside=anatomy), draw_network(anatomy, beside=one)
    assert overlaps(above) + overlaps(below) == []
    assert outside(above) + outside(below) == []
    ours, theirs = places(above), places(below)
    shared = ours.keys() & theirs.keys()
    assert "stem" in shared
    assert {key: ours[key] for key in shared} == {key: theirs[key] for key in shared}


def test_a_network_beside_itself_is_drawn_as_alone():
    a = RESNEXT.ledger()
    widths = [float(mark.get("width")) for mark in marks(draw_network(a, beside=a), "projection")]
    assert widths == [float(mark.get("width")) for mark in marks(draw_network(a), "projection")]


def test_every_part_can_be_entered_and_its_words_do_not_overlap(architecture, anatomy):
    for path in every_path(anatomy):
        drawing = draw_part(anatomy, path, style=architecture.style)
        assert (path, overlaps(drawing), outside(drawing)) == (path, [], [])


def test_slabs_stay_within_the_frame_and_do_not_overlap(anatomy):
    drawing = draw_network(anatomy)
    slabs = [mark for kind in ("projection", "identity") for mark in marks(drawing, kind)]
    spans = sorted((float(s.get("x")), float(s.get("x")) + float(s.get("width"))) for s in slabs)
    assert spans[0][0] >= 0
    assert spans[-1][1] <= svg.NETWORK_WIDTH
    assert all(left <= right for (_, left), (right, _) in pairwise(spans))


@pytest.mark.parametrize("name", ["se_resnext152_32x4d", "cifar_se_resnet110", "senet154", "resnet18"])
@pytest.mark.parametrize("path", ["", "stem", "group2", "group2/block1", "group2/block1/se", "classifier"])
def test_pictures_are_well_formed_and_each_drawing_has_one_tab_stop(name, path):
    page = f"<div>{picture(Architecture.preset(name), path, interactive=True)}</div>"
    drawings = list(ElementTree.fromstring(page).iter(f"{NAMESPACE}svg"))
    assert len(drawings) == 2
    for drawing in drawings:
        stops = [mark.get("tabindex") for mark in drawing.iter() if mark.get("tabindex")]
        assert stops.count("0") == 1
        assert set(stops) <= {"0", "-1"}
        assert drawing.get("role") == "group"


def test_the_tab_stop_of_a_network_is_the_selected_part():
    for path in ("stem", "group3", "group3/block4"):
        stop = next(
            node
            for node in nodes(draw_network(RESNEXT.ledger(), path, interactive=True))
            if node.get("tabindex") == "0"
        )
        assert stop.get("data-path") == path
    folded = draw_network(RESNEXT152.ledger(), "group3/block20", interactive=True)
    stop = next(node for node in nodes(folded) if node.get("tabindex") == "0")
    assert stop.get("data-path") == "group3/block5"
    assert len(marks(folded, "chosen")) == 1


def test_a_static_picture_is_an_image_without_stops_or_nodes():
    page = picture(RESNEXT, "group2/block1")
    for hook in ("tabindex", "data-path", "data-tip", "sn-node", "sn-hit", "button", "<title"):
        assert hook not in page
    assert page.count('role="img"') == 2


@pytest.mark.slow
def test_drawings_of_all_parts_have_one_height():
    heights = {
        draw_part(a.ledger(), path, style=a.style).height
        for a in (RESNEXT, RESNEXT152, OWN)
        for path in every_path(a.ledger())
    }
    assert len(heights) == 1
    assert {
        marks(draw_network(a.ledger(), "stem"), "funnel")[0].get("d").count(f"0 {HEIGHT}") for a in ALL.values()
    } == {1}


def test_nodes_have_the_counts_of_the_ledger():
    ledger = RESNEXT.ledger()
    by_path = {node.get("data-path"): node for node in nodes(draw_network(ledger, interactive=True))}
    assert set(parts(ledger)) <= set(by_path)
    totals = {total.name: total.params for total in ledger.by_group()}
    for path, node in by_path.items():
        assert node.get("role") == "button"
        params = int(re.search(r"([\d,]+) parameters", node.get("data-tip"))[1].replace(",", ""))
        group, _, block = path.partition("/")
        rows = ledger.blocks()[group, block] if block else ()
        assert params == (sum(row.params for row in rows) if block else totals[group])
    node = by_path["group2/block1"]
    assert node.get("aria-label") == (
        "group 2 block 1, projection, 28 \u00d7 28 \u00d7 512, 381,952 parameters, 425.53 M multiply-adds"
    )
    assert node.get("data-tip").splitlines() == [
        "group 2 \u00b7 block 1, projection block",
        "56\u00b2 \u00d7 256 \u2192 28\u00b2 \u00d7 512",
        "381,952 parameters, 425.53 M multiply-adds",
        "1\u00d71 256 \u2192 3\u00d73 256 in 32 paths \u2192 1\u00d71 512 \u2192 SE 512:32 \u2192 + shortcut",
    ]


def test_each_block_is_a_slab_and_each_shortcut_an_arc():
    drawing = draw_network(RESNEXT.ledger())
    assert (len(marks(drawing, "projection")), len(marks(drawing, "identity"))) == (4, 12)
    assert (len(marks(drawing, "arc-projection")), len(marks(drawing, "arc-identity"))) == (4, 12)
    assert len(marks(drawing, "neck")) == 16
    assert not marks(draw_network(replace(RESNEXT, ratio=None).ledger()), "neck")


def test_slabs_are_to_scale():
    drawing = draw_network(RESNEXT.ledger())
    first, last = (marks(drawing, "projection")[i] for i in (0, 3))
    ratio = float(first.get("height")) / float(last.get("height"))
    assert ratio == pytest.approx((56 / 7) ** 0.5, rel=0.01)
    assert float(last.get("width")) / float(first.get("width")) == pytest.approx((2048 / 256) ** 0.5, rel=0.01)
    images = marks(drawing, "input")[0]
    assert float(images.get("height")) / float(first.get("height")) == pytest.approx(2, rel=0.01)


def test_blocks_alike_are_folded_counted_and_lead_to_the_first_of_them():
    drawing = draw_network(RESNEXT152.ledger(), interactive=True)
    assert {"\u00d731", "group 3 \u00d736"} <= set(words(drawing))
    fold = next(node for node in nodes(drawing) if "blocks 5 to 35, identical" in node.get("aria-label"))
    assert fold.get("data-path") == "group3/block5"
    group = draw_part(RESNEXT152.ledger(), "group3", interactive=True)
    assert [node.get("data-path")[-2:] for node in nodes(group)] == ["k1", "k2", "k3", "k4", "36"]


def count_paths(drawing):
    """The number of lines through the first slab."""
    return marks(drawing, "paths-through")[0].get("d").count("h") if marks(drawing, "paths-through") else 0


def test_cardinality_is_the_number_of_lines_through_a_slab_up_to_a_maximum():
    counts = [
        count_paths(draw_network(replace(RESNEXT, cardinality=paths).ledger())) for paths in (1, 2, 4, 8, 16, 32, 64)
    ]
    assert counts[:5] == [0, 2, 4, 8, 16]
    assert counts[5] == counts[6] > 20
    assert count_paths(draw_network(Architecture().ledger())) == 0


def strands(drawing):
    return marks(drawing, "strand")[0].get("d").count("M") if marks(drawing, "strand") else 0


@pytest.mark.parametrize("cardinality", [2, 8, 32, 64, 128])
def test_cardinality_is_the_number_of_strands_in_a_block(cardinality):
    drawing = draw_part(replace(RESNEXT, cardinality=cardinality).ledger(), "group1/block1")
    assert strands(drawing) == min(64, cardinality)
    assert f"{cardinality} paths" in words(drawing)
    assert strands(draw_part(Architecture().ledger(), "group1/block1")) == 0


def neck(drawing):
    """Height of the hourglass at its middle: M x y, l half narrow, l half -narrow, v height, ..."""
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", marks(drawing, "hourglass")[0].get("d"))]
    return numbers[6] - 2 * numbers[3]


def test_the_neck_widens_as_the_ratio_falls():
    ledgers = [replace(RESNEXT, ratio=ratio).ledger() for ratio in (64, 32, 16, 8, 4, 2)]
    block = [neck(draw_part(ledger, "group1/block1")) for ledger in ledgers]
    slab = [float(marks(draw_network(ledger), "neck")[-1].get("width")) for ledger in ledgers]
    columns = [float(marks(draw_part(ledger, "group1/block1/se"), "neck")[1].get("height")) for ledger in ledgers]
    for sizes in (block, slab, columns):
        assert all(before < after for before, after in pairwise(sizes))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_squeeze_excite_is_drawn_and_can_be_entered_in_every_place(family, place):
    architecture = Architecture(family, 26, place=place)
    drawing = draw_part(architecture.ledger(), "group1/block1", style=architecture.style, interactive=True)
    assert len(marks(drawing, "hourglass")) == 1
    assert [node.get("data-path") for node in nodes(drawing) if node.get("data-path")] == ["group1/block1/se"]
    xs = [float(m.get("x") or m.get("cx")) for kind in ("conv", "gate", "sum") for m in marks(drawing, kind)]
    assert 0 < min(xs) < max(xs) < svg.NETWORK_WIDTH


def test_the_counts_in_a_block_are_those_of_the_ledger():
    for name in ("se_resnext50_32x4d", "senet154", "se_resnet18", "resnet50"):
        ledger = Architecture.preset(name).ledger()
        drawing = draw_part(ledger, "group2/block1")
        kinds = ("conv", "paths", "se", "shortcut")
        counts = [re.search(r"[\d,]+", mark.text)[0] for kind in kinds for mark in marks(drawing, f"count-{kind}")]
        weights = [
            row.params for row in ledger.blocks()["group2", "block1"] if row.kind in ("conv", "grouped conv", "dense")
        ]
        assert sum(int(count.replace(",", "")) for count in counts) == sum(weights)


def test_a_block_shows_channels_strides_and_where_the_size_changes():
    drawing = draw_part(Architecture.preset("senet154").ledger(), "group2/block1")
    assert {
        "256 \u2192 256",
        "of 4 \u2192 8",
        "stride 2",
        "\u2192 28\u00b2",
        "3\u00d73, stride 2",
        "256 \u2192 512",
    } <= set(words(drawing))


def test_squeeze_excite_is_explained_with_its_numbers():
    architecture = replace(RESNEXT, squeeze="max", gate="tanh", convention="timm")
    text = " | ".join(words(draw_part(architecture.ledger(), "group1/block1/se", style=architecture.style)))
    for phrase in (
        "maximum of u over 56 \u00d7 56",
        "tanh(W\u2082 \u03b4(W\u2081 z + b\u2081) + b\u2082)",
        "4,096 weights",
        "16 biases",
        "256 biases",
        "8,464 of the block",
    ):
        assert phrase in text


INSIDE = {
    "eca": ("kernel 5, sigmoid", "5 weights, the same for all channels", "mean of u over 28", "j from \u22122 to 2"),
    "cbam": ("512", "32", "7\u00d77, 2 \u2192 1", "mean and max of 512", "MLP(mean u) + MLP(max u)"),
    "scse": ("512", "32", "1\u00d71, 512 \u2192 1", "x\u0303 = s \u00b7 u + t \u00b7 u", "512 weights w"),
}


@pytest.mark.parametrize("attention", INSIDE)
def test_other_attention_is_explained_with_its_numbers(attention):
    ledger = Architecture(attention=attention).ledger()
    path = f"group2/block1/{attention}"
    text = " | ".join(words(draw_part(ledger, path)))
    for phrase in (*INSIDE[attention], f"{Anatomy.of(ledger).part(path).params:,} of the block"):
        assert phrase in text
    assert Anatomy.of(ledger).part(path).params == sum(
        row.params for row in ledger.rows if row.in_se and (row.group, row.block) == ("group2", "block1")
    )


def test_a_path_to_one_attention_module_leads_to_the_one_that_replaced_it():
    assert resolve(Architecture(attention="eca").ledger(), "group2/block1/se") == "group2/block1/eca"
    assert resolve(Architecture().ledger(), "group2/block1/eca") == "group2/block1/se"
    assert resolve(Architecture(ratio=None).ledger(), "group2/block1/eca") == "group2/block1"


@pytest.mark.parametrize("name", ["senet154", "cifar_se_resnet20", "se_resnet50"])
@pytest.mark.parametrize("path", ["stem", "classifier"])
def test_the_sums_of_stem_and_classifier_are_those_of_the_ledger(name, path):
    ledger = Architecture.preset(name).ledger()
    counts = [int(w.split()[0].replace(",", "")) for w in words(draw_part(ledger, path)) if w.endswith(" params")]
    assert sum(counts) == sum(row.params for row in ledger.in_group(path))


def test_the_card_of_the_network_has_a_line_for_each_part_with_its_parameters():
    drawing = draw_part(RESNEXT.ledger(), "", interactive=True)
    assert [node.get("data-path") for node in nodes(drawing)] == list(parts(RESNEXT.ledger()))
    assert sum(float(mark.get("width")) for mark in marks(drawing, "bar-params")) == pytest.approx(116, abs=0.5)


def test_parts_and_parent_of_a_path_lead_in_and_out():
    ledger = RESNEXT.ledger()
    assert parts(ledger) == ("stem", "group1", "group2", "group3", "group4", "classifier")
    assert parts(ledger, "group2") == tuple(f"group2/block{i}" for i in (1, 2, 3, 4))
    assert parts(ledger, "group2/block1") == ("group2/block1/se",)
    assert parts(ledger, "stem") == parts(ledger, "group2/block1/se") == ()
    for path in every_path(ledger):
        assert not path or path in parts(ledger, path.rpartition("/")[0])


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("", ""),
        ("group2/block3/se", "group2/block3/se"),
        ("group5", "group4"),
        ("group5/block7/se", "group4/block3/se"),
        ("group2/block7", "group2/block4"),
        ("group2/block0", "group2/block1"),
        ("group2/nonsense", "group2"),
        ("stem/block1", "stem"),
        ("nonsense/block1", ""),
        ("group2/block1/nonsense", "group2/block1"),
        ("group99999999999999999999/block1", ""),
        ("<b>\n", ""),
    ],
)
def test_a_path_that_does_not_exist_resolves_to_the_nearest_one(path, nearest):
    assert resolve(RESNEXT.ledger(), path) == nearest
    assert resolve(RESNEXT.ledger(), nearest) == nearest


def test_a_path_into_a_removed_part_resolves_to_what_is_around_it():
    ledger = replace(RESNEXT, ratio=None, include_top=False).ledger()
    assert resolve(ledger, "group2/block1/se") == "group2/block1"
    assert resolve(ledger, "classifier") == "group4"
    assert "group 3 \u00b7 block 1" in picture(Architecture.preset("cifar_se_resnet20"), "group4/block1")


@pytest.mark.parametrize("draw", [draw_part, about, breadcrumb, parts])
def test_an_unknown_path_raises_an_error_that_lists_the_known_ones(draw):
    with pytest.raises(ValueError, match=r"`path` \(='group2/block9'\) must be one of group2/block1, group2/block2"):
        draw(RESNEXT.ledger(), "group2/block9")
    with pytest.raises(ValueError, match="must be one of stem, group1"):
        draw(RESNEXT.ledger(), "group9")


def test_the_breadcrumb_of_a_path_leads_back_up():
    trail = ElementTree.fromstring(breadcrumb(RESNEXT.ledger(), "group2/block1/se"))
    buttons = list(trail.iter("button"))
    assert [button.text for button in buttons] == ["Network", "group 2", "block 1", "squeeze-excite"]
    assert [button.get("data-path") for button in buttons] == ["", "group2", "group2/block1", "group2/block1/se"]
    assert [button.get("aria-current") for button in buttons] == [None, None, None, "location"]
    assert trail.get("aria-label") == "Where you are"


def test_blur_pooling_is_one_layer_in_the_words_of_a_part():
    blurred = Anatomy.of(replace(POOLED, downsampling="blur", stem="imagenet").ledger())
    stem, block = blurred.part("stem"), blurred.part("group2/block1")
    assert layers_of(stem) == "7\u00d77 64 \u2192 pool \u2192 blur"
    assert layers_of(block).split(" \u2192 ")[1:4] == ["3\u00d73 256 in 32 paths", "blur", "1\u00d71 512"]
    assert stride_of(block) == "stride 2 in the 3\u00d73 blur"
    averaged = Anatomy.of(POOLED.ledger()).part("group2/block1")
    assert "pool" in layers_of(averaged).split(" \u2192 ")
    assert stride_of(averaged) == "stride 2 in the 2\u00d72 pooling"


def test_stem_that_blurs_draws_one_box_for_the_blur():
    ledger = replace(POOLED, downsampling="blur", stem="imagenet").ledger()
    drawn = draw_part(ledger, "stem").svg()
    assert "3\u00d73 blur" in drawn
    assert "2\u00d72 pool" not in drawn


def test_facts_are_those_of_the_ledger():
    assert about(RESNEXT.ledger(), "group2/block1") == (
        "projection block, stride 2 in the 3\u00d73 \u00b7 56\u00b2 \u00d7 256 \u2192 28\u00b2 \u00d7 512 \u00b7 "
        "381,952 parameters, 3,072 in batch norm \u00b7 425.53 M multiply-adds"
    )
    assert f"{RESNEXT.ledger().params:,} parameters" in about(RESNEXT.ledger())
    assert about(RESNEXT.ledger(), "group3").startswith(
        "6 blocks \u00b7 28\u00b2 \u00d7 512 \u2192 14\u00b2 \u00d7 1024"
    )


def by_hand():
    """A network between plain layers, with a name that HTML would take for a tag."""
    x = Conv2D(32, 3, name="<first>&")(Sketch((32, 32, 3)))
    x = SEResNet.group(x, n_blocks=2, n_filters=16, ratio=4)
    branch = BatchNormalization(name='my<b>"net"_block1_bn')(
        Conv2D(64, 3, padding="same", name='my<b>"net"_block1_conv')(x)
    )
    x = ReLU(name='my<b>"net"_block1_relu')(Add(name='my<b>"net"_block1_add')([x, branch]))
    return Ledger.of(Dense(10)(GlobalAveragePooling2D()(x)))


def test_a_network_composed_by_hand_can_be_drawn_and_its_names_are_escaped():
    ledger = by_hand()
    assert parts(ledger) == ("before", "group1", 'my<b>"net"', "after")
    for path in every_path(ledger):
        for interactive in (True, False):
            ElementTree.fromstring(str(draw_network(ledger, path, interactive=interactive)))
            ElementTree.fromstring(str(draw_part(ledger, path, interactive=interactive)))
        ElementTree.fromstring(breadcrumb(ledger, path))
        ElementTree.fromstring(f"<p>{about(ledger, path)}</p>")
    drawing = str(draw_network(ledger, interactive=True))
    assert f'data-path="{escape(chr(109) + chr(121) + "<b>" + chr(34) + "net" + chr(34))}/block1"' in drawing
    assert len(marks(drawing, "identity")) == 2
    assert "36\u00b2" not in about(ledger, "group1")
    assert about(ledger, "group1").startswith("2 blocks \u00b7 30\u00b2 \u00d7 32 \u2192 15\u00b2 \u00d7 64")


def test_a_drawing_has_a_label_for_screen_readers():
    label = ElementTree.fromstring(str(draw_network(RESNEXT.ledger()))).get("aria-label")
    assert "group3, 6 blocks, output 14\u00b2 \u00d7 1024" in label
    assert "in 32 paths" in ElementTree.fromstring(str(draw_part(RESNEXT.ledger(), "group1/block1"))).get("aria-label")


def test_a_picture_is_small_enough_to_be_sent_on_every_move():
    assert max(len(picture(RESNEXT152, path, interactive=True)) for path in ("", "group3", "group2/block1")) < 40_000
