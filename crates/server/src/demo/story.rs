//! Maya Okafor, who moved from Leeds to Bristol with a motor that cuts out, and the others of whom
//! the pages speak. Days are counted back from today, so that what is late stays late.

use anyhow::Result;
use handfast_db::{Db, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_record::{
    cases::{self, End, Event},
    customers::{self, Details, Field},
    organisations,
    sharing::{Lens, SystemReason},
    touches::{Body, Step},
};

use super::stage::{Ago, Own, Sold, Stage, call, mail, receive, review, sell, touch, visit};
use super::{agreed, handed, moved};

const MAYA: &str = "maya.okafor@example.com";

/// Whether the last thing of the story has happened.
pub(super) fn is_told(db: &Db, network: NetworkId) -> Result<bool> {
    let brand = db.read(|cx| organisations::brand(cx, network))?;
    let Some(brand) = brand else { return Ok(false) };
    let lens = Lens::system(network, brand.id, SystemReason::Demo);
    let maya = db.read(|cx| customers::by_reference(cx, &lens, brand.id, "AUR-C-20418"))?;
    Ok(maya.is_some())
}

/// Tells it, at once or not at all.
pub(super) fn tell(stage: &Stage) -> Result<()> {
    let (told, cast) = (stage.clone(), Cast::of(stage)?);
    stage.db.write(move |tx| {
        bought(&told, tx, &cast)?;
        moved::tie(&told, tx, &cast)?;
        // She tells her address before the workshop in Bristol knows the town.
        waits(&told, tx, &cast)?;
        broke(&told, tx, &cast)?;
        others(&told, tx, &cast)?;
        handed::hand(&told, tx, (&cast.sam, &cast.ines))?;
        agreed::ask(&told, tx, (&cast.priya, &cast.ines))
    })
}

/// The authors of the story.
pub(super) struct Cast {
    pub(super) priya: handfast_record::sharing::Author,
    pub(super) dev: handfast_record::sharing::Author,
    pub(super) sam: handfast_record::sharing::Author,
    pub(super) ines: handfast_record::sharing::Author,
    pub(super) rhian: handfast_record::sharing::Author,
    pub(super) grace: handfast_record::sharing::Author,
    pub(super) aaron: handfast_record::sharing::Author,
    pub(super) kit: handfast_record::sharing::Author,
}

impl Cast {
    fn of(stage: &Stage) -> Result<Self> {
        let author = |organisation, email| stage.author(organisation, Some(email));
        Ok(Self {
            priya: author("brand", "priya.nair@aurora.example")?,
            dev: author("spoke", "dev.patel@spokeandchain.example")?,
            sam: author("torque", "sam.whitlock@torque.example")?,
            ines: author("harbour", "ines.duarte@harbour.example")?,
            rhian: author("kettle", "rhian.cole@kettlelane.example")?,
            grace: author("pedal", "grace.lin@pedalandpost.example")?,
            aaron: author("coverwell", "aaron.boyd@coverwell.example")?,
            kit: author("swift", super::cast::LAST_EMAIL)?,
        })
    }
}

fn leeds() -> Details {
    Details {
        name: "Maya Okafor".to_owned(),
        given_name: "Maya".to_owned(),
        family_name: "Okafor".to_owned(),
        street: "14 Mill Row".to_owned(),
        postcode: "LS2 7AA".to_owned(),
        city: "Leeds".to_owned(),
        country: "GB".to_owned(),
        ..Details::default()
    }
}

/// She buys her bike, insures it, and subscribes to the magazine.
fn bought(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let at = |days, hour, minute| stage.at(Ago(days, hour, minute));
    let email = || MAYA.to_owned();
    let phone = || "07700 900123".to_owned();
    let details = Details { email: email(), phone: phone(), ..leeds() };
    let spoke = receive(tx, cast.dev, at(82, 10, 20), "SC-1207", MAYA, details)?;
    let said = "Spent an hour with her. Wants it for commuting; nobody asked about cargo.";
    visit(tx, spoke, at(82, 10, 30), said, Step::Closer)?;
    let bike = Sold {
        order_ref: "SC-88213",
        customer_ref: "SC-1207",
        title: "Aurora Trail, frame AT-22-004917",
        price_minor: 329_000,
        ordered: at(82, 11, 30),
        handed_over: None,
        promised: at(79, 12, 0),
        delivered: Some(at(80, 16, 5)),
    };
    sell(tx, &stage.zone, cast.dev, &bike)?;
    review(tx, cast.dev, "SC-88213", at(77, 19, 2), 5, "Dev spent an hour with me.")?;
    let details = Details { email: email(), ..leeds() };
    receive(tx, cast.aaron, at(80, 9, 10), "CW-77120", MAYA, details)?;
    let policy = Sold {
        order_ref: "CW-77120",
        customer_ref: "CW-77120",
        title: "Bike insurance, one year",
        price_minor: 14_900,
        ordered: at(80, 9, 12),
        handed_over: None,
        promised: at(73, 17, 0),
        delivered: Some(at(75, 10, 40)),
    };
    sell(tx, &stage.zone, cast.aaron, &policy)?;
    let details = Details { phone: phone(), ..leeds() };
    receive(tx, cast.kit, at(81, 8, 0), "SWP-90871", MAYA, details)?;
    let details = Details { name: "Okafor, Mya".to_owned(), ..leeds() };
    let details = Details { given_name: "Mya".to_owned(), ..details };
    receive(tx, cast.grace, at(70, 12, 0), "PP-5512", MAYA, details)?;
    for (issue, ordered, promised, delivered) in
        [("1", 70, 60, Some(61)), ("2", 42, 31, Some(29)), ("3", 14, 3, None)]
    {
        let issue = Sold {
            order_ref: &format!("PP-5512-{issue}"),
            customer_ref: "PP-5512",
            title: &format!("Pedal & Post magazine, issue {issue}"),
            price_minor: 690,
            ordered: at(ordered, 12, 0),
            handed_over: delivered.map(|day| at(day + 2, 9, 0)),
            promised: at(promised, 12, 0),
            delivered: delivered.map(|day| at(day, 11, 0)),
        };
        sell(tx, &stage.zone, cast.grace, &issue)?;
    }
    Ok(())
}

fn step(
    stage: &Stage,
    case_ref: &str,
    customer: &str,
    at: Ago,
    status: &str,
    owner: &str,
) -> Event {
    Event {
        case_ref: case_ref.to_owned(),
        customer_ref: Some(customer.to_owned()),
        at: stage.at(at),
        status: status.to_owned(),
        owner: owner.to_owned(),
        title: "Motor cuts out uphill with cargo".to_owned(),
        product: "Aurora Trail".to_owned(),
        end: if status.starts_with("Closed") { End::Closes } else { End::GoesOn },
        ..Event::default()
    }
}

/// The motor stops, is repaired, and stops again.
fn broke(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let at = |days, hour, minute| stage.at(Ago(days, hour, minute));
    let details = Details { phone: "07700 900123".to_owned(), ..leeds() };
    let torque = receive(tx, cast.sam, at(24, 9, 5), "T-0419", MAYA, details)?;
    let case = |ago, status, owner| step(stage, "3127", "T-0419", ago, status, owner);
    for event in [
        case(Ago(24, 9, 10), "Accepted for repair", "Torque Workshop"),
        case(Ago(22, 15, 5), "Motor connector replaced, test ride without load", "Torque Workshop"),
        case(Ago(22, 15, 30), "Closed: repaired", "Torque Workshop"),
        case(Ago(3, 10, 15), "Reopened: came back with two crates on board", "Torque Workshop"),
        case(Ago(1, 16, 20), "Handed over, brief 7 of 9 complete", "Harbour Wheelworks"),
    ] {
        cases::event(tx, &cast.sam, event.at, &event)?;
    }
    review(tx, cast.aaron, "CW-77120", at(60, 8, 30), 4, "")?;
    let said = "The fault came back on the hill to work. I will ring with the result of the \
                controller check tomorrow by five.";
    call(tx, torque, at(2, 16, 40), said, Step::Same)?;
    let details = Details {
        phone: "07700 900123".to_owned(),
        name: "Maya Okafor".to_owned(),
        city: "Bristol".to_owned(),
        ..Details::default()
    };
    let harbour = receive(tx, cast.ines, at(1, 16, 5), "HW-311", MAYA, details)?;
    let event =
        step(stage, "HW-311", "HW-311", Ago(1, 16, 25), "Motor on the bench", "Ines Duarte");
    cases::event(tx, &cast.ines, event.at, &event)?;
    let note = "Needs the motor’s error log from Torque before the controller can be ordered.";
    touch(tx, harbour, at(1, 17, 10), Body::Note { text: note.to_owned() })
}

/// She waits, and writes.
fn waits(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let at = |days, hour, minute| stage.at(Ago(days, hour, minute));
    let details = Details { email: MAYA.to_owned(), phone: "07700 900123".to_owned(), ..leeds() };
    let known = receive(tx, cast.priya, at(83, 20, 15), "AUR-C-20418", MAYA, details)?;
    let rack = Sold {
        order_ref: "AUR-W-5531",
        customer_ref: "AUR-C-20418",
        title: "Cargo rack for the Trail",
        price_minor: 8_900,
        ordered: at(4, 20, 11),
        handed_over: Some(at(1, 8, 45)),
        promised: stage.in_days(1),
        delivered: None,
    };
    sell(tx, &stage.zone, cast.priya, &rack)?;
    moved::tell(stage, tx, cast)?;
    confirmed(tx, known, at(2, 14, 21), Field::Address)?;
    let text = "The motor stopped again, with the children’s things on board. The workshop said \
                they would look at the controller. Could somebody tell me what happens now?";
    mail(tx, known, at(2, 18, 4), "My motor, again", text)?;
    let text = "Nobody rang yesterday. I am in Bristol now. Who has my case?";
    mail(tx, known, at(1, 18, 30), "Re: My motor, again", text)?;
    let said = "Told her the new address is with everybody who delivers to her. She had not been \
                rung about the motor.";
    call(tx, known, at(1, 12, 15), said, Step::Same)?;
    let note = "Loan bike in Bristol: ask Harbour whether they can lend a Haul.";
    touch(tx, known, at(1, 12, 25), Body::Note { text: note.to_owned() })?;
    let text = "I have told this story to three people now. Is anyone going to ring me about the \
                motor?";
    mail(tx, known, at(0, 9, 12), "Re: My motor, again", text)
}

/// The customer confirms what a record of the brand's says.
fn confirmed(tx: &mut Tx<'_>, own: Own, at: TimeMs, field: Field) -> Result<()> {
    let network = own.author.network();
    let lens = Lens::system(network, own.author.organisation_id(), SystemReason::Demo);
    let place = (own.customer, own.record);
    Ok(customers::confirm(tx, &lens, &own.author, at, place, None, &[field])?)
}

/// Somebody else of the story: reference, mail address, name, town, postcode.
type Other = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Those whom a day at work brings up.
fn others(stage: &Stage, tx: &mut Tx<'_>, cast: &Cast) -> Result<()> {
    let at = |days, hour, minute| stage.at(Ago(days, hour, minute));
    let known = |tx: &mut Tx<'_>, author, other: Other, days| -> Result<Own> {
        let (external_ref, email, name, city, postcode) = other;
        let details = Details {
            name: name.to_owned(),
            email: email.to_owned(),
            city: city.to_owned(),
            postcode: postcode.to_owned(),
            country: "GB".to_owned(),
            ..Details::default()
        };
        receive(tx, author, at(days, 11, 0), external_ref, email, details)
    };
    let yusuf = ("AUR-C-19102", "yusuf.demir@example.com", "Yusuf Demir", "Leeds", "LS6 1AB");
    let yusuf = known(tx, cast.priya, yusuf, 40)?;
    let said = "Waits for the blue frame. I will tell him when it is back in stock.";
    call(tx, yusuf, at(9, 14, 0), said, Step::Same)?;
    let hanna = ("KL-0881", "hanna.bjork@example.com", "Hanna Björk", "Cardiff", "CF10 1EP");
    let hanna = known(tx, cast.rhian, hanna, 6)?;
    let text = "Can I fit the child seat on the Trail, or does it need the Haul?";
    mail(tx, hanna, at(0, 8, 45), "Child seat", text)?;
    let lucia = ("KL-0740", "lucia.ferrer@example.com", "Lucía Ferrer", "Bristol", "BS3 2LB");
    let lucia = known(tx, cast.rhian, lucia, 61)?;
    let said = "Asked for a copy of her invoice at the counter.";
    visit(tx, lucia, at(1, 17, 12), said, Step::Same)?;
    let ben = ("AUR-C-17733", "ben.hartley@example.com", "Ben Hartley", "York", "YO1 7HH");
    let ben = known(tx, cast.priya, ben, 33)?;
    let text = "You charged the delivery twice. Please put it right.";
    mail(tx, ben, at(3, 10, 20), "Charged twice", text)?;
    let omar = ("KL-0512", "omar.said@example.com", "Omar Said", "Bristol", "BS5 0AX");
    let omar = known(tx, cast.rhian, omar, 90)?;
    let said = "The repair took nine days instead of three. He is disappointed.";
    call(tx, omar, at(1, 10, 0), said, Step::Away)?;
    let amir = ("T-0377", "amir.haddad@example.com", "Amir Haddad", "Bradford", "BD1 4RN");
    let amir = known(tx, cast.sam, amir, 30)?;
    let note = "Motor replaced. Nobody has asked yet whether it worked.";
    touch(tx, amir, at(21, 16, 0), Body::Note { text: note.to_owned() })?;
    let joan = ("SC-0944", "joan.pritchard@example.com", "Joan Pritchard", "York", "YO10 4DD");
    let joan = known(tx, cast.dev, joan, 400)?;
    let note = "Dev is on leave until April; introduce somebody else to her.";
    touch(tx, joan, at(5, 9, 30), Body::Note { text: note.to_owned() })
}
