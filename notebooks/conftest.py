"""Notebooks are compared as they are for who has answered nothing yet."""

import os

os.environ["SENET_LAB_RESULTS"] = ""
