"""Help beside every pane."""
