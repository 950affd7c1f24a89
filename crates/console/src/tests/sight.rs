use axum::http::StatusCode;
use handfast_kit::{Day, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, agreements,
    customers::Details,
    organisations::Kind,
    sharing::{Class, Grant, Level, Tie, looks},
    testing::NOW,
};
use handfast_web::Role;

use super::world::{World, worlds};

/// Maya, to whom Spoke & Chain and Harbour Wheelworks sold.
fn maya(world: &World) -> CustomerId {
    let details = |phone: &str| Details {
        name: "Maya Okafor".to_owned(),
        phone: phone.to_owned(),
        city: "Bristol".to_owned(),
        ..Details::default()
    };
    world.record(world.at.harbour, "HW-2", Some("maya"), details(""));
    let maya = world.record(world.at.spoke, "SC-7", Some("maya"), details("07700 900123"));
    world.order(world.at.spoke, ("S-1", "SC-7"), -9, Some(-12));
    world.order(world.at.harbour, ("H-1", "HW-2"), -9, Some(-9));
    maya
}

const fn grant(class: Class, level: Level) -> Grant {
    Grant { tie: Tie::Sold, class, level, from_tie: false, purpose: None }
}

fn agree(world: &World, partner: OrganisationId, grants: &[Grant]) {
    let author = world.at.author(world.at.brand);
    let draft = agreements::Draft {
        grants: grants.to_vec(),
        ..agreements::preset(&[Kind::Reseller], Day(20_210))
    };
    world.at.db.write(move |tx| agreements::sign(tx, &author, NOW, partner, &draft, 0)).unwrap();
}

/// What Harbour Wheelworks is shown of those to whom it sold.
fn agree_with_harbour(world: &World) {
    let grants = [
        grant(Class::Identity, Level::Veiled),
        grant(Class::Purchase, Level::Veiled),
        grant(Class::Delivery, Level::Count),
        grant(Class::Message, Level::Full),
    ];
    agree(world, world.at.harbour, &grants);
}

#[tokio::test]
async fn a_partner_reads_what_is_hidden_and_why() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        let page = ines.get(&format!("/customers/{maya}")).await;
        for text in [
            "You see 7 of 10 entries",
            "You sold to Maya, since ",
            "Names of organisations you may compete with (1 organisation).",
            "Deliveries (3 entries).</b> Your agreement of 2 May 2025 shows how many there are",
            "This is not part of your agreement of 2 May 2025. Aurora Cycles can allow more.",
            "What others keep to themselves.",
            "Maya can see that you looked, and why",
            "Another Aurora Cycles ",
            "sold Aurora Trail",
            "Price hidden.",
            "3 entries about deliveries.",
            "name=\"class\" value=\"delivery\"",
            "Aurora Cycles answers by tomorrow, 09:40.",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        assert!(!page.says("Spoke") && !page.says("S-1") && !page.says("900123"));
        // What is hidden altogether has a reason and no number.
        assert!(page.says("/sight?class=contact\">") && page.says("Hidden</a>"));

        let narrowed = ines.get(&format!("/customers/{maya}?sales=on")).await;
        assert!(!narrowed.says("entries about deliveries"));
        let searched = ines.get(&format!("/customers/{maya}?said=delivered")).await;
        assert!(!searched.says("entries about deliveries"));
    }
}

#[tokio::test]
async fn without_an_agreement_a_partner_is_told_so_and_sees_its_own() {
    for world in worlds() {
        let maya = maya(&world);
        let page = world.dev().get(&format!("/customers/{maya}")).await;
        assert!(page.says("Everything that others wrote."));
        assert!(page.says("Aurora Cycles and you have no agreement. Aurora Cycles signs one."));
        assert!(page.says("You see 5 entries<") && !page.says("popovertarget=\"ask\""));
    }
}

#[tokio::test]
async fn the_customers_word_is_the_reason_where_it_hides() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let priya = world.priya();
        let said = format!("about=data-purchase&to={}&answer=no&channel=phone", world.at.harbour);
        let said = priya.post(&format!("/customers/{maya}/consents"), &said).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        let page = ines.get(&format!("/customers/{maya}")).await;
        assert!(page.says("Maya said no. Only Maya can change that."), "{}", page.text);
        assert!(!page.says("Price hidden."), "no purchase is there");
        assert!(!page.says("name=\"class\" value=\"purchase\""), "no answer could show it");
    }
}

#[tokio::test]
async fn the_brand_sees_a_customer_as_a_partner_does() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let priya = world.priya();
        let path = format!("/customers/{maya}");
        let own = priya.get(&path).await;
        assert!(own.says("View as a partner") && !own.says("class=\"preview\""));

        let page = priya.get(&format!("{path}?as={}", world.at.harbour)).await;
        for text in [
            "You see Maya as Harbour Wheelworks does. Nothing can be written here.",
            "Back to Aurora Cycles’ view",
            "You see 7 of 10 entries",
        ] {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        assert!(!page.says("900123") && !page.says("id=\"compose\"") && !page.says("id=\"ask\""));
        assert!(page.says(&format!("name=\"as\" value=\"{}\"", world.at.harbour)));

        let list = priya.get(&format!("/customers?as={}", world.at.harbour)).await;
        assert!(list.says("You see the customers as Harbour Wheelworks does."));
        assert!(list.says(&format!("{path}?as={}", world.at.harbour)));
        // For a partner there are no other eyes than its own.
        for page in [format!("{path}?as={}", world.at.harbour), "/customers?as=x".to_owned()] {
            assert_ne!(world.dev().get(&page).await.status, StatusCode::OK, "{page}");
        }
        let nobody = priya.get(&format!("{path}?as={}", OrganisationId::random())).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_a_partner_does_not_see_at_all_is_said_to_the_brand() {
    for world in worlds() {
        let details = Details { name: "Rosa Whitfield".to_owned(), ..Details::default() };
        let rosa = world.record(world.at.spoke, "SC-9", None, details);
        agree_with_harbour(&world);
        let page = world.priya().get(&format!("/customers/{rosa}?as={}", world.at.harbour)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.says("Harbour Wheelworks sees nothing of Rosa"));
        assert!(page.says("Harbour Wheelworks has no tie to Rosa."));
        assert!(page.says(&format!("/customers/{rosa}/ties")));
    }
}

#[tokio::test]
async fn it_is_told_who_can_see_an_entry_and_a_field() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let priya = world.priya();
        let path = format!("/customers/{maya}");
        let class = priya.get(&format!("{path}/sight?class=purchase")).await;
        assert!(class.says("Who can see Maya’s purchases, and why"));
        let harbour =
            class.place("Harbour Wheelworks sold to Maya, by its agreement of 2 May 2025.");
        let spoke = class.place("Aurora Cycles and Spoke &#38; Chain have no agreement.");
        assert!(class.place("Aurora Cycles looks after everybody") < harbour && harbour < spoke);
        assert!(class.says("Without names") && class.says("Hidden"));

        let page = priya.get(&format!("{path}?by={}", world.at.spoke)).await;
        let entry = page.text.split("/sight?touch=").nth(1).unwrap().split('"').next().unwrap();
        let entry = priya.get(&format!("{path}/sight?touch={entry}")).await;
        assert!(entry.says("Who can see this entry, and why"));
        assert!(entry.says("Spoke &#38; Chain wrote it."), "{}", entry.text);

        let all = priya.get(&format!("{path}/sight")).await;
        assert!(all.says("Who sees what of Maya, and why") && all.says("class=\"table matrix\""));
    }
}

#[tokio::test]
async fn a_partner_is_told_of_its_own_sight_and_of_nobody_elses() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        let path = format!("/customers/{maya}");
        let all = ines.get(&format!("{path}/sight")).await;
        assert!(all.says("What you see of Maya, and why"));
        assert!(
            all.says("You see this because you sold to Maya, by your agreement of 2 May 2025.")
        );
        let one = ines.get(&format!("{path}/sight?class=price")).await;
        assert!(one.says("This is not part of your agreement"));
        for page in [&all, &one] {
            assert!(!page.says("Spoke"), "{}", page.text);
        }
        // What is not there and what is not seen have one answer.
        let missing = CustomerId::random();
        let entry = handfast_record::TouchId::at(NOW.plus(TimeMs::DAY));
        for page in [
            format!("/customers/{missing}/sight"),
            format!("{path}/sight?touch={entry}"),
            format!("{path}/sight?class=nonsense"),
        ] {
            assert_eq!(ines.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
        }
    }
}

#[tokio::test]
async fn a_call_is_read_by_whom_the_form_said() {
    for world in worlds() {
        let maya = maya(&world);
        agree_with_harbour(&world);
        let (priya, dev) = (world.priya(), world.dev());
        let path = format!("/customers/{maya}");
        let page = priya.get(&path).await;
        assert!(page.says("can read this, and by their agreements Harbour Wheelworks."));
        assert!(page.says("Everybody at Aurora Cycles can read this. No partner can."));
        let ines = world.somebody(world.at.harbour, Role::PartnerStaff);
        for (form, is_read) in [
            ("kind=call&said=Shared+words.&readers=shared", true),
            ("kind=call&said=Kept+words.&readers=own", false),
            ("kind=call&said=Older+words.", false),
            ("kind=note&note=Noted+words.&readers=shared", false),
        ] {
            world.at.clock.advance(TimeMs::MINUTE);
            let saved = dev.post(&format!("{path}/touches"), form).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{form}");
            let words = form.split('=').nth(2).unwrap().split('&').next().unwrap();
            let words = words.replace('+', " ");
            assert_eq!(ines.get(&path).await.says(&words), is_read, "{form}");
            assert!(priya.get(&path).await.says(&words), "the brand reads everything");
        }
    }
}

#[tokio::test]
async fn a_partners_page_that_names_customers_is_one_look_at_a_list() {
    for world in worlds() {
        maya(&world);
        let lens = world.at.lens(world.at.brand);
        let looks = || {
            let wanted = looks::Wanted::default();
            let lens = lens.clone();
            let read =
                move |cx: &mut handfast_db::Cx<'_>| looks::list(cx, &lens, &wanted, None, 200);
            world.at.db.read(read).unwrap().items
        };
        let priya = world.priya();
        let page = priya.get(&format!("/partners/{}/orders", world.at.spoke)).await;
        assert!(page.says("Maya Okafor"));
        let written = looks();
        assert_eq!(written.len(), 1);
        assert_eq!((written[0].customer, written[0].what.as_str()), (None, "partner"));
        assert!(written[0].classes.contains(&Class::Identity));
    }
}
