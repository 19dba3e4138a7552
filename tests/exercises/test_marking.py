"""Marking: what learners type, with the verdict that each answer deserves; arithmetic, rounding, common mistakes."""

# ruff: noqa: RUF001, RUF003 - signs for times and minus are meant

from itertools import product

import pytest

from senet_lab.exercises.arithmetic import compute
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.marking import EXAMPLES, NEARLY, NO_ANSWER, NOT_YET, RIGHT, mark
from senet_lab.exercises.number import parse_number
from senet_lab.exercises.task import Task, draw_task

# Answers to the exercises of the page, by verdict.
ANSWERS = {
    # 18,432; without paths 589,824; one path 576.
    "paths-grouped-weights": {
        RIGHT: ["18432", "18,432", "18 432", "18_432", "18.43 k", "18.4k", "18k", "~18k", "about 18 k", "18,000", "1.8e4",
                "32*9*8*8", "32 * 9 * 8 * 8", "32·9·8·8", "32×3×3×8×8", "32x9x8x8", "3×3×8×8×32 weights", "9*256*256/32",
                "9*256²/32", "9 * 256^2 / 32", "9*256**2/32", "2^11*9", "2048(3*3)", "589,824 / 32", "= 18432", "32*576 = 18432",
                "18432 weights", "18.432 thousand", "18432 (32*9*8*8)", "18k (32 · 576)", "18 k of 590 k", 18432, 18432.0],
        NEARLY: ["20k", "2e4", "18.432", "18,431", "18433", "18.5k", 18500],
        NOT_YET: ["589824", "590k", "589.8 k", "576", "9*8*8", "9*256*256", "1", "0", "-18432", "17k", "65536", "184320", "10k",
                  "ten", "18432/32", "576 (9*8*8)", "256(256)", "576 in 32 paths"],
        NO_ANSWER: ["", "?", "many", "18k or 19k", "9**9**9", "9^9^9^9", "((((", "1/0", "32*", "log(0)", "2**-", "sqrt(-1)",
                    "__import__('os')", "18;432", "(" * 99],
    },
    # 278,528; with batch normalization 280,064; with biases 279,296.
    "micro-identity-weights": {
        RIGHT: ["278528", "278.5k", "279k", "280k", "280 k", "0.28 M", "280,000", "2*512*128 + 9*128^2", "512*128*2+9*128²",
                "65536+147456+65536", "~280k"],
        NEARLY: ["300k", "278,529", "275k", "278.528", "280.0k", "281k"],
        NOT_YET: ["280064", "280.1k", "280.06 k", "279296", "279.3k", "0.2801 M", "147456", "131072", "27.8k", "2.8 M"],
    },
    # 10,059,776; one dense layer 5,029,888; ratio 16 2,514,944; the whole network 35,088,680.
    "ratio-4-params": {
        RIGHT: ["10 M", "10.06M", "10.1 million", "10,059,776 parameters", "10.059.776", "2/4·(3·256² + 4·512² + 6·1024² + 3·2048²)",
                "0.5*(3*256^2+4*512^2+6*1024^2+3*2048^2)", "4*2514944",
                "1e7", "1.0e7", "10,000,000", 10_000_000, "10 M parameters in total"],
        NEARLY: ["10.06", "10.05 M", "10.0 M", "10,059,777"],
        NOT_YET: ["5,029,888", "5.03 M", "2.51M", "2514944", "35.1 M", "35,088,680", "20 M", "5.1 M", "9 M", "10 k", "320 M"],
    },
    # 3.125%; the share that is lost 96.875%.
    "paths-loop-share": {
        RIGHT: ["3.125% of the channels", "3.125", "3.125%", "3.125 percent", "3.1", "3.13 %", "1/32", "1 in 32", "1 of 32", "4/128", "4 out of 128", "100/32",
                "1/32 of the channels", "3,125 %", "0.03125", "0.0313", "0.031"],
        NEARLY: ["3", "0.03", "3.18", "0.03125 %", "1/32 %"],
        NOT_YET: ["96.875", "97", "31/32", "96.9%", "0.969", "1/16", "32", "100", "50%", "0.3125", "4", "0.04"],
    },
    # 19.0%; the share of the parameters 58.9%.
    "macro-group-macs": {
        RIGHT: ["19", "19%", "19.01", "18.75", "20", "3/16", "733.74M/3.86G", "0.734/3.86", "~19 %",
                "19 % of the multiply-adds", "about 19 percent of all multiply-adds", "0.19"],
        NEARLY: ["22", "16", "0.19 %"],
        NOT_YET: ["58%", "58.9", "59", "0.589", "25", "23", "10", "1/4", "1/2"],
    },
    # 64; the 3×3 divided 16; what comes in 1024.
    "se-neck": {
        RIGHT: ["64", "64 channels", "1024/16", "1024 : 16", "1024÷16", "2^6", "4*256/16", "64.0", "8²", "64 of 1024", "64 of the 1024 channels",
                "about 64 out of 1024", "64 (1024/16)", "64 channels (1024 / 16)", "1/16 of 1024", 64],
        NEARLY: ["65", "63"],
        NOT_YET: ["16", "1024", "60", "256/16", "32", "6.4 k", "16 of 256", "64 (64)", "64/1024"],
        NO_ANSWER: ["16 paths of 4", "sixty-four channels wide", "64 or 16"],
    },
    # 8; in one slice 5.
    "paths-remainder": {
        RIGHT: ["8", "8 of 128", "8 in 128", "8 (128 - 24*5)", "128 − 24·5"],
        NOT_YET: ["5", "5 of 128", "8/128", "120", "120 of 128"],
    },
    # 18,992,128; the whole network 44,549,160.
    "macro-deeper": {
        RIGHT: ["19 M", "about 19 million more", "19 M more parameters", "44.55M - 25.56M"],
        NOT_YET: ["45 M", "17 M more"],
    },
    # 105,344; everything 44,654,504; with gamma and beta 210,688.
    "micro-norm-state": {RIGHT: ["110k", "105k"], NEARLY: ["100k", "1e5"], NOT_YET: ["210k", "200k", "45 M", "1 M"]},
    # 4 times; the side 2 times.
    "macro-larger-images": {
        RIGHT: ["4", "4x", "4×", "x4", "× 4", "four times", "four", "4 times as many", "2^2", "2²", "(448/224)^2", "quadruple", "3.996",
                "4 times as many multiply-adds", "4 times more"],
        NEARLY: ["4.12", "3.85"],
        NOT_YET: ["2", "twice", "double", "2x", "8", "16", "448/224", "a quarter", "40"],
    },
    # ln(10) = 2.303; the probability 0.1; base 10 1; base 2 3.32.
    "training-guess-loss": {
        RIGHT: ["2.303", "2.3", "ln(10)", "ln 10", "log(10)", "-ln(1/10)", "−ln(0.1)", "-ln 0.1", "2.30"],
        NEARLY: ["2"],
        NOT_YET: ["1", "0.1", "1/10", "log10(10)", "log2(10)", "3.32", "10", "ln(9)", "3", "2.4"],
        NO_ANSWER: ["ln", "ln()", "-", "ln(10", "infinity"],
    },
    # 2.236 points.
    "training-chance": {
        RIGHT: ["2.236", "2.2", "100*sqrt(0.25/500)", "100·√(0.25/500)", "100√(0.5·0.5/500)", "2.24 percentage points",
                "100*(0.25/500)^0.5",
                "2.2 pp", "2.24 p.p.", "2.24 percent points", "2.24 %-points", "2.24 %", "0.0224", "sqrt(0.25/500)", "√(0.25/500)"],
        NEARLY: ["2", "2 pp", "0.0224 pp", "0.0224 points"],
        NOT_YET: ["3.16", "5", "0.25/500", "22.4"],
    },
    # 8,465,989,632 FLOPs, a measurement; multiply-adds 4,232,994,816.
    "published-flops": {
        RIGHT: ["8.47 G", "8.5 G", "2*4.23G", "2 × 4.23 billion", "8,465,989,632", "8.47e9", "8470 M"],
        NEARLY: ["8 G", "8.47", "8.47 M", "8.6 G"],
        NOT_YET: ["4.23 G", "4.2G", "16.9 G", "4,232,994,816"],
    },
    # None; 8/16 not rounded 0.5; rounded up 1.
    "idioms-riddle": {
        RIGHT: ["0", "zero", "none", "8//16", "0.0"],
        NOT_YET: ["0.5", "8/16", "half", "1", "16", "-1"],
    },
    # 2 times; the factor before 0.5.
    "gates-at-one": {RIGHT: ["2", "twice", "double", "1/0.5", "2.0 times"], NOT_YET: ["0.5", "half", "1/2", "4"]},
    # Choices.
    "se-cheapest-place": {RIGHT: ["3×3", "3x3"], NOT_YET: ["pre", "identity", "standard"], NO_ANSWER: ["9", "1×1"]},
    "paths-late-loop": {RIGHT: ["the last slice", "last"], NOT_YET: ["its own slice", "first", "none"], NO_ANSWER: ["slice", "31"]},
}  # fmt: skip
TABLE = [
    pytest.param(name, answer, verdict, id=f"{name} {str(answer)[:20]!r}")
    for name, verdicts in ANSWERS.items()
    for verdict, answers in verdicts.items()
    for answer in answers
]


@pytest.mark.parametrize(("name", "answer", "verdict"), TABLE)
def test_an_answer_gets_the_verdict_that_it_deserves(name, answer, verdict):
    reply = mark(draw_task(MAKERS[name]), answer)
    assert reply.verdict == verdict, reply


def test_the_table_has_about_200_answers():
    assert len(TABLE) >= 200


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("micro-identity-weights", "280k", "Rounded; exactly, it is 278,528 weights. If you counted 280,064: That includes batch "
         "normalization's gamma and beta; count only the convolutions."),
        ("micro-identity-weights", "278.5k", "Rounded; exactly, it is 278,528 weights."),
        ("micro-identity-weights", "280.1k", "That includes batch normalization's gamma and beta; count only the convolutions."),
        ("micro-identity-weights", "300k", "Right so far, but give at least 2 digits."),
        ("macro-group-macs", "58%", "That is its share of the parameters. Multiply-adds also depend on the size of the map."),
        ("macro-group-macs", "0.19 %", "That is a fraction; in percent it is 100 times as large."),
        ("training-chance", "0.0224 pp", "That is a fraction; in percentage points it is 100 times as large."),
        ("ratio-4-params", "10.06", "The digits are right, but the size is not: add the prefix, as in '1.23 M', or write all digits."),
        ("paths-loop-share", "1/32", "It is 3.125%."),
        ("paths-grouped-weights", "65536", "Too large. Try a hint."),
        ("paths-grouped-weights", "184321", "Too large, by more than a factor of 10. Try a hint."),
        ("training-guess-loss", "2.4", "Too large. Try a hint."),
    ],
)  # fmt: skip
def test_the_reply_says_what_is_right_or_wrong(name, answer, words):
    assert mark(draw_task(MAKERS[name]), answer).words == words


def task_of(answer, unit="parameters", tolerance=0.0, slips=()):
    return Task(question="", answer=answer, unit=unit, hints=(), solution="", tolerance=tolerance, slips=slips)


@pytest.mark.parametrize(
    ("task", "answer", "verdict", "words"),
    [
        (task_of(32_768), "33k", RIGHT, "Rounded"),
        (task_of(32_768), "32k", NEARLY, "cut off instead of rounded"),
        (task_of(32_768), "32,000", NEARLY, "cut off instead of rounded"),
        (task_of(32_768), "32.7k", NEARLY, "cut off instead of rounded"),
        (task_of(32_768), "30k", NEARLY, "at least 2 digits"),
        (task_of(32_768), "34k", NOT_YET, "Too large"),
        (task_of(32_768), "31k", NOT_YET, "Too small"),
        (task_of(1_740_000), "2 M", NEARLY, "at least 2 digits"),
        (task_of(5.298, "", 0.02), "5", NEARLY, "at least 2 digits"),
        (task_of(5.54, "times", 0.02), "6", NEARLY, "at least 2 digits"),
        (task_of(16.94, "times", 0.02), "16", NEARLY, "cut off instead of rounded"),
        (task_of(16.94, "times", 0.02), "18", NOT_YET, "Too large"),
        (task_of(1.306, "times", 0.02, ((1.143, "That is the side."),)), "1", NOT_YET, "Too small"),
        (task_of(12.56, "%", 0.05), "1/8", RIGHT, "12.56%"),
        (task_of(12.56, "%", 0.05), "0.1256", RIGHT, "12.56%"),
        (task_of(12.56, "%", 0.05), ".126", RIGHT, "12.56%"),
        (task_of(12.56, "%", 0.05), "0.1", NEARLY, "at least 2 digits"),
        (task_of(12.56, "%", 0.05), "10", NEARLY, "at least 2 digits"),
        (task_of(0.707, "points", 0.03), "0.7 pp", RIGHT, "0.707 points"),
        (task_of(0.707, "points", 0.03), "0.00707", RIGHT, "0.707 points"),
        (task_of(64, "channels"), "60", NOT_YET, "Too small"),
    ],
)
def test_a_rounded_answer_is_nearly_right_whatever_is_counted_or_measured(task, answer, verdict, words):
    reply = mark(task, answer)
    assert reply.verdict == verdict
    assert words in reply.words


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_a_share_gets_one_verdict_as_a_fraction_and_in_percent(maker):
    for task in maker.tasks():
        if task.unit in ("%", "points"):
            for percent in (task.answer, float(f"{task.answer:.3g}")):
                spellings = (percent, percent / 100, f"{percent!r}/100", f"{percent!r} %")
                assert {mark(task, each).verdict for each in spellings} == {RIGHT}, spellings


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_no_common_mistake_and_nothing_off_by_a_factor_of_32_is_nearly_right(maker):
    for task in maker.tasks():
        for value, _ in task.slips:
            assert mark(task, value).verdict == NOT_YET
            if isinstance(value, int) and value >= 1000:
                assert mark(task, f"{value:.6g}").verdict == NOT_YET
        if not task.choices:
            for wrong in (task.answer * 32 + 1, task.answer / 32 - 1):
                assert mark(task, wrong).verdict == NOT_YET


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_every_unit_has_an_example(maker):
    for task in maker.tasks():
        assert task.choices or task.unit in EXAMPLES


@pytest.mark.parametrize(
    ("text", "value"),
    [("2+3*4", 14), ("(2+3)*4", 20), ("2-3-4", -5), ("24/4/2", 3), ("2^3^2", 512), ("-2^2", -4), ("2*-3", -6), ("7//2", 3),
     ("2(3)(4)", 24), ("10^-2", 0.01), ("4^0.5", 2), ("sqrt 16", 4), ("log2(1024)", 10), ("log10 1000", 3), ("2 sqrt(9)", 6),
     ("1,000 + 2 000", 3000), ("1.5k * 2", 3000), ("2,5*2", 5), ("5³", 125), ("+5", 5), ("3·10²", 300), ("1 IN 4", 0.25), ("LN(1)", 0), ("3X3", 9), ("1e3*2", 2000)],
)  # fmt: skip
def test_arithmetic_is_computed_as_on_paper(text, value):
    assert float(parse_number(text).value) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["9**9**9", "9^9^9^9^9", "10^999", "(9^99)*(9^99)*(9^99)", "ln(0)", "sqrt(-4)", "(-8)^(1/3)", "0^-1", "1/0", "2^(10^9)",
             "1e999*1e999", "ln(10^400)", "(((((", "))))", "2 3", "1..2*3", "ln", "*", "a*b", "2**", "import os", "9" * 101])  # fmt: skip
def test_what_cannot_be_computed_or_is_too_large_is_no_number(text):
    assert parse_number(text) is None


def test_an_expression_takes_its_numbers_from_the_reader_alone():
    assert compute("2*3", lambda number: None) is None  # noqa: ARG005


@pytest.mark.parametrize("maker", MAKERS.values(), ids=[*MAKERS])
def test_one_value_gets_one_verdict_however_it_is_written(maker):
    for task in maker.tasks():
        numbers = [] if task.choices else [task.answer, *(value for value, _ in task.slips)]
        for number, digits in product(filter(lambda each: abs(each) >= 1000, numbers), (1, 2)):
            value = int(float(f"{number:.{digits}g}"))
            spellings = (value, float(value), f"{value:,}", f"{value / 1e3:.9g} k", f"{value / 1e3:.9g}e3")
            assert len({mark(task, spelling).verdict for spelling in spellings}) == 1, spellings


def test_a_rounded_number_has_two_digits_of_the_exact_one():
    rounded = parse_number("10,000")
    assert rounded.is_rounded(9_960)
    assert rounded.is_rounded(10_400)
    assert not rounded.is_rounded(9_600)


def test_no_answer_raises_whatever_its_library_raises():
    class Tensor:
        def item(self):
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")  # as PyTorch's

    for name in ("ratio-4-params", "paths-loop-share", "paths-late-loop"):
        assert mark(draw_task(MAKERS[name]), Tensor()).verdict == NO_ANSWER
