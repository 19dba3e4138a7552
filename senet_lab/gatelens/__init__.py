"""GateLens: what a network's squeeze-excite gates do, by class, by depth and image by image."""
