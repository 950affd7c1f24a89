//! What is usual between a brand and a partner of each kind: as little as the work needs, to be
//! changed before it is signed. Prices, notes, and the names of other partners are nobody's by
//! default, and no kind is shown anything of customers it has nothing to do with. Keeping a record
//! shows nothing of others either: that somebody is a customer of its is a partner's own word.

use super::Responsibility;
use crate::{
    organisations::Kind,
    sharing::{Class, Grant, Level, Purpose, Tie},
};

/// Classes at one level, for customers with one of these ties, for a purpose.
struct Share {
    ties: &'static [Tie],
    purpose: Option<Purpose>,
    level: Level,
    classes: &'static [Class],
}

const fn share(
    ties: &'static [Tie],
    purpose: Option<Purpose>,
    level: Level,
    classes: &'static [Class],
) -> Share {
    Share { ties, purpose, level, classes }
}

const SERVICE: Option<Purpose> = Some(Purpose::Service);
const DELIVERY: Option<Purpose> = Some(Purpose::Delivery);
const INSURANCE: Option<Purpose> = Some(Purpose::Insurance);

/// Who somebody is, and how to reach them; others who know it are competitors, so without names.
const WHO: &[Class] = &[Class::Identity, Class::Contact];
const WHO_AND_WHERE: &[Class] = &[Class::Identity, Class::Contact, Class::Address];
/// What became of the thing that was sold.
const STORY: &[Class] =
    &[Class::Purchase, Class::Delivery, Class::Case, Class::Service, Class::Promise];
const FINDINGS: &[Class] = &[Class::Purchase, Class::Case, Class::Service];

const SELLER: &[Share] = &[
    share(&[Tie::Sold, Tie::Assigned], None, Level::Veiled, WHO),
    share(&[Tie::Sold, Tie::Assigned], DELIVERY, Level::Veiled, &[Class::Address]),
    share(&[Tie::Sold, Tie::Assigned], SERVICE, Level::Veiled, STORY),
    share(&[Tie::Sold], None, Level::Count, &[Class::Feedback]),
];

/// A shop under the brand's name speaks for the brand, so it knows what was said.
const FRANCHISEE: &[Share] = &[
    share(&[Tie::Sold, Tie::Assigned], None, Level::Veiled, WHO),
    share(&[Tie::Sold, Tie::Assigned], DELIVERY, Level::Veiled, &[Class::Address]),
    share(&[Tie::Sold, Tie::Assigned], SERVICE, Level::Veiled, STORY),
    share(&[Tie::Sold, Tie::Assigned], SERVICE, Level::Full, &[Class::Promise]),
    share(&[Tie::Sold, Tie::Assigned], SERVICE, Level::Veiled, &[Class::Message]),
    share(&[Tie::Sold], None, Level::Veiled, &[Class::Feedback, Class::Relationship]),
];

const DISTRIBUTOR: &[Share] = &[
    share(&[Tie::Sold, Tie::Assigned], None, Level::Veiled, WHO),
    share(&[Tie::Sold, Tie::Delivers], DELIVERY, Level::Veiled, &[Class::Address, Class::Delivery]),
    share(&[Tie::Sold], None, Level::Count, &[Class::Case]),
];

const LICENSEE: &[Share] = &[
    share(&[Tie::Sold, Tie::Assigned], None, Level::Veiled, WHO),
    share(&[Tie::Sold, Tie::Assigned], SERVICE, Level::Veiled, &[Class::Case, Class::Service]),
    share(&[Tie::Sold], None, Level::Veiled, &[Class::Feedback]),
];

const WORKSHOP: &[Share] = &[
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, WHO_AND_WHERE),
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, STORY),
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, &[Class::Message]),
    share(&[Tie::Guest], SERVICE, Level::Veiled, &[Class::Identity]),
    share(&[Tie::Guest], SERVICE, Level::Veiled, FINDINGS),
];

const HELP_DESK: &[Share] = &[
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, WHO),
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, STORY),
    share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, &[Class::Message]),
    share(&[Tie::Guest], SERVICE, Level::Veiled, &[Class::Identity]),
    share(&[Tie::Guest], SERVICE, Level::Veiled, FINDINGS),
];

const FULFILMENT: &[Share] = &[
    share(&[Tie::Delivers, Tie::Assigned], DELIVERY, Level::Veiled, WHO_AND_WHERE),
    share(
        &[Tie::Delivers, Tie::Assigned],
        DELIVERY,
        Level::Veiled,
        &[Class::Purchase, Class::Delivery, Class::Promise],
    ),
];

const CARRIER: &[Share] = &[
    share(&[Tie::Delivers, Tie::Assigned], DELIVERY, Level::Veiled, WHO_AND_WHERE),
    share(&[Tie::Delivers, Tie::Assigned], DELIVERY, Level::Veiled, &[Class::Delivery]),
];

const INSURER: &[Share] = &[
    share(&[Tie::Insures], INSURANCE, Level::Veiled, WHO_AND_WHERE),
    share(&[Tie::Insures], INSURANCE, Level::Veiled, FINDINGS),
];

/// Who referred somebody may know that it came to something, and no more.
const ASSOCIATE: &[Share] = &[
    share(&[Tie::Assigned], None, Level::Veiled, &[Class::Identity]),
    share(&[Tie::Assigned], None, Level::Count, &[Class::Purchase]),
];

/// Who made a part may learn how it failed, but not for whom.
const VENDOR: &[Share] =
    &[share(&[Tie::Serves, Tie::Assigned], SERVICE, Level::Veiled, &[Class::Case, Class::Service])];

const fn shares(kind: Kind) -> &'static [Share] {
    match kind {
        Kind::Reseller => SELLER,
        Kind::Distributor => DISTRIBUTOR,
        Kind::Franchisee => FRANCHISEE,
        Kind::Licensee => LICENSEE,
        Kind::Service => WORKSHOP,
        Kind::Support => HELP_DESK,
        Kind::Fulfilment => FULFILMENT,
        Kind::Carrier => CARRIER,
        Kind::Insurer => INSURER,
        Kind::Associate => ASSOCIATE,
        Kind::Vendor => VENDOR,
    }
}

/// The grants usual for partners of these kinds, by tie and class: of what several kinds are
/// granted, the most.
pub fn grants(kinds: &[Kind]) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for share in kinds.iter().flat_map(|kind| shares(*kind)) {
        let pairs = share.ties.iter().flat_map(|tie| share.classes.iter().map(move |c| (tie, c)));
        for (tie, class) in pairs {
            let (tie, class, purpose, level) = (*tie, *class, share.purpose, share.level);
            let same = |grant: &&mut Grant| {
                (grant.tie, grant.class, grant.purpose) == (tie, class, purpose)
            };
            match grants.iter_mut().find(same) {
                Some(grant) => grant.level = grant.level.max(level),
                None => grants.push(Grant { tie, class, level, from_tie: false, purpose }),
            }
        }
    }
    grants.sort_by_key(|grant| (grant.tie, grant.class as u8, grant.purpose));
    grants
}

/// An occasion, what the partner does then, what the brand does.
type Line = (&'static str, &'static str, &'static str);

const FAULT: Line = ("Something is our fault", "Says so, and records it", "Pays within 14 days");

const fn lines(kind: Kind) -> &'static [Line] {
    match kind {
        Kind::Reseller | Kind::Franchisee | Kind::Distributor | Kind::Licensee => sold(kind),
        _ => served(kind),
    }
}

/// With those who sell.
const fn sold(kind: Kind) -> &'static [Line] {
    match kind {
        Kind::Reseller => &[
            ("A customer asks before buying", "Answers within 1 working day", "Gives the facts"),
            ("A customer buys", "Names a day that will be kept", "Keeps stock and prices current"),
            ("A customer moves away", "Hands off with a complete brief", "Finds the next shop"),
            FAULT,
        ],
        Kind::Franchisee => &[
            ("A customer comes in", "Greets, listens, records it", "Trains every new colleague"),
            ("A customer buys", "Names a day that will be kept", "Keeps stock and prices current"),
            ("A customer is unhappy", "Answers the same day", "Decides within 1 working day"),
            FAULT,
        ],
        Kind::Distributor => &[
            ("A reseller orders", "Confirms within 1 working day", "Says what will be short"),
            ("Goods are late", "Says so before the day", "Tells the customers concerned"),
            FAULT,
        ],
        Kind::Licensee => &[
            ("A product fails", "Finds the cause within 10 working days", "Shares the findings"),
            ("A product changes", "Says so 30 days before", "Tells all who sell and repair it"),
            FAULT,
        ],
        _ => &[],
    }
}

/// With those who do something for who bought.
const fn served(kind: Kind) -> &'static [Line] {
    match kind {
        Kind::Service => &[
            (
                "A customer calls",
                "Answers within 2 working hours",
                "Answers instead if they cannot",
            ),
            (
                "A repair comes in",
                "Gives a date the same day, keeps it",
                "Ships parts within 3 working days",
            ),
            (
                "A customer moves away",
                "Hands off with a complete brief",
                "Finds the next workshop in a day",
            ),
            FAULT,
        ],
        Kind::Support => &[
            ("A customer writes", "Answers within 4 working hours", "Answers their questions"),
            ("A case is too hard", "Hands it off with a complete brief", "Takes it in a day"),
            ("A case closes", "Asks whether it helped", "Reads every answer"),
        ],
        Kind::Fulfilment => &[
            ("An order arrives", "Packs it within 1 working day", "Sends complete addresses"),
            ("Stock runs low", "Says so 5 working days before", "Reorders or says when"),
            ("An address changes", "Confirms it, or says it is too late", "Tells it at once"),
        ],
        Kind::Carrier => &[
            ("A parcel is handed over", "Names the day of delivery", "Has it ready by noon"),
            ("A delivery fails", "Says so the same day, and why", "Calls the customer"),
            ("Something is damaged", "Records it with a picture", "Replaces it, settles later"),
        ],
        Kind::Insurer => &[
            ("A claim comes in", "Decides within 5 working days", "Sends what is known of it"),
            ("A claim is refused", "Gives the reason in plain words", "Explains it again"),
        ],
        Kind::Associate => &[
            ("Somebody is referred", "Asks them first", "Calls within 2 working days"),
            ("A referral buys", "Is told that it did", "Pays within 30 days"),
        ],
        Kind::Vendor => &[
            ("Parts are ordered", "Ships within 3 working days", "Orders in whole weeks"),
            ("A part fails", "Finds the cause within 10 working days", "Sends the part back"),
        ],
        _ => &[],
    }
}

/// Who usually does what with partners of these kinds; each occasion once.
pub fn responsibilities(kinds: &[Kind]) -> Vec<Responsibility> {
    let mut list: Vec<Responsibility> = Vec::new();
    for (when, theirs, ours) in kinds.iter().flat_map(|kind| lines(*kind)) {
        if list.iter().all(|known| known.when != *when) {
            let (when, theirs, ours) = (*when, *theirs, *ours);
            list.push(Responsibility {
                when: when.to_owned(),
                theirs: theirs.to_owned(),
                ours: ours.to_owned(),
            });
        }
    }
    list
}
