//! Two thousand customers of two years: who bought what from whom, whether it came in time, and
//! what they said. Made of a seed, so that it is the same every time.

use anyhow::Result;
use handfast_db::Tx;
use handfast_kit::TimeMs;
use handfast_record::{
    cases::{self, End, Event},
    customers::Details,
    sharing::Author,
    touches::{Body, Step},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::stage::{Ago, Own, Sold, Stage, call, mail, receive, review, sell, touch};

const CUSTOMER_COUNT: u64 = 2_000;
const AT_ONCE: u64 = 100;
const SEED: u64 = 0x0041_7572_6f72_6121;

const GIVEN: [&str; 40] = [
    "Ada", "Aisha", "Alasdair", "Amelia", "Anil", "Bethan", "Bronwen", "Callum", "Chloe", "Daniel",
    "Deepa", "Eilidh", "Emeka", "Fergus", "Freya", "Gareth", "Grace", "Hamza", "Harriet", "Idris",
    "Imogen", "Jakub", "Jasmine", "Kofi", "Leila", "Lewis", "Mairi", "Mateusz", "Megan", "Nadia",
    "Olivia", "Owen", "Poppy", "Rafal", "Rosa", "Samir", "Siân", "Tomos", "Wei", "Zoë",
];
const FAMILY: [&str; 40] = [
    "Ahmed",
    "Bailey",
    "Baptiste",
    "Begum",
    "Brown",
    "Campbell",
    "Clarke",
    "Davies",
    "Doyle",
    "Evans",
    "Fraser",
    "García",
    "Green",
    "Griffiths",
    "Hall",
    "Hughes",
    "Hussain",
    "Iqbal",
    "Jenkins",
    "Kaur",
    "Khan",
    "Kowalski",
    "Lewandowska",
    "Lloyd",
    "MacLeod",
    "Mensah",
    "Morgan",
    "Murray",
    "Nowak",
    "O’Brien",
    "Okoro",
    "Patel",
    "Pereira",
    "Reid",
    "Shah",
    "Singh",
    "Stewart",
    "Thomas",
    "Wright",
    "Young",
];
const STREETS: [&str; 12] = [
    "Station Road",
    "Church Lane",
    "Victoria Street",
    "Park Avenue",
    "Mill Lane",
    "Queen’s Road",
    "Chapel Street",
    "Riverside",
    "The Crescent",
    "Albert Terrace",
    "Castle Hill",
    "Orchard Close",
];
const GOODS: [(&str, i64); 9] = [
    ("Aurora Trail", 329_000),
    ("Aurora Haul", 363_000),
    ("Aurora Mist, city bike", 148_000),
    ("Aurora Pip, child’s bike", 39_900),
    ("Battery, 500 Wh", 54_900),
    ("Child seat", 11_900),
    ("Rain cover", 4_900),
    ("Pannier, pair", 8_400),
    ("Winter tyres, pair", 7_600),
];
const PRAISE: [&str; 6] = [
    "Just as they said.",
    "Quick and friendly.",
    "The fitting was done with care.",
    "Somebody rang to ask how it rides. That was kind.",
    "Came a day early.",
    "",
];
const BLAME: [&str; 5] = [
    "Came late, and nobody told me.",
    "I had to ring three times.",
    "The box was open and a lamp was missing.",
    "They said ask the carrier; the carrier said ask the shop.",
    "",
];

/// Who sells: reference, short form for its numbers, town, postcode area, share of the customers,
/// percent of orders that come late.
struct Seller(&'static str, &'static str, &'static str, &'static str, u32, u32);

const SELLERS: [Seller; 8] = [
    Seller("spoke", "SC", "Leeds", "LS", 24, 5),
    Seller("kettle", "KL", "Bristol", "BS", 20, 8),
    Seller("northgate", "NG", "Newcastle", "NE", 13, 4),
    Seller("fell", "FD", "Kendal", "LA", 8, 6),
    Seller("wheelhouse", "WH", "Norwich", "NR", 11, 11),
    Seller("saddlers", "SR", "Edinburgh", "EH", 10, 3),
    Seller("trentside", "TD", "Nottingham", "NG", 8, 18),
    Seller("brand", "AUR-W", "London", "SE", 6, 7),
];

/// Workshops, and the town whose customers come to them.
const WORKSHOPS: [(&str, &str); 6] = [
    ("torque", "Leeds"),
    ("harbour", "Bristol"),
    ("brightside", "Nottingham"),
    ("wheelhouse", "Norwich"),
    ("fell", "Kendal"),
    ("lanyard", "Edinburgh"),
];

/// Brings the customers in, a hundred at a time; those who are there already stay as they are.
pub(super) fn fill(stage: &Stage, progress: &dyn Fn(u64, u64)) -> Result<()> {
    let mut authors = Vec::new();
    for Seller(external_ref, ..) in &SELLERS {
        authors.push(stage.author(external_ref, None)?);
    }
    let mut workshops = Vec::new();
    for (external_ref, _) in WORKSHOPS {
        workshops.push(stage.author(external_ref, None)?);
    }
    let care = stage.author("brand", Some("priya.nair@aurora.example"))?;
    for first in (0..CUSTOMER_COUNT).step_by(AT_ONCE as usize) {
        let town = Town {
            stage: stage.clone(),
            authors: authors.clone(),
            workshops: workshops.clone(),
            care,
        };
        stage.db.write(move |tx| {
            for number in first..first + AT_ONCE {
                town.live(tx, number)?;
            }
            Ok::<_, anyhow::Error>(())
        })?;
        progress(first + AT_ONCE, CUSTOMER_COUNT);
    }
    Ok(())
}

struct Town {
    stage: Stage,
    authors: Vec<Author>,
    workshops: Vec<Author>,
    care: Author,
}

/// One customer while the story is made.
struct Life<'a> {
    random: StdRng,
    number: u64,
    seller: &'a Seller,
    author: Author,
    customer_ref: String,
    email: String,
    details: Details,
}

impl Town {
    fn live(&self, tx: &mut Tx<'_>, number: u64) -> Result<()> {
        let mut life = self.born(number);
        let order_count = match life.random.random_range(0..10) {
            0..6 => 1,
            6..9 => 2,
            _ => 3,
        };
        let first_day = life.random.random_range(5..730);
        let own = receive(
            tx,
            life.author,
            self.stage.at(Ago(first_day, 10, 0)),
            &life.customer_ref,
            &life.email,
            life.details.clone(),
        )?;
        let mut day = first_day;
        for order in 0..order_count {
            self.buys(tx, &mut life, own, order, day)?;
            day = (day - life.random.random_range(20..200)).max(1);
        }
        self.talks(tx, &mut life, own, first_day)?;
        self.comes_to_the_workshop(tx, &mut life, first_day)
    }

    fn born(&self, number: u64) -> Life<'_> {
        let mut random = StdRng::seed_from_u64(SEED ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut share = random.random_range(0..100);
        let mut chosen = 0;
        while chosen + 1 < SELLERS.len() && share >= SELLERS[chosen].4 {
            share -= SELLERS[chosen].4;
            chosen += 1;
        }
        let seller = &SELLERS[chosen];
        let given = *GIVEN.choose(&mut random).expect("the list has names");
        let family = *FAMILY.choose(&mut random).expect("the list has names");
        let house = random.random_range(1..180);
        let street = *STREETS.choose(&mut random).expect("the list has streets");
        let plain = handfast_kit::fold(&format!("{given} {family}")).replace(' ', ".");
        let email = format!("{plain}.{number}@example.com");
        let details = Details {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            email: email.clone(),
            phone: format!("07700 90{:04}", random.random_range(0..10_000)),
            street: format!("{house} {street}"),
            postcode: format!("{}{} {}AB", seller.3, random.random_range(1..20), number % 9 + 1),
            city: seller.2.to_owned(),
            country: "GB".to_owned(),
            ..Details::default()
        };
        let customer_ref = format!("{}-{}", seller.1, 20_000 + number);
        Life { random, number, seller, author: self.authors[chosen], customer_ref, email, details }
    }

    fn buys(
        &self,
        tx: &mut Tx<'_>,
        life: &mut Life<'_>,
        own: Own,
        order: u32,
        day: i32,
    ) -> Result<()> {
        let (title, price_minor) = *GOODS.choose(&mut life.random).expect("the list has goods");
        let hour = life.random.random_range(8..20);
        let takes = life.random.random_range(3..9);
        let is_late = life.random.random_range(0..100) < life.seller.5;
        let late =
            if is_late { life.random.random_range(1..9) } else { -life.random.random_range(0..3) };
        let order_ref = format!("{}-{}-{}", life.seller.1, 70_000 + life.number, order + 1);
        let at = |ago| self.stage.at(ago);
        let arrives = day - takes - late;
        let sold = Sold {
            order_ref: &order_ref,
            customer_ref: &life.customer_ref,
            title,
            price_minor,
            ordered: at(Ago(day, hour, 15)),
            handed_over: (day > 2).then(|| at(Ago((day - 1).max(arrives + 1), 16, 0))),
            promised: if day >= takes {
                at(Ago(day - takes, 12, 0))
            } else {
                self.stage.in_days(takes - day)
            },
            delivered: (arrives > 0).then(|| at(Ago(arrives, 13, 30))),
        };
        sell(tx, &self.stage.zone, life.author, &sold)?;
        if sold.delivered.is_some() && life.random.random_range(0..100) < 55 {
            let (score, words) = if is_late {
                (life.random.random_range(1..4), &BLAME[..])
            } else {
                (life.random.random_range(4..6), &PRAISE[..])
            };
            let text = *words.choose(&mut life.random).expect("the list has words");
            review(tx, life.author, &order_ref, at(Ago((arrives - 2).max(0), 19, 0)), score, text)?;
        }
        if is_late && sold.delivered.is_some() {
            let text = format!("Where is order {order_ref}? It was to be here by now.");
            mail(tx, own, at(Ago(arrives + 1, 9, 40)), "Where is my order", &text)?;
        }
        Ok(())
    }

    fn talks(&self, tx: &mut Tx<'_>, life: &mut Life<'_>, own: Own, first_day: i32) -> Result<()> {
        let at = |ago| self.stage.at(ago);
        if life.random.random_range(0..100) < 30 {
            let day = life.random.random_range(0..first_day);
            let said = "Asked about the service due after 500 miles; told where to go.";
            call(tx, own, at(Ago(day, 11, 20)), said, Step::Closer)?;
        }
        if life.random.random_range(0..100) < 12 {
            let day = life.random.random_range(0..first_day);
            let text = "Rides to work every day. Prefers mail to phone.".to_owned();
            touch(tx, own, at(Ago(day, 16, 45)), Body::Note { text })?;
        }
        if life.random.random_range(0..100) < 10 {
            let day = life.random.random_range(0..first_day);
            let details = life.details.clone();
            let external_ref = format!("AUR-C-{}", 30_000 + life.number);
            let known = at(Ago(day, 9, 0));
            let own = receive(tx, self.care, known, &external_ref, &life.email, details)?;
            let text = "Is there a cover for the display? The shop did not know.";
            mail(tx, own, known.plus(5 * TimeMs::MINUTE), "Display cover", text)?;
        }
        Ok(())
    }

    fn comes_to_the_workshop(
        &self,
        tx: &mut Tx<'_>,
        life: &mut Life<'_>,
        first_day: i32,
    ) -> Result<()> {
        let nearest = WORKSHOPS.iter().position(|(_, town)| *town == life.seller.2);
        let Some(nearest) = nearest else { return Ok(()) };
        if first_day < 12 || life.random.random_range(0..100) >= 22 {
            return Ok(());
        }
        let workshop = self.workshops[nearest];
        let day = life.random.random_range(6..first_day);
        let external_ref = format!("R-{}", life.number);
        let (details, at) = (life.details.clone(), self.stage.at(Ago(day, 8, 50)));
        receive(tx, workshop, at, &external_ref, &life.email, details)?;
        let titles = ["Brakes squeal", "Motor stops on hills", "Gear slips", "Battery fades early"];
        let title = *titles.choose(&mut life.random).expect("the list has faults");
        let back = life.random.random_range(0..100) < 15;
        let step = |days_later: i32, status: &str, owner: &str, end| Event {
            case_ref: external_ref.clone(),
            customer_ref: Some(external_ref.clone()),
            at: self.stage.at(Ago(day - days_later, 9, 0)),
            status: status.to_owned(),
            owner: owner.to_owned(),
            title: title.to_owned(),
            end,
            row: i64::from(days_later),
            ..Event::default()
        };
        let mut events = vec![
            step(0, "Taken in", "Front desk", End::GoesOn),
            step(1, "On the bench", "Workshop", End::GoesOn),
        ];
        if back {
            events.push(step(2, "Waits for a part", "Front desk", End::GoesOn));
            events.push(step(4, "On the bench", "Workshop", End::GoesOn));
        }
        if life.random.random_range(0..100) < 92 {
            events.push(step(5, "Repaired", "Workshop", End::Closes));
        }
        for event in events {
            cases::event(tx, &workshop, event.at, &event)?;
        }
        Ok(())
    }
}
