"""The archive: what came and waits, what this unit handed in, what is kept, whether it is whole, and for how long it can be proved."""
