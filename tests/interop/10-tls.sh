#!/bin/sh
# sslscan at the ports of https, of apps over TLS and of apps that begin plainly: nothing but TLS 1.2 and 1.3 with AEAD, no
# renegotiation, no compression, no hole of old. TLS 1.2 is asked by openssl as well: sslscan comes without the extended
# master secret (RFC 7627), without which nobody is let in.
. "$(dirname "$0")/server.sh"
SERVER_HTTPS=0
server_start
PASSED=0
FAILED=0
says() {
    if [ "$1" = 0 ]; then PASSED=$((PASSED + 1)); else
        FAILED=$((FAILED + 1))
        echo "FAILED: $2"
        cat "$SCRATCH/scan"
    fi
}

# scan PORT [OPTION]: lines of sslscan that tell of something weak, and those that must be there.
scan() {
    sslscan --no-colour --ipv4 --sni-name=$SERVER_DOMAIN ${2:-} "$SERVER_DOMAIN:$1" >"$SCRATCH/scan" 2>&1 || true
    _weak=$(grep -E '^(SSLv|TLSv1\.[01]).* enabled|^(Preferred|Accepted)|vulnerable|renegotiation|compression' "$SCRATCH/scan" |
        grep -Ev '^(Preferred|Accepted) .*(GCM|CHACHA20)|not vulnerable|^Session renegotiation not supported|does not support compression|^Compression disabled|:$' || true)
    [ -z "$_weak" ]
    says $? "port $1: $_weak"
    grep -q '^TLSv1.3 *enabled' "$SCRATCH/scan" && grep -q '^Preferred *TLSv1.3' "$SCRATCH/scan"
    says $? "port $1: TLS 1.3"
}

# shakes PORT OPTION...: whether openssl comes through.
shakes() {
    _port=$1
    shift
    openssl s_client -connect "127.0.0.1:$_port" "$@" </dev/null >"$SCRATCH/scan" 2>&1
}

# shakes_hands PORT [OPTION...]
shakes_hands() {
    _port=$1
    shift
    shakes "$_port" "$@" -tls1_2
    says $? "port $_port: TLS 1.2"
    for _old in '-tls1 -cipher ALL:@SECLEVEL=0' '-tls1_1 -cipher ALL:@SECLEVEL=0' \
        '-tls1_2 -cipher ALL:!AESGCM:!CHACHA20:@SECLEVEL=0' '-tls1_2 -cipher kRSA:DHE:@SECLEVEL=0'; do
        # shellcheck disable=SC2086 # words on purpose
        ! shakes "$_port" "$@" $_old
        says $? "port $_port takes $_old"
    done
}

set +e
scan "$(ready_port https)"
scan "$SERVER_PORT_TLS"
scan "$SERVER_PORT" --starttls-xmpp
shakes_hands "$(ready_port https)"
shakes_hands "$SERVER_PORT_TLS"
shakes_hands "$SERVER_PORT" -starttls xmpp -xmpphost $SERVER_DOMAIN
set -e
echo "$PASSED passed, $FAILED failed"
[ $FAILED = 0 ]
