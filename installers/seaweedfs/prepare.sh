#!/bin/sh
# Makes what a closed SeaweedFS needs, in a new folder: an authority of its own, certificates, keys, passwords, settings.
#
#   prepare.sh FOLDER NAME…       NAME: names and addresses by which desks reach S3, e.g. archivo.gob.bo 10.0.0.5
#
# Copy the whole folder to every machine of the cluster; then keep authority.key away from all of them.
set -eu
umask 077
[ $# -ge 2 ] || { echo "prepare.sh CARPETA NOMBRE…" >&2; exit 64; }
folder=$1
shift
[ ! -e "$folder" ] || { echo "$folder ya existe: no se toca." >&2; exit 1; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$folder"
days=3650
random() { openssl rand -hex "$1"; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout authority.key -out authority.pem \
  -days "$days" -subj "/CN=Autoridad del almacen" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" 2>/dev/null

certificate() { # name, names that it stands for
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n' "$2" > "$1.ext"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -days "$days" -extfile "$1.ext" \
    -out "$1.pem" 2>/dev/null
  rm "$1.csr" "$1.ext"
}

names="DNS:localhost,IP:127.0.0.1"
for name in "$@"; do
  case $name in
    localhost | 127.0.0.1) ;;
    *[!0-9.]*) names="$names,DNS:$name" ;;
    *) names="$names,IP:$name" ;;
  esac
done
for part in master volume filer s3 client; do certificate "$part" "$names"; done
certificate desks "$names" # what desks see at the S3 port

section() { printf '[%s]\ncert = "%s/%s.pem"\nkey = "%s/%s.key"\n' "$1" "$folder" "$2" "$folder" "$2"; }
{
  for part in jwt.signing jwt.signing.read jwt.filer_signing jwt.filer_signing.read; do
    printf '[%s]\nkey = "%s"\nexpires_after_seconds = 10\n' "$part" "$(random 32)"
  done
  printf '[access]\nui = false\n[filer.expose_directory_metadata]\nenabled = false\n'
  printf '[grpc]\nca = "%s/authority.pem"\n' "$folder"
  for part in master volume filer s3 client; do section "grpc.$part" "$part"; done
  for part in master volume filer; do
    section "https.$part" "$part"
    printf 'ca = "%s/authority.pem"\n' "$folder"
  done
  section https.client client
  printf 'enabled = true\nca = "%s/authority.pem"\n' "$folder"
} > security.toml

everything='["Admin","Read","List","Tagging","Write"]'
identity() { # name, actions
  key="$1$(random 4)"
  secret=$(random 20)
  printf '{"name":"%s","credentials":[{"accessKey":"%s","secretKey":"%s"}],"actions":%s}' "$1" "$key" "$secret" "$2" > "$1.identity"
  printf '{"endpoint":"https://%s:8333","access_key":"%s","secret_key":"%s","ca_file":"%s/authority.pem"}\n' \
    "$address" "$key" "$secret" "$folder" > "$1.json"
}
address=$1
identity instalador "$everything"
identity custodio '[]'
printf '{"identities":[%s,%s]}\n' "$(cat instalador.identity)" "$(cat custodio.identity)" > s3.json
rm ./*.identity

cat > seaweed.env <<SETTINGS
# Addresses and ports. One machine: leave ADDRESS at 127.0.0.1, so that the inner ports are nobody else's.
# Cluster: ADDRESS is this machine's own; MASTERS and FILER are those of the cluster.
ADDRESS=127.0.0.1
S3_ADDRESS=0.0.0.0
MASTERS=127.0.0.1:9333
FILER=127.0.0.1:8888
RACK=r1
REPLICATION=000
DATA=$folder/data
S3_PORT=8333
MASTER_PORT=9333
VOLUME_PORT=8080
FILER_PORT=8888
BUCKET=archivo
WEED=weed
SETTINGS
echo "Listo en $folder. Guarde authority.key fuera de esta máquina."
