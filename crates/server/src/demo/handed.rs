//! Maya's case goes from the workshop in Leeds to that in Bristol, with seven of nine things that
//! the other needs.

use anyhow::{Context, Result};
use handfast_db::Tx;
use handfast_handoffs::{self as handoffs, Actor, BriefEntry, Offer, Thing};
use handfast_kit::TimeMs;
use handfast_record::{
    cases, customers, organisations,
    sharing::{Author, Lens, SystemReason},
};

use super::stage::{Ago, Stage};

/// What Sam writes down for Ines.
const BRIEF: [(&str, &str); 7] = [
    ("said", "“It cuts out on the hill to work, and comes back after a minute.”"),
    ("when", "Uphill, over 25 kg of cargo"),
    ("tried", "Motor connector replaced; test ride without load was fine"),
    ("product", "Aurora Haul, frame AH-20418, motor firmware 4.1.2"),
    ("promised", "A call with the result of the controller check"),
    ("reach", "Phone, after 17:30"),
    ("Known issue", "AUR-17: controller resets under load"),
];

/// What Ines asks for.
const ASKED: [(i64, &str); 2] = [(-40, "Motor error log"), (-25, "Loan bike decision")];

/// Torque Workshop hands the case over, Harbour Wheelworks takes it, and asks for what is missing.
pub(super) fn hand(stage: &Stage, tx: &mut Tx<'_>, (sam, ines): (&Author, &Author)) -> Result<()> {
    let at = |hour, minute| stage.at(Ago(1, hour, minute));
    let brand = organisations::brand_id(stage.network);
    let lens = Lens::system(stage.network, brand, SystemReason::Demo);
    let actor = |author: &Author, name: &str| Actor {
        organisation: author.organisation_id(),
        person: author.person_id(),
        name: name.to_owned(),
    };
    let (sam_acts, ines_acts) = (actor(sam, "Sam Whitlock"), actor(ines, "Ines Duarte"));
    let now = at(15, 10);
    let maya = customers::by_reference(tx, &lens, sam.organisation_id(), "T-0419")?;
    let maya = maya.context("the story misses T-0419")?;
    let all = cases::of_customer(tx, &lens, &maya.sight)?;
    let case = all.into_iter().find(|case| case.case_ref == "3127");
    let entry =
        |(item, text): (&str, &str)| BriefEntry { item: item.to_owned(), text: text.to_owned() };
    let offer = Offer {
        customer: maya.id,
        thing: Thing::Case(case.context("the story misses case 3127")?.id),
        to: ines.organisation_id(),
        accept_by: None,
        words: "She lives in Bristol now; the bike stands with you.".to_owned(),
        brief: BRIEF.map(entry).into(),
        incomplete_ok: true,
    };
    let id = handoffs::offer(tx, &lens, &sam_acts, now, &offer)?.id;
    handoffs::see(tx, &lens, &ines_acts, at(15, 48), id)?;
    handoffs::accept(tx, &lens, &ines_acts, at(16, 2), id)?;
    for (minutes, item) in ASKED {
        let now = stage.now.plus(minutes * TimeMs::MINUTE);
        handoffs::ask(tx, &lens, &ines_acts, now, id, item)?;
    }
    Ok(())
}
