use axum::http::StatusCode;
use handfast_record::{CustomerId, cases, customers::Details, sales, testing::NOW};
use handfast_web::Role;

use super::world::{Answered, World, worlds};

fn named(name: &str) -> Details {
    Details { name: name.to_owned(), ..Details::default() }
}

/// Maya, whom Spoke & Chain and Harbour Wheelworks serve, and Rosa, whom Harbour alone serves.
fn maya_and_rosa(world: &World) -> (CustomerId, CustomerId) {
    let phone = |phone: &str| Details { phone: phone.to_owned(), ..named("Maya Okafor") };
    world.record(world.at.spoke, "SC-7", Some("maya"), phone("07700 900123"));
    let maya = world.record(world.at.harbour, "HW-2", Some("maya"), phone("07700 900999"));
    let rosa = world.record(world.at.harbour, "HW-3", None, named("Rosa Whitfield"));
    (maya, rosa)
}

/// What a page says between its navigation and its end: without what is new on every page.
fn main_of(page: &Answered) -> &str {
    &page.text[page.place("<main")..page.place("</main>")]
}

#[tokio::test]
async fn to_a_partner_only_its_own_customers_are_there() {
    for world in worlds() {
        let (maya, rosa) = maya_and_rosa(&world);
        let dev = world.dev();
        let list = dev.get("/customers").await;
        assert!(list.says("Maya Okafor") && list.says("1 customer<"));
        assert!(!list.says("Rosa") && !list.says("Served by"));
        // Asking for a competitor's customers is asking for nothing else than one's own.
        let asked = dev.get(&format!("/customers?partner={}", world.at.harbour)).await;
        assert!(asked.says("1 customer<") && !asked.says("Harbour"));
        for q in ["rosa", "HW-2", "900999"] {
            assert!(dev.get(&format!("/customers?q={q}")).await.says("Nobody is found"), "{q}");
        }

        let hidden = dev.get(&format!("/customers/{rosa}")).await;
        let missing = dev.get(&format!("/customers/{}", CustomerId::random())).await;
        assert_eq!((hidden.status, missing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(main_of(&hidden), main_of(&missing));
        let note = "kind=note&note=I+know+her";
        let hidden = dev.post(&format!("/customers/{rosa}/touches"), note).await;
        let missing = dev.post(&format!("/customers/{}/touches", CustomerId::random()), note).await;
        assert_eq!((hidden.status, missing.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(main_of(&hidden), main_of(&missing));

        let own = dev.get(&format!("/customers/{maya}")).await;
        assert!(own.says("You see 1 entry<") && own.says("Everything that others wrote."));
        assert!(!own.says("Harbour") && !own.says("900999") && !own.says("Who serves"));
    }
}

#[tokio::test]
async fn the_brand_sees_every_record_and_where_they_differ() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let priya = world.priya();
        assert!(priya.get("/customers").await.says("2 customers<"));
        let served = priya.get(&format!("/customers?partner={}", world.at.spoke)).await;
        assert!(served.says("Maya Okafor") && !served.says("Rosa"));
        let found = priya.get(&format!("/customers?q=rosa&partner={}", world.at.spoke)).await;
        assert!(found.says("Nobody is found for “rosa” among the customers of Spoke"));

        let page = priya.get(&format!("/customers/{maya}")).await;
        assert!(page.says("Who Maya is") && page.says("1 value differs"));
        assert!(page.says("07700 900123") && page.says("07700 900999"));
        assert!(page.says("2 records, one person") && page.says("Partners who serve"));

        let town = |street: &str| Details {
            street: street.to_owned(),
            city: "Leeds".to_owned(),
            ..named("Rosa Whitfield")
        };
        world.record(world.at.brand, "A-1", Some("rosa"), town("4 Mill Row"));
        let rosa = world.record(world.at.spoke, "SC-8", Some("rosa"), town(""));
        let page = priya.get(&format!("/customers/{rosa}")).await;
        assert!(page.says("4 Mill Row, Leeds") && !page.says("differ"), "a part is no conflict");
    }
}

#[tokio::test]
async fn a_delivery_that_is_over_is_said_before_anything_else() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        world.order(world.at.harbour, ("H-1", "HW-2"), -3, None);
        world.order(world.at.harbour, ("H-2", "HW-2"), 4, None);
        world.order(world.at.harbour, ("H-3", "HW-2"), -9, Some(-7));
        let page = world.priya().get(&format!("/customers/{maya}")).await;
        let first = page
            .place("Maya is waiting for a delivery that Harbour Wheelworks promised for 9 March");
        assert!(first < page.place("Promises, hand-offs and cases"));
        assert!(page.place("3 days over") < page.place("4 days left"));
        assert!(page.says("Harbour Wheelworks acts next.") && page.says("2 days late"));
        assert!(page.says("0 of 1</span>") && page.says("£9,870"));

        let harbour = world.somebody(world.at.harbour, Role::PartnerStaff);
        let own = harbour.get(&format!("/customers/{maya}")).await;
        assert!(own.says("a delivery that you promised for 9 March") && own.says("You act next."));
        let other = world.dev().get(&format!("/customers/{maya}")).await;
        assert!(!other.says("is waiting for a delivery"));
    }
}

fn open_case(world: &World) {
    let author = world.at.author(world.at.harbour);
    let event = cases::Event {
        case_ref: "3127".to_owned(),
        customer_ref: Some("HW-2".to_owned()),
        at: NOW,
        status: "In progress".to_owned(),
        owner: "Ines Duarte".to_owned(),
        title: "Motor cuts out uphill".to_owned(),
        ..cases::Event::default()
    };
    world.at.db.write(move |tx| cases::event(tx, &author, NOW, &event)).unwrap();
}

#[tokio::test]
async fn the_timeline_shows_what_was_asked_for() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        world.order(world.at.spoke, ("1001", "SC-7"), 4, None);
        open_case(&world);
        let priya = world.priya();
        let page = async |query: &str| {
            let page = priya.get(&format!("/customers/{maya}?{query}")).await;
            let begin = page.place("id=\"entries\"");
            page.text[begin..].split("</section>").next().unwrap().to_owned()
        };
        let all = page("").await;
        assert!(all.contains("opened case 3127") && all.contains("sold Aurora Trail"));
        // Both are of one moment; the later one stands above.
        assert!(all.find("took a step on case 3127") < all.find("opened case 3127"));
        let cases = page("cases=on").await;
        assert!(cases.contains("opened case 3127") && !cases.contains("sold Aurora Trail"));
        let spoke = page(&format!("by={}", world.at.spoke)).await;
        assert!(!spoke.contains("opened case 3127") && spoke.contains("sold Aurora Trail"));
        let said = page("said=uphill").await;
        assert!(said.contains("Motor cuts out uphill") && !said.contains("sold"));
        assert!(page("channel=web").await.contains("Nothing of this kind happened."));
    }
}

#[tokio::test]
async fn a_call_is_saved_and_stands_on_top_of_the_timeline() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let dev = world.dev();
        let path = format!("/customers/{maya}");
        let call = "kind=call&step=closer&said=She+asked+for+a+loan+bike.%0D%0AI+ring+her+at+noon.";
        let saved = dev.post(&format!("{path}/touches"), call).await;
        assert_eq!(
            (saved.status, &saved.location),
            (StatusCode::SEE_OTHER, &format!("{path}?saved=call"))
        );
        let page = dev.get(&saved.location).await;
        assert!(page.says("The call was saved.") && page.says("A step closer"));
        let entry = page.place("She asked for a loan bike.</p>");
        assert!(page.place("Dev Patel,") < entry && entry < page.place("recorded Maya Okafor"));
        // The brand reads it too; the form said so.
        assert!(page.says("Everybody at Spoke &#38; Chain and at Aurora Cycles can read this."));
        assert!(world.priya().get(&path).await.says("She asked for a loan bike."));
        let harbour = world.somebody(world.at.harbour, Role::PartnerStaff);
        assert!(!harbour.get(&path).await.says("loan bike"));
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_counts_once() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let priya = world.priya();
        let path = format!("/customers/{maya}");
        let page = priya.get(&path).await;
        let once = page.text.split("name=\"once\" value=\"").nth(1).unwrap();
        let once = once.split('"').next().unwrap();
        for note in ["Twice.", "Twice.", "Another."] {
            world.at.clock.advance(1_000);
            let form = format!("kind=note&note={note}&once={once}");
            let saved = priya.post(&format!("{path}/touches"), &form).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER);
        }
        let page = priya.get(&path).await;
        assert_eq!(page.text.matches("<p>Twice.</p>").count(), 1);
        assert_eq!(page.text.matches("<p>Another.</p>").count(), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_saved_keeps_its_text() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let priya = world.priya();
        let path = format!("/customers/{maya}/touches");
        let long = "long ".repeat(2_001);
        let form = format!("kind=note&step=away&said=kept+too&note={}", long.replace(' ', "+"));
        let refused = priya.post(&path, &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.says("The note was not saved")
                && refused.says("Shorten the text by 4 characters")
        );
        assert!(refused.says("long long long") && refused.says(">kept too</textarea>"));
        let empty = priya.post(&path, "kind=call&said=").await;
        assert!(empty.says("The call was not saved") && empty.says("Write what you both said"));
        assert!(empty.says("href=\"#said\"") && empty.says("aria-invalid=\"true\""));
        let page = priya.get(&format!("/customers/{maya}")).await;
        assert!(!page.says("long long"), "nothing was kept of it");
    }
}

#[tokio::test]
async fn an_auditor_reads_and_cannot_write() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let auditor = world.somebody(world.at.brand, Role::Auditor);
        let page = auditor.get(&format!("/customers/{maya}")).await;
        assert!(page.says("Who Maya is") && !page.says("id=\"compose\"") && !page.says("#compose"));
        let refused = auditor.post(&format!("/customers/{maya}/touches"), "kind=note&note=x").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn older_entries_follow_where_the_page_ended() {
    for world in worlds() {
        let (maya, _) = maya_and_rosa(&world);
        let priya = world.priya();
        for n in 0..40 {
            world.at.clock.advance(60_000);
            let form = format!("kind=note&note=Note+number+{n}.");
            priya.post(&format!("/customers/{maya}/touches"), &form).await;
        }
        let first = priya.get(&format!("/customers/{maya}")).await;
        assert!(first.says("Note number 39.") && first.says("Note number 10."));
        assert!(!first.says("Note number 9.") && first.says("Show 12 older entries"));
        let from = first.place("class=\"panel-foot\" id=\"older\"");
        let href = first.text[from..].split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let href = href.replace("&#38;", "&");
        let page = priya.get(&href).await;
        assert!(
            page.says("Note number 9.") && page.says(">Today</li>") && page.says("That is all.")
        );
        // What htmx adds to the list goes on under the same day.
        let part = priya.get_part(&href).await;
        assert!(part.says("Note number 9.") && !part.says(">Today</li>"));
    }
}

#[tokio::test]
async fn a_long_list_shows_fifty_and_the_way_to_the_next() {
    for world in worlds() {
        for n in 0..60 {
            world.record(world.at.brand, &format!("A-{n:02}"), None, named(&format!("Ana {n:02}")));
        }
        let priya = world.priya();
        let first = priya.get("/customers").await;
        assert!(first.says("50 of 60 customers") && first.says("Show the next 10"));
        let href = first.text.split("hx-get=\"/customers?").nth(1).unwrap();
        let href = href.split('"').next().unwrap().replace("&#38;", "&");
        let second = priya.get(&format!("/customers?{href}")).await;
        assert!(second.says("51 to 60 of 60 customers") && second.says("Ana 59"));
        assert!(!second.says("Ana 49") && !second.says("Show the next"));
        assert!(priya.get_part(&format!("/customers?{href}")).await.says("60 customers"));
        assert!(priya.get("/customers?q=ana").await.says("More than 50 customers found"));
        assert!(priya.get("/customers?after=nonsense").await.says("50 of 60 customers"));
    }
}

#[tokio::test]
async fn an_empty_list_says_why_and_what_to_do() {
    for world in worlds() {
        let page = world.priya().get("/customers").await;
        assert!(page.says("No customers are here yet") && page.says("href=\"/imports\""));
        let page = world.dev().get("/customers").await;
        assert!(page.says("None of your customers is here yet"));
    }
}

#[tokio::test]
async fn what_others_wrote_stands_on_a_page_as_text() {
    for world in worlds() {
        let name = "<script>alert(1)</script> & \"Co\"";
        let id = world.record(world.at.spoke, "X-1", None, named(name));
        let author = world.at.author(world.at.spoke);
        world.order(world.at.spoke, ("1001", "X-1"), 4, Some(0));
        let review = sales::Review {
            order_ref: "1001".to_owned(),
            review_ref: "<b>".to_owned(),
            score: 1,
            title: "<img src=x>".to_owned(),
            text: "{{ 7 * 7 }}".to_owned(),
            asked: None,
            answered: NOW,
        };
        world.at.db.write(move |tx| sales::review(tx, &author, NOW, &review)).unwrap();
        let priya = world.priya();
        for path in [format!("/customers/{id}"), "/customers".to_owned()] {
            let page = priya.get(&path).await;
            assert!(!page.says("<script>alert") && !page.says("<img"), "{path}");
        }
    }
}
