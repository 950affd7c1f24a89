//! Stories of the pages, told through the router.

#![allow(clippy::unwrap_used)]

mod world;

use handfast_record::customers::Details;

use self::world::{World, worlds};

/// Serves the world to a browser, to look at it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "only for looking"]
async fn look() {
    let world = worlds().remove(0);
    let details = |name: &str| Details { name: name.to_owned(), ..Details::default() };
    for i in 0..120 {
        let who = if i % 3 == 0 { world.at.spoke } else { world.at.harbour };
        let name = format!(
            "{} {}",
            ["Ana", "Ben", "Cleo", "Dan", "Eve"][i % 5],
            ["Abbot", "Brown", "Clark", "Dunn"][i % 4]
        );
        world.record(
            who,
            &format!("C-{i}"),
            None,
            Details { city: ["Leeds", "York", "Bristol"][i % 3].to_owned(), ..details(&name) },
        );
        world.order(
            who,
            (&format!("O-{i}"), &format!("C-{i}")),
            -10,
            Some(if i % 7 == 0 { -6 } else { -12 }),
        );
    }
    world.record(
        world.at.spoke,
        "SC-7",
        Some("maya"),
        Details {
            email: "maya.okafor@example.com".into(),
            phone: "07700 900123".into(),
            street: "4 Mill Lane".into(),
            city: "Leeds".into(),
            postcode: "LS1 4AB".into(),
            ..details("Maya Okafor")
        },
    );
    world.record(
        world.at.harbour,
        "HW-2",
        Some("maya"),
        Details { phone: "+44 7700 900123".into(), ..details("M. Okafor") },
    );
    let maya = world.record(
        world.at.brand,
        "AUR-C-20418",
        Some("maya"),
        Details {
            email: "maya.okafor@example.com".into(),
            phone: "+44 7700 900123".into(),
            street: "Flat 3, 27 Cooper’s Wharf".into(),
            city: "Bristol".into(),
            postcode: "BS1 6ZZ".into(),
            given_name: "Maya".into(),
            ..details("Maya Okafor")
        },
    );
    world.order(world.at.spoke, ("1001", "SC-7"), -3, None);
    world.order(world.at.spoke, ("1002", "SC-7"), -3, Some(-1));
    world.order(world.at.harbour, ("H-77", "HW-2"), 4, None);
    world.order(world.at.harbour, ("H-78", "HW-2"), -9, Some(-10));
    let author = world.at.author(world.at.spoke);
    let now = world.at.clock.now();
    world
        .at
        .db
        .write(move |tx| {
            handfast_record::sales::review(
                tx,
                &author,
                now,
                &handfast_record::sales::Review {
                    order_ref: "1002".into(),
                    review_ref: "r1".into(),
                    score: 2,
                    title: String::new(),
                    text: "Lovely bike, but nobody told me that it would come late.".into(),
                    asked: None,
                    answered: now.plus(-3_600_000 * 5),
                },
            )
        })
        .unwrap();
    let author = world.at.author(world.at.harbour);
    for (n, status, owner) in [(1, "Opened", "Sam Whitlock"), (2, "In Progress", "Ines Duarte")] {
        world
            .at
            .db
            .write(move |tx| {
                handfast_record::cases::event(
                    tx,
                    &author,
                    now,
                    &handfast_record::cases::Event {
                        case_ref: "3127".into(),
                        customer_ref: Some("HW-2".into()),
                        at: now.plus(-3_600_000 * (60 - 20 * n)),
                        status: status.into(),
                        owner: owner.into(),
                        title: "Motor cuts out uphill with cargo".into(),
                        row: n,
                        ..Default::default()
                    },
                )
            })
            .unwrap();
    }
    world.seal();
    let admin = world.somebody(world.at.brand, handfast_web::Role::BrandAdmin);
    admin
        .post(
            &format!("/customers/{maya}/touches"),
            "kind=call&said=She asked for a loan bike.%0AI will ring her at noon.&step=closer",
        )
        .await;
    let dev = world.dev();
    println!(
        "LOOK maya={maya} spoke={} harbour={} admin={} dev={}",
        world.at.spoke,
        world.at.harbour,
        admin.session(),
        dev.session()
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8765").await.unwrap();
    axum::serve(listener, world.router()).await.unwrap();
}
