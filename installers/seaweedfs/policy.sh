#!/bin/sh
# Once, after first-bucket.sh: policy.sh FOLDER puts policies/archive.json on the bucket, with the installer's credentials (curl 7.75 or newer).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "$1" && pwd)
. "$folder/seaweed.env"
value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$folder/instalador.json"; }
policy=$(mktemp)
trap 'rm -f "$policy"' EXIT
sed "s#arn:aws:s3:::archivo#arn:aws:s3:::$BUCKET#g" "$here/policies/archive.json" > "$policy"
printf 'user = "%s:%s"\n' "$(value access_key)" "$(value secret_key)" |
  curl --config - --fail --silent --show-error --noproxy '*' --cacert "$folder/authority.pem" --aws-sigv4 "aws:amz:us-east-1:s3" \
    --header "x-amz-content-sha256: $(sha256sum < "$policy" | cut -d' ' -f1)" --request PUT --data-binary "@$policy" "https://${S3_HOST:-localhost}:$S3_PORT/$BUCKET?policy="
echo "La política está puesta en $BUCKET."
