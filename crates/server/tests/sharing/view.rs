//! What one organisation is to see of one customer, by the model and the plain copy alone.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::sharing::{Class, Entry, Level, Tie, Who};

use crate::{
    model,
    stage::Stage,
    truth::{One, Stored, StoredRecord},
};

/// A touch that is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) touch: &'a Stored,
    pub(crate) is_named: bool,
    pub(crate) sees_price: bool,
}

/// A record of which something is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenRecord<'a> {
    pub(crate) record: &'a StoredRecord,
    /// Of names, of the mail address and the phone number, of the address.
    pub(crate) shows: [bool; 3],
    pub(crate) is_named: bool,
}

/// Who looks at whom.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) one: &'a One,
    pub(crate) viewer: OrganisationId,
    pub(crate) is_brand: bool,
    /// Newest first.
    pub(crate) seen: Vec<Seen<'a>>,
    /// How many entries of each class are only counted, by the class's number.
    pub(crate) counted: [i64; 13],
}

impl<'a> View<'a> {
    pub(crate) fn of(one: &'a One, viewer: OrganisationId) -> Self {
        let is_brand = one.world.brand == Some(viewer);
        let mut view = Self { one, viewer, is_brand, seen: Vec::new(), counted: [0; 13] };
        for touch in &one.touches {
            let level = view.level(touch.class, Some(&touch.entry()));
            if level == Level::Count {
                view.counted[touch.class as usize] += 1;
            }
            if level >= Level::Veiled {
                let is_named = view.names(touch.author, level);
                let sees_price = touch.author == viewer
                    || view.level(Class::Price, Some(&shared(touch.at))) >= Level::Veiled;
                view.seen.push(Seen { touch, is_named, sees_price });
            }
        }
        view
    }

    pub(crate) fn level(&self, class: Class, entry: Option<&Entry<'_>>) -> Level {
        model::level(&self.one.world, self.viewer, self.one.id, class, entry)
    }

    /// The brand's name is known to all, one's own too, and others' where they are shown in full.
    pub(crate) fn names(&self, author: OrganisationId, level: Level) -> bool {
        self.is_brand
            || level == Level::Full
            || author == self.viewer
            || self.one.world.brand == Some(author)
    }

    /// Whether the viewer has this tie with the customer now.
    pub(crate) fn has(&self, tie: Tie) -> bool {
        let ties = self.one.world.ties.iter().map(|(_, held)| held);
        ties.filter(|held| held.organisation == self.viewer && held.tie == tie)
            .any(|held| held.until > self.one.world.now)
    }

    /// Whether there is anything to see, or something that might come would be seen.
    pub(crate) fn is_open(&self) -> bool {
        let latest = shared(TimeMs(i64::MAX));
        self.is_brand
            || self.has(Tie::Owner)
            || Class::ALL.into_iter().any(|class| {
                self.level(class, None) >= Level::Count
                    || self.level(class, Some(&latest)) >= Level::Count
            })
    }

    /// Whether the customer stands in the viewer's list.
    pub(crate) fn is_listed(&self) -> bool {
        self.is_brand || self.has(Tie::Owner) || self.level(Class::Identity, None) >= Level::Veiled
    }

    pub(crate) fn records(&self) -> Vec<SeenRecord<'a>> {
        let levels =
            [Class::Identity, Class::Contact, Class::Address].map(|class| self.level(class, None));
        let least = levels.into_iter().filter(|level| *level >= Level::Veiled).min();
        let shown = levels.map(|level| level >= Level::Veiled);
        let seen = |record: &'a StoredRecord| {
            if self.is_brand || record.organisation == self.viewer {
                return Some(SeenRecord { record, shows: [true; 3], is_named: true });
            }
            let is_named = self.names(record.organisation, least?);
            Some(SeenRecord { record, shows: shown, is_named })
        };
        self.one.records.iter().filter_map(seen).collect()
    }
}

/// An entry of somebody else, for whoever the agreements let see it.
pub(crate) fn shared(at: TimeMs) -> Entry<'static> {
    let author = OrganisationId::from_uuid(handfast_kit::Uuid::nil());
    Entry { author, audience: None, at }
}

/// How an organisation is told of.
pub(crate) fn told(stage: &Stage, author: OrganisationId, is_named: bool) -> Who {
    if is_named {
        return Who::Named(author);
    }
    let at = stage.organisations.iter().position(|one| *one == author).unwrap();
    Who::Veiled(format!("another Aurora Cycles {}", stage.kinds[at - 1].noun()))
}
