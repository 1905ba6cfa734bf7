#!/usr/bin/env bash
# Shows that the power test finds what it is for: each deliberate fault (src/store/mutants.rs) must fail it.
set -euo pipefail
cd "$(dirname "$0")/../.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
binary=$CARGO_TARGET_DIR/imera-with-mutants
cargo build --locked --features mutants
cp "$CARGO_TARGET_DIR/debug/imera" "$binary"
cargo build --locked # what lies there is again without
kept=$(mktemp -d)
trap 'rm -rf "$binary" "$kept"' EXIT

unset IMERA_POWER_KILLS IMERA_POWER_RESTARTS
export IMERA_BIN=$binary IMERA_POWER="${IMERA_POWER_MUTANT_CUTS:-100}" IMERA_POWER_UNTIL_FAILED=yes IMERA_POWER_KEEP=$kept
passed=0
failed=0
for mutant in normal early apart; do
    log=$kept/$mutant.log
    if IMERA_MUTANT=$mutant cargo test --locked --test power >"$log" 2>&1; then
        echo "mutant $mutant: NOT FOUND in $IMERA_POWER cuts"
        failed=$((failed + 1))
    elif grep -q '^cut: FAILED: after' "$log"; then
        echo "mutant $mutant: found, $(grep -o '^power: [0-9]* passed' "$log" | tail -1) before: $(grep -m1 -o '^cut: FAILED: .\{0,200\}' "$log")"
        passed=$((passed + 1))
    else
        echo "mutant $mutant: the test did not come to judge it"
        tail -n 20 "$log"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
