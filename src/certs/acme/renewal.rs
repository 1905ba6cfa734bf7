//! When a certificate is renewed, and when what failed is tried again. Pure; keeps no state.

use crate::clock::UtcMicros;
use crate::limits;

/// When it is renewed where the authority does not say: at a third of the life left, or up to a tenth of that third
/// earlier. `chance`: any number, always the same for one certificate, so that a restart moves nothing.
pub(super) fn by_life(not_before: UtcMicros, not_after: UtcMicros, chance: u64) -> UtcMicros {
    let third = not_after.saturating_sub(not_before).max(0) / 3;
    let earlier = i64::try_from(chance % 1_000).unwrap_or_default() * (third / 10) / 1_000;
    not_after - third - earlier
}

/// A point within what the authority suggests (RFC 9773 §4.2), but never later than a tenth of the life left.
pub(super) fn by_window(window: (UtcMicros, UtcMicros), life: (UtcMicros, UtcMicros), chance: u64) -> UtcMicros {
    let (start, end) = (window.0, window.1.max(window.0));
    let chance = i64::try_from(chance % 1_000).unwrap_or_default();
    let at = start + (end - start) / 1_000 * chance;
    at.min(life.1 - life.1.saturating_sub(life.0).max(0) / 10)
}

/// How long to wait after so many failures in a row, microseconds.
pub(super) fn pause(failures: u32, chance: u64) -> i64 {
    let times = 3_i64.saturating_pow(failures.saturating_sub(1));
    let pause_s = limits::ACME_AGAIN_S.saturating_mul(times).min(limits::ACME_AGAIN_MAX_S);
    let jitter = i64::try_from(chance % 1_000).unwrap_or_default() * limits::ACME_JITTER_PERCENT;
    pause_s * 1_000_000 + pause_s * jitter * 10
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn lives_of_90_45_and_6_days_are_renewed_in_time() {
        for (days, left_least, left_most) in [(90, 30, 33), (45, 15, 17), (6, 2, 3)] {
            for chance in [0, 999, u64::MAX, 123_456] {
                let left = days * DAY - by_life(0, days * DAY, chance);
                assert!((left_least * DAY..=left_most * DAY).contains(&left), "{days} days: {left}");
            }
        }
        assert_eq!(by_life(5, 5, 9), 5, "one without a life is renewed at once");
    }

    #[test]
    fn rfc9773_4_2_a_point_of_the_window_is_taken_but_not_too_late() {
        let life = (0, 90 * DAY);
        for chance in [0, 500, 999] {
            let at = by_window((10 * DAY, 12 * DAY), life, chance);
            assert!((10 * DAY..12 * DAY).contains(&at));
        }
        assert_eq!(by_window((88 * DAY, 89 * DAY), life, 500), 81 * DAY);
        assert_eq!(by_window((3 * DAY, DAY), life, 7), 3 * DAY, "a window the wrong way round");
    }

    #[test]
    fn pauses_grow_and_are_bounded_with_their_jitter() {
        let most = limits::ACME_AGAIN_MAX_S * 1_000_000;
        assert_eq!(pause(1, 0), limits::ACME_AGAIN_S * 1_000_000);
        assert!(pause(2, 0) > pause(1, 999));
        for failures in [5, 40, u32::MAX] {
            assert_eq!(pause(failures, 0), most);
            assert!(pause(failures, 999) <= most + most * limits::ACME_JITTER_PERCENT / 100);
        }
    }
}
