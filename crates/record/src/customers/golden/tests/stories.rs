//! Stories of the golden record, on both engines.

use handfast_kit::{OrganisationId, TimeMs};

use crate::{
    CustomerId, RecordId,
    customers::{
        Chosen, Details, Error, Field, Incoming, Received, Why, confirm, find, list, receive,
        revise,
    },
    sharing::{Class, Grant, Level, Tie},
    testing::{World, worlds},
};

/// Takes in what an organisation says of Maya now.
fn says(world: &World, of: OrganisationId, reference: &str, details: Details) -> Received {
    let (author, now) = (world.author(of), world.clock.now());
    let incoming = Incoming {
        external_ref: reference.to_owned(),
        person_key: Some("maya".to_owned()),
        details,
        since: None,
    };
    world.db.write(move |tx| receive(tx, &author, now, now, &incoming)).unwrap()
}

fn named(name: &str) -> Details {
    Details { name: name.to_owned(), ..Details::default() }
}

fn phone(number: &str) -> Details {
    Details { phone: number.to_owned(), ..named("Maya Okafor") }
}

fn chosen(world: &World, by: OrganisationId, maya: CustomerId) -> Chosen {
    let lens = world.lens(by);
    world.db.read(|cx| find(cx, &lens, maya)).unwrap().unwrap().chosen
}

/// The phone number that stands, and why.
fn number(world: &World, by: OrganisationId, maya: CustomerId) -> (String, Why) {
    let value = chosen(world, by, maya).phone.unwrap();
    (value.text, value.why)
}

/// The name that stands: on the page, and in the brand's list.
fn name(world: &World, maya: CustomerId) -> String {
    let page = chosen(world, world.brand, maya).name.unwrap().text;
    let lens = world.lens(world.brand);
    let listed = world.db.read(|cx| list(cx, &lens, None, None, 10)).unwrap();
    assert_eq!(listed.items[0].name, page, "the list says what the page says");
    page
}

fn confirms(
    world: &World,
    by: OrganisationId,
    place: (CustomerId, RecordId),
    fields: &[Field],
) -> Result<(), Error> {
    let (lens, author, now) = (world.lens(by), world.author(by), world.clock.now());
    let fields = fields.to_vec();
    world.db.write(move |tx| confirm(tx, &lens, &author, now, place, None, &fields))
}

fn sees(class: Class) -> Grant {
    Grant { tie: Tie::Owner, class, level: Level::Full, from_tie: false, purpose: None }
}

#[test]
fn what_was_said_on_a_later_day_stands_unless_the_customer_confirmed_the_other() {
    for world in worlds() {
        let place = says(&world, world.brand, "AUR-1", named("Maya Okafor")).ids();
        let maya = place.0;
        says(&world, world.spoke, "7", named("Okafor, Mya"));
        assert_eq!(name(&world, maya), "Maya Okafor", "of one day the brand's word stands");
        world.clock.advance(TimeMs::DAY);
        says(&world, world.spoke, "7", named("Okafor-Lind, Mya"));
        assert_eq!(name(&world, maya), "Okafor-Lind, Mya", "a later day's word stands");
        let value = chosen(&world, world.brand, maya).name.unwrap();
        assert_eq!((value.why, value.others[0].text()), (Why::Latest, "Maya Okafor".to_owned()));

        confirms(&world, world.brand, place, &[Field::Name]).unwrap();
        assert_eq!(name(&world, maya), "Maya Okafor", "what the customer confirmed stands");
        world.clock.advance(TimeMs::DAY);
        says(&world, world.spoke, "7", named("Mya Lind"));
        assert_eq!(name(&world, maya), "Maya Okafor", "whatever a partner says later");
        let value = chosen(&world, world.brand, maya).name.unwrap();
        assert_eq!(value.why, Why::Confirmed);
        assert_eq!(value.source.confirmed, Some(world.clock.now().plus(-TimeMs::DAY)));
    }
}

#[test]
fn a_confirmed_value_that_changes_is_confirmed_no_longer() {
    for world in worlds() {
        let place = says(&world, world.spoke, "7", phone("07700 900123")).ids();
        let maya = place.0;
        confirms(&world, world.spoke, place, &[Field::Phone]).unwrap();
        world.clock.advance(TimeMs::DAY);
        says(&world, world.harbour, "2", phone("07700 900999"));
        assert_eq!(number(&world, world.brand, maya), ("07700 900123".into(), Why::Confirmed));
        says(&world, world.spoke, "7", phone("+44 7700 900123"));
        assert_eq!(number(&world, world.brand, maya).1, Why::Confirmed, "it is the same number");
        // On the same day: neither has an agreement, and the numbers are as complete.
        says(&world, world.spoke, "7", phone("07700 900555"));
        assert_ne!(number(&world, world.brand, maya).1, Why::Confirmed);
        world.clock.advance(TimeMs::DAY);
        says(&world, world.harbour, "2", phone("07700 900888"));
        assert_eq!(number(&world, world.brand, maya), ("07700 900888".into(), Why::Latest));
    }
}

#[test]
fn each_field_has_its_own_moment() {
    for world in worlds() {
        let maya = says(&world, world.spoke, "7", phone("07700 900123")).ids().0;
        world.clock.advance(TimeMs::DAY);
        says(&world, world.harbour, "2", phone("07700 900999"));
        world.clock.advance(TimeMs::DAY);
        let moved = Details { city: "York".to_owned(), ..phone("07700 900123") };
        says(&world, world.spoke, "7", moved);
        let chosen = chosen(&world, world.brand, maya);
        let phone = chosen.phone.unwrap();
        assert_eq!(phone.text, "07700 900999", "a new address makes no phone number newer");
        assert_eq!(chosen.address.unwrap().source.said, world.clock.now());
    }
}

#[test]
fn whoever_signed_is_trusted_before_whoever_did_not_and_only_the_brand_is_told() {
    for world in worlds() {
        let contact = [sees(Class::Contact), sees(Class::Identity)];
        let maya = says(&world, world.spoke, "7", phone("07700 900123")).ids().0;
        says(&world, world.harbour, "2", phone("07700 900999"));
        world.agree(world.harbour, &contact);
        assert_eq!(number(&world, world.brand, maya), ("07700 900999".into(), Why::Trusted));
        // Harbour sees both, and that neither was trusted more.
        let before = chosen(&world, world.harbour, maya);
        assert_eq!(before.phone.as_ref().unwrap().why, Why::First);
        world.agree(world.spoke, &contact);
        assert_eq!(chosen(&world, world.harbour, maya), before, "nor that a competitor signed");
        assert_eq!(number(&world, world.brand, maya).1, Why::First);
    }
}

#[test]
fn only_who_keeps_a_record_or_the_brand_confirms_it_and_what_is_refused_leaves_no_trace() {
    for world in worlds() {
        let own = says(&world, world.spoke, "7", phone("07700 900123")).ids();
        let (maya, brands) = says(&world, world.brand, "AUR-1", phone("07700 900123")).ids();
        world.agree(world.spoke, &[sees(Class::Contact), sees(Class::Identity)]);
        let before = world.timeline(world.brand, maya).len();
        for (by, place) in [
            (world.spoke, (maya, brands)),
            (world.harbour, own),
            (world.spoke, (maya, RecordId::random())),
            (world.spoke, (CustomerId::random(), own.1)),
        ] {
            let refused = confirms(&world, by, place, &[Field::Phone]).unwrap_err();
            assert!(matches!(refused, Error::NotFound), "{refused}");
        }
        let empty = confirms(&world, world.spoke, own, &[Field::Phone, Field::Address]);
        assert!(matches!(empty.unwrap_err(), Error::NothingSaid(Field::Address)));
        assert_eq!(world.timeline(world.brand, maya).len(), before, "no touch is left");
        assert!(chosen(&world, world.brand, maya).phone.unwrap().source.confirmed.is_none());

        confirms(&world, world.brand, own, &[Field::Phone, Field::Name]).unwrap();
        let kinds: Vec<_> = world.timeline(world.brand, maya);
        let told: Vec<_> = kinds.iter().filter(|one| one.kind == "detail_confirmed").collect();
        let mut classes: Vec<_> = told.iter().map(|touch| touch.class).collect();
        classes.sort_by_key(|class| class.word());
        assert_eq!(classes, [Class::Contact, Class::Identity], "each field in its class");
        let contact = told.iter().find(|touch| touch.class == Class::Contact).unwrap();
        assert_eq!(contact.summary, "The customer confirmed the phone number: 07700 900123");
        // It is no record of the brand's, so the brand's own is named.
        assert_eq!(contact.record, Some(brands));
    }
}

#[test]
fn a_record_that_changed_in_between_is_not_confirmed() {
    for world in worlds() {
        let place = says(&world, world.spoke, "7", phone("07700 900123")).ids();
        let (lens, author, now) =
            (world.lens(world.spoke), world.author(world.spoke), world.clock.now());
        says(&world, world.spoke, "7", phone("07700 900999"));
        let stale = world
            .db
            .write(move |tx| confirm(tx, &lens, &author, now, place, Some(1), &[Field::Phone]))
            .unwrap_err();
        assert!(matches!(stale, Error::VersionWrong(2)));
    }
}

/// All that an organisation is told of a customer's values and records.
fn told(world: &World, by: OrganisationId, maya: CustomerId) -> String {
    let lens = world.lens(by);
    let customer = world.db.read(|cx| find(cx, &lens, maya)).unwrap().unwrap();
    format!("{} {:?} {:?}", customer.version(), customer.chosen, customer.records)
}

#[test]
fn what_is_hidden_takes_no_part_in_what_is_shown() {
    for world in worlds() {
        let details = |street: &str| Details { street: street.to_owned(), ..named("Maya Okafor") };
        let (maya, brands) = says(&world, world.brand, "AUR-1", details("4 Mill Row")).ids();
        let spokes = says(&world, world.spoke, "7", named("Okafor, Mya")).ids().1;
        world.clock.advance(TimeMs::DAY);
        says(&world, world.harbour, "2", Details { phone: "1".to_owned(), ..named("M. Okafor") });
        // Harbour sees names, and neither phone numbers nor addresses of others.
        world.agree(world.harbour, &[sees(Class::Identity)]);
        let before = told(&world, world.harbour, maya);

        world.clock.advance(TimeMs::DAY);
        says(&world, world.brand, "AUR-1", details("9 Low Road"));
        let spoke = named("Okafor, Mya");
        says(&world, world.spoke, "7", Details { phone: "07700 900123".into(), ..spoke });
        confirms(&world, world.brand, (maya, brands), &[Field::Address]).unwrap();
        confirms(&world, world.spoke, (maya, spokes), &[Field::Phone]).unwrap();
        assert_eq!(told(&world, world.harbour, maya), before, "later, and confirmed, and hidden");
        assert_eq!(number(&world, world.brand, maya).0, "07700 900123");

        // What is seen shows at once.
        confirms(&world, world.spoke, (maya, spokes), &[Field::Name]).unwrap();
        assert_ne!(told(&world, world.harbour, maya), before);
        let name = chosen(&world, world.harbour, maya).name.unwrap();
        assert_eq!((name.text.as_str(), name.why), ("Okafor, Mya", Why::Confirmed));
    }
}

#[test]
fn a_revised_field_is_said_anew_and_the_others_keep_their_moment() {
    for world in worlds() {
        let place = says(&world, world.spoke, "7", phone("07700 900123")).ids();
        let first = world.clock.now();
        world.clock.advance(TimeMs::DAY);
        let (lens, author, now) =
            (world.lens(world.spoke), world.author(world.spoke), world.clock.now());
        let change = Details { email: "maya@example.com".to_owned(), ..Details::default() };
        world.db.write(move |tx| revise(tx, &lens, &author, now, place, None, &change)).unwrap();
        let chosen = chosen(&world, world.spoke, place.0);
        assert_eq!(chosen.phone.unwrap().source.said, first);
        assert_eq!(chosen.email.unwrap().source.said, now);
    }
}
