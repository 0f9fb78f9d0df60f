"""The practice office's throwaway parts: a PKI with its services, soft tokens and an S3 server on loopback.

Nothing here is worth protecting and everything says so: names carry PRÁCTICA / SIN VALOR, keys and PINs lie in 0600 files of the
practice folder, and real desks refuse these anchors (docs/decisions/0008-practice-office.md).
"""
