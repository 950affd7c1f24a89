//! What is asked for, and what Splink was measured to do when that was decided.

use serde::Serialize;

/// What must be reached, and what is aimed at.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Asked {
    /// Cluster-level pairwise F1 that must be reached.
    pub(crate) f1: f64,
    /// F1 that is aimed at.
    pub(crate) f1_aim: f64,
    /// Pairwise precision that must be reached.
    pub(crate) precision: Option<f64>,
    /// Part of the people whose records are exactly one cluster, that must be reached.
    pub(crate) exact: Option<f64>,
    /// The same, that is aimed at.
    pub(crate) exact_aim: Option<f64>,
    /// Longest time of the whole run, in seconds.
    pub(crate) seconds: Option<f64>,
    /// The same, that is aimed at.
    pub(crate) seconds_aim: Option<f64>,
    /// Most memory, in MiB.
    pub(crate) memory_mib: Option<f64>,
}

/// Figures of Splink 5.0.0 at a probability of 0.95, of its published examples where there are
/// any, on a machine of the same kind.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Stored {
    pub(crate) f1: f64,
    pub(crate) exact: f64,
    pub(crate) seconds: f64,
    pub(crate) memory_mib: f64,
}

pub(crate) const HISTORICAL: Asked = Asked {
    f1: 0.93,
    f1_aim: 0.965,
    precision: Some(0.96),
    exact: Some(0.60),
    exact_aim: Some(0.79),
    seconds: None,
    seconds_aim: None,
    memory_mib: None,
};
pub(crate) const SPLINK_HISTORICAL: Stored =
    Stored { f1: 0.836, exact: 0.258, seconds: 5.6, memory_mib: 508.0 };

pub(crate) const FEBRL4: Asked = Asked {
    f1: 0.9995,
    f1_aim: 0.9999,
    precision: None,
    exact: None,
    exact_aim: None,
    seconds: None,
    seconds_aim: None,
    memory_mib: None,
};
pub(crate) const SPLINK_FEBRL4: Stored =
    Stored { f1: 0.9973, exact: 0.9946, seconds: 3.7, memory_mib: 259.0 };

/// What is asked for on so many generated records.
pub(crate) fn customers(records: u64) -> Asked {
    let (seconds, seconds_aim, memory_mib) = match records {
        100_000 => (Some(3.0), None, None),
        1_000_000 => (Some(12.0), Some(5.0), Some(1_536.0)),
        _ => (None, None, None),
    };
    Asked {
        f1: 0.93,
        f1_aim: 0.98,
        precision: None,
        exact: Some(0.88),
        exact_aim: Some(0.95),
        seconds,
        seconds_aim,
        memory_mib,
    }
}

/// What Splink was measured to do on so many generated records.
pub(crate) fn splink_customers(records: u64) -> Option<Stored> {
    match records {
        100_000 => Some(Stored { f1: 0.853, exact: 0.772, seconds: 18.5, memory_mib: 654.0 }),
        1_000_000 => Some(Stored { f1: 0.835, exact: 0.754, seconds: 24.7, memory_mib: 1_904.0 }),
        _ => None,
    }
}

/// One incoming record against a million stored: median and 99th percentile, in milliseconds.
pub(crate) const INCOMING_MS_MAX: (f64, f64) = (1.0, 3.0);
/// Splink 4 for one record against 99,000, clusters not updated, in milliseconds.
pub(crate) const SPLINK_INCOMING_MS: f64 = 180.0;
