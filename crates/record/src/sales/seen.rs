use handfast_db::{Cx, Fault};

use super::{Line, Sale, rules, store};
use crate::{
    organisations,
    sharing::{Lens, Sight},
};

/// What of an order is one organisation's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it: it keeps the order, or sold it alone.
    All,
    /// Some lines.
    Lines { total_minor: i64 },
    /// None of it.
    Nothing,
}

/// A customer's orders that the viewer sees, the latest first, at most 200. Of an order that
/// several partners sold, a partner sees its own lines' total.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Sale>, Fault> {
    let mut seen: Vec<(Sale, bool)> = Vec::new();
    for sale in store::of_customer(cx, lens.network(), sight.customer())? {
        if sight.is_whole() {
            seen.push((sale, true));
        } else {
            let own = own_part(cx, lens, &sale)?;
            seen.extend(rules::projected(sight, lens.organisation(), sale, own));
        }
    }
    let hidden = seen.iter().filter(|(_, is_named)| !is_named).filter_map(|(sale, _)| sale.by.id());
    let veils = organisations::veils(cx, lens.network(), hidden.collect::<Vec<_>>())?;
    let veil = |(sale, is_named): (Sale, bool)| match sale.by.id() {
        Some(by) if !is_named => rules::veiled(sale, &veils[&by]),
        _ => sale,
    };
    let known = |sale: Sale| Sale { customer: sight.known_as(), ..sale };
    let seen: Vec<Sale> = seen.into_iter().map(veil).map(known).collect();
    lens.saw(sight, rules::classes(&seen), seen.len());
    Ok(seen)
}

/// What the viewer sold of an order, if anything: whether all of it, or these lines.
fn own_part(cx: &mut Cx<'_>, lens: &Lens, sale: &Sale) -> Result<Part, Fault> {
    let own = lens.organisation();
    if sale.keeper == own || sale.organisation == Some(own) {
        return Ok(Part::All);
    }
    let lines = store::lines(cx, lens.network(), sale.keeper, &sale.order_ref)?;
    let lines: Vec<&Line> = lines.iter().filter(|line| line.seller == own).collect();
    Ok(if lines.is_empty() {
        Part::Nothing
    } else {
        Part::Lines { total_minor: rules::total(&lines) }
    })
}
