"""Drafting: a template, its fields and a body become a page; the page becomes an archival PDF. No Qt, no database.

``setting`` sets pages (``preview``, ``freeze``), ``templates`` reads what a page looks like, ``body`` is the text that
people write, ``preflight`` walks the result with other code than the one that made it.
"""
