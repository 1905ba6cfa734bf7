#!/bin/sh
# Backups without imera: GNU tar opens an open one; age and tar open a locked one with the key that
# the passphrase gives. And the other way round: what age locked for that key, imera restores.
. "$(dirname "$0")/server.sh"

SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
cd "$SCRATCH"
bin=${IMERA_BIN:-$ROOT/target/release/imera}
case $bin in /*) ;; *) bin=$ROOT/$bin ;; esac
# shellcheck disable=SC2046 # words on purpose
imera() { env $(ours) "$bin" "$@" --data "$SCRATCH/data" 2>"$SCRATCH/stderr" || { cat "$SCRATCH/stderr"; exit 1; }; }
field() { "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

echo "a good password" | imera setup --domain a.test --home --owner mira --password-stdin >/dev/null
mkdir "$SCRATCH/data/files"
head -c 300000 /dev/urandom >"$SCRATCH/data/files/upload"

echo "an open backup, by tar and sha256sum"
file=$(imera backup create --json | field file)
mkdir open && tar --zstd -xf "$file" -C open
(cd open && sha256sum --quiet --strict -c SHA256SUMS)
cmp open/files/upload data/files/upload

echo "a locked backup, by age and tar"
echo "correct horse battery" | imera backup lock --passphrase-stdin >/dev/null
locked=$(imera backup create --json | field file)
echo "correct horse battery" | imera backup key "$locked" --passphrase-stdin >key
grep -q '^AGE-SECRET-KEY-1' key
mkdir locked && tail -n +9 "$locked" | age -d -i key | tar --zstd -x -C locked
(cd locked && sha256sum --quiet --strict -c SHA256SUMS)
cmp locked/files/upload data/files/upload

echo "the public key is the one that age sees"
[ "$(age-keygen -y key)" = "$(sed -n 's/^key //p' "$locked" | head -n 1)" ]

echo "locked by age, restored by imera"
tail -n +9 "$locked" | age -d -i key | age -r "$(age-keygen -y key)" >payload
# The head as it is, with the size and the sum of the new payload.
"$PYTHON" - "$locked" payload by-age.backup <<'END'
import hashlib, re, sys
old, payload = open(sys.argv[1], "rb").read(), open(sys.argv[2], "rb").read()
head = old[: old.index(b"\n\n") + 2]
zeros = re.sub(rb"size \d{20}\nsha256 [0-9a-f]{64}", b"size " + b"0" * 20 + b"\nsha256 " + b"0" * 64, head)
total = hashlib.sha256(zeros + payload).hexdigest().encode()
told = b"size %020d\nsha256 " % (len(head) + len(payload)) + total
open(sys.argv[3], "wb").write(re.sub(rb"size \d{20}\nsha256 [0-9a-f]{64}", told, head) + payload)
END
echo "correct horse battery" | imera backup verify by-age.backup --passphrase-stdin | grep -q ' is good: 1 account, '
echo "correct horse battery" | imera restore by-age.backup --passphrase-stdin | grep -q '^A is back '

echo "5 passed, 0 failed"
