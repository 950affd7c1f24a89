use axum::http::StatusCode;
use handfast_kit::{Id, OrganisationId};
use handfast_record::{
    agreements::{self, Agreement, Draft, Guests},
    customers::Details,
    organisations::Kind,
    people,
    sharing::{Author, Class, Grant, Level, Purpose, Tie},
    testing::NOW,
};
use handfast_web::Role;

use super::world::{Answered, Somebody, World, worlds};

/// Three customers of Spoke & Chain, and one person who signs in for it.
fn customers(world: &World) {
    for n in 0..3 {
        let details = Details { name: format!("Ana {n}"), ..Details::default() };
        world.record(world.at.spoke, &format!("C-{n}"), None, details);
    }
    let new = people::NewPerson {
        name: "Sam Whitlock".to_owned(),
        email: format!("sam-{}@example.com", Id::<()>::random()),
    };
    let (network, spoke) = (world.at.network, world.at.spoke);
    let join = move |tx: &mut handfast_db::Tx<'_>| -> Result<(), people::Error> {
        let person = people::add_person(tx, &new, NOW)?;
        people::add_member(tx, network, spoke, person, Role::PartnerStaff, NOW)
    };
    world.at.db.write(join).unwrap();
}

fn ellen(world: &World) -> Somebody<'_> {
    world.somebody(world.at.brand, Role::BrandAdmin)
}

fn path(organisation: OrganisationId) -> String {
    format!("/partners/{organisation}/agreement")
}

fn sign(world: &World, organisation: OrganisationId, draft: Draft, expected: i64) -> Agreement {
    let author = Author::organisation(world.at.network, world.at.brand);
    let now = world.at.clock.now();
    let signing = move |tx: &mut handfast_db::Tx<'_>| {
        agreements::sign(tx, &author, now, organisation, &draft, expected)
    };
    world.at.db.write(signing).unwrap()
}

fn usual(world: &World, kind: Kind) -> Draft {
    agreements::preset(&[kind], world.at.zone.day_of(NOW))
}

/// An agreement by which names and contact details are shown.
fn plain(world: &World) -> Draft {
    let grant = |class| Grant {
        tie: Tie::Owner,
        class,
        level: Level::Full,
        from_tie: false,
        purpose: None,
    };
    let grants = vec![grant(Class::Identity), grant(Class::Contact)];
    Draft { grants, ..Draft::signed_on(world.at.zone.day_of(NOW)) }
}

fn last(world: &World, organisation: OrganisationId) -> Option<Agreement> {
    let network = world.at.network;
    world.at.db.read(|cx| agreements::last(cx, network, organisation)).unwrap()
}

/// The hidden fields of the page's form but its token, as they are sent.
fn hidden(page: &Answered) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    let form = &page.text[page.place("<main")..];
    for input in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let value = rest.split_once('"').unwrap().0;
        let value =
            [("&#38;", "&"), ("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'")]
                .into_iter()
                .fold(value.to_owned(), |text, (code, letter)| text.replace(code, letter));
        if name != "csrf" {
            fields.append_pair(name, &value);
        }
    }
    fields.finish()
}

/// What the form says for names and addresses of those whom the partner keeps a record of.
const FORM: &str = "version=0&signed=2026-01-02&kind_reseller=on&territory=Leeds%2C+York\
                    &rows=2&r0-when=A+customer+calls&r0-theirs=Answers&guests=open&guest_hours=8\
                    &note=For+a+year.&g-owner-identity=full&g-owner-address=full\
                    &g-owner-address-for=delivery&g-owner-address-2=veiled\
                    &g-owner-address-2-from=on&at=owner";

#[tokio::test]
async fn without_an_agreement_the_page_says_what_that_means_and_who_may_write_one() {
    for world in worlds() {
        let page = format!("/partners/{}", world.at.spoke);
        let admin = ellen(&world).get(&page).await;
        assert!(admin.says("No agreement yet: nothing of others is shown to Spoke &#38; Chain"));
        assert!(admin.says("They see what they wrote themselves."));
        assert!(admin.says("Write the agreement") && admin.says("/agreement/new"));
        let staff = world.priya().get(&page).await;
        assert!(staff.says("No agreement yet") && !staff.says("Write the agreement"));
        let own = world.dev().get(&page).await;
        assert!(own.says("nothing of others is shown to you"));
        for who in [world.priya(), world.dev()] {
            let new = format!("{}/new", path(world.at.spoke));
            assert_eq!(who.get(&new).await.status, StatusCode::FORBIDDEN);
            assert_eq!(who.post(&path(world.at.spoke), FORM).await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(last(&world, world.at.spoke), None);
    }
}

#[tokio::test]
async fn an_agreement_is_looked_at_before_it_is_signed() {
    for world in worlds() {
        customers(&world);
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        let preview = ellen.post(&format!("{at}/preview"), FORM).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
        assert!(preview.says("More becomes visible, and nothing is hidden"), "{}", preview.text);
        assert!(preview.says(
            "<b>Customer names and addresses become visible</b> for 3 customers, to 1 person of \
             Spoke &#38; Chain."
        ));
        assert!(preview.says("Sam Whitlock") && preview.says("Sign and put in force"));
        assert_eq!(last(&world, world.at.spoke), None, "nothing is saved by looking");

        let signed = ellen.post(&at, &hidden(&preview)).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
        let page = ellen.get(&signed.location).await;
        for text in [
            "The agreement is in force from now on.",
            "Agreement 1 with Spoke &#38; Chain",
            "Signed 2 January 2026. Written down by Priya Nair on",
            "Leeds, York",
            "It may look for 8 hours.",
            "For a year.",
            "Of customers whom it keeps a record of, Spoke &#38; Chain sees",
            "<li>Addresses, for delivery</li>",
            "<li>Addresses, without the names of other partners, from the day of the tie</li>",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let kept = last(&world, world.at.spoke).unwrap();
        assert_eq!(kept.responsibilities.len(), 1, "a row left blank is left out");
        let address = Grant {
            tie: Tie::Owner,
            class: Class::Address,
            level: Level::Veiled,
            from_tie: true,
            purpose: None,
        };
        assert!(kept.grants.contains(&address), "{:?}", kept.grants);
        assert_eq!((kept.guests, kept.guest_hours, kept.version), (Guests::Open, 8, 1));
        assert_eq!(kept.territory, ["Leeds", "York"]);
    }
}

#[tokio::test]
async fn an_agreement_is_open_to_the_brand_and_to_its_partner_alone() {
    for world in worlds() {
        let draft = plain(&world);
        sign(&world, world.at.spoke, draft.clone(), 0);
        sign(&world, world.at.spoke, Draft { grants: Vec::new(), ..draft }, 1);
        let at = path(world.at.spoke);
        let harbour = world.somebody(world.at.harbour, Role::PartnerAdmin);
        for page in [at.clone(), format!("{at}/1"), format!("{at}/2")] {
            assert_eq!(world.dev().get(&page).await.status, StatusCode::OK);
            assert_eq!(world.priya().get(&page).await.status, StatusCode::OK);
            assert_eq!(harbour.get(&page).await.status, StatusCode::NOT_FOUND);
        }
        for missing in [format!("{at}/3"), format!("{at}/x"), path(world.at.brand)] {
            assert_eq!(ellen(&world).get(&missing).await.status, StatusCode::NOT_FOUND);
        }
        let old = world.dev().get(&format!("{at}/1")).await;
        assert!(old.says("This version is not in force") && old.says("Agreement 2 took its place"));
        assert!(!old.says("Change it"), "a partner does not write it");
        let new = world.priya().get(&at).await;
        assert!(new.says("What changed since agreement 1"));
        assert!(
            new.says("Customer names and contact details of customers whom it keeps a record of")
        );
        let missing = format!("{}/preview", path(world.at.brand));
        assert_eq!(ellen(&world).post(&missing, FORM).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_partners_page_says_who_does_what_and_who_sees_what() {
    for world in worlds() {
        sign(&world, world.at.harbour, usual(&world, Kind::Service), 0);
        let page = world.priya().get(&format!("/partners/{}", world.at.harbour)).await;
        assert!(page.says("Agreement 1, signed"));
        for text in
            ["Answers instead if they cannot", "Without partner names", "Sees, changes", "Never"]
        {
            assert!(page.says(text), "{text}");
        }
        assert!(!page.says("A competitor"), "no other workshop has an agreement");
        let draft = Draft { kinds: vec![Kind::Reseller], ..usual(&world, Kind::Service) };
        let grants = vec![Grant {
            tie: Tie::Sold,
            class: Class::Case,
            level: Level::Full,
            from_tie: false,
            purpose: Some(Purpose::Research),
        }];
        sign(&world, world.at.spoke, Draft { grants, ..draft }, 0);
        let own = world.dev().get(&format!("/partners/{}", world.at.spoke)).await;
        assert!(own.says("If they agree") && !own.says("A competitor"));
        assert!(own.says("Other partners’ agreements are between them and Aurora Cycles."));
    }
}

#[tokio::test]
async fn whoever_signs_second_keeps_what_was_typed_and_reads_the_other_first() {
    for world in worlds() {
        customers(&world);
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        let preview = ellen.post(&format!("{at}/preview"), FORM).await;
        sign(&world, world.at.spoke, plain(&world), 0);
        let refused = ellen.post(&at, &hidden(&preview)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
        assert!(refused.says("The agreement was not signed"));
        assert!(refused.says("version 1 is the last now") && refused.says("For a year."));
        assert!(refused.says("value=\"A customer calls\""));
        assert!(refused.says("name=\"version\" value=\"1\""), "the next try knows of it");
        assert_eq!(last(&world, world.at.spoke).unwrap().version, 1);

        let late = ellen.post(&format!("{at}/preview"), FORM).await;
        assert!(late.says("Agreement 1 was signed while you wrote"));
        assert!(late.says("What the text says differently from agreement 1"));
        assert_eq!(ellen.post(&at, &hidden(&late)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(last(&world, world.at.spoke).unwrap().version, 2);
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_beside_its_field_and_all_else_is_kept() {
    for world in worlds() {
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        for (was, is, said) in [
            ("signed=2026-01-02", "signed=soon", "href=\"#signed\""),
            ("signed=2026-01-02", "signed=2099-01-02", "This day is still to come"),
            ("guest_hours=8", "guest_hours=", "Write for how many hours a guest may stay."),
            ("guest_hours=8", "guest_hours=500", "1 to 168 hours can be agreed."),
            ("r0-when=A+customer+calls", "r1-ours=Pays", "Say on which occasion this is done."),
            ("2-from=on", "2-for=delivery", "href=\"#g-owner-address\""),
        ] {
            let form = FORM.replace(was, is);
            assert_ne!(form, FORM, "{was}");
            for page in [format!("{at}/preview"), at.clone()] {
                let refused = ellen.post(&page, &form).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{is}");
                assert!(refused.says(said), "{is}: {}", refused.text);
                assert!(refused.says("aria-invalid=\"true\"") && refused.says("For a year."));
            }
        }
        let twice = FORM.replace("2-from=on", "2-for=delivery").replace("at=owner", "at=sold");
        let refused = ellen.post(&format!("{at}/preview"), &twice).await;
        assert!(refused.says("id=\"at-owner\" checked"), "a phone shows where it is wrong");
        assert_eq!(last(&world, world.at.spoke), None);
    }
}

#[tokio::test]
async fn the_form_grows_and_is_filled_in_by_its_buttons() {
    for world in worlds() {
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        let send = async |asked: &str| {
            let page = ellen.post(&format!("{at}/preview"), &format!("{FORM}&{asked}")).await;
            assert_eq!(page.status, StatusCode::OK, "{asked}: {}", page.text);
            assert!(page.says("value=\"2026-01-02\"") && page.says("For a year."), "{asked}");
            page
        };
        let more = send("do=row").await;
        assert!(more.says("name=\"r2-when\"") && more.says("name=\"rows\" value=\"3\""));
        let fewer = send("do=drop-0").await;
        assert!(!fewer.says("A customer calls") && fewer.says("name=\"rows\" value=\"1\""));
        let line = send("do=more-owner-identity").await;
        assert!(line.says("name=\"g-owner-identity-2\""));
        assert!(line.says("name=\"g-owner-address-2-from\""), "what was there stays");
        let filled = send("do=fill&start=service").await;
        assert!(filled.says("Answers within 2 working hours") && filled.says("Leeds, York"));
        assert!(filled.says("name=\"kind_service\" checked"));
        let empty = send("do=fill&start=empty").await;
        assert!(empty.says("No occasion is named yet.") && !empty.says("value=\"full\" selected"));
        send("do=edit").await;
        send("do=drop-77").await;
        assert_eq!(last(&world, world.at.spoke), None);
    }
}

#[tokio::test]
async fn ending_an_agreement_says_first_what_it_hides() {
    for world in worlds() {
        customers(&world);
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        let end = format!("{at}/end");
        assert_eq!(ellen.get(&end).await.status, StatusCode::NOT_FOUND, "there is none");
        sign(&world, world.at.spoke, plain(&world), 0);
        let page = ellen.get(&end).await;
        assert!(page.says(
            "Customer names and contact details are hidden</b> for 3 customers, from 1 person"
        ));
        sign(&world, world.at.spoke, plain(&world), 1);
        let overtaken = ellen.post(&end, &hidden(&page)).await;
        assert_eq!(overtaken.status, StatusCode::CONFLICT);
        assert!(overtaken.says("version 2 is the last now"), "{}", overtaken.text);
        let ended = ellen.post(&end, &hidden(&overtaken)).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
        let page = ellen.get(&ended.location).await;
        assert!(page.says("The agreement has ended.") && page.says("Write a new one"));
        assert!(page.says("Since then Spoke &#38; Chain is shown nothing of others."));
        let again = ellen.post(&end, "version=2").await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.says("The agreement has ended already."));
        let partner = ellen.get(&format!("/partners/{}", world.at.spoke)).await;
        assert!(partner.says("The agreement has ended: nothing of others is shown"));
        let new = ellen.get(&format!("{at}/new")).await;
        assert!(new.says("name=\"version\" value=\"2\""), "it begins from what was agreed");
    }
}

#[tokio::test]
async fn an_agreement_that_is_typed_again_as_it_is_changes_nothing_for_anybody() {
    for world in worlds() {
        customers(&world);
        let (ellen, at) = (ellen(&world), path(world.at.spoke));
        let draft = agreements::preset(&Kind::ALL, world.at.zone.day_of(NOW));
        sign(&world, world.at.spoke, draft, 0);
        // As a browser sends it, through the preview and back.
        let filled = format!("{FORM}&do=fill&start=last");
        let form = ellen.post(&format!("{at}/preview"), &filled).await;
        let preview = ellen.post(&format!("{at}/preview"), &sent(&form)).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
        assert!(preview.says("Nothing changes for anybody"), "{}", preview.text);
        assert!(preview.says("Nothing but the day of the signature."), "{}", preview.text);
    }
}

/// All fields of the form of the page, as a browser sends them.
fn sent(page: &Answered) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    let mut name = String::new();
    let text = |value: &str| value.replace("&#38;", "&").replace("&#39;", "'");
    for tag in page.text[page.place("<main")..].split('<').skip(1) {
        let of = |attribute: &str| {
            let (_, rest) = tag.split_once(&format!(" {attribute}=\""))?;
            Some(text(rest.split_once('"')?.0))
        };
        match tag.split_once([' ', '>']).map(|(kind, _)| kind) {
            Some("input") => {
                let is_box = [Some("checkbox"), Some("radio")].contains(&of("type").as_deref());
                if !is_box || tag.contains(" checked") {
                    let value = of("value").unwrap_or_else(|| "on".to_owned());
                    fields.append_pair(&of("name").unwrap(), &value);
                }
            }
            Some("select") => name = of("name").unwrap(),
            Some("option") if tag.contains(" selected") => {
                fields.append_pair(&name, &of("value").unwrap());
            }
            Some("textarea") => {
                let value = tag.split_once('>').unwrap().1;
                fields.append_pair(&of("name").unwrap(), &text(value));
            }
            _ => {}
        }
    }
    fields.finish()
}
