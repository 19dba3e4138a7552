"""timm, where PyTorch is a build for the CPU alone and torchvision, which it needs, was built for CUDA.

PyPI has no torchvision for such a PyTorch on Linux, and what is several GB larger is not needed: of torchvision timm
takes plain Python. But without CUDA's libraries torchvision cannot load its compiled operators, and yet gives two of
them a meta function, "operator torchvision::nms does not exist". Once their signatures are known to PyTorch, it can;
who called one would be told that it is not implemented, and neither timm's networks nor its transforms do.

`python timm_imported.py` says which versions there are, or fails.
"""

import torch

try:
    import torchvision
except RuntimeError:
    for operator in ("nms", "qnms"):  # as torchvision 0.28 has them
        torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

import timm

__all__ = ["timm"]

if __name__ == "__main__":
    print(f"timm {timm.__version__}, torch {torch.__version__}, torchvision {torchvision.__version__}")
