//! Whether the server is alive, and whether it is ready: two questions with two answers.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use handfast_web::App;
use serde::Serialize;

use crate::{migrations, store};

/// The least part of the disk that must be free for the server to be ready, 0 to 1.
const DISK_FREE_SHARE_MIN: f64 = 0.05;
/// So many free bytes are room enough, however small a part of a large disk they are: 1 GiB.
const DISK_FREE_BYTES_ENOUGH: u64 = 1 << 30;

/// Which disk the data lies on.
#[derive(Debug, Clone)]
pub struct DataFolder(pub Arc<PathBuf>);

/// What `/readyz` answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    /// Whether requests can be answered: all of the below hold.
    ready: bool,
    /// Whether the schema is this program's.
    migrated: bool,
    /// Whether the database takes a write.
    writable: bool,
    /// The free part of the disk that the data lies on, 0 to 1; `null` if it is not known.
    disk_free_share: Option<f64>,
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: 200 when migrated, writable and with room on the disk (a twentieth of it or
/// 1 GiB), 503 otherwise.
pub async fn readyz(State(app): State<App>, folder: Option<Extension<DataFolder>>) -> Response {
    let db = app.db.clone();
    let migrated = tokio::task::spawn_blocking(move || db.schema_state(migrations::ALL)).await;
    let migrated = matches!(migrated, Ok(Ok(state)) if state.pending.is_empty());
    let writable = migrated && app.db.write_soon(store::try_write).await.is_ok();
    let disk = folder.and_then(|Extension(folder)| Disk::of(&folder.0));
    let has_room = disk.is_none_or(Disk::has_room);
    let disk_free_share = disk.map(|disk| disk.free_share);
    let ready = migrated && writable && has_room;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, migrated, writable, disk_free_share })).into_response()
}

/// What is free on a disk.
#[derive(Debug, Clone, Copy)]
struct Disk {
    /// 0 to 1.
    free_share: f64,
    free_bytes: u64,
}

impl Disk {
    /// The disk that `folder` lies on; `None` if it cannot be told.
    fn of(folder: &std::path::Path) -> Option<Disk> {
        let disk = rustix::fs::statvfs(folder).ok()?;
        (disk.f_blocks > 0).then(|| Disk {
            free_share: disk.f_bavail as f64 / disk.f_blocks as f64,
            free_bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
        })
    }

    /// Whether more can be written: the last twentieth of a disk is kept, but of a large one no
    /// more than `DISK_FREE_BYTES_ENOUGH`.
    fn has_room(self) -> bool {
        self.free_share > DISK_FREE_SHARE_MIN || self.free_bytes >= DISK_FREE_BYTES_ENOUGH
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_free_part_of_a_disk_is_a_share() {
        let disk = Disk::of(&std::env::temp_dir()).unwrap();
        assert!((0.0..=1.0).contains(&disk.free_share), "{disk:?}");
        assert!(Disk::of(std::path::Path::new("/nowhere/at/all")).is_none());
    }

    #[test]
    fn the_last_of_a_disk_is_kept_but_never_more_than_a_gigabyte() {
        let disk = |free_share, free_bytes| Disk { free_share, free_bytes };
        assert!(disk(0.5, 200 << 20).has_room(), "half of a small disk is free");
        assert!(!disk(0.04, 200 << 20).has_room(), "200 MiB are left on a small disk");
        assert!(disk(0.04, 10 << 30).has_room(), "10 GiB are left on a large disk");
    }
}
