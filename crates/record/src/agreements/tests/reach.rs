//! Agreements that reach beyond those whom a partner met: to a territory, to everybody.

use handfast_kit::TimeMs;

use super::{Draft, draft, end, grant, level};
use crate::{
    CustomerId,
    consents::{self, Say},
    customers::{self, Details, Incoming},
    sharing::{
        Class, Grant, Level, Purpose, Tie,
        ties::{self, Story},
    },
    testing::{World, worlds},
    touches::Channel,
};

const EVERYBODY: Grant = grant(Tie::None, Class::Identity, Level::Veiled);
const NEIGHBOURS: Grant = grant(Tie::Territory, Class::Identity, Level::Full);

fn lives_in(world: &World, external_ref: &str, city: &str) -> CustomerId {
    let author = world.author(world.brand);
    let details =
        Details { name: external_ref.to_owned(), city: city.to_owned(), ..Details::default() };
    let external_ref = external_ref.to_owned();
    let incoming = Incoming { external_ref, person_key: None, details, since: None };
    let (now, network) = (world.clock.now(), world.network);
    world
        .db
        .write(move |tx| -> Result<_, customers::Error> {
            let (customer, _) = customers::receive(tx, &author, now, now, &incoming)?.ids();
            ties::follow_place(tx, network, customer)?;
            Ok(customer)
        })
        .unwrap()
}

fn within(territory: &[&str], grants: &[Grant]) -> Draft {
    let territory = territory.iter().map(|&term| term.to_owned()).collect();
    Draft { territory, ..draft(grants) }
}

fn identity(world: &World, customer: CustomerId) -> Level {
    level(world, world.spoke, customer, Class::Identity)
}

fn held(world: &World, customer: CustomerId) -> Vec<(Tie, TimeMs)> {
    let lens = world.lens(world.brand);
    let stories = world.db.read(|cx| ties::of_customer(cx, &lens, customer)).unwrap();
    let of = |story: Story| {
        (story.held.organisation == world.spoke).then_some((story.held.tie, story.held.from))
    };
    stories.into_iter().filter_map(of).collect()
}

#[test]
fn what_is_granted_without_a_tie_is_shown_of_everybody_and_of_who_comes_later() {
    for world in worlds() {
        let maya = lives_in(&world, "Maya", "Leeds");
        world.clock.advance(TimeMs::DAY);
        let signed = world.clock.now();
        world.sign(world.spoke, &draft(&[EVERYBODY])).unwrap();
        assert_eq!(identity(&world, maya), Level::Veiled);
        assert_eq!(held(&world, maya), [(Tie::None, signed)]);
        world.clock.advance(TimeMs::DAY);
        let omar = lives_in(&world, "Omar", "Bath");
        assert_eq!(identity(&world, omar), Level::Veiled);
        assert_eq!(held(&world, omar), [(Tie::None, world.clock.now())]);
        assert_eq!(level(&world, world.harbour, maya, Class::Identity), Level::None);
        // Signed again it stays as it was; granted no longer, the ties go.
        world.sign(world.spoke, &draft(&[Grant { level: Level::Full, ..EVERYBODY }])).unwrap();
        assert_eq!(identity(&world, maya), Level::Full);
        assert_eq!(held(&world, maya), [(Tie::None, signed)]);
        world.sign(world.spoke, &draft(&[])).unwrap();
        assert_eq!((held(&world, maya), held(&world, omar)), (vec![], vec![]));
    }
}

#[test]
fn a_territory_shows_who_lives_there_and_follows_the_agreement_and_the_customers_moves() {
    for world in worlds() {
        let maya = lives_in(&world, "Maya", "LEEDS");
        let omar = lives_in(&world, "Omar", "Bath");
        world.sign(world.spoke, &within(&["Leeds"], &[NEIGHBOURS])).unwrap();
        let shown = |world: &World| (identity(world, maya), identity(world, omar));
        assert_eq!(shown(&world), (Level::Full, Level::None));
        world.clock.advance(TimeMs::DAY);
        world.sign(world.spoke, &within(&["Leeds", "bath"], &[NEIGHBOURS])).unwrap();
        assert_eq!(shown(&world), (Level::Full, Level::Full));
        let began: Vec<TimeMs> =
            [maya, omar].iter().flat_map(|one| held(&world, *one)).map(|(_, from)| from).collect();
        assert_eq!(began[1].0 - began[0].0, TimeMs::DAY, "whom it saw before it sees since then");
        world.sign(world.spoke, &within(&["Bath"], &[NEIGHBOURS])).unwrap();
        assert_eq!(shown(&world), (Level::None, Level::Full));
        // Maya moves to Bath, Omar away from it.
        assert_eq!(lives_in(&world, "Maya", "Bath"), maya);
        assert_eq!(lives_in(&world, "Omar", "Hull"), omar);
        assert_eq!(shown(&world), (Level::Full, Level::None));
        // A territory alone grants nothing.
        world.sign(world.spoke, &within(&["Hull"], &[EVERYBODY])).unwrap();
        assert_eq!(shown(&world), (Level::Veiled, Level::Veiled));
        end(&world, world.spoke, 4).unwrap();
        assert_eq!((held(&world, maya), held(&world, omar)), (vec![], vec![]));
    }
}

#[test]
fn a_tie_that_an_agreement_makes_heeds_what_the_customer_said_before() {
    for world in worlds() {
        let [maya, omar, ines, frozen] =
            ["Maya", "Omar", "Ines", "Kim"].map(|name| lives_in(&world, name, "Leeds"));
        let (lens, author) = (world.lens(world.brand), world.author(world.brand));
        let now = world.clock.now();
        world
            .db
            .write(move |tx| -> Result<_, consents::Error> {
                let say = Say {
                    purpose: Some(Purpose::Research),
                    organisation: None,
                    class: None,
                    allowed: true,
                    channel: Channel::Phone,
                    text_version: None,
                };
                consents::say(tx, &lens, &author, now, maya, say)?;
                let no = Say { purpose: None, class: Some(Class::Identity), allowed: false, ..say };
                consents::say(tx, &lens, &author, now, omar, no)?;
                consents::freeze(tx, &lens, &author, now, frozen, "asked to")
            })
            .unwrap();
        let research = Grant {
            purpose: Some(Purpose::Research),
            ..grant(Tie::None, Class::Feedback, Level::Full)
        };
        world.sign(world.spoke, &within(&["Leeds"], &[EVERYBODY, research, NEIGHBOURS])).unwrap();
        let listed = |customer| {
            let name = world.timeline(world.brand, customer).len();
            assert!(name > 0);
            let lens = world.lens(world.spoke);
            let rows = world.db.read(|cx| customers::list(cx, &lens, None, None, 50)).unwrap();
            rows.items.iter().any(|row| row.id == customer)
        };
        let feedback = |customer| level(&world, world.spoke, customer, Class::Feedback);
        assert_eq!((identity(&world, maya), feedback(maya)), (Level::Full, Level::Full));
        assert_eq!((identity(&world, omar), feedback(omar)), (Level::None, Level::None));
        assert_eq!((identity(&world, ines), feedback(ines)), (Level::Full, Level::None));
        assert_eq!(identity(&world, frozen), Level::None);
        // Lists read the same from what stands in the ties.
        assert!(listed(maya) && listed(ines) && !listed(frozen));
    }
}

#[test]
fn who_has_a_place_of_its_own_keeps_it_when_the_agreement_reaches_no_further() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya Okafor");
        world.sign(world.spoke, &draft(&[EVERYBODY])).unwrap();
        let kinds = |world: &World| -> Vec<Tie> {
            held(world, maya).into_iter().map(|(tie, _)| tie).collect()
        };
        assert_eq!(kinds(&world), [Tie::Owner, Tie::None]);
        world.sign(world.spoke, &draft(&[])).unwrap();
        assert_eq!(kinds(&world), [Tie::Owner]);
    }
}
