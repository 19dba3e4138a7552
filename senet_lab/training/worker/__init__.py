"""Worker: the process that trains a run."""

from senet_lab.extras import TRAINING, require

require(*TRAINING, by="training")  # nearly every module here imports Keras or NumPy
