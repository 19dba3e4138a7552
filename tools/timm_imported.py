"""Import timm with a CPU build of PyTorch and a torchvision, which timm needs, that was built for CUDA.

PyPI has no torchvision for such a PyTorch on Linux, and the CUDA build of PyTorch, several GB larger, is not needed:
timm only uses plain Python from torchvision. But without CUDA's libraries, torchvision cannot load its compiled
operators, and still registers meta functions for two of them, which fails: "operator torchvision::nms does not exist".
Declaring their signatures to PyTorch first makes the import work. Calling these operators would raise an error, but
neither timm's networks nor its transforms do so.

`python timm_imported.py` prints the versions, or fails.
"""

import torch

try:
    import torchvision
except RuntimeError:
    for operator in ("nms", "qnms"):  # those of torchvision 0.28
        torch.library.define(f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

import timm

__all__ = ["timm"]

if __name__ == "__main__":
    print(f"timm {timm.__version__}, torch {torch.__version__}, torchvision {torchvision.__version__}")
