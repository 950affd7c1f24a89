//! The files of known systems, in samples written for these stories.

use handfast_kit::Zone;
use handfast_record::{
    cases, customers, sales,
    testing::{World, worlds},
};
use proptest::prelude::*;

use super::{Files, counts, named, take};
use crate::{How, Profile, opening, shapes::Item, source::Limits, source::Piece};

/// What the rows of a text become, in short words.
fn made(shape: &str, profile: &str, text: &str) -> Vec<String> {
    let files = Files::new();
    let path = files.with("file.csv", text);
    let zone = Zone::named("UTC").unwrap();
    let how = How::of_texts(shape, profile, "").unwrap();
    let mut opened = opening::open(&path, &how, &zone, Limits::default()).unwrap();
    let mut said = Vec::new();
    loop {
        match opened.source.next_piece().unwrap() {
            Piece::End => return said,
            Piece::Bad(bad) => said.push(format!("bad {}", bad.reason)),
            Piece::Row(row) => match opened.bound.make(&row) {
                Ok(made) => said.extend(made.iter().map(|made| short(&made.item))),
                Err(bad) => said.push(format!("bad {}: {}", bad.column, bad.reason)),
            },
        }
    }
}

fn short(item: &Item) -> String {
    match item {
        Item::Customer(incoming, _) => {
            let details = &incoming.details;
            let parts = [
                incoming.external_ref.as_str(),
                incoming.person_key.as_deref().unwrap_or(""),
                &details.name,
                &details.given_name,
                &details.family_name,
                &details.email,
                &details.phone,
                &details.city,
            ];
            format!("{:?} {}", details.party, parts.join("|"))
        }
        Item::Order(order, customer) => {
            let day = |at: Option<handfast_kit::TimeMs>| at.map_or(0, |at| at.0 / 86_400_000);
            format!(
                "order {} of {} {} {} {} {:?}",
                order.order_ref,
                order.customer_ref,
                order.status,
                day(Some(order.ordered)),
                day(order.delivered),
                customer.as_ref().map(|customer| customer.details.name.as_str()),
            )
        }
        Item::Line(line) => {
            let sold = line.line.sold_by(handfast_kit::OrganisationId::derived(&[]));
            let (order, number, price) = (&sold.order_ref, &sold.line_ref, sold.price_minor);
            format!("line {order} {number} {} {price} {:?}", sold.title, line.seller)
        }
        Item::Event(step) => {
            let event = &step.event;
            let parts = [
                event.case_ref.as_str(),
                &event.status,
                &event.owner,
                &event.team,
                &event.country,
                event.customer_ref.as_deref().unwrap_or(""),
            ];
            format!("{:?} {}", event.end, parts.join("|"))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn every_profile_is_whole() {
    for (name, about) in Profile::all() {
        let profile = Profile::named(name).unwrap();
        assert_eq!(profile.name, name);
        assert!(about.ends_with('.'), "{name}");
        assert!(!profile.columns().is_empty(), "{name}");
        profile.check().unwrap();
    }
    assert!(Profile::named("Nope").unwrap_err().to_string().contains("olist, bpi2013"));
}

#[test]
fn a_file_that_a_profile_does_not_know_is_said_so() {
    let files = Files::new();
    let path = files.with("file.csv", "a,b\n1,2\n");
    let how = How::of_texts("orders", "shopify", "").unwrap();
    let zone = Zone::named("UTC").unwrap();
    let Err(error) = opening::open(&path, &how, &zone, Limits::default()) else { panic!() };
    assert!(error.to_string().contains("by the columns Name, Lineitem name"), "{error}");
}

#[test]
fn shopify_orders_have_their_own_fields_on_the_first_row_only() {
    let text = "Name,Email,Created at,Cancelled at,Fulfilled at,Currency,Fulfillment Status,\
        Lineitem name,Lineitem price,Lineitem quantity,Lineitem sku,Billing Name,Vendor\n\
        #1,Maya@x.example,2026-05-01 10:00:00 +0200,,,EUR,fulfilled,Bell,12.50,2,B-1,Maya,North\n\
        #1,Maya@x.example,,,,,,Bag,5,1,B-2,,\n\
        #2,,2026-05-02 10:00:00 +0200,2026-05-03 10:00:00 +0200,,EUR,,Bell,12.50,1,B-1,Bo,\n";
    assert_eq!(
        made("orders", "shopify", text),
        [
            "order #1 of maya@x.example fulfilled 20574 0 Some(\"Maya\")",
            "line #1 1 Bell 2500 PartnerIfKnown(\"North\")",
            "line #1 2 Bag 500 Importer",
            "order #2 of #2 canceled 20575 0 Some(\"Bo\")",
            "line #2 1 Bell 1250 Importer",
        ]
    );
    let text = "Customer ID,First Name,Last Name,Email,Phone,Default Address City\n\
        '7001,Maya,Lind,Maya@x.example,'+34600000001,Gent\n";
    assert_eq!(
        made("customers", "shopify", text),
        ["Person 7001|email:maya@x.example||Maya|Lind|maya@x.example|+34600000001|Gent"]
    );
}

#[test]
fn hubspot_tells_people_companies_and_deals() {
    let text = "Record ID,First Name,Last Name,Email,Phone Number,City,Create Date\n\
        5,Maya,Lind,,070-000 00 02,Gent,4/30/2026 2:30 PM\n6,Bo,,x,,,\n";
    let said = made("contacts", "hubspot", text);
    assert_eq!(said[0], "Person 5|||Maya|Lind||0700000002|Gent");
    assert!(said[1].starts_with("bad Email: “x” is not a mail address"), "{}", said[1]);
    let text = "Record ID,Company name,Company Domain Name,City\n5,Spoke,spoke.example,Leeds\n";
    assert_eq!(made("customers", "hubspot", text), ["Business company-5||Spoke|||||Leeds"]);
    let text = "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,\
        Associated Company,Associated Contact IDs\n\
        1,Bells,Won,100.90,2026-05-01 10:00,,5,6;7\n2,Bags,Lost,,2026-05-01 10:00,,5,\n";
    assert_eq!(
        made("orders", "hubspot", text),
        [
            "order 1 of 6 Won 20574 0 None",
            "line 1 1 Bells 10090 Importer",
            "order 2 of company-5 Lost 20574 0 None",
        ]
    );
}

#[test]
fn tickets_become_the_steps_that_their_dates_tell() {
    let text = "Id,Requester,Requester id,Assignee,Group,Subject,Status,Created at,Updated at,\
        Assigned at,Solved at\n\
        9,Maya,5,Kim,Desk,Late,Solved,2026-05-09 08:00,2026-05-10 08:00,2026-05-09 09:00,\
        2026-05-10 08:00\n";
    assert_eq!(
        made("case-events", "zendesk", text),
        ["GoesOn 9|New||||5", "GoesOn 9|Assigned|Desk|Desk||5", "Closes 9|Solved|Desk|Desk||5"]
    );
    let text = "Ticket ID,Subject,Status,Agent,Group,Created time,Resolved time,Closed time,\
        Last update time,Contact ID,Full name\n\
        9,Late,Pending,Kim,,2026-05-09 08:00:00,,,2026-05-09 09:00:00,5,Maya\n";
    assert_eq!(
        made("case-events", "freshdesk", text),
        ["GoesOn 9|Open||||5", "GoesOn 9|Pending|Kim|||5"]
    );
    let text = "sr_number,change_time,status,sub_status,org_line,support_team,owner_country,\
        product\n\
        1-3,2010-03-31T15:59:42+01:00,Completed,Closed,Line A,V30,0,P5\n";
    assert_eq!(made("case-events", "bpi2013", text), ["Closes 1-3|Completed/Closed|Line A|V30||"]);
    let text = "case_id,activity,resource,complete_time,variant\n\
        Case 1,Wait,Value 2,2010-01-13 08:40:25+00:00,3\n";
    assert_eq!(made("case-events", "helpdesk", text), ["GoesOn Case 1|Wait|Value 2|||"]);
}

#[test]
fn salesforce_and_odoo_tell_people_and_businesses() {
    let text = "ID,LASTNAME,FIRSTNAME,NAME,ACCOUNTID,MAILINGCITY,MOBILEPHONE,EMAIL\n\
        003,Lind,Maya,Maya Lind,001,Gent,+32 470 12 34 56,maya@x.example\n";
    assert_eq!(
        made("contacts", "salesforce", text),
        ["Person 003||Maya Lind|Maya|Lind|maya@x.example|+32470123456|Gent"]
    );
    let text = "id,name,is_company,city,country_id/id,email\n\
        a.b,Spoke,True,Leeds,base.uk,\na.c,Maya,False,,,maya@x.example\n";
    assert_eq!(
        made("contacts", "odoo", text),
        ["Business a.b||Spoke|||||Leeds", "Person a.c||Maya|||maya@x.example||"]
    );
}

/// The files of a small marketplace: one order of two sellers.
pub(super) const MARKETPLACE: [(&str, &str); 8] = [
    (
        "sellers.csv",
        "seller_id,seller_zip_code_prefix,seller_city,seller_state\n\
                s1aaaaaaaaaa,01001,sao paulo,SP\ns2bbbbbbbbbb,20000,rio,RJ\n",
    ),
    (
        "products.csv",
        "product_id,product_category_name,product_weight_g\n\
                p1,brinquedos,5\n",
    ),
    (
        "category_translation.csv",
        "product_category_name,product_category_name_english\nbrinquedos,toys\n",
    ),
    (
        "customers.csv",
        "customer_id,customer_unique_id,customer_zip_code_prefix,\
                customer_city,customer_state\nc1,u1,01001,sao paulo,SP\n",
    ),
    (
        "order_items.csv",
        "order_id,order_item_id,product_id,seller_id,\
                shipping_limit_date,price,freight_value\n\
                o1,1,p1,s1aaaaaaaaaa,2018-01-05 10:00:00,10.00,1.00\n\
                o1,2,p1,s2bbbbbbbbbb,2018-01-05 10:00:00,20.00,2.00\n\
                o1,3,p1,unknown,2018-01-05 10:00:00,20.00,2.00\n",
    ),
    (
        "orders.csv",
        "order_id,customer_id,order_status,order_purchase_timestamp,\
                order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,\
                order_estimated_delivery_date\n\
                o1,c1,delivered,2018-01-02 10:00:00,,2018-01-04 10:00:00,2018-01-10 23:30:00,\
                2018-01-10 00:00:00\n",
    ),
    (
        "order_payments.csv",
        "order_id,payment_sequential,payment_type,\
                payment_installments,payment_value\no1,1,boleto,1,33.00\n",
    ),
    (
        "order_reviews.csv",
        "review_id,order_id,review_score,review_comment_title,\
                review_comment_message,review_creation_date,review_answer_timestamp\n\
                r1,o1,4,,\"bom,\nmuito\",2018-01-11 00:00:00,2018-01-12 10:00:00\n",
    ),
];

#[test]
fn a_folder_of_the_marketplace_gives_sellers_their_own_records() {
    for mut world in worlds() {
        world.zone = Zone::named("America/Sao_Paulo").unwrap();
        let files = Files::new();
        for (name, text) in MARKETPLACE {
            files.with(name, text);
        }
        let outcome = take(&world, world.brand, super::folder("olist", files.0.path()));
        assert_eq!(counts(&outcome), [10, 9, 0, 1]);
        let report = {
            let lens = world.lens(world.brand);
            world.db.read(|cx| sales::figures::delivery(cx, &lens, &world.zone)).unwrap()
        };
        // Delivered on the evening of the promised day, by the calendar of São Paulo.
        assert_eq!((report.promises.delivered, report.promises.late), (1, 0));
        assert_eq!((report.partners, report.unique_customers), (2, 1));
        let seller = seller(&world, "s1aaaaaaaaaa");
        let lens = world.lens(seller);
        let found = world.db.read(|cx| customers::by_reference(cx, &lens, seller, "c1"));
        assert_eq!(found.unwrap().unwrap().records.len(), 1);
    }
}

fn seller(world: &World, reference: &str) -> handfast_kit::OrganisationId {
    let network = world.network;
    let found = world.db.read(|cx| handfast_record::organisations::by_ref(cx, network, reference));
    found.unwrap().unwrap().id
}

#[test]
fn a_case_without_a_customer_is_its_own_subject() {
    for world in worlds() {
        let files = Files::new();
        let text = "case_id,activity,resource,complete_time\n\
            1,Open,A,2010-01-13 08:00:00+00:00\n1,Wait,B,2010-01-13 09:00:00+00:00\n\
            1,Closed,B,2010-01-13 10:00:00+00:00\n";
        let path = files.with("log.csv", text);
        take(&world, world.brand, named("case-events", "helpdesk", &path));
        let lens = world.lens(world.brand);
        let case = world.db.read(|cx| cases::by_reference(cx, &lens, world.brand, "1"));
        let case = case.unwrap().unwrap();
        assert_eq!((case.step_count, case.hand_over_count), (3, 1));
        assert!(case.closed.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn counts_add_up_whatever_a_file_holds(
        rows in "([a-c1-3,;\"\n]|maya@x|2026-01-0[1-9]|,){0,120}", bytes in any::<Vec<u8>>(),
    ) {
        let world = worlds().remove(0);
        let files = Files::new();
        let mut text = format!("customer id,name,email,since\n{rows}\n").into_bytes();
        text.extend(bytes);
        let path = files.with("customers.csv", &text);
        // `take` asserts that counts add up.
        let first = take(&world, world.brand, named("customers", "", &path));
        let again = take(&world, world.brand, named("customers", "", &path));
        prop_assert_eq!(first.counts.read, again.counts.read);
        prop_assert_eq!(first.counts.rejected, again.counts.rejected);
        prop_assert_eq!(again.counts.stored, 0);
    }
}
