//! Every list, timeline, count, search and feed of every organisation, held against the model: what
//! is there and must not be, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId};
use handfast_record::{
    CustomerId, cases, customers,
    sharing::{Class, Lens, Level, Sight, Who as Told},
    touches::{self, Channel, Filter, Touch},
};

use crate::{
    chance::Chance,
    plan::Who,
    stage::Stage,
    told::check_told,
    truth::Truth,
    view::{Seen, View, told},
};

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Came {
    /// How many pairs of a viewer and a touch were decided and compared.
    pub(crate) pairs: u64,
    /// Of those, how many were to be seen by somebody who is neither their author nor the brand.
    pub(crate) shown: u64,
    /// What was not as it must be.
    pub(crate) wrong: Vec<String>,
}

impl Came {
    fn wrong(&mut self, what: impl std::fmt::Display) {
        if self.wrong.len() < 20 {
            self.wrong.push(what.to_string());
        }
    }

    fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, is: &T, must: &T) {
        if is != must {
            self.wrong(format!("{what}\n  is   {is:?}\n  must {must:?}"));
        }
    }
}

/// One viewer, and where what is found wrong is told.
pub(crate) struct Judge<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) viewer: Who,
    pub(crate) lens: Lens,
    pub(crate) chance: Chance,
    pub(crate) came: Came,
}

/// Compares all that everybody sees.
pub(crate) fn all(stage: &Stage, truth: &Truth, seed: u64) -> Came {
    let mut came = Came::default();
    for viewer in 0..stage.organisations.len() {
        let lens = stage.lens(viewer);
        let chance = Chance::of(seed ^ viewer as u64);
        let mut judge = Judge { stage, viewer, lens, chance, came: Came::default() };
        let views: Vec<View<'_>> =
            truth.all.iter().map(|one| View::of(one, stage.organisations[viewer])).collect();
        let read = stage.db.read(|cx| judge.everything(cx, &views));
        if let Err(fault) = read {
            judge.came.wrong(fault);
        }
        let Came { pairs, shown, wrong } = judge.came;
        came.pairs += pairs;
        came.shown += shown;
        came.wrong.extend(wrong.into_iter().map(|what| format!("organisation {viewer}: {what}")));
    }
    came
}

impl Judge<'_> {
    fn everything(&mut self, cx: &mut Cx<'_>, views: &[View<'_>]) -> Result<(), Fault> {
        for view in views {
            let foreign = |seen: &&Seen<'_>| seen.touch.author != view.viewer && !view.is_brand;
            self.came.pairs += view.one.touches.len() as u64;
            self.came.shown += view.seen.iter().filter(foreign).count() as u64;
            self.one_by_one(cx, view)?;
            // A case that names nobody is no customer.
            if !self.stage.known.customers.values().any(|id| *id == view.one.id) {
                continue;
            }
            let sight = customers::look(cx, &self.lens, view.one.id)?;
            self.came.same("look", &sight.is_some(), &view.is_open());
            if let Some(sight) = sight.filter(|_| view.is_open()) {
                self.customer(cx, view, &sight)?;
            }
        }
        self.feed(cx, views)?;
        self.list(cx, views)?;
        self.search(cx, views)?;
        self.latest(cx, views)
    }

    fn customer(&mut self, cx: &mut Cx<'_>, view: &View<'_>, sight: &Sight) -> Result<(), Fault> {
        let all: Vec<&Seen<'_>> = view.seen.iter().collect();
        self.timeline(cx, sight, &Filter::default(), (&all, &all))?;
        self.filtered(cx, view, sight)?;
        self.served(cx, view, sight)?;
        let hidden = touches::hidden(cx, &self.lens, sight)?;
        let counted = Class::ALL.map(|class| (class, view.counted[class as usize]));
        let must: Vec<_> = counted.into_iter().filter(|(_, count)| *count > 0).collect();
        self.came.same("hidden", &hidden, &must);
        self.records(cx, view)?;
        self.orders(cx, view, sight)?;
        self.cases(cx, view, sight)
    }

    /// A timeline in pages, and the count: all of `must` and nothing but `may`.
    fn timeline(
        &mut self,
        cx: &mut Cx<'_>,
        sight: &Sight,
        filter: &Filter,
        (must, may): (&[&Seen<'_>], &[&Seen<'_>]),
    ) -> Result<(), Fault> {
        let limit = self.chance.between(5, 200);
        let mut found: Vec<Touch> = Vec::new();
        let mut after: Option<Cursor> = None;
        loop {
            let page = touches::timeline(cx, &self.lens, sight, filter, after.as_ref(), limit)?;
            found.extend(page.items);
            after = page.next;
            if after.is_none() || found.len() > 100_000 {
                break;
            }
        }
        let tell = format!("timeline under {filter:?}");
        let is: Vec<_> = found.iter().map(|touch| touch.id).collect();
        let missing = must.iter().filter(|seen| !is.contains(&seen.touch.id));
        for seen in missing {
            self.came.wrong(format!("{tell} misses {:?}", seen.touch));
        }
        let mut place = may.iter();
        for touch in &found {
            // In the order of the model, and nothing but what is there.
            match place.find(|seen| seen.touch.id == touch.id) {
                Some(seen) => self.told(touch, seen),
                None => self.came.wrong(format!("{tell} shows, or in the wrong order, {touch:?}")),
            }
        }
        let count = touches::count(cx, &self.lens, sight, filter)?;
        self.came.same(&format!("count for {tell}"), &count, &(found.len() as i64));
        Ok(())
    }

    fn filtered(&mut self, cx: &mut Cx<'_>, view: &View<'_>, sight: &Sight) -> Result<(), Fault> {
        let mut filter = Filter::default();
        if self.chance.is(50) {
            filter.classes.push(*self.chance.pick(&Class::ALL));
            filter.classes.push(*self.chance.pick(&Class::ALL));
        }
        if self.chance.is(50) {
            filter.organisation = Some(*self.chance.pick(&self.stage.organisations));
        }
        if self.chance.is(30) {
            filter.channel = Some(*self.chance.pick(&Channel::ALL));
        }
        let texts = ["T", "order", "Case", "owner1", "another", "went", "recorded as", "c1o2", "x"];
        if self.chance.is(50) {
            filter.text = Some((*self.chance.pick(&texts)).to_owned());
        }
        let is_wanted = |seen: &&Seen<'_>| {
            let touch = seen.touch;
            (filter.classes.is_empty() || filter.classes.contains(&touch.class))
                && filter.organisation.is_none_or(|of| seen.is_named && touch.author == of)
                && filter.channel.is_none_or(|channel| channel.word() == touch.channel)
        };
        let text = filter.text.clone().unwrap_or_default().to_lowercase();
        let has_text = |seen: &&Seen<'_>| seen.touch.summary.to_lowercase().contains(&text);
        // Of an entry with hidden names only what its author wrote in words of their own must be
        // found; and never by what is hidden, which `told` sees to.
        let is_plain = |seen: &&Seen<'_>| {
            seen.is_named
                || ["review_given", "call", "mail", "note"].contains(&seen.touch.kind.as_str())
        };
        let may: Vec<&Seen<'_>> = view.seen.iter().filter(is_wanted).filter(has_text).collect();
        let must: Vec<&Seen<'_>> =
            may.iter().filter(|seen| filter.text.is_none() || is_plain(seen)).copied().collect();
        self.timeline(cx, sight, &filter, (&must, &may))
    }

    fn served(&mut self, cx: &mut Cx<'_>, view: &View<'_>, sight: &Sight) -> Result<(), Fault> {
        let mut of: BTreeMap<(OrganisationId, bool), Vec<&Seen<'_>>> = BTreeMap::new();
        for seen in &view.seen {
            of.entry((seen.touch.author, seen.is_named)).or_default().push(seen);
        }
        let mut must: Vec<_> = of
            .into_iter()
            .map(|((author, is_named), seen)| {
                let ends = (seen[seen.len() - 1].touch.at, seen[0].touch.at);
                (told(self.stage, author, is_named), seen.len() as i64, ends)
            })
            .collect();
        let served = touches::served_by(cx, &self.lens, sight)?;
        let mut is: Vec<(Told, i64, _)> = served
            .into_iter()
            .map(|one| (one.organisation, one.touch_count, (one.first, one.last)))
            .collect();
        must.sort();
        is.sort();
        self.came.same("served_by", &is, &must);
        Ok(())
    }

    /// Touches by their ids: some of each customer's.
    fn one_by_one(&mut self, cx: &mut Cx<'_>, view: &View<'_>) -> Result<(), Fault> {
        for touch in &view.one.touches {
            if !self.chance.is(8) {
                continue;
            }
            let must = view.seen.iter().find(|seen| seen.touch.id == touch.id);
            match (touches::find(cx, &self.lens, touch.id)?, must) {
                (Some(found), Some(seen)) => self.told(&found, seen),
                (None, None) => {}
                (Some(found), None) => self.came.wrong(format!("found by its id: {found:?}")),
                (None, Some(_)) => self.came.wrong(format!("not found by its id: {touch:?}")),
            }
        }
        Ok(())
    }

    pub(crate) fn told(&mut self, touch: &Touch, seen: &Seen<'_>) {
        if let Err(what) = check_told(self.stage, self.viewer, touch, seen) {
            self.came.wrong(what);
        }
    }

    fn feed(&mut self, cx: &mut Cx<'_>, views: &[View<'_>]) -> Result<(), Fault> {
        let mut must: Vec<&Seen<'_>> = views.iter().flat_map(|view| &view.seen).collect();
        must.sort_by_key(|seen| seen.touch.leaf_index);
        let limit = self.chance.between(20, 200);
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = touches::feed(cx, &self.lens, after, limit)?;
            let Some(page) = page.filter(|page| !page.is_empty()) else { break };
            after = page.last().map(|touch| touch.id);
            found.extend(page);
        }
        let is: Vec<_> = found.iter().map(|touch| touch.id).collect();
        let ids: Vec<_> = must.iter().map(|seen| seen.touch.id).collect();
        if is == ids {
            found.iter().zip(must).for_each(|(touch, seen)| self.told(touch, seen));
            return Ok(());
        }
        for seen in must.iter().filter(|seen| !is.contains(&seen.touch.id)) {
            self.came.wrong(format!("the feed misses {:?}", seen.touch));
        }
        for touch in found.iter().filter(|touch| !ids.contains(&touch.id)) {
            self.came.wrong(format!("the feed shows {touch:?}"));
        }
        self.came.wrong(format!("the feed has {} touches, not {}", is.len(), ids.len()));
        Ok(())
    }

    fn list(&mut self, cx: &mut Cx<'_>, views: &[View<'_>]) -> Result<(), Fault> {
        let (mut after, mut rows) = (None, Vec::new());
        let limit = self.chance.between(3, 200);
        loop {
            let page = customers::list(cx, &self.lens, None, after.as_ref(), limit)?;
            rows.extend(page.items);
            after = page.next;
            if after.is_none() || rows.len() > 10_000 {
                break;
            }
        }
        let known: BTreeSet<CustomerId> = self.stage.known.customers.values().copied().collect();
        let listed = views.iter().filter(|view| known.contains(&view.one.id) && view.is_listed());
        let must: BTreeSet<CustomerId> = listed.map(|view| view.one.id).collect();
        let is: BTreeSet<CustomerId> = rows.iter().map(|row| row.id).collect();
        self.came.same("list", &is, &must);
        self.came.same("list without repeating", &rows.len(), &is.len());
        let count = customers::count(cx, &self.lens, None)?;
        self.came.same("count of the list", &count, &(rows.len() as i64));
        for row in &rows {
            let Some(view) = views.iter().find(|view| view.one.id == row.id) else { continue };
            let last = view.seen.first().map(|seen| seen.touch.at);
            self.came.same("last of a row", &row.last, &last);
            self.row_words(view, &row.name, &row.place);
        }
        Ok(())
    }

    fn latest(&mut self, cx: &mut Cx<'_>, views: &[View<'_>]) -> Result<(), Fault> {
        let of = *self.chance.pick(&self.stage.organisations);
        let kinds = ["note", "call", "sale"];
        let found = touches::latest_of(cx, &self.lens, of, &kinds, 200)?;
        let own = self.stage.organisations[self.viewer];
        let is_there =
            |seen: &&Seen<'_>| seen.touch.author == of && kinds.contains(&seen.touch.kind.as_str());
        let mut must: Vec<_> = views.iter().flat_map(|view| &view.seen).filter(is_there).collect();
        if self.viewer > 0 && own != of {
            must.clear();
        }
        must.sort_by_key(|seen| std::cmp::Reverse(seen.touch.leaf_index));
        must.truncate(200);
        let is: Vec<_> = found.iter().map(|touch| touch.id).collect();
        let must: Vec<_> = must.iter().map(|seen| seen.touch.id).collect();
        self.came.same("latest_of", &is, &must);
        Ok(())
    }

    fn cases(&mut self, cx: &mut Cx<'_>, view: &View<'_>, sight: &Sight) -> Result<(), Fault> {
        // The case opens with its first entry, and is seen as that is.
        let mut must: BTreeMap<(OrganisationId, String), bool> = BTreeMap::new();
        for (case_ref, author, opened) in crate::told::cases_of(view.one) {
            let level = view.level(Class::Case, Some(&crate::view::shared(opened)));
            let is_own = author == view.viewer;
            if is_own || level >= Level::Veiled {
                must.insert((author, case_ref), is_own || view.names(author, level));
            }
        }
        let found = cases::of_customer(cx, &self.lens, sight)?;
        let named: BTreeSet<_> =
            must.iter().filter(|(_, named)| **named).map(|(key, _)| key.clone()).collect();
        let is: BTreeSet<_> =
            found.iter().filter_map(|one| Some((one.by.id()?, one.case_ref.clone()))).collect();
        self.came.same("cases with names", &is, &named);
        self.came.same("cases", &found.len(), &must.len());
        for case in found.iter().filter(|case| case.by.id().is_none()) {
            let hidden = [&case.case_ref, &case.owner, &case.team];
            if hidden.iter().any(|text| !text.is_empty()) || !case.organisation.uuid().is_nil() {
                self.came.wrong(format!("a case with hidden names: {case:?}"));
            }
        }
        Ok(())
    }
}
