"""Explorer: drag a meta-parameter and see what happens to the network, its parameters and its cost."""
