"""Verdicts as papers: reports in HTML, PDF/A, CSV, JSON and ETSI XML, of one file or of tens of thousands."""
