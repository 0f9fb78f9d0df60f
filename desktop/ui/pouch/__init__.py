"""The stick: what leaves and comes without a line."""
