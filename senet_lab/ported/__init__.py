"""Ported: weights that others trained, brought over from timm's layers to those of this package, and back."""
