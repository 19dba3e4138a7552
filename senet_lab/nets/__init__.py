"""Networks: SE-ResNet and SE-ResNeXt, procedural and composable, from one definition with two readings."""

import os

# TensorFlow keeps the memory of tensors that are gone for the next ones. Left to itself it gives it back to the system
# and has it anew, page by page, in each step. It looks here when it makes its first tensor; who says "false" is obeyed.
os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
