//! A network with people of every organisation, kept as it is before anything happens; from which
//! any number of worlds begin, with the same ids, sessions and tokens.

use std::path::Path;

use handfast_db::{Db, Settings};
use handfast_kit::{PersonId, TimeMs};
use handfast_record::{
    migrations,
    people::{self, Maker, NewPerson, NewToken, Uses},
    testing::NOW,
};
use handfast_web::{Role, Scope, Secret};

use crate::{plan::Plan, stage::Stage};

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) person: PersonId,
    pub(crate) session: Secret,
    pub(crate) token: Secret,
}

/// The beginning of worlds.
pub(crate) struct Folk {
    stage: Stage,
    file: Vec<u8>,
    /// An admin of each organisation, the brand's first.
    pub(crate) keys: Vec<Keys>,
}

fn open(file: &Path) -> Db {
    Db::open(&Settings::at(format!("sqlite:{}", file.display()))).unwrap()
}

impl Folk {
    /// The organisations of a plan, with their people.
    pub(crate) fn of(plan: &Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("folk.db");
        let db = open(&file);
        db.migrate(migrations::ALL).unwrap();
        let mut stage = Stage::empty(db, &plan.partners);
        stage.prepare(plan);
        let keys: Vec<Keys> = (0..stage.organisations.len()).map(|who| key(&stage, who)).collect();
        stage.persons = keys.iter().map(|keys| keys.person).collect();
        // Closed, its log is folded into the file.
        stage.db = handfast_db::testing::sqlite(&[]);
        let file = std::fs::read(&file).unwrap();
        Self { stage, file, keys }
    }

    /// A world that begins here, with its files in `data`.
    pub(crate) fn begin(&self, data: &Path) -> Stage {
        let file = data.join("handfast.db");
        std::fs::write(&file, &self.file).unwrap();
        let clock = handfast_kit::Clock::standing_at(NOW);
        Stage { db: open(&file), clock, ..self.stage.clone() }
    }
}

/// Somebody of an organisation, with what they sign in with.
pub(crate) fn key(stage: &Stage, who: usize) -> Keys {
    let (network, organisation) = (stage.network, stage.organisations[who]);
    let role = if who == 0 { Role::BrandAdmin } else { Role::PartnerAdmin };
    let new = NewPerson { name: format!("Person of {who}"), email: format!("o{who}@o.example") };
    let made = stage.db.write(move |tx| {
        let person = people::add_person(tx, &new, NOW)?;
        people::add_member(tx, network, organisation, person, role, NOW)?;
        let link = people::issue_sign_in_link(tx, person, TimeMs::HOUR, Uses::Once, NOW)?;
        let session = people::use_sign_in_link(tx, &link.hash(), None, NOW)?;
        let token = NewToken {
            name: "proof".to_owned(),
            scopes: Scope::ALL.to_vec(),
            lifetime_ms: Some(30 * TimeMs::DAY),
        };
        let maker = Maker::member(network, organisation, person);
        let (_, token) = people::create_token(tx, &maker, &token, NOW)?;
        Ok::<_, people::Error>(Keys { person, session, token })
    });
    made.unwrap()
}
