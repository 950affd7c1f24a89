//! Stories of files that come in.

#![allow(clippy::unwrap_used)]

mod heard;
mod killed;
mod profiles;
mod real;
mod stories;
mod web;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use handfast_kit::OrganisationId;
use handfast_record::testing::World;
use handfast_web::Side;

use crate::{
    How, InputFile, Outcome, RejectsTo, Unwatched, Watch, Work, files, note, run, source::Limits,
};

/// A folder of files that is gone after the story.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_ref()).unwrap();
        path
    }
}

fn work(world: &World, of: OrganisationId, files: Vec<InputFile>) -> Work {
    let author = world.author(of);
    let id = note(&world.db, &world.clock, author, &files).unwrap();
    let side = if of == world.brand { Side::Brand } else { Side::Partner };
    let (zone, limits) = (world.zone.clone(), Limits::default());
    Work { id, author, side, zone, files, rejects: RejectsTo::FileBeside, limits, heard: None }
}

/// Takes files in as an organisation.
fn take(world: &World, of: OrganisationId, files: Vec<InputFile>) -> Outcome {
    take_watched(world, of, files, &Unwatched)
}

fn take_watched(
    world: &World,
    of: OrganisationId,
    files: Vec<InputFile>,
    watch: &dyn Watch,
) -> Outcome {
    let outcome = run(&world.db, &world.clock, &work(world, of, files), watch).unwrap();
    assert!(outcome.counts.adds_up());
    outcome
}

fn named(shape: &str, profile: &str, path: &Path) -> Vec<InputFile> {
    vec![InputFile { path: path.to_owned(), how: How::of_texts(shape, profile, "").unwrap() }]
}

/// The counts as read, stored, unchanged, rejected.
fn counts(outcome: &Outcome) -> [u64; 4] {
    let counts = outcome.counts;
    [counts.read, counts.stored, counts.unchanged, counts.rejected]
}

/// The data that developers share, beside the repository, or where `HANDFAST_SHARED` says.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("HANDFAST_SHARED").map_or_else(beside, PathBuf::from);
    let path = root.join("data/network").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here; set HANDFAST_SHARED", path.display());
    None
}

fn folder(profile: &str, path: &Path) -> Vec<InputFile> {
    files(profile, Some(profile), None, &[path.to_owned()]).unwrap()
}
