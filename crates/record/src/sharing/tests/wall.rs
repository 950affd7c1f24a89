//! The second wall: what PostgreSQL itself holds back when a statement forgets its lens. The
//! statements here ask for everything.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use handfast_db::{Cx, Db, Engine, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Zone};
use handfast_web::{Role, Viewer};

use crate::{
    CustomerId, SubjectId,
    customers::{self, Details, Incoming},
    organisations::{self, NewNetwork, NewPartner},
    sharing::{Author, Lens, Tie, ties},
    testing::{NOW, World, worlds},
    touches::{self, Audience, Body, NewTouch},
};

/// Aurora Cycles on PostgreSQL. Maya has a record with Spoke & Chain, and Harbour Wheelworks takes
/// care of a case of hers; Leo is Spoke & Chain's alone. In another network Zoe is a customer of
/// another partner.
struct Town {
    world: World,
    maya: CustomerId,
    leo: CustomerId,
    other: NetworkId,
}

/// On PostgreSQL only: SQLite has no second wall.
fn towns() -> Vec<Town> {
    let engines = worlds().into_iter().filter(|world| world.engine == Engine::Postgres);
    engines.map(Town::new).collect()
}

impl Town {
    fn new(world: World) -> Self {
        let (maya, _) = world.record(world.spoke, "m", None, "Maya Okafor");
        let (leo, _) = world.record(world.spoke, "l", None, "Leo Brandt");
        let town = Self { maya, leo, other: other_network(&world.db), world };
        for customer in [maya, leo] {
            town.write(town.world.spoke, customer, Audience::Shared, Vec::new());
            town.write(town.world.spoke, customer, Audience::Own, Vec::new());
            town.write(town.world.spoke, customer, Audience::Named, vec![town.world.harbour]);
            town.write(town.world.brand, customer, Audience::Named, vec![town.world.spoke]);
        }
        town.tie(maya, NOW.plus(TimeMs::DAY));
        town
    }

    fn write(
        &self,
        of: OrganisationId,
        on: CustomerId,
        audience: Audience,
        named: Vec<OrganisationId>,
    ) {
        let text = format!("{audience:?} by {of}");
        let touch = NewTouch::new(on.as_kind(), NOW, Body::Note { text });
        let touch = NewTouch { audience, named, ..touch };
        let author = self.world.author(of);
        self.world.db.write(move |tx| touches::append(tx, &author, NOW, touch.clone())).unwrap();
    }

    /// Harbour Wheelworks takes care of a case of this customer's, until then.
    fn tie(&self, customer: CustomerId, until: TimeMs) {
        let (network, organisation) = (self.world.network, self.world.harbour);
        let new = ties::NewTie {
            organisation,
            tie: Tie::Serves,
            from: NOW,
            until,
            extra: 0,
            made_by: ties::MadeBy::Hand,
            person: None,
            why: String::new(),
        };
        self.world.db.write(move |tx| ties::make(tx, network, customer, &new)).unwrap();
    }

    fn viewer(&self, of: OrganisationId) -> Viewer {
        let role = if of == self.world.brand { Role::BrandStaff } else { Role::PartnerStaff };
        self.world.viewer(of, role)
    }

    /// What `read` finds in a transaction in which this organisation's lens was made.
    fn behind<T>(
        &self,
        of: OrganisationId,
        read: impl FnOnce(&mut Cx<'_>) -> Result<T, Fault>,
    ) -> T {
        let (viewer, now) = (self.viewer(of), self.world.clock.now());
        let reading = |cx: &mut Cx<'_>| {
            Lens::of(cx, &viewer, now)?;
            read(cx)
        };
        self.world.db.read(reading).unwrap()
    }
}

/// A network beside Aurora Cycles, with a customer.
fn other_network(db: &Db) -> NetworkId {
    let new = NewNetwork {
        slug: "borealis".to_owned(),
        name: "Borealis".to_owned(),
        zone: Zone::named("Europe/London").unwrap(),
    };
    db.write(move |tx| {
        let (network, _) = organisations::create_network(tx, &new, NOW)?;
        let partner = NewPartner {
            name: "Northern Lights".to_owned(),
            kinds: vec![organisations::Kind::Reseller],
            territory: String::new(),
            external_ref: String::new(),
        };
        let partner = organisations::add_partner(tx, network, &partner, NOW)?;
        let author = Author::organisation(network, partner);
        let zoe = Incoming {
            external_ref: "z".to_owned(),
            person_key: None,
            details: Details { name: "Zoe".to_owned(), ..Details::default() },
            since: None,
        };
        customers::receive(tx, &author, NOW, NOW, &zoe)
            .map_err(|_| organisations::Error::NameWrong)?;
        Ok::<_, organisations::Error>(network)
    })
    .unwrap()
}

/// Every touch there is: network, whom it is about, whose, and its audience.
fn touches(cx: &mut Cx<'_>) -> Result<Vec<(NetworkId, SubjectId, OrganisationId, i64)>, Fault> {
    cx.all("select network_id, subject_id, organisation_id, audience from touch limit 1000", ())
}

fn records(cx: &mut Cx<'_>) -> Result<BTreeSet<(NetworkId, CustomerId)>, Fault> {
    let rows: Vec<_> = cx.all("select network_id, customer_id from record limit 1000", ())?;
    Ok(rows.into_iter().collect())
}

fn customers(cx: &mut Cx<'_>) -> Result<BTreeSet<(NetworkId, CustomerId)>, Fault> {
    let rows: Vec<_> = cx.all("select network_id, customer_id from customer limit 1000", ())?;
    Ok(rows.into_iter().collect())
}

#[test]
fn the_role_that_tests_connect_as_is_held_by_the_wall() {
    for town in towns() {
        let text = "select rolname from pg_roles
                     where rolname = current_user and (rolsuper or rolbypassrls)";
        let free: Option<(String,)> = town.world.db.read(|cx| cx.one(text, ())).unwrap();
        assert_eq!(
            free, None,
            "give HANDFAST_TEST_POSTGRES an ordinary role; see bin/with-postgres"
        );
    }
}

#[test]
fn a_statement_without_a_lens_finds_nothing_of_a_competitors_customers() {
    for town in towns() {
        let (network, maya) = (town.world.network, town.maya);
        let (spoke, harbour, brand) = (town.world.spoke, town.world.harbour, town.world.brand);
        let found = town.behind(harbour, touches);
        assert!(found.iter().all(|(of, subject, ..)| *of == network && *subject == maya.as_kind()));
        let others: BTreeSet<_> =
            found.iter().map(|(_, _, by, audience)| (*by, *audience)).collect();
        let shared = (spoke, Audience::Shared as i64);
        let named = (spoke, Audience::Named as i64);
        assert_eq!(others, BTreeSet::from([shared, named]), "not spoke's own, not brand to spoke");
        assert_eq!(town.behind(harbour, records), BTreeSet::from([(network, maya)]));
        assert_eq!(town.behind(harbour, customers), BTreeSet::from([(network, maya)]));

        let own = town.behind(spoke, touches);
        let by_spoke = own.iter().filter(|(.., by, _)| *by == spoke).count();
        assert_eq!(by_spoke, 8, "all of its own: two records and six notes");
        assert_eq!(own.iter().filter(|(.., by, _)| *by == brand).count(), 2, "it is named");
        let ties = town.behind(spoke, |cx| {
            cx.all::<(OrganisationId,)>("select organisation_id from tie limit 1000", ())
        });
        assert!(ties.iter().all(|(of,)| *of == spoke), "others' ties are theirs");
    }
}

#[test]
fn a_tie_that_ended_opens_the_wall_to_nothing_but_ones_own() {
    for town in towns() {
        let harbour = town.world.harbour;
        town.write(harbour, town.maya, Audience::Shared, Vec::new());
        town.world.clock.advance(2 * TimeMs::DAY);
        let (network, maya) = (town.world.network, town.maya);
        // What it wrote made it an owner, which goes on: that one ends by hand.
        town.world
            .db
            .write(move |tx| ties::end(tx, network, maya, (harbour, Tie::Owner), NOW))
            .unwrap();
        let found = town.behind(harbour, touches);
        assert!(found.iter().all(|(.., by, _)| *by == harbour) && !found.is_empty());
        assert!(town.behind(harbour, records).is_empty());
    }
}

#[test]
fn who_may_only_be_kept_stands_behind_the_wall() {
    for town in towns() {
        let (network, harbour) = (town.world.network, town.world.harbour);
        assert!(!town.behind(harbour, touches).is_empty());
        town.world
            .db
            .write(move |tx| {
                tx.exec("update tie set purposes = 0 where network_id = $1", (network,))
            })
            .unwrap();
        assert!(town.behind(harbour, touches).is_empty());
        assert!(town.behind(harbour, records).is_empty());
    }
}

#[test]
fn the_brand_finds_everything_of_its_network_and_nothing_of_another() {
    for town in towns() {
        let (network, brand) = (town.world.network, town.world.brand);
        let both = BTreeSet::from([(network, town.maya), (network, town.leo)]);
        assert_eq!(town.behind(brand, customers), both);
        assert_eq!(town.behind(brand, records), both);
        let found = town.behind(brand, touches);
        assert!(found.iter().all(|(of, ..)| *of == network));
        assert_eq!(found.len(), 10);
        let all = town.world.db.read(customers).unwrap();
        assert_eq!(all.len(), 3, "the system itself works without a wall");
        assert!(all.iter().any(|(of, _)| *of == town.other));
    }
}

#[test]
fn the_wall_falls_with_its_transaction() {
    for town in towns() {
        town.behind(town.world.harbour, |_| Ok(()));
        for _ in 0..20 {
            assert_eq!(town.world.db.read(customers).unwrap().len(), 3);
        }
    }
}

#[test]
fn a_change_follows_others_rows_but_never_leaves_its_network() {
    for town in towns() {
        let (viewer, other) = (town.viewer(town.world.harbour), town.other);
        let asking = viewer.clone();
        let seen = town.world.db.write(move |tx| {
            Lens::of(tx, &asking, NOW)?;
            customers(tx)
        });
        let (network, maya, leo) = (town.world.network, town.maya, town.leo);
        assert_eq!(seen.unwrap(), BTreeSet::from([(network, maya), (network, leo)]));

        let asking = viewer.clone();
        let changed = town.world.db.write(move |tx| {
            Lens::of(tx, &asking, NOW)?;
            tx.exec("update record set name = 'x' where network_id = $1", (other,))
        });
        assert_eq!(changed.unwrap(), 0);
        let moved = town.world.db.write(move |tx| {
            Lens::of(tx, &viewer, NOW)?;
            tx.exec("update record set network_id = $1 where network_id = $2", (other, network))
        });
        assert!(moved.is_err(), "no row is put into another network");
    }
}

#[test]
fn every_table_of_customers_has_a_wall_or_a_reason() {
    // Its index of words cannot be used behind one, and it leads only to customers.
    const WITHOUT: [&str; 1] = ["search_entry"];
    for town in towns() {
        let text = "select cast(c.relname as text)
               from pg_class c
               join pg_attribute a on a.attrelid = c.oid and a.attname = $1
              where c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)
              order by c.relname
              limit 1000";
        for column in ["customer_id", "subject_id"] {
            let open: Vec<(String,)> = town.world.db.read(|cx| cx.all(text, (column,))).unwrap();
            let open: Vec<&str> = open.iter().map(|(name,)| name.as_str()).collect();
            let unexpected: Vec<_> = open.iter().filter(|name| !WITHOUT.contains(name)).collect();
            assert!(unexpected.is_empty(), "without a wall: {unexpected:?}");
        }
    }
}
