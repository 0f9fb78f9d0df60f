#!/bin/sh
# Proves one object of an archive without Qillqa; see archive-for-strangers.md. The script itself is shipped with the program and put
# into every bag (comprobar.sh), so that a stranger need not find this repository.
exec sh "${0%/*}/../resources/strangers/prove-an-object.sh" "$@"
