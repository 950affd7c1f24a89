//! Bytes of a request, on their way to the disk.

use std::{future::poll_fn, io, pin::Pin};

use axum::body::{Body, Bytes, HttpBody};
use handfast_web::{Failure, Upload};

use super::Asked;
use crate::{
    imports::ImportId,
    uploads::{Arriving, Uploads},
};

/// A file that is here whole, and what was said of it.
pub(super) struct Received {
    pub(super) asked: Asked,
    pub(super) file_name: String,
    pub(super) bytes: u64,
}

pub(super) async fn receive_form(
    uploads: &Uploads,
    id: ImportId,
    mut asked: Asked,
    mut upload: Upload,
) -> Result<Received, Failure> {
    let mut file = None;
    while let Some(mut part) = upload.next_part().await? {
        match part.name().to_owned().as_str() {
            "file" => {
                let name = part.file_name().unwrap_or("rows").to_owned();
                let mut keeper = Keeper::begin(uploads, id).await?;
                while let Some(piece) = part.chunk().await? {
                    keeper.add(&piece).await?;
                }
                file = Some((name, keeper.keep().await?));
            }
            "shape" => asked.shape = part.text().await?,
            "profile" => asked.profile = part.text().await?,
            "map" => asked.map = part.text().await?,
            other => {
                uploads.remove(id);
                let detail = "there are: shape, profile, map, file";
                return Err(Failure::field(other.to_owned(), detail));
            }
        }
    }
    let Some((file_name, bytes)) = file else {
        return Err(Failure::field("file", "the file is missing"));
    };
    Ok(Received { asked, file_name, bytes })
}

pub(super) async fn receive_rows(
    uploads: &Uploads,
    id: ImportId,
    asked: Asked,
    mut body: Body,
) -> Result<Received, Failure> {
    let mut keeper = Keeper::begin(uploads, id).await?;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| Failure::Unreadable("The stream broke off.".to_owned()))?;
        if let Ok(piece) = frame.into_data() {
            keeper.add(&piece).await?;
        }
    }
    Ok(Received { asked, file_name: "rows.ndjson".to_owned(), bytes: keeper.keep().await? })
}

/// Writes what arrives to the disk, off the threads that serve requests.
pub struct Keeper {
    arriving: Option<Arriving>,
    pieces: Vec<u8>,
}

const WRITE_BYTES: usize = 1 << 20;

impl Keeper {
    /// Begins to keep the file of an import.
    pub async fn begin(uploads: &Uploads, id: ImportId) -> Result<Self, Failure> {
        let uploads = uploads.clone();
        let arriving = aside(move || uploads.begin(id)).await?;
        Ok(Self { arriving: Some(arriving), pieces: Vec::with_capacity(WRITE_BYTES) })
    }

    /// Adds a piece.
    pub async fn add(&mut self, piece: &Bytes) -> Result<(), Failure> {
        self.pieces.extend_from_slice(piece);
        if self.pieces.len() >= WRITE_BYTES { self.write().await } else { Ok(()) }
    }

    async fn write(&mut self) -> Result<(), Failure> {
        let Some(mut arriving) = self.arriving.take() else { return Ok(()) };
        let mut pieces = std::mem::take(&mut self.pieces);
        let (arriving, pieces) = aside(move || {
            arriving.add(&pieces)?;
            pieces.clear();
            Ok((arriving, pieces))
        })
        .await?;
        self.pieces = pieces;
        self.arriving = Some(arriving);
        Ok(())
    }

    /// The file is here whole; says how many bytes it has.
    pub async fn keep(mut self) -> Result<u64, Failure> {
        self.write().await?;
        let Some(arriving) = self.arriving.take() else { return Ok(0) };
        aside(move || arriving.keep()).await
    }
}

async fn aside<T: Send + 'static>(
    f: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(f).await;
    done.map_err(|_| Failure::Broken("a thread that wrote an upload panicked".to_owned()))?.map_err(
        |error| match error.kind() {
            io::ErrorKind::FileTooLarge => Failure::TooLarge,
            io::ErrorKind::StorageFull => Failure::Full,
            _ => Failure::Broken(format!("an upload could not be written: {error}")),
        },
    )
}
