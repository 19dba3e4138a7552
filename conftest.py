"""Tests and notebooks see nobody's own results, and leave none: each kernel begins as for who has answered nothing."""

import os

os.environ["SENET_LAB_RESULTS"] = ""
