//! What is to be told about who sees what, read in one go.

use handfast_db::{Cx, Fault};
use handfast_kit::{Day, OrganisationId};
use handfast_record::{
    CustomerId, agreements, customers, organisations,
    sharing::{Class, Lens, Sight},
    touches::{self, Touch},
};

use super::{
    super::{seen, who},
    Asked,
};

/// Of how many partners it is told what they see.
const PARTNERS_MAX: usize = 60;

/// What the page is about.
pub(super) enum Subject {
    Touch(Box<Touch>, Vec<OrganisationId>),
    Class(Class),
    Everything,
}

/// What one partner sees, unworded.
pub(super) struct Reader {
    pub(super) id: OrganisationId,
    pub(super) name: String,
    pub(super) signed: Option<Day>,
    pub(super) sight: Sight,
}

pub(super) struct Seen {
    pub(super) customer: CustomerId,
    pub(super) name: String,
    pub(super) subject: Subject,
    pub(super) readers: Vec<Reader>,
    /// How many partners have no tie.
    pub(super) others: i64,
}

/// Reads it; `None` if the lens shows nothing of the customer, or not that entry.
pub(super) fn read(
    cx: &mut Cx<'_>,
    lens: &Lens,
    id: CustomerId,
    asked: &Asked,
    own: String,
) -> Result<Option<Seen>, Fault> {
    let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
    let (id, network) = (customer.id, lens.network());
    let subject = match (asked.touch, &asked.class) {
        (Some(touch), _) => {
            let touch = touches::find(cx, lens, touch)?;
            let Some(touch) = touch.filter(|touch| touch.subject == customer.id.as_kind()) else {
                return Ok(None);
            };
            let named = touches::named(cx, lens, &touch)?;
            Subject::Touch(Box::new(touch), named)
        }
        (None, Some(word)) => match Class::named(word) {
            Some(class) => Subject::Class(class),
            None => return Ok(None),
        },
        (None, None) => Subject::Everything,
    };
    let name = who::short_name(&customer);
    let signed = |cx: &mut Cx<'_>, id| -> Result<Option<Day>, Fault> {
        Ok(agreements::in_force(cx, network, id)?.map(|agreement| agreement.signed))
    };
    if !lens.is_whole() {
        let id = lens.organisation();
        let reader = Reader { id, name: own, signed: signed(cx, id)?, sight: customer.sight };
        let (customer, readers) = (customer.id, vec![reader]);
        return Ok(Some(Seen { customer, name, subject, readers, others: 0 }));
    }
    let tied = seen::tied(cx, lens, id)?;
    let names = organisations::names(cx, network, tied.iter().copied())?;
    let others = organisations::partner_count(cx, network)? - tied.len() as i64;
    let mut readers = Vec::new();
    for id in tied.into_iter().take(PARTNERS_MAX) {
        let sight = Lens::of_partner(cx, network, id, lens.now())?.sight(cx, customer.id)?;
        let name = names.get(&id).cloned().unwrap_or_default();
        readers.push(Reader { id, name, signed: signed(cx, id)?, sight });
    }
    readers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(Seen { customer: id, name, subject, readers, others }))
}
