"""A new document, small: the rich editor with its live page is issue 3's."""
