"""The departmental archive: OCFL 1.1 roots of E-ARK packages, deposits and their custody, fixity (docs/formats/archive.md)."""
