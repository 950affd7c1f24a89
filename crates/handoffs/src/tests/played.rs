//! The whole store under the script of chance, on each engine, beside the rules alone: both answer
//! and show the same.

use handfast_db::Engine;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    HandOffId,
    testing::{NOW, world_on},
};

use super::{
    model::{Act, BRAND, Org, Seen, Sight, Wish, World, play},
    pure::{Pure, entry, seeds},
    town::Town,
};
use crate::{Error, Offer};

struct Played {
    town: Town,
    orgs: Vec<OrganisationId>,
    hands: Vec<HandOffId>,
}

impl Played {
    fn on(engine: Engine) -> Option<Self> {
        let town = Town::of(world_on(engine)?);
        let orgs = vec![town.world.brand, town.world.spoke, town.world.harbour, town.torque];
        Some(Self { town, orgs, hands: Vec::new() })
    }

    fn org(&self, id: OrganisationId) -> Org {
        self.orgs.iter().position(|one| *one == id).unwrap()
    }

    fn at(&self, now: TimeMs) {
        let clock = &self.town.world.clock;
        clock.advance(now.0 - clock.now().0);
    }

    fn act(&self, by: Org, id: HandOffId, act: Act) -> Result<(), Error> {
        let done = self.town.does(self.orgs[by], move |tx, lens, actor, now| match act {
            Act::See => crate::see(tx, lens, actor, now, id),
            Act::Accept => crate::accept(tx, lens, actor, now, id),
            Act::Decline => crate::decline(tx, lens, actor, now, id, "No bay is free"),
            Act::Withdraw => crate::withdraw(tx, lens, actor, now, id, "We keep it"),
            Act::Ask => crate::ask(tx, lens, actor, now, id, "tried"),
            Act::Supply => crate::supply(tx, lens, actor, now, id, &entry()),
            Act::Chase => crate::chase(tx, lens, actor, now, id, ""),
            Act::Escalate => crate::escalate(tx, lens, actor, now, id, ""),
        });
        done.map(drop)
    }
}

impl World for Played {
    fn wish(&mut self, now: TimeMs, wish: Wish) -> Result<(), String> {
        self.at(now);
        let done = match wish {
            Wish::Offer { by, to, within_ms } => {
                let offer = self.town.offer_of(self.town.thing(), self.orgs[to]);
                let offer = Offer { accept_by: Some(now.plus(within_ms)), ..offer };
                let made = self.town.does(self.orgs[by], move |tx, lens, actor, now| {
                    crate::offer(tx, lens, actor, now, &offer)
                });
                made.map(|made| self.hands.push(made.id))
            }
            Wish::Act { by, hand, act } => self.act(by, self.hands[hand], act),
            Wish::Leave(who) => {
                self.town.leaves(self.orgs[who]);
                Ok(())
            }
        };
        done.map_err(|error| error.to_string())
    }

    fn round(&mut self, now: TimeMs) {
        self.at(now);
        self.town.round();
    }

    fn look(&mut self) -> Sight {
        let lens = self.town.world.lens(self.town.world.brand);
        let (maya, thing) = (self.town.maya, self.town.thing());
        let custody = self.town.world.db.read(|cx| crate::custody(cx, &lens, maya, &thing));
        let hand = |id: HandOffId| self.hands.iter().position(|one| *one == id).unwrap();
        let custody = custody.unwrap().unwrap().into_iter().map(|one| {
            (self.org(one.who.id().unwrap()), one.from, one.until, one.hand_off.map(hand))
        });
        let custody: Vec<_> = custody.collect();
        let seen = |id: &HandOffId| {
            let shown = self.town.finds(self.town.world.brand, *id).unwrap();
            Seen {
                from: self.org(shown.from),
                to: self.org(shown.to),
                state: shown.state,
                version: shown.version,
                steps: shown.steps.iter().map(|step| step.step).collect(),
                waits: shown.waits_for.map(|(who, due)| (self.org(who), due)),
            }
        };
        let hands: Vec<Seen> = self.hands.iter().map(seen).collect();
        Sight { holder: custody.last().map_or(BRAND, |last| last.0), custody, hands }
    }
}

fn as_the_rules_say(engine: Engine, count: u64) {
    if Played::on(engine).is_none() {
        return;
    }
    super::pure::each_seed(count, |seed| {
        let mut played = Played::on(engine).unwrap();
        let alone = play(&mut Pure::new(NOW.plus(-TimeMs::DAY)), seed, 30);
        assert_eq!(play(&mut played, seed, 30), alone, "seed {seed}");
    });
}

#[test]
fn the_store_does_what_the_rules_say_on_sqlite() {
    as_the_rules_say(Engine::Sqlite, seeds(10_000) / 100);
}

#[test]
fn the_store_does_what_the_rules_say_on_postgresql() {
    as_the_rules_say(Engine::Postgres, seeds(10_000) / 200);
}
