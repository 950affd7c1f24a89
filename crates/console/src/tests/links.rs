//! Ines of Harbour Wheelworks answers a letter from her phone, without an account.

use axum::http::StatusCode;
use handfast_db::{Cx, Tx};
use handfast_handoffs::{
    Actor, BriefEntry, Offer, State, Thing,
    disputes::{
        self,
        traces::{self, NewTrace},
    },
    links::{self, Asked},
};
use handfast_record::{
    CustomerId, HandOffId, organisations,
    sharing::{
        Class, Grant, Level, Tie,
        looks::{self, Wanted},
    },
};
use handfast_web::Role;

use super::world::{World, worlds};

/// Aurora asks Harbour Wheelworks to call Maya back; answers where the link of the letter leads.
fn asked(world: &World) -> (HandOffId, String) {
    let (maya, _) = world.at.record(world.at.spoke, "1", None, "Maya Okafor");
    asked_of(world, maya)
}

fn asked_of(world: &World, maya: CustomerId) -> (HandOffId, String) {
    let at = &world.at;
    let (network, harbour, now) = (at.network, at.harbour, at.clock.now());
    let (lens, offer) = (at.lens(at.brand), offer(maya, harbour));
    let priya = Actor { organisation: at.brand, person: None, name: "Priya Nair".to_owned() };
    let email = "ines@harbour.example";
    let set = move |tx: &mut Tx<'_>| organisations::set_contact_email(tx, network, harbour, email);
    at.db.write(set).unwrap();
    let id =
        at.db.write(move |tx| handfast_handoffs::offer(tx, &lens, &priya, now, &offer)).unwrap().id;
    let about = Asked::HandOff(id);
    let secret =
        at.db.write(move |tx| links::issue(tx, network, harbour, about, email, now)).unwrap();
    (id, format!("{}{}", links::PATH, secret.text()))
}

fn offer(customer: CustomerId, to: handfast_kit::OrganisationId) -> Offer {
    Offer {
        customer,
        thing: Thing::Task("Call her about the <motor>".to_owned()),
        to,
        accept_by: None,
        words: String::new(),
        brief: vec![BriefEntry { item: "Since when".to_owned(), text: "Tuesday".to_owned() }],
        incomplete_ok: true,
    }
}

fn state(world: &World, id: HandOffId) -> (State, bool) {
    let (lens, now) = (world.at.lens(world.at.brand), world.at.clock.now());
    let find = move |cx: &mut Cx<'_>| handfast_handoffs::find(cx, &lens, now, id);
    let one = world.at.db.read(find).unwrap().unwrap();
    (one.state, one.seen.is_some())
}

#[tokio::test]
async fn ines_sees_what_her_workshop_may_see_and_opening_it_changes_nothing() {
    for world in worlds() {
        let (id, path) = asked(&world);
        let ines = world.stranger();
        let page = ines.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in [
            "Aurora Cycles asks you to take over: Call her about the &#60;motor&#62;",
            "Please answer by Friday 13 March, 09:40.",
            "Since when",
            "Tuesday",
            "Until you accept, Aurora Cycles stays responsible.",
            "in the name of ines@harbour.example",
        ] {
            assert!(page.says(said), "{said}: {}", page.text);
        }
        assert!(!page.says("Maya"), "no agreement opens her name: {}", page.text);
        ines.get(&path).await;
        assert_eq!(state(&world, id), (State::Offered, false));

        let grant = Grant {
            tie: Tie::Assigned,
            class: Class::Identity,
            level: Level::Full,
            from_tie: false,
            purpose: None,
        };
        world.at.agree(world.at.harbour, &[grant]);
        assert!(!ines.get(&path).await.says("Maya"), "not before it is theirs");
        let seen = ines.post(&path, "act=see").await;
        assert!(seen.says("can see that you have seen it"), "{}", seen.text);
        assert_eq!(state(&world, id), (State::Offered, true));
    }
}

#[tokio::test]
async fn she_accepts_and_the_link_ends_with_it() {
    for world in worlds() {
        let (id, path) = asked(&world);
        let ines = world.stranger();
        let done = ines.post(&path, "act=accept").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert!(done.says("It is yours now"));
        assert_eq!(state(&world, id).0, State::Accepted);
        let again = ines.post(&path, "act=accept").await;
        assert!(again.says("It is yours now"), "pressed twice: {}", again.text);
        assert_eq!(ines.get(&path).await.status, StatusCode::GONE);
        assert_eq!(ines.post(&path, "act=decline&reason=Too+late").await.status, StatusCode::GONE);
        assert_eq!(state(&world, id).0, State::Accepted);
    }
}

#[tokio::test]
async fn she_asks_for_what_is_missing_and_declines_only_with_a_reason() {
    for world in worlds() {
        let (id, path) = asked(&world);
        let ines = world.stranger();
        let asks = ines.post(&path, "act=ask&turn=1&item=Her+phone+number").await;
        assert!(asks.says("You have asked for it."), "{}", asks.text);
        assert!(asks.says("Missing: ") && asks.says("Her phone number"), "{}", asks.text);
        let refused = ines.post(&path, "act=decline&reason=").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("Nothing was changed"), "{}", refused.text);
        assert!(refused.says("href=\"#reason\""), "it leads to the field: {}", refused.text);
        let done = ines.post(&path, "act=decline&reason=We+are+closed").await;
        assert!(done.says("You have declined"), "{}", done.text);
        assert_eq!(state(&world, id).0, State::Declined);
    }
}

#[tokio::test]
async fn a_forged_link_tells_nothing_and_an_old_one_what_happened() {
    for world in worlds() {
        let (_, path) = asked(&world);
        let ines = world.stranger();
        let forged = ines.get(&format!("{}{}", links::PATH, "A".repeat(43))).await;
        assert_eq!(forged.status, StatusCode::GONE);
        assert!(forged.says("This link cannot be used"));
        let broken = ines.get(&format!("{}x", links::PATH)).await;
        world.at.clock.advance(links::GOOD_FOR_MS);
        let old = ines.get(&path).await;
        let posted = ines.post(&path, "act=accept").await;
        assert_eq!((broken.status, broken.text), (forged.status, forged.text));
        for old in [old, posted] {
            assert_eq!(old.status, StatusCode::GONE);
            assert!(old.says("It was not answered in time"), "{}", old.text);
            assert!(old.says("Nothing was changed."), "{}", old.text);
        }
    }
}

#[tokio::test]
async fn who_looked_by_a_link_is_written_down() {
    for world in worlds() {
        // Maya is a customer of Harbour Wheelworks already.
        let (maya, _) = world.at.record(world.at.harbour, "7", None, "Maya Okafor");
        let (_, path) = asked_of(&world, maya);
        assert!(world.stranger().get(&path).await.says("Maya Okafor"));
        let lens = world.at.lens(world.at.brand);
        let all = Wanted::default();
        let read = move |cx: &mut Cx<'_>| looks::list(cx, &lens, &all, None, 10);
        let looks = world.at.db.read(read).unwrap().items;
        let look = looks.iter().find(|look| look.customer == Some(maya)).unwrap();
        assert_eq!((look.organisation, look.person), (world.at.harbour, None));
        assert_eq!(look.what, "link");
        assert!(look.classes.contains(&Class::Identity));
    }
}

/// Aurora says that it is Harbour Wheelworks’ part; where the link of the letter leads.
fn disputed(world: &World) -> String {
    let (hand_off, _) = asked(world);
    let at = &world.at;
    let (network, harbour, now) = (at.network, at.harbour, at.clock.now());
    let lens = at.lens(at.brand);
    let priya = Actor { organisation: at.brand, person: None, name: "Priya Nair".to_owned() };
    let claim = disputes::Claim {
        leg: handfast_record::touches::Leg::Carrier,
        organisation: Some(harbour),
        words: "It left us on <Monday>".to_owned(),
        reference: String::new(),
    };
    let open = move |tx: &mut Tx<'_>| disputes::open(tx, &lens, &priya, now, (hand_off, &claim));
    let about = Asked::Dispute(at.db.write(open).unwrap().id);
    let issue = move |tx: &mut Tx<'_>| {
        links::issue(tx, network, harbour, about, "ines@harbour.example", now)
    };
    format!("{}{}", links::PATH, at.db.write(issue).unwrap().text())
}

#[tokio::test]
async fn she_is_named_in_a_dispute_and_says_whose_part_it_was() {
    for world in worlds() {
        let ines = world.stranger();
        let path = disputed(&world);
        let page = ines.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in [
            "It left us on &#60;Monday&#62;",
            "Aurora Cycles",
            "Please answer by",
            "The customer waits for none of this.",
        ] {
            assert!(page.says(said), "{said}: {}", page.text);
        }
        assert!(!page.says("Maya"), "no agreement opens her name: {}", page.text);
        let short = ines.post(&path, "act=decline&reason=no&turn=1").await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("This needs words") && short.says(">no</textarea>"), "{}", short.text);
        assert_eq!(ines.post(&path, "act=ask&item=More").await.status, StatusCode::CONFLICT);
        for _ in 0..2 {
            let done = ines.post(&path, "act=accept&turn=1").await;
            assert!(done.says("You answer for it"), "also pressed twice: {}", done.text);
        }
        let over = ines.get(&path).await;
        assert_eq!(over.status, StatusCode::GONE);
        assert!(over.says("It is settled"), "{}", over.text);
    }
}

/// An order of Spoke & Chain never came; where the link of its letter leads.
fn traced(world: &World) -> String {
    let at = &world.at;
    let (maya, _) = at.record(at.spoke, "1", None, "Maya Okafor");
    world.order(at.spoke, ("O-17", "1"), -3, None);
    let (network, spoke, now, email) = (at.network, at.spoke, at.clock.now(), "sam@spoke.example");
    let set = move |tx: &mut Tx<'_>| organisations::set_contact_email(tx, network, spoke, email);
    at.db.write(set).unwrap();
    let sale = at.seen(at.brand, maya, handfast_record::sales::of_customer)[0].id;
    let lens = at.lens(at.brand);
    let priya = Actor { organisation: at.brand, person: None, name: "Priya Nair".to_owned() };
    let words = "She waited at home all day".to_owned();
    let new = NewTrace { customer: maya, sale, words, by_customer: true };
    let open = move |tx: &mut Tx<'_>| traces::open(tx, &lens, &priya, now, &new);
    let about = Asked::Leg(at.db.write(open).unwrap().id);
    let issue = move |tx: &mut Tx<'_>| links::issue(tx, network, spoke, about, email, now);
    format!("{}{}", links::PATH, at.db.write(issue).unwrap().text())
}

/// What a page says of how often it was answered.
fn turn(page: &str) -> &str {
    let (_, rest) = page.split_once("name=\"turn\" value=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_seller_proves_its_part_of_a_delivery_that_never_came() {
    for world in worlds() {
        let sam = world.stranger();
        let path = traced(&world);
        let page = sam.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for said in
            ["A delivery did not arrive:", "O-17", "What the record says", "Our part is done"]
        {
            assert!(page.says(said), "{said}: {}", page.text);
        }
        let turn = turn(&page.text);
        let short = sam.post(&path, &format!("act=apply&evidence=no&turn={turn}")).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.says("This needs words") && short.says(">no</textarea>"), "{}", short.text);
        // Of its several parts the one is meant that was shown.
        let old = sam.post(&path, "act=apply&evidence=The+label+was+right&turn=0").await;
        assert_eq!(old.status, StatusCode::CONFLICT, "{}", old.text);
        assert!(old.says("answered meanwhile") && old.says(">The label was right</textarea>"));
        // Each is asked for after the other, until none is left.
        for answered in 0..3 {
            let asked = sam.get(&path).await;
            if asked.status == StatusCode::GONE {
                assert!(answered > 0 && asked.says("It was answered"), "{}", asked.text);
                break;
            }
            let turn = self::turn(&asked.text);
            let form = format!("act=apply&evidence=The+label+was+new&turn={turn}");
            let done = sam.post(&path, &form).await;
            assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        }
    }
}

#[tokio::test]
async fn a_letter_that_was_given_up_is_told_to_who_may_say_where_letters_go() {
    for world in worlds() {
        asked(&world);
        let admin = world.somebody(world.at.brand, Role::BrandAdmin);
        let path = format!("/partners/{}", world.at.harbour);
        assert!(!admin.get(&path).await.says("could not be delivered"));
        let now = world.at.clock.now();
        let give_up = move |tx: &mut Tx<'_>| {
            tx.exec(
                "update letter set state = 'dead', last_error = $1, ended_ms = $2",
                ("the mail server answered 550", now),
            )
        };
        assert_eq!(world.at.db.write(give_up).unwrap(), 1);
        let page = admin.get(&path).await;
        let said = "1 letter could not be delivered, the last on 12 March: the mail server \
                    answered 550.";
        assert!(page.says(said), "{}", page.text);
        assert!(!world.priya().get(&path).await.says("could not be delivered"), "no admin");
    }
}
