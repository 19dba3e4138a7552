"""Gates per pixel of CBAM and scSE, computed by NumPy from the maps that come in and from the weights of the layers."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def pixel_gates_by_numpy(model, site, x):
    """Return the gates (images, height, width) for maps (images, height, width, channels), in float64.

    CBAM convolves the means and maxima over the channels and normalizes the result (Woo et al. 2018, eq. 3); scSE
    convolves the channels by a 1x1 kernel (Roy et al. 2018, sec. 2.2).
    """
    x = x.astype("float64")
    if "_scse_" in site.gate:
        kernel, *bias = model.get_layer(site.gate).get_weights()
        return sigmoid(x @ kernel[0, 0, :, 0] + sum(each[0] for each in bias))
    (kernel,) = model.get_layer(f"{site.gate}_conv").get_weights()
    norm = model.get_layer(f"{site.gate}_bn")
    gamma, beta, mean, variance = (each[0] for each in norm.get_weights())
    height, width = x.shape[1:3]
    both = np.pad(np.stack([x.mean(-1), x.max(-1)], -1), ((0, 0), (3, 3), (3, 3), (0, 0)))
    sums = sum(
        both[:, row : row + height, column : column + width] @ kernel[row, column, :, 0]
        for row in range(7)
        for column in range(7)
    )
    return sigmoid(gamma * (sums - mean) / np.sqrt(variance + norm.epsilon) + beta)
