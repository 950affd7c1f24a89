use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, DisputeId, HandOffId, ObligationId, TouchId, TraceId, sharing::Who,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::{About, Awaited, Dispute, Step, Waiting, traces};

/// An organisation, as you may know it
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganisationOrVeil)]
pub(super) struct Party {
    /// Its id, if you may know it.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// What stands in place of its name; null where you may know it.
    veil: Option<String>,
}

impl From<Who> for Party {
    fn from(who: Who) -> Self {
        match who {
            Who::Named(id) => Self { organisation_id: Some(id), veil: None },
            Who::Veiled(words) => Self { organisation_id: None, veil: Some(words) },
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeStep)]
struct ShownStep {
    /// `opened`, `accepted` (it is theirs), `rejected` (it is not), `settled`, `withdrawn`,
    /// `chased`, `escalated` (the brand decides).
    step: &'static str,
    at: String,
    /// None for a clock.
    organisation: Option<Party>,
    by: String,
    words: String,
    /// The touch that tells of it; it has a receipt.
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
}

impl From<Step> for ShownStep {
    fn from(step: Step) -> Self {
        Self {
            step: step.step.word(),
            at: step.at.rfc3339(),
            organisation: step.organisation.map(Party::from),
            by: step.by,
            words: step.words,
            touch_id: step.touch,
        }
    }
}

/// A dispute about whose part something was
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(super) struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: DisputeId,
    /// What people call it.
    reference: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    /// `obligation`, `hand_off` or `leg`.
    about: &'static str,
    #[schema(value_type = Option<String>, format = "uuid")]
    obligation_id: Option<ObligationId>,
    #[schema(value_type = Option<String>, format = "uuid")]
    hand_off_id: Option<HandOffId>,
    #[schema(value_type = Option<String>, format = "uuid")]
    trace_id: Option<TraceId>,
    /// The same in words.
    subject: String,
    /// Who says that it is not its part.
    claimant: Party,
    /// Whose part it is said to be.
    respondent: Party,
    /// `data`, `fulfilment`, `carrier` or `other`.
    leg: &'static str,
    evidence: String,
    evidence_reference: String,
    /// `open`, `answered` (with no: the brand decides), `settled` or `withdrawn`.
    state: &'static str,
    version: i64,
    opened: String,
    /// Whether it was not answered in time.
    escalated: bool,
    answer: String,
    answer_reference: String,
    answers_for: Option<Party>,
    waits_for: Option<Party>,
    due: Option<String>,
    /// Who acts for the customer meanwhile.
    meanwhile: Option<Party>,
    /// By when. The dispute never moves it.
    meanwhile_due: Option<String>,
    steps: Vec<ShownStep>,
}

impl From<Dispute> for Shown {
    fn from(one: Dispute) -> Self {
        let (obligation_id, hand_off_id, trace_id) = match one.about {
            About::Obligation(id) => (Some(id), None, None),
            About::HandOff(id) => (None, Some(id), None),
            About::Leg(id, _) => (None, None, Some(id)),
        };
        let due = one.waits_for.as_ref().map(|(_, due)| due.rfc3339());
        let meanwhile_due = one.meanwhile.as_ref().and_then(|(_, due)| due.map(TimeMs::rfc3339));
        Self {
            id: one.id,
            reference: one.reference,
            customer_id: one.customer,
            about: one.about.kind().word(),
            obligation_id,
            hand_off_id,
            trace_id,
            subject: one.subject,
            claimant: one.claimant.into(),
            respondent: one.respondent.into(),
            leg: one.leg.word(),
            evidence: one.words,
            evidence_reference: one.reference_of,
            state: one.state.word(),
            version: one.version,
            opened: one.opened.rfc3339(),
            escalated: one.is_escalated,
            answer: one.answer.0,
            answer_reference: one.answer.1,
            answers_for: one.answers_for.map(Party::from),
            waits_for: one.waits_for.map(|(who, _)| who.into()),
            due,
            meanwhile: one.meanwhile.map(|(who, _)| who.into()),
            meanwhile_due,
            steps: one.steps.into_iter().map(ShownStep::from).collect(),
        }
    }
}

/// Something that waits for you
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeWaiting)]
pub(super) struct ShownWaiting {
    /// `dispute`, `leg` or `remedy`.
    what: &'static str,
    #[schema(value_type = Option<String>, format = "uuid")]
    dispute_id: Option<DisputeId>,
    #[schema(value_type = Option<String>, format = "uuid")]
    trace_id: Option<TraceId>,
    /// `data`, `fulfilment` or `carrier`.
    leg: Option<&'static str>,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    reference: String,
    title: String,
    /// What is to be done.
    deed: String,
    due: String,
}

impl From<Waiting> for ShownWaiting {
    fn from(one: Waiting) -> Self {
        let (what, dispute_id, trace_id, leg) = match one.what {
            Awaited::Dispute(id) => ("dispute", Some(id), None, None),
            Awaited::Leg(id, leg) => ("leg", None, Some(id), Some(leg.word())),
            Awaited::Remedy(id) => ("remedy", None, Some(id), None),
        };
        Self {
            what,
            dispute_id,
            trace_id,
            leg,
            customer_id: one.customer,
            reference: one.reference,
            title: one.title,
            deed: one.deed,
            due: one.due.rfc3339(),
        }
    }
}

/// A leg of a delivery that is traced
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceLeg)]
struct LegJson {
    /// `data`, `fulfilment` or `carrier`.
    leg: &'static str,
    organisation: Party,
    /// `asked`, `proved`, `broke`, `refused` (that is disputed) or `cleared`.
    state: &'static str,
    /// Whether it was not answered in time.
    late: bool,
    /// What follows is for the leg's organisation and the brand.
    due: Option<String>,
    record_says: Option<String>,
    evidence: Option<String>,
    evidence_reference: Option<String>,
    answered: Option<String>,
    answered_by: Option<String>,
    #[schema(value_type = Option<String>, format = "uuid")]
    dispute_id: Option<DisputeId>,
}

impl From<traces::ShownLeg> for LegJson {
    fn from(leg: traces::ShownLeg) -> Self {
        let told = leg.told;
        let of =
            |text: fn(&traces::LegTold) -> &String| told.as_ref().map(|told| text(told).clone());
        let answered = told.as_ref().and_then(|told| told.answered.clone());
        Self {
            leg: leg.leg.word(),
            organisation: leg.who.into(),
            state: leg.state.word(),
            late: leg.is_late,
            due: told.as_ref().map(|told| told.due.rfc3339()),
            record_says: of(|told| &told.record_says),
            evidence: of(|told| &told.words),
            evidence_reference: of(|told| &told.reference),
            answered: answered.as_ref().map(|(at, _)| at.rfc3339()),
            answered_by: answered.map(|(_, by)| by),
            dispute_id: told.as_ref().and_then(|told| told.dispute),
        }
    }
}

/// What the customer gets
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceRemedy)]
struct RemedyJson {
    /// Who looks after it.
    #[schema(value_type = String, format = "uuid")]
    owner_id: OrganisationId,
    /// `open`, `promised` or `done`.
    state: &'static str,
    /// `send_again`, `refund`, `case` or `arrived`.
    kind: Option<&'static str>,
    words: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    waits_for: Option<OrganisationId>,
    due: Option<String>,
    escalated: bool,
}

impl From<traces::Remedy> for RemedyJson {
    fn from(one: traces::Remedy) -> Self {
        Self {
            owner_id: one.owner,
            state: one.state.word(),
            kind: one.kind.map(traces::RemedyKind::word),
            words: one.words,
            waits_for: one.waits_for.map(|(who, _)| who),
            due: one.waits_for.map(|(_, due)| due.rfc3339()),
            escalated: one.is_escalated,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceFinding)]
struct FindingJson {
    /// `waits`, `not_answering`, `disputed`, `broke`, `answers_for` or `all_proved`.
    found: &'static str,
    leg: Option<&'static str>,
    organisation: Option<Party>,
}

impl From<traces::Finding<Who>> for FindingJson {
    fn from(found: traces::Finding<Who>) -> Self {
        Self {
            found: found.word(),
            leg: found.leg().map(handfast_record::touches::Leg::word),
            organisation: found.who().cloned().map(Party::from),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TraceStep)]
struct TraceStepJson {
    /// `opened`, `asked`, `proved`, `broke`, `refused`, `cleared`, `not_answered`, `chased`,
    /// `escalated`, `promised`, `kept`, `ended`.
    step: &'static str,
    leg: Option<&'static str>,
    at: String,
    organisation: Option<Party>,
    by: String,
    words: String,
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
}

impl From<traces::ShownStep> for TraceStepJson {
    fn from(step: traces::ShownStep) -> Self {
        Self {
            step: step.step.word(),
            leg: step.leg.map(handfast_record::touches::Leg::word),
            at: step.at.rfc3339(),
            organisation: step.organisation.map(Party::from),
            by: step.by,
            words: step.words,
            touch_id: step.touch,
        }
    }
}

/// The trace of a missing delivery
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trace)]
pub(super) struct TraceJson {
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: TraceId,
    /// What people call it.
    reference: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    sale_id: handfast_record::SaleId,
    order_ref: String,
    opened: String,
    opened_by: Party,
    by: String,
    by_customer: bool,
    words: String,
    /// All for the brand; for a partner its own, and where others stand whom it knows.
    legs: Vec<LegJson>,
    /// Where it broke; null if you may not know whom that names.
    finding: Option<FindingJson>,
    /// For the brand and whoever looks after the customer.
    remedy: Option<RemedyJson>,
    version: i64,
    ended: Option<String>,
    steps: Vec<TraceStepJson>,
}

impl From<traces::Trace> for TraceJson {
    fn from(one: traces::Trace) -> Self {
        Self {
            id: one.id,
            reference: one.reference,
            customer_id: one.customer,
            sale_id: one.sale,
            order_ref: one.order_ref,
            opened: one.opened.rfc3339(),
            opened_by: one.opened_by.into(),
            by: one.by,
            by_customer: one.by_customer,
            words: one.words,
            legs: one.legs.into_iter().map(LegJson::from).collect(),
            finding: one.finding.map(FindingJson::from),
            remedy: one.remedy.map(RemedyJson::from),
            version: one.version,
            ended: one.ended.map(TimeMs::rfc3339),
            steps: one.steps.into_iter().map(TraceStepJson::from).collect(),
        }
    }
}
