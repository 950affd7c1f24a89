//! The town that tests walk through: Aurora Cycles with Spoke & Chain and Harbour Wheelworks, who
//! compete; and another network, Borealis, with a partner of its own. Everybody has people of every
//! role, customers, touches, sales, cases, imports, tokens and invitations, and whatever text is
//! somebody's own holds that organisation's canary.

use std::path::Path;

use handfast_db::{Db, Tx};
use handfast_intake::{How, Uploads, imports};
use handfast_kit::{Clock, Day, NetworkId, OrganisationId, TimeMs, Zone};
use handfast_queue::{Handlers, Stop, run_due};
use handfast_record::{
    CustomerId, RecordId, TouchId,
    agreements::{self, Draft},
    cases::{self, End, Event},
    customers::{self, Incoming},
    guests::{self, Ask, GuestId},
    organisations::{self, Kind, NewNetwork, NewPartner},
    people::{self, ApiTokenId, Maker, NewInvitation, NewPerson, NewToken, Uses},
    requests::{self, RequestId},
    sales::{self, Line, Payment},
    sharing::{Author, Class, Lens, SystemReason},
    testing::{NOW, World, worlds},
    touches::{Audience, Body, NewTouch},
};
use handfast_server::rounds;
use handfast_web::{Credential, Role, Scope, Secret, Side, Viewer};
use handfast_webhooks::{EndpointId, Owner};

use crate::{
    estates::{Estate, Member, Whose},
    goods::{between, details, line, linked, order, review},
};

/// The whole town.
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) estates: Vec<Estate>,
    /// A customer of Aurora to whom both its partners sold.
    pub(crate) shared: CustomerId,
}

/// A town on each engine, its files in the folders that `data` makes.
pub(crate) fn towns(data: &Path) -> Vec<Town> {
    worlds().into_iter().map(|world| Town::built(world, data)).collect()
}

impl Town {
    pub(crate) fn built(world: World, data: &Path) -> Self {
        let data = data.join(format!("{:?}", world.engine));
        let uploads = uploads(&data);
        let (other, borealis, fjord) = second_network(&world);
        let shared = shared_customer(&world);
        let places = [
            (Whose::Aurora, world.network, world.brand, Side::Brand),
            (Whose::Spoke, world.network, world.spoke, Side::Partner),
            (Whose::Harbour, world.network, world.harbour, Side::Partner),
            (Whose::Borealis, other, borealis, Side::Brand),
            (Whose::Fjord, other, fjord, Side::Partner),
        ];
        let builder = Builder { db: &world.db, clock: &world.clock, uploads: &uploads, shared };
        let estates = places.into_iter().map(|place| builder.estate(place)).collect();
        let handlers = Handlers::new()
            .with(handfast_intake::JOB_KIND, handfast_intake::job_handler(uploads.clone()));
        run_due(&world.db, &world.clock, &handlers).unwrap();
        rounds::seal(&world.db, &world.clock, Some(&[7; 32]), &Stop::default()).unwrap();
        Self { world, estates, shared }
    }

    pub(crate) fn of(&self, whose: Whose) -> &Estate {
        self.estates.iter().find(|estate| estate.whose == whose).unwrap()
    }

    /// The folder of this town's files, below the one it was built with.
    pub(crate) fn folder(&self) -> String {
        format!("{:?}", self.world.engine)
    }
}

/// Where a server with its data in this folder keeps files that come in.
pub(crate) fn uploads(data: &Path) -> Uploads {
    Uploads::new(data.join("uploads"))
}

fn second_network(world: &World) -> (NetworkId, OrganisationId, OrganisationId) {
    let new = NewNetwork {
        slug: "borealis".to_owned(),
        name: "Northern Bikes".to_owned(),
        zone: Zone::named("Europe/Oslo").unwrap(),
    };
    let partner = NewPartner {
        name: "Kanarifjord Velo".to_owned(),
        kinds: vec![Kind::Reseller],
        territory: "Bergen".to_owned(),
        external_ref: "kanarifjord".to_owned(),
    };
    world
        .db
        .write(move |tx| {
            let (network, brand) = organisations::create_network(tx, &new, NOW)?;
            let fjord = organisations::add_partner(tx, network, &partner, NOW)?;
            Ok::<_, organisations::Error>((network, brand, fjord))
        })
        .unwrap()
}

/// A customer of the brand's marketplace, where both partners sold; what both get to know of it is
/// nobody's secret.
fn shared_customer(world: &World) -> CustomerId {
    let (customer, _) = world.record(world.brand, "common-1", None, "Common Customer");
    let (author, zone) = (world.author(world.brand), world.zone.clone());
    let (spoke, harbour) = (world.spoke, world.harbour);
    world
        .db
        .write(move |tx| {
            for (seller, whose) in [(spoke, Whose::Spoke), (harbour, Whose::Harbour)] {
                let line_ref = whose.canary().to_owned();
                let line = Line { line_ref, ..line("common-order", seller, whose) };
                sales::line(tx, &author, NOW, &line)?;
            }
            sales::order(tx, &author, &zone, (NOW, NOW), &order("common-order", "common-1"))?;
            sales::review(tx, &author, NOW, &review("common-order", "fine", "all well"))?;
            Ok::<_, sales::Error>(())
        })
        .unwrap();
    customer
}

/// Builds estates into a database.
struct Builder<'a> {
    db: &'a Db,
    clock: &'a Clock,
    uploads: &'a Uploads,
    shared: CustomerId,
}

impl Builder<'_> {
    fn estate(&self, place: (Whose, NetworkId, OrganisationId, Side)) -> Estate {
        let (whose, network, organisation, side) = place;
        let (admin, staff) = match side {
            Side::Brand => (Role::BrandAdmin, Role::BrandStaff),
            Side::Partner => (Role::PartnerAdmin, Role::PartnerStaff),
        };
        let member = |name: &str, role| self.member(place, name, role);
        let (admin, staff_member) = (member("admin", admin), member("staff", staff));
        let (auditor, colleague) = (member("auditor", Role::Auditor), member("colleague", staff));
        let author = Author::person(network, organisation, staff_member.person);
        let (customer, record) = self.customer(whose, &author);
        let viewer = self.viewer(&staff_member.session);
        self.business(whose, &author, customer, &viewer);
        if side == Side::Partner {
            self.agreement(whose, network, organisation);
        }
        // The partners of Aurora write about a customer whom both know, and see only their own.
        let is_elsewhere = matches!(whose, Whose::Borealis | Whose::Fjord);
        let about = if is_elsewhere { customer } else { self.shared };
        let (token, invitation, link) = self.credentials(whose, &admin);
        let (guest, guest_link, request) = match side {
            Side::Partner => self.askings(whose, &viewer, about),
            Side::Brand => (GuestId::random(), Secret::random(), RequestId::random()),
        };
        let between = between(self.db, (whose, network, side), (organisation, customer));
        let action_link = linked(self.db, network, organisation, between.hand_off);
        Estate {
            whose,
            network,
            organisation,
            side,
            touch: self.note(whose, &author, &viewer, about),
            waiting: self.import(whose, &viewer, Start::Later),
            done: self.import(whose, &viewer, Start::Now),
            admin,
            staff: staff_member,
            auditor,
            colleague: colleague.person,
            customer,
            record,
            token,
            webhook: self.webhook(whose, network, organisation),
            invitation,
            link,
            guest,
            guest_link,
            action_link,
            request,
            hand_off: between.hand_off,
            change: between.change,
            obligation: between.obligation,
            dispute: between.dispute,
            sale: between.sale,
            trace: between.trace,
        }
    }

    fn member(
        &self,
        (whose, network, organisation, _): (Whose, NetworkId, OrganisationId, Side),
        name: &str,
        role: Role,
    ) -> Member {
        let canary = whose.canary();
        let new = NewPerson {
            name: format!("{canary} {name}"),
            email: format!("{name}@{canary}.example"),
        };
        self.db
            .write(move |tx| {
                let person = people::add_person(tx, &new, NOW)?;
                people::add_member(tx, network, organisation, person, role, NOW)?;
                let link = people::issue_sign_in_link(tx, person, TimeMs::HOUR, Uses::Once, NOW)?;
                let session = people::use_sign_in_link(tx, &link.hash(), None, NOW)?;
                Ok::<_, people::Error>(Member { person, session })
            })
            .unwrap()
    }

    fn viewer(&self, session: &Secret) -> Viewer {
        let credential = Credential::Session(session.hash());
        self.db.read(|cx| people::authenticate(cx, &credential, NOW)).unwrap().unwrap()
    }

    fn customer(&self, whose: Whose, author: &Author) -> (CustomerId, RecordId) {
        let incoming = Incoming {
            external_ref: format!("{}-customer", whose.canary()),
            person_key: Some(format!("{}-key", whose.canary())),
            details: details(whose),
            since: None,
        };
        let author = *author;
        let received =
            self.db.write(move |tx| customers::receive(tx, &author, NOW, NOW, &incoming));
        received.unwrap().ids()
    }

    /// What the brand signed with a partner, which grants nothing: what partners see in this town
    /// is their own.
    fn agreement(&self, whose: Whose, network: NetworkId, partner: OrganisationId) {
        let brand = Author::organisation(network, organisations::brand_id(network));
        let note = whose.canary().to_owned();
        let draft = Draft { note, ..Draft::signed_on(Day(20_000)) };
        let signed = self.db.write(move |tx| agreements::sign(tx, &brand, NOW, partner, &draft, 0));
        signed.unwrap();
    }

    /// A partner asks to serve a customer of its brand's as a guest, and to see more of another.
    fn askings(
        &self,
        whose: Whose,
        viewer: &Viewer,
        about: CustomerId,
    ) -> (GuestId, Secret, RequestId) {
        let of = if whose == Whose::Fjord { Whose::Borealis } else { Whose::Aurora };
        let why = format!("why {}", whose.canary());
        let ask = Ask { key: format!("{}-order", of.canary()), why: why.clone() };
        let viewer = viewer.clone();
        let asked = self.db.write(move |tx| {
            let network = viewer.network;
            let lens = Lens::of(tx, &viewer, NOW)?;
            let author = Author::of(&viewer);
            let guest = guests::ask(tx, &lens, &author, NOW, &ask)?.id;
            let brand = organisations::brand_id(network);
            let eyes = Lens::system(network, brand, SystemReason::Demo);
            let brand = Author::organisation(network, brand);
            let made = guests::make_confirmation(tx, &eyes, &brand, NOW, guest)?;
            let wanted: (&[Class], &str) = (&[Class::Case], &why);
            let request = requests::ask(tx, &lens, &author, NOW, about, wanted);
            Ok::<_, guests::Error>((guest, made.secret, request.map(|request| request.id)))
        });
        let (guest, secret, request) = asked.unwrap();
        (guest, secret, request.unwrap())
    }

    /// An order, a payment, a review, a case and a call, all with the canary.
    fn business(&self, whose: Whose, author: &Author, customer: CustomerId, viewer: &Viewer) {
        let (canary, author, zone) = (whose.canary(), *author, viewer.zone.clone());
        let (order_ref, customer_ref) = (format!("{canary}-order"), format!("{canary}-customer"));
        self.db
            .write(move |tx| {
                let seller = author.organisation_id();
                sales::line(tx, &author, NOW, &line(&order_ref, seller, whose))?;
                let order = order(&order_ref, &customer_ref);
                sales::order(tx, &author, &zone, (NOW, NOW), &order)?;
                let payment = Payment {
                    order_ref: order_ref.clone(),
                    payment_ref: "1".to_owned(),
                    method: canary.to_owned(),
                    amount_minor: 10_500,
                    at: None,
                };
                sales::payment(tx, &author, NOW, &payment)?;
                sales::review(tx, &author, NOW, &review(&order_ref, canary, canary)).map(drop)
            })
            .unwrap();
        let event = Event {
            case_ref: format!("{canary}-case"),
            customer_ref: Some(format!("{canary}-customer")),
            at: NOW.plus(-TimeMs::HOUR),
            status: canary.to_owned(),
            owner: canary.to_owned(),
            team: canary.to_owned(),
            country: canary.to_owned(),
            title: canary.to_owned(),
            product: canary.to_owned(),
            end: End::GoesOn,
            row: 1,
            occurrence: 0,
        };
        self.db.write(move |tx| cases::event(tx, &author, NOW, &event)).unwrap();
        let body = Body::Call { said: format!("call {canary}"), step: None };
        self.log(viewer, &author, customer, NewTouch::new(customer.as_kind(), NOW, body));
    }

    fn note(&self, whose: Whose, author: &Author, viewer: &Viewer, about: CustomerId) -> TouchId {
        let body = Body::Note { text: format!("note {}", whose.canary()) };
        let mut touch = NewTouch::new(about.as_kind(), NOW, body);
        touch.audience = Audience::Own;
        self.log(viewer, author, about, touch)
    }

    fn log(&self, viewer: &Viewer, author: &Author, about: CustomerId, touch: NewTouch) -> TouchId {
        let (viewer, author) = (viewer.clone(), *author);
        let write = move |tx: &mut Tx<'_>| {
            let lens = Lens::of(tx, &viewer, NOW)?;
            customers::log(tx, &lens, &author, NOW, about, touch.clone())
        };
        self.db.write(write).unwrap()
    }

    fn import(&self, whose: Whose, viewer: &Viewer, start: Start) -> imports::ImportId {
        let (canary, id, viewer) = (whose.canary(), imports::ImportId::random(), viewer.clone());
        let text = format!("reference,name,email\n{canary}-row,{canary},\n,{canary},x\n");
        let mut file = self.uploads.begin(id).unwrap();
        file.add(text.as_bytes()).unwrap();
        let (bytes, now) = (file.keep().unwrap(), self.clock.now());
        self.db
            .write(move |tx| -> Result<(), imports::Error> {
                imports::receive(tx, &viewer, id, (&format!("{canary}.csv"), bytes), now)?;
                if matches!(start, Start::Now) {
                    let how = How::of_texts("customers", "", "")?;
                    imports::start(tx, &viewer, id, &how, now)?;
                }
                Ok(())
            })
            .unwrap();
        id
    }

    fn webhook(
        &self,
        whose: Whose,
        network: NetworkId,
        organisation: OrganisationId,
    ) -> EndpointId {
        let url = format!("https://{}.example/told", whose.canary());
        let calling = crate::client::calling();
        let owner = Owner { network, organisation };
        let kinds = ["hand_off", "consent_said"].map(str::to_owned);
        self.db
            .write(move |tx| {
                let how = (&calling.vault, &calling.policy);
                let made = handfast_webhooks::register(tx, how, owner, NOW, (&url, &kinds))?;
                Ok::<_, handfast_webhooks::Error>(made.0)
            })
            .unwrap()
    }

    fn credentials(&self, whose: Whose, admin: &Member) -> (ApiTokenId, Secret, Secret) {
        let viewer = self.viewer(&admin.session);
        let canary = whose.canary();
        self.db
            .write(move |tx| {
                let new = NewToken {
                    name: format!("token {canary}"),
                    scopes: vec![Scope::Read],
                    lifetime_ms: None,
                };
                let (token, _) = people::create_token(tx, &Maker::of(&viewer), &new, NOW)?;
                let new = NewInvitation {
                    organisation: None,
                    email: format!("invited@{canary}.example"),
                    name: format!("invited {canary}"),
                    role: Role::Auditor,
                };
                let invitation = people::invite(tx, &viewer, &new, NOW)?;
                let link =
                    people::issue_sign_in_link(tx, viewer.person, TimeMs::HOUR, Uses::Once, NOW)?;
                Ok::<_, people::Error>((token, invitation, link))
            })
            .unwrap()
    }
}

#[derive(Clone, Copy)]
enum Start {
    Now,
    Later,
}
