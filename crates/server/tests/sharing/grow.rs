//! Worlds by chance: competitors of all kinds, customers that several of them know, agreements with
//! whatever grants, ties that began, ended or will end, and customers who said yes, no, and both.

use handfast_kit::{Id, TimeMs};
use handfast_record::{
    customers::{Details, Party},
    organisations::Kind,
    sharing::{Class, Grant, Level, Purpose, Tie},
    testing::NOW,
    touches::{Body, Step as Effect},
};

use crate::{
    chance::Chance,
    plan::{Act, For, Order, Plan, Said, Step, Who, Whom, Written},
};

/// How large a world is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) organisations: (usize, usize),
    pub(crate) customers: (usize, usize),
    /// Acts for each customer, beside its records.
    pub(crate) acts: (usize, usize),
}

impl Size {
    /// As many as the issue names.
    pub(crate) const WIDE: Self =
        Self { organisations: (3, 12), customers: (10, 40), acts: (2, 12) };
    /// Few customers with long stories.
    pub(crate) const LONG: Self =
        Self { organisations: (3, 12), customers: (4, 10), acts: (8, 40) };
    /// Quick to build.
    pub(crate) const SMALL: Self = Self { organisations: (4, 6), customers: (4, 7), acts: (3, 8) };
}

/// Makes acts one after another.
pub(crate) struct Grower<'a> {
    pub(crate) chance: &'a mut Chance,
    pub(crate) organisations: usize,
    /// Which organisations keep a record of each customer.
    pub(crate) known: Vec<Vec<Who>>,
    /// Counts entries, orders and cases, so that each has a word of its own.
    pub(crate) number: usize,
}

/// A world of this seed.
pub(crate) fn plan(seed: u64, size: Size) -> Plan {
    let mut chance = Chance::of(seed);
    let partner_count = chance.between(size.organisations.0, size.organisations.1) - 1;
    let partners: Vec<Kind> = (0..partner_count).map(|_| *chance.pick(&Kind::ALL)).collect();
    let customer_count = chance.between(size.customers.0, size.customers.1);
    let customers = (0..customer_count).map(|_| chance.is(85)).collect::<Vec<_>>();
    let mut grower = Grower {
        chance: &mut chance,
        organisations: partner_count + 1,
        known: vec![Vec::new(); customer_count],
        number: 0,
    };
    let mut acts = Vec::new();
    for who in 1..=partner_count {
        // Some have none.
        if grower.chance.is(85) {
            acts.push(Act::Agreement { who, grants: Some(grower.grants()) });
        }
    }
    for (whom, has_key) in customers.iter().enumerate() {
        acts.extend(grower.records(whom, *has_key));
    }
    let mut later = Vec::new();
    for whom in 0..customer_count {
        for _ in 0..grower.chance.between(size.acts.0, size.acts.1) {
            later.push(grower.act(whom));
        }
    }
    shuffle(grower.chance, &mut later);
    acts.extend(later);
    Plan { partners, customers, acts }
}

/// Who keeps a record of a customer.
pub(crate) fn keepers(plan: &Plan, of: Whom) -> Vec<Who> {
    let keeper = |act: &Act| match act {
        Act::Record { who, whom, .. } if *whom == of => Some(*who),
        _ => None,
    };
    plan.acts.iter().filter_map(keeper).collect()
}

fn shuffle<T>(chance: &mut Chance, all: &mut [T]) {
    for end in (1..all.len()).rev() {
        all.swap(end, chance.below(end + 1));
    }
}

/// What changes in a world as it goes on: agreements, ties, what customers say.
pub(crate) fn changes(grower: &mut Grower<'_>, count: usize) -> Vec<Act> {
    (0..count)
        .map(|_| {
            let whom = grower.chance.below(grower.known.len());
            match grower.chance.below(10) {
                0..=2 => {
                    let who = grower.partner();
                    let grants = grower.chance.is(85).then(|| grower.grants());
                    Act::Agreement { who, grants }
                }
                3 | 4 => grower.unsaid_or_said(whom),
                5 | 6 => grower.tie_change(whom),
                7 if grower.chance.is(50) => grower.let_in(whom),
                7 => Act::Frozen { whom, is_frozen: grower.chance.is(50) },
                _ => grower.act(whom),
            }
        })
        .collect()
}

const NAMES: &[&str] = &["Maya", "Ben", "Okafor", "Zoë", "Müller", "O'Hara", "Ng", "李", ""];
const TOWNS: &[&str] = &["Leeds", "York", "Bristol", "Bath", "São Paulo", ""];

impl Grower<'_> {
    /// The records that a customer begins with: one to four, of different organisations.
    fn records(&mut self, whom: Whom, has_key: bool) -> Vec<Act> {
        let count = if has_key { self.chance.between(1, 4).min(self.organisations) } else { 1 };
        while self.known[whom].len() < count {
            let who = self.chance.below(self.organisations);
            if !self.known[whom].contains(&who) {
                self.known[whom].push(who);
            }
        }
        let known = self.known[whom].clone();
        known.into_iter().map(|who| self.record(who, whom)).collect()
    }

    pub(crate) fn record(&mut self, who: Who, whom: Whom) -> Act {
        Act::Record { who, whom, details: self.details(who, whom), at: self.moment() }
    }

    /// Details in which any field may be empty; each value says whose it is.
    fn details(&mut self, who: Who, whom: Whom) -> Details {
        let number = self.next();
        let given = (*self.chance.pick(NAMES)).to_owned();
        let family = format!("{} c{whom}o{who}", self.chance.pick(NAMES));
        let mut some = |text: String| if self.chance.is(75) { text } else { String::new() };
        Details {
            party: Party::Person,
            name: String::new(),
            given_name: some(given),
            family_name: some(family.trim().to_owned()),
            email: some(format!("m{number}@c{whom}.example")),
            phone: some(format!("+44 20 79{number:06}")),
            street: some(format!("{number} Mill Lane")),
            postcode: some(format!("P{number}")),
            city: some((*TOWNS.get(number % TOWNS.len()).unwrap_or(&"")).to_owned()),
            region: some(format!("R{}", number % 3)),
            country: some("GB".to_owned()),
            language: some("en-GB".to_owned()),
        }
    }

    fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// A moment of the last year; few of them, so that some fall together, and on a tie's first.
    pub(crate) fn moment(&mut self) -> TimeMs {
        NOW.plus(-(self.chance.between(1, 60) as i64) * 6 * TimeMs::DAY)
    }

    pub(crate) fn partner(&mut self) -> Who {
        self.chance.between(1, self.organisations - 1)
    }

    /// Anything that may happen to a customer.
    pub(crate) fn act(&mut self, whom: Whom) -> Act {
        match self.chance.below(20) {
            0 => {
                let who = *self.chance.pick(&self.known[whom].clone());
                self.record(who, whom)
            }
            1 | 2 => self.order(whom),
            3..=5 => self.case(whom),
            6..=12 => self.entry(whom),
            13..=15 => self.tie_change(whom),
            16 | 17 => self.unsaid_or_said(whom),
            _ => self.let_in(whom),
        }
    }

    fn order(&mut self, whom: Whom) -> Act {
        let who = *self.chance.pick(&self.known[whom].clone());
        let number = self.next();
        let sellers = match self.chance.below(4) {
            0 => vec![],
            1 => vec![who],
            2 => vec![self.partner()],
            _ => vec![self.partner(), self.partner(), who],
        };
        let score = self.chance.between(1, 5) as i64;
        let review = self.chance.is(40).then(|| (score, format!("review t{number}x")));
        Act::Order(Order {
            who,
            whom,
            number,
            sellers,
            title: format!("saddle t{number}x"),
            at: self.moment(),
            is_delivered: self.chance.is(50),
            is_paid: self.chance.is(50),
            review,
        })
    }

    fn case(&mut self, whom: Whom) -> Act {
        let who = *self.chance.pick(&self.known[whom].clone());
        // Few references, so that cases get several steps.
        let number = 1 + whom * 3 + self.chance.below(3);
        Act::Case(Step {
            who,
            whom: self.chance.is(92).then_some(whom),
            number,
            row: self.next() as i64,
            title: format!("brake t{number}y"),
            owner: format!("owner{}", self.chance.below(4)),
            at: self.moment(),
            closes: self.chance.is(30),
        })
    }

    pub(crate) fn entry(&mut self, whom: Whom) -> Act {
        let who = self.chance.below(self.organisations);
        let audience = match self.chance.below(10) {
            0..=5 => For::All,
            6 | 7 => For::Own,
            _ => {
                let count = self.chance.below(3);
                For::Named((0..count).map(|_| self.chance.below(self.organisations)).collect())
            }
        };
        self.written(who, whom, audience)
    }

    pub(crate) fn written(&mut self, who: Who, whom: Whom, audience: For) -> Act {
        let number = self.next();
        let id =
            Id::derived(&[b"entry", &number.to_be_bytes(), &self.chance.number().to_be_bytes()]);
        let body = self.body(number);
        Act::Entry(Written { who, whom, id, body, at: self.moment(), audience })
    }

    /// A body of any kind that a person or a source may send.
    fn body(&mut self, number: usize) -> Body {
        let word = format!("t{number}z");
        let order_ref = format!("loose {word}");
        match self.chance.below(9) {
            0 => Body::Call { said: format!("said {word}"), step: Some(Effect::Closer) },
            1 => Body::Mail { subject: format!("about {word}"), text: format!("mail {word}") },
            2 => Body::Mail { subject: String::new(), text: format!("mail {word}") },
            3 => Body::Shipped { order_ref, due_ms: None },
            4 => Body::Payment {
                order_ref,
                method: "card".to_owned(),
                amount_minor: 1_000 + number as i64,
                currency: String::new(),
            },
            5 => Body::AddressChanged { before: "nothing".to_owned(), after: format!("at {word}") },
            6 => Body::Delivered { order_ref, days_late: Some(1) },
            _ => Body::Note { text: format!("note {word}") },
        }
    }

    fn classes(&mut self) -> Vec<Class> {
        (0..self.chance.between(1, 4)).map(|_| *self.chance.pick(&Class::ALL)).collect()
    }

    /// A tie by hand, or its end.
    pub(crate) fn tie_change(&mut self, whom: Whom) -> Act {
        let (who, tie) = (self.partner(), *self.chance.pick(&Tie::BY_HAND));
        if self.chance.is(30) {
            return Act::TieEnds { who, whom, tie };
        }
        // Some end this afternoon, with the clock.
        let hours = self.chance.between(1, 5) as i64;
        let until = self.chance.is(40).then(|| NOW.plus(hours * TimeMs::HOUR));
        Act::Tie { who, whom, tie, from: self.moment(), until }
    }

    fn let_in(&mut self, whom: Whom) -> Act {
        let who = self.partner();
        if self.chance.is(50) {
            return Act::Guest { who, whom };
        }
        Act::Asked { who, whom, classes: self.classes(), is_allowed: self.chance.is(75) }
    }

    pub(crate) fn unsaid_or_said(&mut self, whom: Whom) -> Act {
        let saying = self.saying();
        if self.chance.is(25) { Act::Unsaid { whom, saying } } else { Act::Said { whom, saying } }
    }

    pub(crate) fn saying(&mut self) -> Said {
        let to = self.chance.is(60).then(|| self.partner());
        let allowed = self.chance.is(50);
        match self.chance.below(10) {
            0 if !allowed => Said { purpose: None, to, class: None, allowed },
            1..=4 => {
                Said { purpose: None, to, class: Some(*self.chance.pick(&Class::ALL)), allowed }
            }
            _ => Said { purpose: Some(*self.chance.pick(&Purpose::ALL)), to, class: None, allowed },
        }
    }

    /// Any grants: each of tie, class, level, purpose and day may be anything, one level for each
    /// tie, class and purpose.
    pub(crate) fn grants(&mut self) -> Vec<Grant> {
        let mut grants: Vec<Grant> = Vec::new();
        for tie in Tie::GRANTABLE {
            if matches!(tie, Tie::None | Tie::Territory) && self.chance.is(75) {
                continue;
            }
            for class in Class::ALL {
                let few = if tie == Tie::None { 10 } else { 45 };
                for _ in 0..2 {
                    if !self.chance.is(few) {
                        continue;
                    }
                    let level = *self.chance.pick(&Level::ALL);
                    let purpose = self.chance.is(35).then(|| *self.chance.pick(&Purpose::ALL));
                    let from_tie = self.chance.is(30);
                    let is_new = !grants
                        .iter()
                        .any(|held| (held.tie, held.class, held.purpose) == (tie, class, purpose));
                    if is_new && level != Level::None {
                        grants.push(Grant { tie, class, level, from_tie, purpose });
                    }
                }
            }
        }
        grants
    }
}
