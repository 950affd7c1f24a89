//! Agreements, ties, guests, requests and what customers say, through their front doors. What is
//! refused there does not happen.

use handfast_db::{Fault, Tx};
use handfast_kit::{Day, TimeMs};
use handfast_record::{
    CustomerId,
    agreements::{self, Draft},
    consents::{self, About, Say},
    guests,
    requests::{self, Answer, Verdict},
    sharing::{Author, Class, Grant, Lens, Saying, Tie},
    ties::{self, ByHand},
    touches::Channel,
};

use crate::{
    plan::{Who, Whom},
    stage::{Ground, Known, fault},
};

/// Where partners may work.
pub(crate) const PLACES: [&[&str]; 5] = [&["Leeds"], &["GB"], &["R1", "Bath"], &["P1*", "P2"], &[]];

/// Whether it was done.
type Done = Result<bool, Fault>;

fn lens(tx: &mut Tx<'_>, ground: &Ground, who: Who) -> Result<(Lens, Author), Fault> {
    let author = ground.author(who);
    let lens = Lens::of(tx, &ground.viewer(who), ground.now)?;
    Ok((lens, author))
}

/// The brand and a partner sign, or end what they signed.
pub(crate) fn agree(tx: &mut Tx<'_>, ground: &Ground, who: Who, grants: Option<&[Grant]>) -> Done {
    let (author, organisation) = (ground.author(0), ground.organisations[who]);
    let last = agreements::last(tx, ground.network, organisation)?;
    let version = last.as_ref().map_or(0, |last| last.version);
    let Some(grants) = grants else {
        if last.is_none_or(|last| last.ended.is_some()) {
            return Ok(false);
        }
        agreements::end(tx, &author, ground.now, organisation, version).map_err(fault)?;
        return Ok(true);
    };
    let places = PLACES[(who + version as usize) % PLACES.len()];
    let draft = Draft {
        territory: places.iter().map(|place| (*place).to_owned()).collect(),
        grants: grants.to_vec(),
        guests: agreements::Guests::Open,
        guest_hours: 1 + (who % 3) as i64,
        ..Draft::signed_on(Day(20_000))
    };
    agreements::sign(tx, &author, ground.now, organisation, &draft, version).map_err(fault)?;
    Ok(true)
}

/// The brand ties a partner to a customer.
pub(crate) fn tie(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom, tie): (Who, Whom, Tie),
    (from, until): (TimeMs, Option<TimeMs>),
) -> Done {
    let (lens, author) = lens(tx, ground, 0)?;
    let organisation = ground.organisations[who];
    let why = "as both agreed".to_owned();
    let new = ByHand { organisation, tie, from: Some(from), until, why };
    let customer = known.customers[&whom];
    done(ties::make(tx, &lens, &author, ground.now, customer, &new), |error| match error {
        ties::Error::Fault(fault) => Err(fault),
        _ => Ok(()),
    })
}

/// Whether it was done, was refused, or went wrong.
fn done<T, E>(result: Result<T, E>, refused: impl FnOnce(E) -> Result<(), Fault>) -> Done {
    match result {
        Ok(_) => Ok(true),
        Err(error) => refused(error).map(|()| false),
    }
}

/// The brand ends a tie, if there is one.
pub(crate) fn end_tie(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom, tie): (Who, Whom, Tie),
) -> Done {
    let (lens, author) = lens(tx, ground, 0)?;
    let tied = (ground.organisations[who], tie);
    let customer = known.customers[&whom];
    done(ties::end(tx, &lens, &author, ground.now, customer, tied), |error| match error {
        ties::Error::Fault(fault) => Err(fault),
        _ => Ok(()),
    })
}

/// A partner is given the customer's mail address, and asks with it.
pub(crate) fn guest(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom): (Who, Whom),
) -> Done {
    let key: Option<(String,)> = tx.one(
        "select max(email) from record where network_id = $1 and customer_id = $2 and email <> ''
          having max(email) is not null",
        (ground.network, known.customers[&whom]),
    )?;
    let Some((key,)) = key else { return Ok(false) };
    let (lens, author) = lens(tx, ground, who)?;
    let ask = guests::Ask { key, why: "the bicycle is in the shop".to_owned() };
    match guests::ask(tx, &lens, &author, ground.now, &ask) {
        Ok(guest) => Ok(guest.state == guests::State::LetIn),
        Err(guests::Error::Fault(fault)) => Err(fault),
        Err(_) => Ok(false),
    }
}

/// A partner asks to see these classes; and the brand answers with yes for a day, or not yet.
pub(crate) fn ask(
    tx: &mut Tx<'_>,
    ground: &Ground,
    known: &Known,
    (who, whom): (Who, Whom),
    (classes, is_allowed): (&[Class], bool),
) -> Done {
    let (theirs, author) = lens(tx, ground, who)?;
    let customer = known.customers[&whom];
    let open = requests::open_about(tx, &theirs, ground.now, customer)?;
    let request = if let Some(request) = open {
        request
    } else {
        let asked = (classes, "to help this customer");
        match requests::ask(tx, &theirs, &author, ground.now, customer, asked) {
            Ok(request) => request,
            Err(requests::Error::Fault(fault)) => return Err(fault),
            Err(_) => return Ok(false),
        }
    };
    if !is_allowed {
        return Ok(false);
    }
    let (lens, author) = lens(tx, ground, 0)?;
    let verdict = Verdict::Allow { classes: request.classes.clone(), days: 1 };
    let answer = Answer { verdict, text: "for this once".to_owned() };
    let answered = requests::answer(tx, &lens, &author, ground.now, request.id, &answer);
    answered.map_err(fault)?;
    Ok(true)
}

/// The brand writes down what a customer said.
pub(crate) fn say(tx: &mut Tx<'_>, ground: &Ground, customer: CustomerId, saying: &Saying) -> Done {
    let (lens, author) = lens(tx, ground, 0)?;
    let Saying { purpose, organisation, class, allowed } = *saying;
    let channel = Channel::Phone;
    let say = Say { purpose, organisation, class, allowed, channel, text_version: None };
    done(consents::say(tx, &lens, &author, ground.now, customer, say), consent_refused)
}

/// The customer takes a word back.
pub(crate) fn unsay(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer: CustomerId,
    saying: &Saying,
) -> Done {
    let (lens, author) = lens(tx, ground, 0)?;
    let Saying { purpose, organisation, class, .. } = *saying;
    let about = (About { purpose, organisation, class }, Channel::Mail);
    let back = consents::take_back(tx, &lens, &author, ground.now, customer, about);
    done(back, consent_refused)
}

/// The brand freezes a customer, or lets it go.
pub(crate) fn freeze(
    tx: &mut Tx<'_>,
    ground: &Ground,
    customer: CustomerId,
    is_frozen: bool,
) -> Done {
    let (lens, author) = lens(tx, ground, 0)?;
    let result = if is_frozen {
        consents::freeze(tx, &lens, &author, ground.now, customer, "the customer asked for it")
    } else {
        consents::release(tx, &lens, &author, ground.now, customer)
    };
    done(result, consent_refused)
}

fn consent_refused(error: consents::Error) -> Result<(), Fault> {
    match error {
        consents::Error::Fault(fault) => Err(fault),
        _ => Ok(()),
    }
}
