"""Bounds: the largest allowed numbers, small enough that a ledger is counted and drawn within a second."""

from __future__ import annotations

MAX_CHANNELS = 2**16  # of an image, of a group as passed, and of the divisor that a squeeze is rounded to
MAX_SIDE = 2**16  # of an image or a window, in pixels
MAX_CARDINALITY = MAX_BASE_WIDTH = 2**14
MAX_W0, MAX_WA = 2**12, 2**10  # of a RegNet: channels of the first block, and channels that each block adds
MIN_WM, MAX_WM = 1.1, 16.0  # of a RegNet: factor between the widths of two stages
MAX_CLASSES = 10**7
MAX_GROUPS, MAX_BLOCKS = 12, 1000  # groups of a network, blocks of a group
MAX_RATIO = 2**20  # with a squeeze divisor, any ratio leaves some channels
MAX_STRIDE = 2**8
MAX_BATCH = 2**16
MAX_UNITS = 2**40  # of one layer, or along one side: the widest 3x3 convolution of an architecture has 2**38 channels
MAX_SEED = 2**31 - 1
