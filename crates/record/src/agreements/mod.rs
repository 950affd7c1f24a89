//! Agreements: what each partner and the brand signed, in dated versions. Who does what, and above
//! all what of the customer the partner is shown.
//!
//! The highest version is in force, from the next request on; the others stay readable. Without
//! one, or after its [`end`], nothing is shared. [`preview`] says what a [`Draft`] would change,
//! before [`sign`] makes it so. The grants of the version in force stand once more in `grant_line`,
//! for statements over many customers, so that a change is a few rows however many customers it
//! concerns; ties are made and ended with it only where it grants something for a place or to
//! everybody.
//!
//! An agreement is open to the brand and to the partner that signed it: see [`open_to`].

pub mod api;
mod presets;
mod rules;
mod store;
mod terms;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, OnUnique, Tx};
use handfast_kit::{Cursor, Day, NetworkId, OrganisationId, Page, TimeMs};
use handfast_web::{Problems, Side, Viewer};

pub use presets::{grants, responsibilities};
pub use rules::{
    GUEST_HOURS_MAX, NOTE_CHARS_MAX, RESPONSIBILITIES_MAX, TERM_CHARS_MAX, TERRITORY_MAX,
    TEXT_CHARS_MAX,
};
pub use terms::{Agreement, Change, Difference, Draft, Extent, Guests, Reader, Responsibility};

use crate::{
    SubjectId,
    organisations::{self, Kind, Organisation},
    people,
    sharing::{
        Author, Grant, Lens,
        ties::{self, Reach},
    },
    touches::{self, Body, NewTouch},
};

/// Why an agreement was not signed, shown or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such partner or version, or it is not the asker's to see.
    #[error("there is no such agreement")]
    NotFound,
    /// Somebody else signed or ended a version meanwhile; the number is the last one's.
    #[error("the agreement was changed meanwhile: version {0} is the last now")]
    Changed(i64),
    /// Some fields of the draft cannot be taken.
    #[error("{}", .0.detail)]
    Invalid(Problems),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A draft with what is usual for partners of these kinds: as little as their work needs.
pub fn preset(kinds: &[Kind], signed: Day) -> Draft {
    Draft {
        kinds: kinds.to_vec(),
        responsibilities: responsibilities(kinds),
        grants: grants(kinds),
        ..Draft::signed_on(signed)
    }
}

/// The partner, if its agreements are open to this viewer: to the brand, and to the partner itself.
/// Fails with [`Error::NotFound`] otherwise.
pub fn open_to(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    organisation: OrganisationId,
) -> Result<Organisation, Error> {
    if !viewer.is_brand() && viewer.organisation != organisation {
        return Err(Error::NotFound);
    }
    partner(cx, viewer.network, organisation)
}

/// The agreement in force, if there is one.
pub fn in_force(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Agreement>, Fault> {
    Ok(store::last(cx, network, organisation)?.filter(|last| last.ended.is_none()))
}

/// The last version, in force or ended.
pub fn last(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Agreement>, Fault> {
    store::last(cx, network, organisation)
}

/// One version.
pub fn version(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    version: i64,
) -> Result<Option<Agreement>, Fault> {
    store::version(cx, network, organisation, version)
}

/// All versions, the latest first, up to `limit` (at most 200) after `after`.
pub fn versions(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Agreement>, Fault> {
    let limit = limit.clamp(1, 200);
    let before = after.and_then(Cursor::values::<1>).and_then(|[version]| version.parse().ok());
    let before = before.unwrap_or(i64::MAX);
    let rows = store::versions(cx, network, organisation, before, limit + 1)?;
    Ok(Page::of(rows, limit, |row| Cursor::after([row.version.to_string()])))
}

/// What signing the draft now would show or hide, of how many customers, and to whom. Changes
/// nothing. The lens is the brand's; for any other there is no such agreement.
pub fn preview(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    draft: &Draft,
) -> Result<Difference, Error> {
    let network = lens.network();
    if !lens.is_whole() {
        return Err(Error::NotFound);
    }
    partner(cx, network, organisation)?;
    let draft = rules::checked(draft.clone()).map_err(Error::Invalid)?;
    let last = store::last(cx, network, organisation)?;
    let before = granted(last.as_ref());
    let reach = Reach::of(&draft.grants, &draft.territory);
    let place = (network, organisation);
    let groups = ties::groups(cx, place, &reached(last.as_ref()), &reach, lens.now())?;
    let lines = (&*rules::lines(before), &*rules::lines(&draft.grants));
    let count = |is_counted: fn(i64, i64) -> bool| {
        let counted = groups.iter().filter(|group| is_counted(group.ties, group.becoming));
        counted.map(|group| group.customers).sum()
    };
    let (people, people_count) = readers(cx, network, organisation)?;
    Ok(Difference {
        version: last.as_ref().map_or(0, |last| last.version),
        changes: rules::changes(organisation, lines, &groups),
        customers: count(|_, becoming| becoming != 0),
        tied: count(|ties, becoming| ties == 0 && becoming != 0),
        untied: count(|ties, becoming| ties != 0 && becoming == 0),
        people,
        people_count,
    })
}

/// Writes what both signed as the next version, in force from now on. `expected_version` is the
/// last version that whoever signs has seen, 0 for none: another one fails with
/// [`Error::Changed`], and nothing is written.
pub fn sign(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    organisation: OrganisationId,
    draft: &Draft,
    expected_version: i64,
) -> Result<Agreement, Error> {
    let network = author.network();
    let signer = for_brand(tx, author, organisation)?;
    let draft = rules::checked(draft.clone()).map_err(Error::Invalid)?;
    let last = store::last(tx, network, organisation)?;
    let version = next_version(last.as_ref(), expected_version)?;
    let written = (author.person_id(), now);
    // Of two who sign at once the second finds the number taken.
    store::insert(tx, network, (organisation, version), &draft, written)
        .on_unique("agreement_pk", Error::Changed(version))?;
    let lines = rules::lines(&draft.grants);
    store::forget_lines(tx, network, organisation)?;
    for line in &lines {
        store::insert_line(tx, network, organisation, line)?;
    }
    let reach = Reach::of(&draft.grants, &draft.territory);
    ties::settle(tx, (network, organisation), &reached(last.as_ref()), &reach, now)?;
    let before = rules::lines(granted(last.as_ref()));
    let (classes_more, classes_less) = rules::shifts(organisation, (&before, &lines));
    let name = signer.name;
    let body = Body::AgreementSigned { organisation: name, version, classes_more, classes_less };
    tell(tx, author, now, organisation, body)?;
    store::version(tx, network, organisation, version)?.ok_or(Error::NotFound)
}

/// Ends the agreement in force: nothing is granted any more from now on. Ties stay, but for those
/// that only the agreement had made. `expected_version` is as for [`sign`].
pub fn end(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    organisation: OrganisationId,
    expected_version: i64,
) -> Result<Agreement, Error> {
    let network = author.network();
    let signer = for_brand(tx, author, organisation)?;
    let last = store::last(tx, network, organisation)?.ok_or(Error::NotFound)?;
    next_version(Some(&last), expected_version)?;
    let version = last.version;
    if store::end(tx, network, (organisation, version), now)? == 0 {
        return Err(Error::Changed(version));
    }
    store::forget_lines(tx, network, organisation)?;
    let nothing = Reach::default();
    ties::settle(tx, (network, organisation), &reached(Some(&last)), &nothing, now)?;
    let body = Body::AgreementEnded { organisation: signer.name, version };
    tell(tx, author, now, organisation, body)?;
    store::version(tx, network, organisation, version)?.ok_or(Error::NotFound)
}

/// Ends a partnership for good: the agreement in force, and with it all that it granted, and
/// whatever the partner's people and systems could do here. What is left with the partner is for
/// the caller to see to before. `why` is written down.
pub fn part(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    organisation: OrganisationId,
    why: &str,
) -> Result<(), Error> {
    let network = author.network();
    let name = for_brand(tx, author, organisation)?.name;
    if let Some(agreement) = in_force(tx, network, organisation)? {
        end(tx, author, now, organisation, agreement.version)?;
    }
    if organisations::leave(tx, network, organisation, now)? {
        let body = Body::PartnershipEnded { organisation: name, why: why.to_owned() };
        tell(tx, author, now, organisation, body)?;
    }
    Ok(())
}

/// The partner with whom the brand, as author, agrees on something.
fn for_brand(
    tx: &mut Tx<'_>,
    author: &Author,
    organisation: OrganisationId,
) -> Result<Organisation, Error> {
    if author.organisation_id() != organisations::brand_id(author.network()) {
        return Err(Error::NotFound);
    }
    partner(tx, author.network(), organisation)
}

fn partner(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Organisation, Error> {
    let found = organisations::find(cx, network, organisation)?;
    found.filter(|found| found.side == Side::Partner).ok_or(Error::NotFound)
}

fn next_version(last: Option<&Agreement>, expected_version: i64) -> Result<i64, Error> {
    let version = last.map_or(0, |last| last.version);
    if version == expected_version { Ok(version + 1) } else { Err(Error::Changed(version)) }
}

/// What the last version grants: nothing, once it ended.
fn granted(last: Option<&Agreement>) -> &[Grant] {
    last.filter(|last| last.ended.is_none()).map_or(&[], |last| &last.grants)
}

fn reached(last: Option<&Agreement>) -> Reach {
    last.map_or_else(Reach::default, |last| Reach::of(granted(Some(last)), &last.territory))
}

fn tell(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    organisation: OrganisationId,
    body: Body,
) -> Result<(), Fault> {
    let subject: SubjectId = organisation.as_kind();
    touches::append(tx, author, now, NewTouch::new(subject, now, body))?;
    Ok(())
}

/// Those who are members now: the first 200, and how many.
fn readers(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<(Vec<Reader>, i64), Fault> {
    let (mut readers, mut count, mut after) = (Vec::new(), 0, None);
    loop {
        let page = people::members(cx, network, organisation, after.as_ref(), READERS_MAX)?;
        for member in page.items.into_iter().filter(|member| member.ended.is_none()) {
            count += 1;
            if readers.len() < READERS_MAX {
                readers.push(Reader { id: member.person, name: member.name });
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok((readers, count)),
        }
    }
}

/// Most people that a preview names.
const READERS_MAX: usize = 200;
