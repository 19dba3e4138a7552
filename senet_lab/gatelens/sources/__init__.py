"""Sources: where a GateLens gets its networks and images from."""
