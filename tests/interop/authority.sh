# A small internet for the scripts beside this file, in a network of its own: names, and an authority that certifies
# (Debian's pebble) at https://127.0.0.1:14000. Source it after server.sh, then call own_internet.

# own_internet NAMES [ARGUMENT...]: runs this script again with its arguments where every port is free and these NAMES are
# known (lines of /etc/hosts). Where that cannot be, nothing is to be seen.
own_internet() {
    _names=$1
    shift
    own_network "$@"
    is_own_network || {
        echo "skipped: no network namespaces here"
        exit 0
    }
    [ -z "${IMERA_OWN_NAMES:-}" ] || return 0
    IMERA_OWN_NAMES=$(mktemp)
    export IMERA_OWN_NAMES
    printf '127.0.0.1 localhost\n%s\n' "$_names" >"$IMERA_OWN_NAMES"
    # shellcheck disable=SC2016 # for the other shell
    exec unshare --mount sh -c 'mount --bind "$IMERA_OWN_NAMES" /etc/hosts && rm "$IMERA_OWN_NAMES" && exec "$@"' sh "$0" "$@"
}

# The authority's own https certificate, below $SCRATCH/acme/root.pem.
authority_certificate() {
    mkdir "$SCRATCH/acme"
    _new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
    (
        cd "$SCRATCH/acme"
        $_new -keyout root.key -out root.pem -subj '/CN=Root' -addext basicConstraints=critical,CA:TRUE
        $_new -CA root.pem -CAkey root.key -keyout leaf.key -out leaf.pem -subj '/CN=leaf' \
            -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE
    ) 2>/dev/null
}

# authority_up HTTP_PORT HTTPS_PORT NAMES [MORE]: knocks at these ports, asks for names at NAMES; MORE: lines of its
# configuration. Each time it has another root, which is then $SCRATCH/issuer.pem.
authority_up() {
    [ -d "$SCRATCH/acme" ] || authority_certificate
    cat >"$SCRATCH/acme/pebble.json" <<EOF
{ "pebble": {
    "listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
    "certificate": "$SCRATCH/acme/leaf.pem", "privateKey": "$SCRATCH/acme/leaf.key",
    "httpPort": $1, "tlsPort": $2, ${4:-}
    "ocspResponderURL": "", "externalAccountBindingRequired": false
} }
EOF
    PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0 pebble -config "$SCRATCH/acme/pebble.json" -dnsserver "$3" \
        >"$SCRATCH/acme/log" 2>&1 &
    AUTHORITY_PID=$!
    wait_for 10 authority_root
}

authority_root() {
    "$PYTHON" -c '
import ssl, sys, urllib.request
trust = ssl.create_default_context(cafile=sys.argv[1])
print(urllib.request.urlopen("https://127.0.0.1:15000/roots/0", context=trust).read().decode())' \
        "$SCRATCH/acme/root.pem" >"$SCRATCH/issuer.pem"
}

authority_down() {
    [ -z "${AUTHORITY_PID:-}" ] || kill "$AUTHORITY_PID" 2>/dev/null || true
    AUTHORITY_PID=
}

# A home for Chromium, where the authority vouches for sites.
trusting_home() {
    rm -rf "$SCRATCH/home"
    mkdir -p "$SCRATCH/home/.pki/nssdb"
    certutil -N --empty-password -d "sql:$SCRATCH/home/.pki/nssdb"
    certutil -A -d "sql:$SCRATCH/home/.pki/nssdb" -n issuer -t C,, -i "$SCRATCH/issuer.pem"
}

# For the end, before server_cleanup: trap 'authority_end || server_cleanup; server_cleanup' EXIT
authority_end() {
    _was=$?
    authority_down
    [ -z "${NAMES_PID:-}" ] || kill "$NAMES_PID" 2>/dev/null || true
    return $_was
}
