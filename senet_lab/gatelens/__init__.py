"""GateLens: inspect a network's squeeze-excite gates by class, by depth and by image."""
