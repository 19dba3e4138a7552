"""Views: drawings of gates, and the figures of the SE paper."""
