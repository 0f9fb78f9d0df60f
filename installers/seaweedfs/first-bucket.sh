#!/bin/sh
# Once, when the store runs: first-bucket.sh FOLDER makes the bucket with lock and has every write made durable.
set -eu
folder=$(cd "$1" && pwd)
. "$folder/seaweed.env"
cd "$folder"
export HOME="$folder"
printf 'lock\ns3.bucket.create -name %s -withLock\nfs.configure -locationPrefix=/buckets/%s -fsync -apply\nunlock\nfs.configure\n' \
  "$BUCKET" "$BUCKET" | "$WEED" shell -master="${MASTERS%%,*}" -filer="$FILER"
