"""timm's published weights: names, shapes, preprocessing and classes, in both directions."""
