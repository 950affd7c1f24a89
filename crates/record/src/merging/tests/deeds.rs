//! What may happen to the customers of a town.

use handfast_db::{Fault, Tx};
use handfast_kit::{Id, OrganisationId, TimeMs};

use super::{
    Town,
    chance::Dice,
    town::{CITIES, NAMES, whole},
};
use crate::{
    CustomerId, cases,
    consents::{self, Say},
    customers::{self, Details},
    guests, requests, sales,
    sharing::{Class, Purpose, Tie},
    ties,
    touches::Channel,
};

const CLASSES: [Class; 6] = [
    Class::Identity,
    Class::Contact,
    Class::Purchase,
    Class::Case,
    Class::Message,
    Class::Relationship,
];

impl Town {
    /// What may be refused, for one reason or another; then it leaves no trace.
    pub(super) fn attempt(&self, deed: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) {
        let _ = self.world.db.write(deed);
    }

    /// Something happens to somebody.
    pub(super) fn something(&mut self, dice: &mut Dice) {
        let partners = [self.world.spoke, self.world.harbour];
        let all = [self.world.brand, partners[0], partners[1]];
        let at = dice.below(self.customers.len());
        match dice.below(15) {
            0 | 1 => {
                let (organisation, name) = (dice.pick(&all), dice.pick(&NAMES));
                let reference = format!("R{}", self.kept.len());
                self.take(organisation, &reference, at, name);
            }
            2 => self.revise(dice),
            3 | 4 => self.order(dice, at),
            5 => self.review(dice),
            6 | 7 => self.case(dice),
            8 => {
                let named = [None, Some(partners[0])][dice.below(2)];
                self.note(dice.pick(&all), self.customers[at], named, "of a talk");
            }
            9 => self.say(dice, at),
            10 => self.freeze(dice, at),
            11 => self.guest(dice, at),
            12 => self.request(dice, at),
            13 => self.tie(dice, at),
            _ if dice.below(2) == 0 => self.seal(),
            _ => self.look(dice.pick(&all), self.customers[at]),
        }
    }

    fn revise(&self, dice: &mut Dice) {
        let (organisation, reference, home) = self.kept[dice.below(self.kept.len())].clone();
        let details = Details {
            name: dice.pick(&NAMES).to_owned(),
            phone: format!("+44 7700 9002{:02}", dice.below(30)),
            city: dice.pick(&CITIES).to_owned(),
            ..Details::default()
        };
        self.later();
        self.receive(organisation, &reference, home, details);
    }

    fn order(&mut self, dice: &mut Dice, at: usize) {
        let number = self.orders.len();
        self.orders.push((number, at));
        let (author, zone, now) =
            (self.world.author(self.world.brand), self.world.zone.clone(), self.later());
        let seller = dice.pick(&[self.world.spoke, self.world.harbour]);
        let order = sales::Order {
            order_ref: format!("order-{number}"),
            customer_ref: format!("B{at}"),
            status: "delivered".into(),
            ordered: now,
            handed_over: Some(now),
            promised: Some(now.plus(TimeMs::DAY)),
            delivered: None,
            currency: "GBP".into(),
        };
        let line = sales::Line {
            order_ref: order.order_ref.clone(),
            line_ref: "1".into(),
            seller,
            product_ref: "KET".into(),
            title: "Aurora Trail".into(),
            category: String::new(),
            quantity: 1,
            price_minor: 329_000,
            freight_minor: 1_000,
            hand_over_due: Some(now),
        };
        let is_after = dice.below(2) == 0;
        self.write(move |tx| {
            if !is_after {
                sales::line(tx, &author, now, &line).map_err(whole)?;
            }
            sales::order(tx, &author, &zone, (now, now), &order).map_err(whole)?;
            if is_after {
                sales::line(tx, &author, now, &line).map_err(whole)?;
            }
            Ok(())
        });
    }

    fn review(&self, dice: &mut Dice) {
        if self.orders.is_empty() {
            return;
        }
        let (number, _) = dice.pick(&self.orders);
        let (author, now) = (self.world.author(self.world.brand), self.later());
        let review = sales::Review {
            order_ref: format!("order-{number}"),
            review_ref: format!("review-{}", dice.below(3)),
            score: 1 + dice.below(5) as i64,
            title: String::new(),
            text: "It squeals".into(),
            asked: None,
            answered: now,
        };
        let payment = sales::Payment {
            order_ref: review.order_ref.clone(),
            payment_ref: "1".into(),
            method: "card".into(),
            amount_minor: 330_000,
            at: None,
        };
        self.write(move |tx| {
            sales::review(tx, &author, now, &review).map_err(whole)?;
            sales::payment(tx, &author, now, &payment).map(drop).map_err(whole)
        });
    }

    fn case(&mut self, dice: &mut Dice) {
        let (organisation, reference, _) = self.kept[dice.below(self.kept.len())].clone();
        let number = self.cases.len();
        if self.cases.is_empty() || dice.below(2) == 0 {
            self.cases.push((organisation, format!("case-{number}"), reference));
        }
        let (organisation, case_ref, reference) = self.cases[dice.below(self.cases.len())].clone();
        let (author, now) = (self.world.author(organisation), self.later());
        let closes = dice.below(4) == 0;
        let event = cases::Event {
            case_ref,
            // Later steps do not always say whose case it is.
            customer_ref: Some(reference),
            at: now,
            status: if closes { "Closed".into() } else { "In progress".into() },
            owner: ["Torque", "Harbour"][dice.below(2)].into(),
            title: "Motor stops".into(),
            end: if closes { cases::End::Closes } else { cases::End::GoesOn },
            row: now.0 % 100_000,
            ..cases::Event::default()
        };
        self.write(move |tx| cases::event(tx, &author, now, &event).map_err(whole));
    }

    fn say(&self, dice: &mut Dice, at: usize) {
        let (lens, author, now) =
            (self.world.lens(self.world.brand), self.staff(self.world.brand), self.later());
        let customer = self.customers[at];
        let partner = [None, Some(self.world.spoke), Some(self.world.harbour)][dice.below(3)];
        let (purpose, class) = [
            (None, None),
            (Some(Purpose::Service), None),
            (None, Some(Class::Contact)),
            (Some(Purpose::Offers), None),
        ][dice.below(4)];
        let say = Say {
            purpose,
            organisation: partner,
            class,
            allowed: dice.below(2) == 0,
            channel: Channel::Phone,
            text_version: None,
        };
        let takes_back = dice.below(4) == 0;
        self.attempt(move |tx| {
            let done = if takes_back {
                let about = (say.about(), Channel::Phone);
                consents::take_back(tx, &lens, &author, now, customer, about)
            } else {
                consents::say(tx, &lens, &author, now, customer, say)
            };
            done.map_err(whole)
        });
    }

    fn freeze(&self, dice: &mut Dice, at: usize) {
        let (lens, author, now) =
            (self.world.lens(self.world.brand), self.staff(self.world.brand), self.later());
        let (customer, releases) = (self.customers[at], dice.below(3) > 0);
        self.attempt(move |tx| {
            let done = if releases {
                consents::release(tx, &lens, &author, now, customer)
            } else {
                consents::freeze(tx, &lens, &author, now, customer, "She asked for it")
            };
            done.map_err(whole)
        });
    }

    fn guest(&self, dice: &mut Dice, at: usize) {
        let partner = dice.pick(&[self.world.spoke, self.world.harbour]);
        let (lens, author, now) = (self.world.lens(partner), self.staff(partner), self.later());
        let ask =
            guests::Ask { key: format!("+44 7700 90010{at}"), why: "Her brake squeals".to_owned() };
        self.attempt(move |tx| guests::ask(tx, &lens, &author, now, &ask).map(drop).map_err(whole));
    }

    fn request(&self, dice: &mut Dice, at: usize) {
        let partner = dice.pick(&[self.world.spoke, self.world.harbour]);
        let (lens, author, now) = (self.world.lens(partner), self.staff(partner), self.later());
        let (customer, class) = (self.customers[at], dice.pick(&CLASSES));
        self.attempt(move |tx| {
            requests::ask(tx, &lens, &author, now, customer, (&[class], "To call back"))
                .map(drop)
                .map_err(whole)
        });
        if dice.below(3) == 0 {
            return;
        }
        let (lens, author) = (self.world.lens(self.world.brand), self.staff(self.world.brand));
        let verdict = if dice.below(3) == 0 {
            requests::Verdict::Refuse
        } else {
            requests::Verdict::Allow { classes: vec![class], days: 30 }
        };
        let answer = requests::Answer { verdict, text: "As you say".to_owned() };
        self.attempt(move |tx| {
            let open = requests::list(tx, &lens, now)?;
            let Some(first) = open.first() else { return Ok(()) };
            requests::answer(tx, &lens, &author, now, first.id, &answer).map(drop).map_err(whole)
        });
    }

    fn tie(&self, dice: &mut Dice, at: usize) {
        let partner = dice.pick(&[self.world.spoke, self.world.harbour]);
        let (lens, author, now) =
            (self.world.lens(self.world.brand), self.staff(self.world.brand), self.later());
        let (customer, ends) = (self.customers[at], dice.below(3) == 0);
        let tie = [Tie::Assigned, Tie::Serves, Tie::Insures][dice.below(3)];
        self.attempt(move |tx| {
            if ends {
                return ties::end(tx, &lens, &author, now, customer, (partner, tie)).map_err(whole);
            }
            let new = ties::ByHand {
                organisation: partner,
                tie,
                from: None,
                until: None,
                why: "She lives next door".to_owned(),
            };
            ties::make(tx, &lens, &author, now, customer, &new).map(drop).map_err(whole)
        });
    }

    /// Somebody looks at a customer; the audit keeps it.
    fn look(&self, organisation: OrganisationId, customer: CustomerId) {
        let (network, at) = (self.world.network, self.later());
        let sight = {
            let lens = self.world.lens(organisation);
            self.world.db.read(|cx| customers::look(cx, &lens, customer)).unwrap()
        };
        let Some(standing) = sight.map(|sight| sight.customer()) else { return };
        self.write(move |tx| {
            tx.exec(
                "insert into look (network_id, customer_id, at_ms, look_id, organisation_id,
                   person_id, as_organisation_id, what, classes, row_count, ties, why)
                 values ($1, $2, $3, $4, $5, null, null, 'customer', 3, 1, 1, '')",
                (network, standing, at, Id::<()>::at(at), organisation),
            )
            .map(drop)
        });
    }
}
