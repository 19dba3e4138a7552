"""Reference: the blocks in NumPy, written from the papers' equations and independent of the package."""

import numpy as np


def convolve(x, kernel, strides=1, pad=0, groups=1):
    """Cross-correlate (batch, h, w, c) with (k, k, c / groups, f), with `pad` zeros on each side of the map."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    k = kernel.shape[0]
    height, width = ((side - k) // strides + 1 for side in x.shape[1:3])
    outputs = []
    for part, weights in zip(np.split(x, groups, -1), np.split(kernel, groups, -1), strict=True):
        y = np.zeros((x.shape[0], height, width, weights.shape[-1]))
        for i in range(k):
            for j in range(k):
                window = part[:, i : i + strides * height : strides, j : j + strides * width : strides]
                y += window @ weights[i, j]
        outputs.append(y)
    return np.concatenate(outputs, -1)


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def average_pool(x, side):
    """Return the mean of each window of `side` x `side`, of the part of it that is in the map."""
    height, width = (-(-length // side) for length in x.shape[1:3])
    windows = (
        (slice(side * i, side * i + side), slice(side * j, side * j + side))
        for i in range(height)
        for j in range(width)
    )
    means = [x[:, rows, columns].mean((1, 2)) for rows, columns in windows]
    return np.stack(means, 1).reshape(x.shape[0], height, width, x.shape[-1])


def blur_pool(x, strides):
    """Weight the neighbors of each place 1, 2, 1 along both sides, behind mirrored edges, and stride (Zhang 2019)."""
    x, weights = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), "reflect"), np.outer([1, 2, 1], [1, 2, 1]) / 16
    return convolve(x, np.einsum("ij,cd->ijcd", weights, np.eye(x.shape[-1])), strides)


def relu(x):
    return np.maximum(x, 0)


def squeeze_excite(x, reduce, expand):
    """Apply squeeze-excite without biases (Hu et al. 2018, eq. 2 to 4)."""
    z = x.mean((1, 2))
    s = 1 / (1 + np.exp(-relu(z @ reduce) @ expand))
    return x * s[:, None, None, :]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def efficient_channel_attention(x, kernel):
    """Apply ECA (Wang et al. 2020, sec. 3.2): each gate from as many neighboring channels as the kernel has weights."""
    z, half = x.mean((1, 2)), len(kernel) // 2
    padded = np.pad(z, ((0, 0), (half, half)))
    mixed = sum(weight * padded[:, at : at + z.shape[1]] for at, weight in enumerate(kernel))
    return x * sigmoid(mixed)[:, None, None, :]


def convolutional_block_attention(x, reduce, expand, kernel, norm, epsilon):
    """Apply CBAM without biases (Woo et al. 2018, eq. 1 to 3), with batch normalization behind its convolution."""
    mean, largest = (relu(z @ reduce) @ expand for z in (x.mean((1, 2)), x.max((1, 2))))
    x = x * sigmoid(mean + largest)[:, None, None, :]
    pooled = np.stack([x.mean(-1), x.max(-1)], -1)
    return x * sigmoid(batch_norm(convolve(pooled, kernel, pad=3), *norm, epsilon))


def concurrent_attention(x, reduce, expand, kernel):
    """Apply scSE without biases (Roy et al. 2018, sec. 2): the sum of both results."""
    return squeeze_excite(x, reduce, expand) + x * sigmoid(convolve(x, kernel))


def bottleneck_block(
    x, weights, *, strides, groups, stride_in_1x1, epsilon, projection_pooling=False, downsampling="stride"
):
    """Apply the block of He et al. 2016, fig. 5, or Xie et al. 2017, fig. 3c, with squeeze-excite and a projection.

    Its shortcut may pool before it projects (He et al. 2019, fig. 2c), and its branch instead of striding (Zhang 2019).
    """

    def conv_bn(x, conv, bn, **how):
        return batch_norm(convolve(x, *weights[conv], **how), *weights[bn], epsilon)

    first, second = (strides, 1) if stride_in_1x1 else (1, strides)
    if downsampling != "stride":
        first = second = 1
    y = relu(conv_bn(x, "conv1", "bn1", strides=first))
    y = relu(conv_bn(y, "conv2", "bn2", strides=second, pad=1, groups=groups))
    if downsampling != "stride":
        y = {"average": average_pool, "blur": blur_pool}[downsampling](y, strides)
    y = conv_bn(y, "conv3", "bn3")
    y = squeeze_excite(y, *weights["se_reduce"], *weights["se_gate"])
    if projection_pooling:
        x, strides = average_pool(x, strides), 1
    return relu(y + conv_bn(x, "shortcut_conv", "shortcut_bn", strides=strides))
