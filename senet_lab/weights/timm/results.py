"""Results: the ImageNet accuracy of timm's networks, from timm's own table.

Each has its own recipe (the tag after the dot) and image size. So a difference between two rows may come from training,
and the rows must not be combined with those of other tables in one chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

TABLE = "results/results-imagenet.csv"
COMMIT = "0173a13"  # of huggingface/pytorch-image-models


class Result(NamedTuple):
    """One row of the table."""

    top1: float  # accuracy on the 50,000 validation images, in %
    top5: float
    mparams: float  # millions of parameters as printed there, without the state of batch normalization
    size: int  # side of the square that the network sees, in pixels; may be larger than in training
    crop: float  # that side as a fraction of the picture's shorter side


def source() -> str:
    """Return the source of the figures.

    >>> source()
    'timm, results/results-imagenet.csv, 0173a13'
    """
    return f"timm, {TABLE}, {COMMIT}"


RESULTS: Mapping[str, Result] = {
    "seresnet50.a1_in1k": Result(81.102, 95.120, 28.09, 288, 1.0),
    "seresnet50.a2_in1k": Result(81.106, 95.222, 28.09, 288, 1.0),
    "seresnet50.a3_in1k": Result(77.028, 93.074, 28.09, 224, 0.95),
    "seresnet50.ra2_in1k": Result(81.284, 95.652, 28.09, 288, 0.95),
    "seresnext50_32x4d.gluon_in1k": Result(79.910, 94.824, 27.56, 224, 0.875),
    "seresnext50_32x4d.racm_in1k": Result(82.196, 96.148, 27.56, 288, 0.95),
    "seresnext101_32x4d.gluon_in1k": Result(80.892, 95.296, 48.96, 224, 0.875),
    "seresnext101_32x8d.ah_in1k": Result(84.186, 96.874, 93.57, 288, 1.0),
    "seresnext101_64x4d.gluon_in1k": Result(80.896, 95.296, 88.23, 224, 0.875),
    "senet154.gluon_in1k": Result(81.226, 95.358, 115.09, 224, 0.875),
    "seresnet152d.ra2_in1k": Result(84.360, 97.040, 66.84, 320, 1.0),
    "seresnext26d_32x4d.bt_in1k": Result(78.814, 94.240, 16.81, 288, 0.95),
    "seresnext26t_32x4d.bt_in1k": Result(78.744, 94.312, 16.81, 288, 0.95),
    "seresnext101d_32x8d.ah_in1k": Result(84.358, 96.920, 93.59, 288, 1.0),
    "seresnextaa101d_32x8d.ah_in1k": Result(84.566, 97.076, 93.59, 288, 1.0),
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k": Result(86.484, 98.030, 93.59, 288, 1.0),
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k_288": Result(86.724, 98.176, 93.59, 320, 1.0),
    "resnet18d.ra2_in1k": Result(73.794, 91.838, 11.71, 288, 0.95),
    "resnet26d.bt_in1k": Result(77.408, 93.638, 16.01, 288, 0.95),
    "resnet26t.ra2_in1k": Result(78.332, 94.124, 16.01, 320, 1.0),
    "resnet34d.ra2_in1k": Result(78.436, 94.344, 21.82, 288, 0.95),
    "resnet50d.a1_in1k": Result(81.450, 95.218, 25.58, 288, 1.0),
    "resnet50d.a2_in1k": Result(81.164, 95.084, 25.58, 288, 1.0),
    "resnet50d.a3_in1k": Result(78.722, 94.236, 25.58, 224, 0.95),
    "resnet50d.gluon_in1k": Result(79.078, 94.468, 25.58, 224, 0.875),
    "resnet50d.ra2_in1k": Result(81.356, 95.738, 25.58, 288, 0.95),
    "resnet101d.gluon_in1k": Result(80.426, 95.024, 44.57, 224, 0.875),
    "resnet101d.ra2_in1k": Result(83.016, 96.452, 44.57, 320, 1.0),
    "resnet152d.gluon_in1k": Result(80.476, 95.202, 60.21, 224, 0.875),
    "resnet152d.ra2_in1k": Result(83.684, 96.740, 60.21, 320, 1.0),
    "resnetaa50d.sw_in12k_ft_in1k": Result(82.600, 96.498, 25.58, 288, 1.0),
    "resnetaa101d.sw_in12k_ft_in1k": Result(84.124, 97.106, 44.57, 288, 1.0),
    "resnetblur50.bt_in1k": Result(80.234, 95.234, 25.56, 288, 0.95),
    "resnext50d_32x4d.bt_in1k": Result(80.664, 95.420, 25.05, 288, 0.95),
    "ecaresnet26t.ra2_in1k": Result(79.850, 95.090, 16.01, 320, 0.95),
    "ecaresnet50d.miil_in1k": Result(81.650, 95.882, 25.58, 288, 0.95),
    "ecaresnet50t.a1_in1k": Result(82.128, 95.642, 25.57, 288, 1.0),
    "ecaresnet50t.a2_in1k": Result(81.658, 95.552, 25.57, 288, 1.0),
    "ecaresnet50t.a3_in1k": Result(79.552, 94.694, 25.57, 224, 0.95),
    "ecaresnet50t.ra2_in1k": Result(82.352, 96.140, 25.57, 320, 0.95),
    "ecaresnet101d.miil_in1k": Result(82.984, 96.542, 44.57, 288, 0.95),
    "legacy_seresnet18.in1k": Result(71.766, 90.332, 11.78, 224, 0.875),
    "legacy_seresnet34.in1k": Result(74.808, 92.126, 21.96, 224, 0.875),
    "legacy_seresnet50.in1k": Result(77.644, 93.758, 28.09, 224, 0.875),
    "legacy_seresnet101.in1k": Result(78.386, 94.262, 49.33, 224, 0.875),
    "legacy_seresnet152.in1k": Result(78.660, 94.370, 66.82, 224, 0.875),
    "legacy_seresnext26_32x4d.in1k": Result(77.108, 93.314, 16.79, 224, 0.875),
    "legacy_seresnext50_32x4d.in1k": Result(79.076, 94.432, 27.56, 224, 0.875),
    "legacy_seresnext101_32x4d.in1k": Result(80.230, 95.026, 48.96, 224, 0.875),
    "legacy_senet154.in1k": Result(81.308, 95.492, 115.09, 224, 0.875),
    "regnety_002.pycls_in1k": Result(70.278, 89.528, 3.16, 224, 0.875),
    "regnety_004.pycls_in1k": Result(74.028, 91.750, 4.34, 224, 0.875),
    "regnety_004.tv2_in1k": Result(75.598, 92.696, 4.34, 224, 0.965),
    "regnety_006.pycls_in1k": Result(75.270, 92.526, 6.06, 224, 0.875),
    "regnety_008.pycls_in1k": Result(76.302, 93.060, 6.26, 224, 0.875),
    "regnety_008_tv.tv2_in1k": Result(78.674, 94.386, 6.43, 224, 0.965),
    "regnety_016.pycls_in1k": Result(77.862, 93.718, 11.20, 224, 0.875),
    "regnety_016.tv2_in1k": Result(80.668, 95.330, 11.20, 224, 0.965),
    "regnety_032.pycls_in1k": Result(78.876, 94.408, 19.44, 224, 0.875),
    "regnety_032.ra_in1k": Result(82.728, 96.416, 19.44, 288, 1.0),
    "regnety_032.tv2_in1k": Result(81.756, 95.840, 19.44, 224, 0.965),
    "regnety_040.pycls_in1k": Result(79.232, 94.656, 20.65, 224, 0.875),
    "regnety_040.ra3_in1k": Result(83.044, 96.498, 20.65, 288, 1.0),
    "regnety_064.pycls_in1k": Result(79.714, 94.766, 30.58, 224, 0.875),
    "regnety_064.ra3_in1k": Result(83.720, 96.722, 30.58, 288, 1.0),
    "regnety_080.pycls_in1k": Result(79.868, 94.832, 39.18, 224, 0.875),
    "regnety_080.ra3_in1k": Result(83.926, 96.890, 39.18, 288, 1.0),
    "regnety_080_tv.tv2_in1k": Result(82.590, 96.248, 39.38, 224, 0.965),
    "regnety_120.pycls_in1k": Result(80.386, 95.128, 51.82, 224, 0.875),
    "regnety_120.sw_in12k_ft_in1k": Result(85.400, 97.582, 51.82, 288, 1.0),
    "regnety_160.deit_in1k": Result(83.690, 96.782, 83.59, 288, 1.0),
    "regnety_160.lion_in12k_ft_in1k": Result(85.986, 97.836, 83.59, 288, 1.0),
    "regnety_160.pycls_in1k": Result(80.298, 94.962, 83.59, 224, 0.875),
    "regnety_160.sw_in12k_ft_in1k": Result(85.986, 97.834, 83.59, 288, 1.0),
    "regnety_160.swag_ft_in1k": Result(86.010, 98.054, 83.59, 384, 1.0),
    "regnety_160.swag_lc_in1k": Result(83.782, 97.280, 83.59, 224, 0.965),
    "regnety_160.tv2_in1k": Result(82.642, 96.216, 83.59, 224, 0.965),
    "regnety_320.pycls_in1k": Result(80.808, 95.238, 145.05, 224, 0.875),
    "regnety_320.seer_ft_in1k": Result(83.334, 96.706, 145.05, 384, 1.0),
    "regnety_320.swag_ft_in1k": Result(86.836, 98.362, 145.05, 384, 1.0),
    "regnety_320.swag_lc_in1k": Result(84.546, 97.442, 145.05, 224, 0.965),
    "regnety_320.tv2_in1k": Result(83.162, 96.416, 145.05, 224, 0.965),
}
