use handfast_kit::{Day, OrganisationId, TimeMs};
use serde::{Deserialize, Serialize};

use super::{
    Changed, Channel, DisputeSaid, DutyStep, Field, HandOffStep, Handed, SoldLine, Step, TraceSaid,
};
use crate::{
    ChangeId, CustomerId, HandOffId, ObligationId, RecordId,
    sharing::{Class, Purpose, Tie},
};

/// What happened, one variant for each kind of touch.
///
/// The JSON of this type is stored and sealed: variants and fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// An organisation wrote a customer down.
    CustomerRecorded {
        /// The name as it was given.
        name: String,
        /// The organisation's own reference.
        external_ref: String,
    },
    /// The phone number or the mail address changed.
    ContactChanged {
        /// What it was.
        before: String,
        /// What it is now.
        after: String,
    },
    /// The address changed.
    AddressChanged {
        /// What it was.
        before: String,
        /// What it is now.
        after: String,
    },
    /// The customer confirmed to the author what a record says.
    DetailConfirmed {
        /// Which field.
        field: Field,
        /// What was confirmed.
        value: String,
    },
    /// Somebody bought something.
    Sale {
        /// The order.
        order_ref: String,
        /// Where the order stands, in the source's word.
        status: String,
        /// What was sold by the author.
        lines: Vec<SoldLine>,
        /// The author's lines together, in minor units of the currency (cents); none for a viewer
        /// who may not see prices.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total_minor: Option<i64>,
        /// ISO 4217; empty when the source names none.
        currency: String,
    },
    /// Money was paid.
    Payment {
        /// The order.
        order_ref: String,
        /// How: a card, an invoice.
        method: String,
        /// How much, in minor units.
        amount_minor: i64,
        /// ISO 4217; empty when the source names none.
        currency: String,
    },
    /// A delivery was promised.
    DeliveryPromised {
        /// The order.
        order_ref: String,
        /// The last day that keeps the promise, in the network's zone.
        day: Day,
    },
    /// The goods went to the carrier.
    Shipped {
        /// The order.
        order_ref: String,
        /// When they were due there.
        due_ms: Option<TimeMs>,
    },
    /// The goods arrived.
    Delivered {
        /// The order.
        order_ref: String,
        /// Days after the promised day; negative when early.
        days_late: Option<i32>,
    },
    /// The customer said how it was.
    ReviewGiven {
        /// The order.
        order_ref: String,
        /// The source's reference of the review.
        review_ref: String,
        /// 1 (worst) to 5.
        score: i64,
        /// Its heading; may be empty.
        title: String,
        /// What the customer wrote; may be empty.
        text: String,
    },
    /// A case began.
    CaseOpened {
        /// The case.
        case_ref: String,
        /// What it is about.
        title: String,
        /// The product; may be empty.
        product: String,
    },
    /// Something was done on a case.
    CaseStep {
        /// The case.
        case_ref: String,
        /// Where it stands, in the source's words.
        status: String,
        /// Who has it; empty when unknown.
        owner: String,
        /// Which team has it; empty when unknown.
        team: String,
        /// In which country; empty when unknown.
        country: String,
        /// Its line in the source, for the order of steps of one moment.
        row: i64,
    },
    /// A case went from one owner to another.
    CaseHandOver {
        /// The case.
        case_ref: String,
        /// Who had it.
        from: String,
        /// Who has it.
        to: String,
    },
    /// A case ended.
    CaseClosed {
        /// The case.
        case_ref: String,
        /// How it ended, in the source's words.
        status: String,
    },
    /// A talk on the phone or in person.
    Call {
        /// What both said.
        said: String,
        /// How it left the customer.
        step: Option<Step>,
    },
    /// A mail.
    Mail {
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
    },
    /// What staff wrote down.
    Note {
        /// The note.
        text: String,
    },
    /// The customer said yes or no to being shown.
    ConsentSaid {
        /// For what; none is everything.
        purpose: Option<Purpose>,
        /// To whom; none is every partner.
        recipient: Option<OrganisationId>,
        /// What; none is every class.
        class: Option<Class>,
        /// Yes, or no.
        allowed: bool,
        /// Which version of the purpose's text it was given to; 0 where no purpose is named.
        text_version: i64,
        /// By which way the customer said it.
        by_channel: Channel,
    },
    /// The customer took such a word back.
    ConsentTakenBack {
        /// For what; none is everything.
        purpose: Option<Purpose>,
        /// To whom; none is every partner.
        recipient: Option<OrganisationId>,
        /// What; none is every class.
        class: Option<Class>,
    },
    /// The brand published what customers are asked to allow.
    ConsentTextPublished {
        /// For which purpose.
        purpose: Purpose,
        /// The text's version.
        version: i64,
        /// The text.
        words: String,
    },
    /// The customer's data may only be kept from now on.
    Frozen {
        /// Why.
        why: String,
    },
    /// It may be shown again.
    Released {},
    /// A partner asked to serve a customer as its guest.
    GuestAsked {
        /// The partner.
        organisation: OrganisationId,
        /// Why, in its words.
        why: String,
    },
    /// The brand made a code and a link by which the customer can let the guest's partner in.
    GuestCodeMade {
        /// The partner.
        organisation: OrganisationId,
    },
    /// A partner was let in for a time.
    GuestLetIn {
        /// The partner.
        organisation: OrganisationId,
        /// Why, in its words.
        why: String,
        /// Until when.
        until: TimeMs,
        /// By what: the customer's `key`, `code` or `link`.
        by: String,
    },
    /// A partner was not let in: the customer refused, or too many codes were wrong.
    GuestRefused {
        /// The partner.
        organisation: OrganisationId,
        /// Why it asked, in its words.
        why: String,
    },
    /// The brand tied a partner to the customer by hand.
    TieMade {
        /// Which tie.
        tie: Tie,
        /// The partner.
        organisation: OrganisationId,
        /// Until when; none while it goes on.
        until: Option<TimeMs>,
        /// Why.
        why: String,
    },
    /// A tie was ended by hand.
    TieEnded {
        /// Which tie.
        tie: Tie,
        /// The partner.
        organisation: OrganisationId,
    },
    /// A partner asked to see more of the customer.
    AccessAsked {
        /// The partner.
        organisation: OrganisationId,
        /// What it asks to see.
        classes: Vec<Class>,
        /// Why, in its words.
        why: String,
    },
    /// The brand answered such a request.
    AccessAnswered {
        /// The partner.
        organisation: OrganisationId,
        /// What it may see; nothing if it was refused.
        classes: Vec<Class>,
        /// Until when; none if it was refused.
        until: Option<TimeMs>,
        /// The answer in words.
        answer: String,
    },
    /// The partner took its request back.
    AccessWithdrawn {
        /// The partner.
        organisation: OrganisationId,
    },
    /// The brand and a partner signed what is shown of customers.
    AgreementSigned {
        /// The partner's name.
        organisation: String,
        /// Which version.
        version: i64,
        /// Of these classes more is granted than before.
        classes_more: Vec<Class>,
        /// Of these less.
        classes_less: Vec<Class>,
    },
    /// An agreement ended.
    AgreementEnded {
        /// The partner's name.
        organisation: String,
        /// The last version.
        version: i64,
    },
    /// A partner left the network.
    PartnershipEnded {
        /// The partner's name.
        organisation: String,
        /// Why, in words.
        why: String,
    },
    /// Another customer turned out to be the same, and was merged into this one.
    CustomersMatched {
        /// The other.
        from_id: CustomerId,
        /// How alike they are, in 1/256 bit; none when a person said so without the model.
        weight: Option<i32>,
        /// Whether a person decided it, and not the model alone.
        by_person: bool,
        /// Why, in words.
        why: String,
    },
    /// A merge was undone: two customers again.
    CustomersParted {
        /// The other.
        other_id: CustomerId,
        /// Whether a person decided it, and not the model alone.
        by_person: bool,
        /// Why, in words.
        why: String,
    },
    /// A person decided that this customer and another are not the same.
    KeptApart {
        /// The other.
        other_id: CustomerId,
        /// Why, in words.
        why: String,
    },
    /// Somebody looked at two records side by side and said something that changes nothing yet.
    RecordsJudged {
        /// The record here, and the other.
        records: [RecordId; 2],
        /// The word of what was said: `same`, `skip`.
        verdict: String,
        /// Why, in words.
        why: String,
    },
    /// What the customer has told once, and every organisation that needs it is to apply.
    ChangeEntered {
        /// Which change.
        change: ChangeId,
        /// What changes.
        changed: Changed,
        /// What it was, in one line; empty when unknown.
        before: String,
        /// What it is to be, in one line.
        after: String,
        /// From when on; none for at once.
        from: Option<TimeMs>,
        /// Until when; none for good.
        until: Option<TimeMs>,
    },
    /// A hand-off came to a step.
    HandOff {
        /// Which hand-off.
        hand_off: HandOffId,
        /// What is handed off.
        thing: Handed,
        /// What it is called: the case's title, the order, the task.
        title: String,
        /// Who is accountable until it is accepted.
        from: OrganisationId,
        /// Who is asked to take it over.
        to: OrganisationId,
        /// Which step.
        step: HandOffStep,
        /// The reason, the question or the answer; may be empty.
        words: String,
        /// By when somebody acts next.
        due: Option<TimeMs>,
        /// The name of who did it, as they gave it; empty for a clock or a system.
        by: String,
    },
    /// An obligation came to a step.
    Obligation {
        /// Which obligation.
        obligation: ObligationId,
        /// The change that opened it.
        change: ChangeId,
        /// What changes.
        changed: Changed,
        /// Who is obliged.
        organisation: OrganisationId,
        /// Which step.
        step: DutyStep,
        /// What was read back, where it differs; the reason or evidence otherwise. May be empty.
        words: String,
        /// By when somebody acts next.
        due: Option<TimeMs>,
        /// The name of who did it, as they gave it; empty for a clock or a system.
        by: String,
    },
    /// A dispute about whose part something was came to a step.
    Dispute(DisputeSaid),
    /// The trace of a missing delivery came to a step.
    Trace(TraceSaid),
}
