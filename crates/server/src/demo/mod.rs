//! The story of Aurora Cycles: a brand, fourteen partners, Maya Okafor and the people around her,
//! and two thousand customers of two years. The same story every time, told up to today.

mod agreed;
mod cast;
mod crowd;
mod doubles;
mod handed;
mod moved;
mod stage;
mod story;

use anyhow::{Context, Result};
use handfast_db::Db;
use handfast_kit::{Clock, NetworkId, PersonId};
use handfast_record::{organisations, people};
use handfast_web::Role;

/// The short name of the demo's network.
pub const SLUG: &str = "aurora";

/// Somebody of the story whom one can sign in as.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// The name.
    pub name: String,
    /// The organisation's name.
    pub organisation: String,
    /// What the person may do there.
    pub role: Role,
    /// The person's id.
    pub person_id: PersonId,
}

/// Tells the story if the database has none, and says whom one can sign in as. `progress` hears how
/// many of how many steps are done. A story that was interrupted is told to its end.
pub fn build(db: &Db, clock: &Clock, progress: &dyn Fn(u64, u64)) -> Result<Vec<DemoPerson>> {
    let now = clock.now();
    let known = db.read(|cx| organisations::network_by_slug(cx, SLUG))?;
    let network = match known {
        Some(network) => network.id,
        None => cast::assemble(db, now).context("could not bring the cast together")?,
    };
    if !is_told(db, network)? {
        let stage = stage::Stage::set(db, network, now)?;
        agreed::sign(&stage).context("could not sign the agreements")?;
        crowd::fill(&stage, progress).context("could not bring the customers in")?;
        doubles::tell(&stage).context("could not tell of those who are there twice")?;
        doubles::settle(&stage).context("could not match the records")?;
        // Maya comes last: whoever finds her finds the whole story told.
        story::tell(&stage).context("could not tell Maya's story")?;
        stage.seal()?;
    }
    cast::people(db, network)
}

fn is_told(db: &Db, network: NetworkId) -> Result<bool> {
    let person = db.read(|cx| people::person_by_email(cx, cast::LAST_EMAIL))?;
    let stage = db.read(|cx| organisations::network(cx, network))?;
    Ok(person.is_some() && stage.is_some() && story::is_told(db, network)?)
}
