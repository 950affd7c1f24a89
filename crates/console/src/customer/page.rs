//! A customer's page, made of what was read.

use askama::Template;
use axum::http::Uri;
use handfast_kit::{Day, TimeMs};
use handfast_record::touches::Served;
use handfast_web::{Flash, Frame, Nav, Problems, Viewer};

use super::{
    banner::{self, Asking, Banner},
    compose::{self, Composer, Written},
    confirming,
    deliveries::{self, Deliveries},
    handed::{self, Handed},
    identity::{Identity, Known},
    now::{Looking, Now},
    seen::Seen,
    sentences::{Part, Telling},
    timeline::{self, Timeline},
    view_as::{Choices, Strip},
    who,
};
use crate::words;

/// What a page may say after a form was sent.
const SAID: &[Flash] =
    &[compose::CALL_SAVED, compose::NOTE_SAVED, confirming::SAVED, confirming::NOTHING];

#[derive(Template)]
#[template(path = "customer.html")]
pub(super) struct CustomerPage {
    frame: Frame,
    strip: Option<Strip>,
    path: String,
    /// The same with what keeps the eyes that the page is seen through.
    here: String,
    name: String,
    about: String,
    banner: Option<Banner>,
    now: Now,
    nothing_open: String,
    composer: Option<Composer>,
    add_title: String,
    timeline: Timeline,
    who_title: String,
    identity: Identity,
    /// The ways to why the records are one, and to joining another.
    joined: Vec<(&'static str, String)>,
    partners_title: &'static str,
    partners: Vec<PartnerRow>,
    deliveries: Option<Deliveries>,
    handed: Handed,
    sharing: Sharing,
}

/// One organisation that serves the customer.
struct PartnerRow {
    organisation: who::Organisation,
    /// Where it is; empty where the viewer may not go there.
    href: String,
    touches: String,
    span: String,
}

/// The ways to who sees what of the customer.
struct Sharing {
    links: Vec<(String, String)>,
    /// Through whose eyes the brand may look.
    choices: Option<Choices>,
}

/// Who looks at a page, where, and when.
pub(super) struct Look<'a> {
    /// Who reads the page.
    pub(super) viewer: &'a Viewer,
    /// Through whose eyes it is seen: the viewer's own, or a partner's.
    pub(super) eyes: &'a Viewer,
    pub(super) strip: Option<Strip>,
    pub(super) uri: &'a Uri,
    pub(super) now: TimeMs,
    pub(super) today: Day,
}

impl<'a> Look<'a> {
    /// With the viewer's own eyes.
    pub(super) fn own(viewer: &'a Viewer, uri: &'a Uri, now: TimeMs) -> Self {
        Self { viewer, eyes: viewer, strip: None, uri, now, today: viewer.zone.day_of(now) }
    }
}

impl Look<'_> {
    pub(super) fn page(
        &self,
        seen: &Seen,
        asked: &timeline::Asked,
        has_head: bool,
        written: &Written,
        problems: Option<&Problems>,
    ) -> CustomerPage {
        let Seen { customer, names, .. } = seen;
        let (viewer, eyes, today) = (self.viewer, self.eyes, self.today);
        let name = who::title(customer);
        let path = format!("/customers/{}", customer.id);
        let frame = self.frame(&name);
        let looking = Looking { viewer: eyes, names, today };
        let banner = self.banner(seen);
        let whose = who::possessive(&names.customer);
        let composer = (viewer.may_write() && self.strip.is_none())
            .then(|| written.composer(seen, viewer, self.now, problems));
        CustomerPage {
            timeline: self.timeline(seen, asked, has_head, &frame),
            frame,
            here: asked.eyes.map_or_else(|| path.clone(), |eyes| format!("{path}?as={eyes}")),
            about: self.about(seen),
            banner,
            now: looking.now(&seen.sales, &seen.cases),
            nothing_open: self.nothing_open(seen),
            composer,
            add_title: format!("Add to {whose} record"),
            who_title: match &customer.chosen.name {
                Some(_) => format!("Who {} is", names.customer),
                None => "Who this customer is".to_owned(),
            },
            identity: self.identity(seen),
            joined: self.joined(seen, &path),
            partners_title: if eyes.is_brand() { "Partners who serve" } else { "Who serves" },
            partners: self.partners(seen),
            deliveries: deliveries::of(&seen.sales),
            handed: handed::of(seen, self, &path),
            sharing: self.sharing(seen, &path),
            strip: self.strip.clone(),
            path,
            name,
        }
    }

    pub(super) fn frame(&self, name: &str) -> Frame {
        let frame = Frame::of(self.viewer, self.uri, Nav::Customers, name);
        frame.below("Customers", "/customers").saying(SAID)
    }

    fn timeline(
        &self,
        seen: &Seen,
        asked: &timeline::Asked,
        has_head: bool,
        frame: &Frame,
    ) -> Timeline {
        let telling = Telling { names: &seen.names, zone: &self.eyes.zone, today: self.today };
        let timeline = timeline::of(asked, seen, &telling, has_head);
        match &frame.flash {
            Some(flash) => timeline.saying(flash.text()),
            None => timeline,
        }
    }

    fn banner(&self, seen: &Seen) -> Option<Banner> {
        if self.eyes.is_brand() {
            return None;
        }
        let may_ask = self.strip.is_none() && self.viewer.may_write();
        let asking = if may_ask { Asking::May } else { Asking::MayNot };
        let ground = banner::ground(seen, self.eyes, self.today);
        Some(banner::of(seen, &ground, self.now, asking))
    }

    /// `Bristol. Customer since December 2025.`, and to a partner what is between them.
    fn about(&self, seen: &Seen) -> String {
        let customer = &seen.customer;
        let since = customer.records.iter().map(|record| record.since).min();
        let since =
            since.map(|at| format!("Customer since {}.", words::month(self.eyes.zone.day_of(at))));
        let place = customer.chosen.place.as_ref().map(|place| format!("{}.", place.text));
        let between = (!self.eyes.is_brand())
            .then(|| banner::between(seen, &banner::ground(seen, self.eyes, self.today)))
            .filter(|between| !between.is_empty());
        let said = between.or(since);
        place.into_iter().chain(said).collect::<Vec<_>>().join(" ")
    }

    fn nothing_open(&self, seen: &Seen) -> String {
        let last = seen.served.iter().map(|one| one.last).max();
        let last = last.map_or(String::new(), |at| {
            let ago = words::ago(self.eyes.zone.day_of(at), self.today);
            format!(" The latest entry is from {ago}.")
        });
        format!("No delivery is on its way and no case is open.{last}")
    }

    fn identity(&self, seen: &Seen) -> Identity {
        let known = Known {
            customer: &seen.customer,
            names: &seen.names,
            zone: &self.eyes.zone,
            today: self.today,
        };
        let mut identity = known.identity();
        if self.strip.is_none() && self.viewer.may_write() {
            identity.confirming = confirming::of(&known, self.viewer);
        }
        identity
    }

    /// Who serves the customer, so far as it is seen. A partner that sees only itself knows that.
    fn partners(&self, seen: &Seen) -> Vec<PartnerRow> {
        let own = self.eyes.organisation;
        let is_alone = seen.served.iter().all(|one| one.organisation.id() == Some(own));
        if !self.eyes.is_brand() && is_alone {
            return Vec::new();
        }
        let row = |one: &Served| {
            let day = |at| words::short_date(self.eyes.zone.day_of(at), self.today);
            let (first, last) = (day(one.first), day(one.last));
            let mut organisation = seen.names.who(&one.organisation);
            let is_open = |id: &_| self.viewer.is_brand() || *id == own;
            let id = one.organisation.id().filter(|id| organisation.kind.is_empty() && is_open(id));
            organisation.name = words::sentence(&organisation.name);
            PartnerRow {
                organisation,
                href: id.map(|id| format!("/partners/{id}")).unwrap_or_default(),
                touches: words::counted(one.touch_count, "entry", "entries"),
                span: if first == last { first } else { format!("{first} to {last}") },
            }
        };
        seen.served.iter().map(row).collect()
    }

    /// Only where there is something to explain, and for those who may join.
    fn joined(&self, seen: &Seen, path: &str) -> Vec<(&'static str, String)> {
        if self.strip.is_some() {
            return Vec::new();
        }
        let mut links = Vec::new();
        if seen.customer.records.len() > 1 {
            links.push(("Why these are one person", format!("{path}/matches")));
        }
        if self.viewer.is_brand() && self.viewer.may_write() {
            links.push(("The same person as…", format!("{path}/merging")));
        }
        links
    }

    fn sharing(&self, seen: &Seen, path: &str) -> Sharing {
        let customer = &seen.names.customer;
        let is_brand = self.viewer.is_brand();
        let sight = if is_brand { "Who sees what, and why" } else { "What you see, and why" };
        let links = [
            (sight.to_owned(), "sight"),
            (format!("What {customer} allows"), "consents"),
            (if is_brand { "Ties to partners" } else { "Your ties" }.to_owned(), "ties"),
            ("Who looked, and why".to_owned(), "looks"),
        ];
        let links = links.map(|(label, below)| (label, format!("{path}/{below}")));
        let choices = Choices::of(&seen.partners, None);
        Sharing {
            links: links.into(),
            choices: (is_brand && !choices.is_empty()).then_some(choices),
        }
    }
}
