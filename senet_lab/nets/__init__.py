"""Networks: SE-ResNet and SE-ResNeXt, procedural and composable, from one definition with two readings."""
