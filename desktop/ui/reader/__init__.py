"""The reader: the thing itself."""
