"""Explore networks: drag a meta-parameter and see its effect on the network, its parameters and its costs."""
