use axum::http::StatusCode;
use handfast_kit::TimeMs;
use handfast_record::{
    CaseId, CustomerId,
    cases::{self, Event},
    customers::Details,
    sharing::{Class, Grant, Level, Tie},
    testing::NOW,
};
use handfast_web::Role;

use super::world::{Somebody, World, worlds};

/// Maya, whose motor cuts out uphill: the brand keeps her case.
fn maya(world: &World) -> (CustomerId, CaseId) {
    let details = Details {
        name: "Maya Okafor".to_owned(),
        phone: "+44 117 496 0000".to_owned(),
        ..Details::default()
    };
    let maya = world.record(world.at.brand, "AUR-1", None, details);
    let author = world.at.author(world.at.brand);
    let event = Event {
        case_ref: "3127".to_owned(),
        customer_ref: Some("AUR-1".to_owned()),
        at: NOW.plus(-TimeMs::DAY),
        status: "In progress".to_owned(),
        title: "Motor cuts out uphill".to_owned(),
        ..Event::default()
    };
    world.at.db.write(move |tx| cases::event(tx, &author, NOW, &event)).unwrap();
    let case = world.at.seen(world.at.brand, maya, cases::of_customer)[0].id;
    (maya, case)
}

/// Priya offers the case to Harbour; the address of the hand-off.
async fn offered(world: &World, maya: CustomerId, case: CaseId) -> String {
    let form = format!(
        "customer={maya}&thing=case:{case}&to={}&within=&brief-said=It+cuts+out&incomplete=yes",
        world.at.harbour
    );
    let sent = world.priya().post("/hand-offs", &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    sent.location.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_case_is_offered_with_what_is_missing_named_seen_accepted_and_told() {
    for world in worlds() {
        let (maya, case) = maya(&world);
        let (priya, ines) = (world.priya(), world.somebody(world.at.harbour, Role::PartnerStaff));
        let page = priya.get(&format!("/customers/{maya}")).await;
        assert!(page.says("Aurora Cycles is accountable for Maya as a whole."), "{}", page.text);
        let new = format!("/hand-offs/new?customer={maya}");
        assert!(page.says(&new));
        assert!(priya.get(&new).await.says("The case “Motor cuts out uphill”"));
        let form = priya.get(&format!("{new}&thing=case:{case}")).await;
        assert!(form.says("What was tried <span class=\"badge\" data-tone=\"warn\">"));
        assert!(form.says("The record says: +44 117 496 0000"), "{}", form.text);

        let to = world.at.harbour;
        let lacking = format!("customer={maya}&thing=case:{case}&to={to}&brief-said=Uphill");
        let refused = priya.post("/hand-offs", &lacking).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.says("The brief lacks") && refused.says(">Uphill</textarea>"));
        let nobody = priya.post("/hand-offs", &lacking.replace(&to.to_string(), "")).await;
        assert!(nobody.says("Choose who is to take it."));

        let path = offered(&world, maya, case).await;
        let sent = priya.get(&path).await;
        for text in ["Harbour Wheelworks accepts or declines it, by", "4 h left", "not opened yet"]
        {
            assert!(sent.says(text), "{text}: {}", sent.text);
        }
        let board = ines.get("/hand-offs").await;
        assert!(board.says("1 waits for you.") && board.says("You accept or decline it."));
        let seen = ines.get(&path).await;
        assert!(seen.says("Your answer") && !seen.says("Take the offer back"), "{}", seen.text);
        ines.post(&format!("{path}/steps"), "step=see").await;
        assert!(priya.get(&path).await.says("Seen<span class=\"sr\">: done</span>"));
        let ours = ines.post(&format!("{path}/steps"), "step=accept").await;
        assert!(ines.get(&ours.location).await.says("It is yours now."));
        let after = priya.get(&path).await;
        assert!(after.says("Harbour Wheelworks is accountable."), "{}", after.text);
        assert!(after.says("What Maya was told") && after.says("Dev Patel took it over."));
        let page = priya.get(&format!("/customers/{maya}")).await;
        assert!(page.says("took over a case from"), "{}", page.text);
    }
}

#[tokio::test]
async fn the_receiver_asks_and_the_sender_sends() {
    for world in worlds() {
        let (maya, case) = maya(&world);
        let (priya, ines) = (world.priya(), world.somebody(world.at.harbour, Role::PartnerStaff));
        let path = offered(&world, maya, case).await;
        let steps = format!("{path}/steps");
        let wordless = ines.post(&steps, "step=ask&other=").await;
        assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wordless.says("Nobody was asked") && wordless.says("href=\"#other\""));
        ines.post(&steps, "step=ask&other=Motor+error+log").await;
        let page = priya.get(&path).await;
        assert!(page.says("Aurora Cycles sends it, by"), "{}", page.text);
        assert!(page.says("You send what the brief lacks, by"));
        let sent = "step=supply&item=Motor+error+log&text=E17+at+25+kg";
        assert!(priya.post(&steps, sent).await.location.ends_with("saved=supplied"));
        assert!(ines.get(&path).await.says("E17 at 25 kg"));
        // It is not the sender's to accept.
        let others = priya.post(&steps, "step=accept").await;
        assert_eq!(others.status, StatusCode::CONFLICT);
        assert!(others.says("It was not accepted"), "{}", others.text);
        let declined = ines.post(&steps, "step=decline&words=").await;
        assert!(declined.says("Write 3 to 500 characters."));
        ines.post(&steps, "step=decline&words=No+motor+bench").await;
        let back = priya.get(&path).await;
        for text in
            ["Declined", "“No motor bench” Dev Patel", "You ask somebody else, or keep it, by"]
        {
            assert!(back.says(text), "{text}: {}", back.text);
        }
        let form = priya.get(&format!("/hand-offs/new?customer={maya}&thing=case:{case}")).await;
        assert!(form.says(">Spoke &#38; Chain") && !form.says(">Harbour Wheelworks"));
        priya.post(&steps, "step=withdraw").await;
        assert!(priya.get("/hand-offs?board=open").await.says("Nothing is open"));
    }
}

#[tokio::test]
async fn to_whom_it_does_not_concern_there_is_none() {
    for world in worlds() {
        let (maya, case) = maya(&world);
        let path = offered(&world, maya, case).await;
        let dev = world.dev();
        assert_eq!(dev.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(dev.get(&format!("{path}/receipts")).await.status, StatusCode::NOT_FOUND);
        let accepted = dev.post(&format!("{path}/steps"), "step=accept").await;
        assert_eq!(accepted.status, StatusCode::NOT_FOUND);
        assert!(dev.get("/hand-offs").await.says("Nothing waits for you."));
        assert!(dev.get("/hand-offs?board=open").await.says("Nothing is open"));
        let new = dev.get(&format!("/hand-offs/new?customer={maya}")).await;
        assert_eq!(new.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn what_is_late_stands_on_the_board_and_can_be_chased() {
    for world in worlds() {
        let (maya, case) = maya(&world);
        let path = offered(&world, maya, case).await;
        world.at.clock.advance(5 * TimeMs::HOUR);
        let priya = world.priya();
        let board = priya.get("/hand-offs?board=overdue").await;
        assert!(board.says("1 is overdue.") && board.says("1 h over"), "{}", board.text);
        let chased = priya.post(&format!("{path}/steps"), "step=chase").await;
        assert!(priya.get(&chased.location).await.says("They were reminded."));
        world.seal();
        let unsigned = priya.get(&path).await;
        assert!(unsigned.says("Signed in a moment"), "{}", unsigned.text);
        let file = priya.get(&format!("{path}/receipts")).await;
        assert_eq!(file.text, "[]");
    }
}

/// Maya, of whom Harbour sees the address, tells Priya that she moved; where the change is.
async fn moved(world: &World, priya: &Somebody<'_>) -> (CustomerId, String) {
    let full = |class| Grant {
        tie: Tie::Owner,
        class,
        level: Level::Full,
        from_tie: false,
        purpose: None,
    };
    let grants = [full(Class::Identity), full(Class::Address)];
    world.at.agree(world.at.harbour, &grants);
    let details = || Details { name: "Maya Okafor".to_owned(), ..Details::default() };
    let maya = world.record(world.at.brand, "AUR-1", Some("maya"), details());
    world.record(world.at.harbour, "HW-1", Some("maya"), details());
    let form = format!("/customers/{maya}/changes/new");
    assert!(priya.get(&format!("/customers/{maya}")).await.says(&form));
    assert!(priya.get(&form).await.says("Maya Okafor said so"));
    let path = format!("/customers/{maya}/changes");
    let empty = priya.post(&path, "changed=address").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let moved = "changed=address&street=Flat+3,+27+Cooper%27s+Wharf&city=Bristol\
                 &postcode=BS1+6ZZ&country=GB&by_customer=yes";
    let told = priya.post(&path, moved).await;
    let path = told.location.split('?').next().unwrap().to_owned();
    (maya, path)
}

#[tokio::test]
async fn a_change_is_told_once_and_only_what_is_read_back_is_verified() {
    for world in worlds() {
        let (priya, ines) = (world.priya(), world.somebody(world.at.harbour, Role::PartnerStaff));
        let (maya, path) = moved(&world, &priya).await;
        let page = priya.get(&path).await;
        for text in ["Maya Okafor moved", "0 of 1 organisation is verified.", "Harbour Wheelworks"]
        {
            assert!(page.says(text), "{text}: {}", page.text);
        }
        let theirs = ines.get(&path).await;
        let id = theirs.text.split("name=\"obligation\" value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap().to_owned();
        let steps = format!("{path}/steps");
        let does = async |step: &str| {
            let done = ines.post(&steps, &format!("obligation={id}&{step}")).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.text);
            ines.get(&done.location).await
        };
        does("step=accept").await;
        let said = does("step=apply&words=Ticket+77").await;
        assert!(said.says("they say") && !said.says("Read-back matches"), "{}", said.text);
        // What it should be is not on the page on which they type what it is.
        assert!(ines.get(&path).await.says(&format!("{path}/read-back")));
        let blank = ines.get(&format!("{path}/read-back")).await;
        assert!(blank.says("Open your system and type what it shows"), "{}", blank.text);
        assert!(!blank.says("Wharf") && !blank.says("BS1"), "{}", blank.text);
        let home = "Cooper%27s+Wharf&city=Bristol&postcode=BS1+6ZZ&country=GB";
        does(&format!("step=read&street=Flat+8,+27+{home}")).await;
        let wrong = priya.get(&path).await;
        let told = "Harbour Wheelworks wrote it down wrong. We have asked them to correct it by";
        let plan = "Aurora Cycles is told that Harbour Wheelworks is late";
        for text in [
            "1 mismatch",
            "<ins>3</ins>",
            "<mark>8</mark>",
            "Chase Harbour Wheelworks",
            "Maya Okafor moved to Bristol",
            "We have your new address. One organisation needs it.",
            told,
            plan,
        ] {
            assert!(wrong.says(text), "{text}: {}", wrong.text);
        }
        differs((&priya, &ines), (maya, &path)).await;
        let right = does(&format!("step=read&street=flat+3,27+{home}")).await;
        assert!(right.says("Read-back matches") && right.says("All verified"), "{}", right.text);
        assert_eq!(world.dev().get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

/// While Harbour holds something else: on the boards, and on Maya's page.
async fn differs((priya, ines): (&Somebody<'_>, &Somebody<'_>), (maya, path): (CustomerId, &str)) {
    let board = ines.get("/hand-offs").await;
    for text in ["1 waits for you.", "Read-back differs", "You correct it.", " wait for you<"] {
        assert!(board.says(text), "{text}: {}", board.text);
    }
    let sent = priya.get("/hand-offs?board=sent").await;
    assert!(sent.says("Sent by you 1") && sent.says("Harbour Wheelworks corrects it."));
    let customer = priya.get(&format!("/customers/{maya}")).await;
    for text in [path, "New address", "1 mismatch", "Wrong at Harbour Wheelworks."] {
        assert!(customer.says(text), "{text}: {}", customer.text);
    }
}

#[tokio::test]
async fn who_is_asked_says_whose_part_it_is_and_how_it_knows() {
    for world in worlds() {
        let (maya, case) = maya(&world);
        let (priya, ines) = (world.priya(), world.somebody(world.at.harbour, Role::PartnerStaff));
        let path = offered(&world, maya, case).await;
        let form = format!("{path}/not-our-part");
        assert!(ines.get(&path).await.says(&format!("href=\"{form}\"")));
        let page = ines.get(&form).await;
        assert!(page.says("Not your part: Motor cuts out uphill"), "{}", page.text);
        assert!(page.says("I do not know: the brand finds out"));
        // What was typed stays, with what to do.
        let short = ines.post(&form, "leg=carrier&words=no&reference=P+17").await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        for text in ["Nothing was noted", "This needs words: 3 to 500", "value=\"P 17\""] {
            assert!(short.says(text), "{text}: {}", short.text);
        }
        let said = "leg=carrier&words=It+fell+off+the+van&reference=P+17";
        let opened = ines.post(&form, said).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        let dispute = ines.get(&opened.location).await;
        assert!(dispute.says("It fell off the van"), "{}", dispute.text);
        // The offer and its clock go on, and both pages lead to the dispute.
        for who in [&priya, &ines] {
            let page = who.get(&path).await;
            assert!(page.says("whose part it is is not answered yet."), "{}", page.text);
            assert!(!page.says("It is not our part"), "once");
        }
        assert!(ines.get(&path).await.says("Your answer"));
        // A competitor finds neither.
        let rival = world.somebody(world.at.spoke, Role::PartnerStaff);
        assert_eq!(rival.get(&form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rival.post(&form, said).await.status, StatusCode::NOT_FOUND);
    }
}
