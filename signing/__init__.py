"""Signing: PDF in, PDF or verdict out. No Qt, no SQL, nothing of the desktop."""
