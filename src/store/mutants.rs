//! Deliberate faults that tests/power must find (`tests/power/mutants.sh`). Only with the cargo
//! feature `mutants`, which no build that serves has.

/// Whether `IMERA_MUTANT` names this fault: `normal` (no sync at a commit), `early` (acknowledged
/// before it is committed), `apart` (a stream's count in a transaction of its own).
pub(super) fn is(fault: &str) -> bool {
    std::env::var_os("IMERA_MUTANT").is_some_and(|wanted| wanted == fault)
}
