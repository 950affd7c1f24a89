//! A file arrives: kept as it comes, looked at once, then it waits to be mapped.

use axum::{extract::State, response::Response};
use handfast_intake::{
    How, Keeper, Uploads,
    imports::{self, ImportId},
    preview,
    shapes::Shape,
};
use handfast_web::{App, Failure, Upload, Viewer, see_other};

use super::list::{self, Chosen};
use crate::{entry::slowly, forms::Refusal};

const TITLE: &str = "The file was not taken";

pub(super) async fn receive(
    uploads: Uploads,
    State(app): State<App>,
    viewer: Viewer,
    upload: Upload,
) -> Result<Response, Failure> {
    let id = ImportId::random();
    let mut chosen = Chosen::default();
    let kept = match keep(&uploads, id, &mut chosen, upload).await {
        Ok(Some(kept)) => Ok(kept),
        Ok(None) => Err(Failure::field("file", "Choose a file.")),
        Err(failure) => Err(failure),
    };
    let (file_name, bytes) = match kept {
        Ok(kept) => kept,
        Err(failure) => {
            uploads.remove(id);
            return list::refuse(&app, &viewer, &chosen, Refusal::of(TITLE, failure)?).await;
        }
    };
    if let Some(why) = unreadable(&uploads, id, &viewer).await? {
        uploads.remove(id);
        let failure = Failure::field("file", why);
        return list::refuse(&app, &viewer, &chosen, Refusal::of(TITLE, failure)?).await;
    }
    let (who, now) = (viewer.clone(), app.clock.now());
    let noted = app.write(move |tx| imports::receive(tx, &who, id, (&file_name, bytes), now)).await;
    if let Err(failure) = noted {
        uploads.remove(id);
        return Err(failure);
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("shape", &chosen.shape)
        .append_pair("profile", &chosen.profile)
        .finish();
    Ok(see_other(&format!("/imports/{id}?{query}")))
}

/// Keeps the file of a form; its name and its length, if there is one.
async fn keep(
    uploads: &Uploads,
    id: ImportId,
    chosen: &mut Chosen,
    mut upload: Upload,
) -> Result<Option<(String, u64)>, Failure> {
    let mut kept = None;
    while let Some(mut part) = upload.next_part().await? {
        match part.name() {
            "shape" => chosen.shape = part.text().await?,
            "profile" => chosen.profile = part.text().await?,
            // A browser sends the field also when no file was chosen.
            "file" if kept.is_none() && part.file_name().is_some() => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut keeper = Keeper::begin(uploads, id).await?;
                while let Some(piece) = part.chunk().await? {
                    keeper.add(&piece).await?;
                }
                kept = Some((name, keeper.keep().await?));
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// Why nobody could make anything of the file, if so.
async fn unreadable(
    uploads: &Uploads,
    id: ImportId,
    viewer: &Viewer,
) -> Result<Option<String>, Failure> {
    let (path, limits, zone) = (uploads.path(id), uploads.limits, viewer.zone.clone());
    let how = How::UsualNames(Shape::Customers);
    let seen = slowly(move || preview(&path, &how, &zone, limits)).await?;
    Ok(match seen {
        Ok(seen) if seen.columns.is_empty() => {
            Some("The file is empty. Choose another.".to_owned())
        }
        Ok(_) => None,
        Err(error) => Some(format!(
            "Nothing can be read in this file: {error}. Export it again as CSV, vCard or NDJSON."
        )),
    })
}
