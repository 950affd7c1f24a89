//! Decisions about jobs: lanes, leases, when to try again.

use crate::JobId;

/// How many lanes the jobs lie in.
pub const LANE_COUNT: u8 = 16;
/// How often a job is tried before it is dead.
pub const TRY_COUNT_MAX: i64 = 8;
/// How long a claim holds without being renewed, in milliseconds.
pub const LEASE_MS: i64 = 60_000;

/// The longest error text that is kept with a job, in bytes.
const ERROR_BYTES_MAX: usize = 2_000;

/// The lane of a job. Ids are random, so any byte of one is a hash of it.
pub(crate) fn lane_of(id: JobId) -> i64 {
    i64::from(id.uuid().as_bytes()[15] % LANE_COUNT)
}

/// How long to wait after the `try_count`th try (from 1) has failed, in milliseconds: 10 s, then
/// three times as long each time, about three hours before the last; up to a tenth more, by id, so
/// that jobs that failed together do not return together.
pub(crate) fn wait_after_failure_ms(try_count: i64, id: JobId) -> i64 {
    let exponent = u32::try_from(try_count.clamp(1, TRY_COUNT_MAX) - 1).unwrap_or(0);
    let wait_ms = 10_000 * 3_i64.pow(exponent);
    wait_ms + wait_ms / 10 * i64::from(id.uuid().as_bytes()[14]) / 255
}

/// Whether a job that has been tried `try_count` times is given up.
pub(crate) const fn is_given_up(try_count: i64) -> bool {
    try_count >= TRY_COUNT_MAX
}

/// Whether a lease that ends at `until_ms` should be renewed at `now_ms`: when a third is used.
pub(crate) const fn is_renewal_due(until_ms: i64, now_ms: i64) -> bool {
    until_ms - now_ms <= LEASE_MS * 2 / 3
}

/// The error text as it is kept: its beginning, cut between two letters.
pub(crate) fn error_to_keep(text: &str) -> &str {
    let mut end = text.len().min(ERROR_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_than_the_one_before() {
        let id = JobId::random();
        let waits: Vec<i64> = (1..TRY_COUNT_MAX).map(|n| wait_after_failure_ms(n, id)).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        assert!((10_000..=11_000).contains(&waits[0]));
        assert!(waits[6] >= 2 * 3_600_000, "{waits:?}");
    }

    #[test]
    fn every_lane_gets_jobs() {
        let mut lanes: Vec<i64> = (0..2_000).map(|_| lane_of(JobId::random())).collect();
        lanes.sort_unstable();
        lanes.dedup();
        assert_eq!(lanes, (0..i64::from(LANE_COUNT)).collect::<Vec<_>>());
    }

    #[test]
    fn a_long_error_is_cut_between_letters() {
        let long = "é".repeat(3_000);
        assert_eq!(error_to_keep(&long).len(), 2_000);
        assert_eq!(error_to_keep("short"), "short");
    }
}
