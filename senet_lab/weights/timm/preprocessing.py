"""Preprocessing: convert a picture to the input of a network, exactly (with Pillow) or in a Keras layer."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, NamedTuple

from senet_lab import array_checks
from senet_lab.array_checks import Array
from senet_lab.checks import instance
from senet_lab.extras import require

if TYPE_CHECKING:
    import keras
    from PIL import Image

# Statistics of ImageNet's training images, in [0, 1]; all available networks of timm were trained with these.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Preprocessing(NamedTuple):
    """The preprocessing of images for a network.

    Attributes:
        size: side of the square that the network sees, in pixels.
        crop: that side as a fraction of the picture's shorter side.
        interpolation: the interpolation for resizing, "bicubic" or "bilinear".
        mean, deviation: mean and standard deviation per channel, in [0, 1], to standardise pixels.
    """

    size: int
    crop: float
    interpolation: str
    mean: tuple[float, ...] = MEAN
    deviation: tuple[float, ...] = DEVIATION

    @property
    def shorter(self) -> int:
        """The shorter side that a picture is resized to, in pixels, before its center is cropped.

        >>> Preprocessing(224, 0.875, "bicubic").shorter
        256
        """
        return floor(self.size / self.crop)

    def standardised(self, pixels: Array) -> Array:
        """Standardise pixels from 0 to 255, (..., channels), for the network: float32."""
        require("numpy", by="standardising pixels")
        import numpy as np

        mean, deviation = (np.array(each, "float32") for each in (self.mean, self.deviation))
        pixels = array_checks.numbers("pixels", pixels, "an array of shape (..., channels), from 0 to 255")
        if pixels.shape[-1:] != mean.shape:
            raise ValueError(
                f"`pixels` (of shape {pixels.shape}) must have {len(mean)} channels, on the last axis; try an array of "
                f"shape (images, height, width, {len(mean)})."
            )
        standardised: Array = (pixels.astype("float32", copy=False) / np.float32(255) - mean) / deviation
        return standardised

    def picture(self, picture: Image.Image) -> Array:
        """Prepare a picture for the network, (1, size, size, 3), float32, resized with Pillow as in timm."""
        require("numpy", "PIL", by="resizing a picture")
        import numpy as np
        from PIL import Image

        resampling = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}[self.interpolation]
        picture = instance("picture", picture, Image.Image, "PIL.Image.open('frog.jpg')").convert("RGB")
        scale = self.shorter / min(picture.size)
        # torchvision's rule: the shorter side is exact, the longer one is rounded down.
        width, height = (self.shorter if side == min(picture.size) else int(side * scale) for side in picture.size)
        picture = picture.resize((width, height), resampling)
        left, top = round((width - self.size) / 2), round((height - self.size) / 2)
        pixels = np.asarray(picture.crop((left, top, left + self.size, top + self.size)))
        return self.standardised(pixels[None])

    def layer(self) -> keras.Model:
        """Return a Keras layer with this preprocessing, for pixels from 0 to 255, (batch, height, width, 3), any size.

        It resizes with Keras instead of Pillow, so pixels differ slightly; `picture` is exact.
        """
        require("keras", by="a Keras layer")
        import keras

        # Not with Keras's layers: in Keras 3.15, `Resizing` and `CenterCrop` assume training mode and pass it on to the
        # layers after them, so batch normalization would use the statistics of the batch.
        pixels = keras.Input((None, None, 3), name="pixels")
        square = keras.ops.image.resize(
            pixels, (self.shorter,) * 2, interpolation=self.interpolation, antialias=True, crop_to_aspect_ratio=True
        )
        first = round((self.shorter - self.size) / 2)
        center = square[:, first : first + self.size, first : first + self.size]
        mean, variance = [255 * m for m in self.mean], [(255 * d) ** 2 for d in self.deviation]
        standardised = keras.layers.Normalization(mean=mean, variance=variance)(center)
        return keras.Model(pixels, standardised, name="preprocessing")

    def before(self, model: keras.Model) -> keras.Model:
        """Return a network for pictures of any size, with pixels from 0 to 255, that includes its preprocessing."""
        array_checks.model("model", model)
        import keras

        pixels = keras.Input((None, None, 3), name="pixels")
        return keras.Model(pixels, model(self.layer()(pixels)), name=f"{model.name}_of_pixels")
