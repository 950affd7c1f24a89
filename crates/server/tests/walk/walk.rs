//! One actor on one route: every id, every body, and what the answers must be.

use handfast_web::Facts;

use crate::{
    actors::{Actor, Owed},
    bodies::{self, Sent},
    client::{Answer, Ask},
    copies::Stage,
    estates::{Estate, Whose},
    places::{self, Eye, Owner, Thing},
    town::Town,
};

/// The methods that only read.
pub(crate) fn reads(facts: &Facts) -> bool {
    facts.method == axum::http::Method::GET
}

/// One actor before one route.
pub(crate) struct Step<'a> {
    pub(crate) town: &'a Town,
    pub(crate) actor: &'a Actor,
    pub(crate) facts: &'a Facts,
    pub(crate) owed: Owed,
    pub(crate) eye: Option<Eye<'a>>,
}

/// What came of a step, for the count of the walk.
#[derive(Debug, Default)]
pub(crate) struct Came {
    pub(crate) request_count: usize,
    /// Whether what is this actor's own was served.
    pub(crate) is_served: bool,
    /// What was not as it must be.
    pub(crate) wrong: Vec<String>,
}

/// A request with all that whoever asks says in it, and whether what it names is there for them.
struct Named {
    ask: Ask,
    said: Vec<String>,
    owner: Owner,
    is_there: bool,
    /// Whether the address itself names it, and not a query or a body.
    is_by_id: bool,
}

impl Step<'_> {
    /// Asks for everything there is to ask for on this route.
    pub(crate) fn take(&self, stage: &mut Stage) -> Came {
        let mut came = Came::default();
        if reads(self.facts) {
            self.compare(stage, &mut came, &self.plain());
            for (_, query) in places::QUERIES.iter().filter(|(path, _)| *path == self.facts.path) {
                self.compare(stage, &mut came, &self.asking(query));
            }
        } else {
            self.act(stage, &mut came);
        }
        came
    }

    fn act(&self, stage: &mut Stage, came: &mut Came) {
        let own = self.eye.map_or(self.town.of(Whose::Aurora), |eye| eye.estate);
        let with = |named: Named, sent: &Sent| Named { ask: sent.on(named.ask), ..named };
        let plausible = bodies::plausible(self.facts, own);
        let all: Vec<Named> =
            self.plain().into_iter().map(|named| with(named, &plausible)).collect();
        self.compare(stage, came, &all);
        let noises = if self.owed == Owed::Service { bodies::noise() } else { Vec::new() };
        for noise in noises {
            // Where nothing is to be sent, noise is as good as nothing.
            let is_few = |named: &Named| {
                named.owner == Owner::Nobody || (named.owner == self.own() && !plausible.is_empty())
            };
            let few = self.plain().into_iter().filter(is_few);
            let few: Vec<Named> = few.map(|named| with(named, &noise)).collect();
            self.compare(stage, came, &few);
        }
        let foreign = self.foreign();
        self.compare(stage, came, &foreign);
        stage.check_untouched();
    }

    /// The route with every owner's ids in its address.
    fn plain(&self) -> Vec<Named> {
        let things = places::things(self.facts);
        let mut owners = places::owners(&things);
        // Whoever is turned away is turned away before anything is looked up; and a secret does the
        // same for everybody.
        let is_open = things.iter().copied().any(is_secret_thing) && self.eye.is_some();
        if self.owed != Owed::Service || !self.actor.tries_everything || is_open {
            owners.retain(|owner| self.is_few(*owner));
        }
        let named = |owner: Owner| {
            let ids = places::ids(&things, owner, self.eye, self.town);
            let path = places::fill(self.facts.path, &ids);
            let sees = |eye| places::sees(self.facts, &things, owner, eye, self.town);
            let is_there = self.eye.map_or_else(|| is_secret(&things, owner), sees);
            let ask = Ask::new(self.facts.method.clone(), path);
            let is_there = is_there || things.is_empty();
            let said = places::said(&things, &ids);
            Named { ask, said, owner, is_there, is_by_id: true }
        };
        owners.into_iter().map(named).collect()
    }

    /// Nobody's ids and one's own, or those of the brand for who has none.
    fn is_few(&self, owner: Owner) -> bool {
        owner == Owner::Nobody || owner == self.own()
    }

    fn own(&self) -> Owner {
        Owner::Of(self.eye.map_or(Whose::Aurora, |eye| eye.estate.whose))
    }

    /// One's own place, asked for what is every owner's.
    fn asking(&self, query: &str) -> Vec<Named> {
        let Some(eye) = self.eye.filter(|_| self.owed == Owed::Service) else { return vec![] };
        let things = places::things(self.facts);
        let own = places::ids(&things, Owner::Of(eye.estate.whose), self.eye, self.town);
        let path = places::fill(self.facts.path, &own);
        let named = |owner: Owner| {
            let (organisation, canary, is_there) = match owner {
                Owner::Of(whose) => (
                    self.town.of(whose).organisation.to_string(),
                    whose.canary().to_owned(),
                    places::finds(self.facts, whose, eye, self.town),
                ),
                _ => (places::nobodys(Thing::Organisation), "kanarinobody".to_owned(), false),
            };
            let query = query.replace("{organisation}", &organisation).replace("{canary}", &canary);
            let ask = Ask::get(format!("{path}?{query}"));
            Named { ask, said: vec![organisation, canary], owner, is_there, is_by_id: false }
        };
        [Owner::Nobody].into_iter().chain(Whose::ALL.map(Owner::Of)).map(named).collect()
    }

    /// One's own place, with what names another's organisation in the body.
    fn foreign(&self) -> Vec<Named> {
        let Some(eye) = self.eye.filter(|_| self.owed == Owed::Service) else { return vec![] };
        let things = places::things(self.facts);
        let own = places::ids(&things, Owner::Of(eye.estate.whose), self.eye, self.town);
        let path = places::fill(self.facts.path, &own);
        let named = |owner: Owner| {
            let organisation = match owner {
                Owner::Of(whose) => self.town.of(whose).organisation.to_string(),
                _ => places::nobodys(Thing::Organisation),
            };
            let sent = bodies::for_another(self.facts, &organisation)?;
            let ask = sent.on(Ask::new(self.facts.method.clone(), path.clone()));
            let said = own.iter().cloned().chain([organisation]).collect();
            let is_near = match owner {
                Owner::Of(whose) => self.town.of(whose).network == eye.estate.network,
                _ => false,
            };
            // A brand admin looks after all of the network; what then happens is no secret.
            let is_there = owner == Owner::Of(eye.estate.whose)
                || (is_near && eye.role == handfast_web::Role::BrandAdmin);
            Some(Named { ask, said, owner, is_there, is_by_id: false })
        };
        [Owner::Nobody].into_iter().chain(Whose::ALL.map(Owner::Of)).filter_map(named).collect()
    }

    /// Sends all of them. The first names nothing; whatever names what is not there for this actor
    /// gets the very same answer.
    fn compare(&self, stage: &mut Stage, came: &mut Came, all: &[Named]) {
        let mut nothing: Option<String> = None;
        for named in all {
            let ask = self.actor.signs(named.ask.clone());
            let is_served = named.is_there && self.owed == Owed::Service;
            let acts = is_served && !reads(self.facts);
            let answer = if acts { stage.send_to_act(&ask) } else { stage.send(&ask) };
            if !acts && !reads(self.facts) && answer.is_done() {
                // It should not have been, as is told below; the walk goes on as if it were not.
                stage.anew();
            }
            came.request_count += 1;
            let wrong = self.wrong(named, &answer).or_else(|| self.leaked(named, &answer));
            if let Some(wrong) = wrong {
                came.wrong.push(format!("{}: {wrong}", self.tell(named)));
            }
            if is_served {
                came.is_served |= self.is_done(&answer);
                continue;
            }
            if named.owner == self.own() {
                // What one knows of oneself stands on every page.
                continue;
            }
            let trace = answer.trace(&named.said);
            match &nothing {
                None => nothing = Some(trace),
                Some(nothing) if *nothing != trace => came.wrong.push(format!(
                    "{}: {:?}'s gets another answer than what is not there:\n{}",
                    self.tell(named),
                    named.owner,
                    difference(nothing, &trace),
                )),
                Some(_) => {}
            }
        }
    }

    /// Whether what was asked was done. The first page leads whoever comes to where they begin.
    fn is_done(&self, answer: &Answer) -> bool {
        answer.is_done() || (self.facts.path == "/" && answer.status == 303)
    }

    fn wrong(&self, named: &Named, answer: &Answer) -> Option<String> {
        let status = answer.status;
        let must = |holds: bool, what: &str| {
            (!holds).then(|| format!("{status}, but {what}: {}", short(&answer.text())))
        };
        if status >= 500 {
            return must(false, "the server never fails");
        }
        match self.owed {
            Owed::SignIn => must(answer.asks_to_sign_in(), "they are to sign in"),
            Owed::Refusal => must(status == 403, "they may not"),
            Owed::Service
                if status == 403 || (answer.asks_to_sign_in() && !self.is_done(answer)) =>
            {
                must(false, "they may")
            }
            Owed::Service if named.is_there && reads(self.facts) => {
                must(self.is_done(answer), "it is theirs to read")
            }
            Owed::Service if !named.is_there && named.is_by_id => {
                must(!answer.is_done(), "there is no such thing for them")
            }
            Owed::Service => None,
        }
    }

    /// A word of an organisation that is none of this actor's business.
    fn leaked(&self, named: &Named, answer: &Answer) -> Option<String> {
        let holds_secret = is_secret(&places::things(self.facts), named.owner);
        let text = answer.trace(&named.said).to_lowercase();
        let is_foreign = |other: &&Estate| {
            let is_own = self.eye.is_some_and(|eye| {
                let is_brands = eye.estate.is_brand() && eye.estate.network == other.network;
                other.whose == eye.estate.whose || is_brands
            });
            !(is_own || (holds_secret && invites(named.owner, other, self.town)))
        };
        let traces = self.town.estates.iter().filter(is_foreign).flat_map(|e| e.whose.traces());
        let names = self.town.estates.iter().filter(|other| {
            let is_near = self.eye.is_some_and(|eye| eye.estate.network == other.network);
            !(is_near || (holds_secret && invites(named.owner, other, self.town)))
        });
        let mut traces = traces.chain(names.flat_map(|other| other.whose.names()));
        let trace = traces.find(|trace| text.contains(**trace))?;
        let at = text.find(trace).unwrap_or_default();
        let from = text[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
        Some(format!("tells of {trace}: {}", short(&text[from..])))
    }

    fn tell(&self, named: &Named) -> String {
        format!("{} asks {} {}", self.actor.name, named.ask.method, named.ask.path)
    }
}

/// Whether an address holds the secret of something that is there.
fn is_secret(things: &[Thing], owner: Owner) -> bool {
    // Brands ask for no guests, so no customer holds a secret about one of theirs.
    let is_brands = matches!(owner, Owner::Of(Whose::Aurora | Whose::Borealis));
    let is_partners = |thing| matches!(thing, Thing::GuestSecret | Thing::ActionSecret);
    let holds = |thing: Thing| is_secret_thing(thing) && !(is_brands && is_partners(thing));
    owner != Owner::Nobody && things.iter().copied().any(holds)
}

fn is_secret_thing(thing: Thing) -> bool {
    matches!(
        thing,
        Thing::InvitationSecret | Thing::LinkSecret | Thing::GuestSecret | Thing::ActionSecret
    )
}

/// Whether whoever holds an owner's secret is told of this organisation: who invites, into which
/// network.
fn invites(owner: Owner, other: &Estate, town: &Town) -> bool {
    let Owner::Of(whose) = owner else { return false };
    let inviting = town.of(whose);
    other.whose == whose || (other.is_brand() && other.network == inviting.network)
}

/// The beginning of a text.
fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

/// The first lines that differ.
fn difference(one: &str, other: &str) -> String {
    let pairs = one.lines().zip(other.lines()).filter(|(one, other)| one != other).take(3);
    let lines: Vec<String> =
        pairs.map(|(one, other)| format!("  {}\n  {}", short(one), short(other))).collect();
    if lines.is_empty() { "  one is longer".to_owned() } else { lines.join("\n") }
}
