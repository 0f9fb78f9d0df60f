"""What lies with whom, and how much: for chiefs and for reports."""
