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

/// The least part of the disk that must be free for the server to be ready.
const DISK_FREE_SHARE_MIN: f64 = 0.05;

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

/// `GET /readyz`: 200 when migrated, writable and with room on the disk, 503 otherwise.
pub async fn readyz(State(app): State<App>, folder: Option<Extension<DataFolder>>) -> Response {
    let db = app.db.clone();
    let migrated = tokio::task::spawn_blocking(move || db.schema_state(migrations::ALL)).await;
    let migrated = matches!(migrated, Ok(Ok(state)) if state.pending.is_empty());
    let writable = migrated && app.db.write_soon(store::try_write).await.is_ok();
    let disk_free_share = folder.and_then(|Extension(folder)| disk_free_share(&folder.0));
    let has_room = disk_free_share.is_none_or(|share| share > DISK_FREE_SHARE_MIN);
    let ready = migrated && writable && has_room;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, migrated, writable, disk_free_share })).into_response()
}

fn disk_free_share(folder: &std::path::Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail as f64 / disk.f_blocks as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_free_part_of_a_disk_is_a_share() {
        let share = disk_free_share(&std::env::temp_dir()).unwrap();
        assert!((0.0..=1.0).contains(&share), "{share}");
        assert_eq!(disk_free_share(std::path::Path::new("/nowhere/at/all")), None);
    }
}
