#!/bin/sh
# Weekly: clean-uploads.sh FOLDER [AGE] drops uploads that nobody finished in AGE (168h unless told). It touches no object: what goes on
# within a week is resumed, what is older is sent again. SeaweedFS keeps the pieces of an upload until somebody does this.
set -eu
folder=$(cd "$1" && pwd)
. "$folder/seaweed.env"
cd "$folder"
export HOME="$folder"
printf 'lock\ns3.clean.uploads -timeAgo=%s\nunlock\n' "${2:-168h}" | "$WEED" shell -master="${MASTERS%%,*}" -filer="$FILER"
