#!/bin/sh
# Starts one part of a closed SeaweedFS: start.sh FOLDER [all|master|volume|filer|s3]   (FOLDER as prepare.sh made it)
set -eu
folder=$(cd "$1" && pwd)
role=${2:-all}
. "$folder/seaweed.env"
cd "$folder" # where weed looks for security.toml first
export HOME="$folder"
mkdir -p "$DATA/$role"
grpc() { echo $(($1 + 10000)); }
s3_flags="-port.iceberg=0 -port.lance=0 -autoCreateBucket=false -allowDeleteBucketNotEmpty=false -iam.readOnly=true
  -config=$folder/s3.json -cert.file=$folder/desks.pem -key.file=$folder/desks.key -ip.bind=$S3_ADDRESS
  -port=$S3_PORT -port.grpc=$(grpc "$S3_PORT")"

case $role in
  all)
    flags=""
    for flag in $s3_flags; do flags="$flags -s3.${flag#-}"; done
    exec "$WEED" server -dir="$DATA/all" -ip="$ADDRESS" -ip.bind="$ADDRESS" -filer -s3 \
      -master.port="$MASTER_PORT" -master.port.grpc="$(grpc "$MASTER_PORT")" -master.telemetry=false \
      -master.volumeSizeLimitMB=1024 -master.electionTimeout=1s -master.defaultReplication="$REPLICATION" \
      -volume.port="$VOLUME_PORT" -volume.port.grpc="$(grpc "$VOLUME_PORT")" -volume.max=0 -volume.preStopSeconds=1 \
      -filer.port="$FILER_PORT" -filer.port.grpc="$(grpc "$FILER_PORT")" $flags
    ;;
  master)
    exec "$WEED" master -mdir="$DATA/master" -ip="$ADDRESS" -ip.bind="$ADDRESS" -port="$MASTER_PORT" \
      -port.grpc="$(grpc "$MASTER_PORT")" -peers="$MASTERS" -defaultReplication="$REPLICATION" -volumeSizeLimitMB=1024 \
      -telemetry=false -electionTimeout=1s
    ;;
  volume)
    exec "$WEED" volume -dir="$DATA/volume" -ip="$ADDRESS" -ip.bind="$ADDRESS" -port="$VOLUME_PORT" \
      -port.grpc="$(grpc "$VOLUME_PORT")" -max=0 -master="$MASTERS" -dataCenter=dc1 -rack="$RACK" -preStopSeconds=1
    ;;
  filer)
    exec "$WEED" filer -ip="$ADDRESS" -ip.bind="$ADDRESS" -port="$FILER_PORT" -port.grpc="$(grpc "$FILER_PORT")" \
      -master="$MASTERS" -defaultStoreDir="$DATA/filer" -defaultReplicaPlacement="$REPLICATION"
    ;;
  s3)
    exec "$WEED" s3 -filer="$FILER" $s3_flags
    ;;
  *)
    echo "start.sh CARPETA [all|master|volume|filer|s3]" >&2
    exit 64
    ;;
esac
