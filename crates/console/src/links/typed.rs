//! What somebody pressed, and wrote.

use handfast_handoffs::{
    links::{Act, What},
    obligations::{Address, Value},
};
use handfast_record::touches::Changed;
use handfast_web::Failure;
use serde::Deserialize;

use super::obligation::field_of;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    act: String,
    pub(super) turn: i64,
    pub(super) reason: String,
    pub(super) item: String,
    pub(super) evidence: String,
    pub(super) street: String,
    pub(super) postcode: String,
    pub(super) city: String,
    pub(super) region: String,
    pub(super) country: String,
    pub(super) line: String,
}

impl Typed {
    pub(super) fn is_read(&self) -> bool {
        self.act == "read"
    }

    /// What is to be done about what is asked for; none is asked for by a link that ended.
    pub(super) fn pressed(&self, what: Option<&What>) -> Result<Act, Failure> {
        Ok(match &*self.act {
            "see" => Act::See,
            "accept" => Act::Accept,
            "decline" => Act::Decline(self.reason.clone()),
            "ask" => Act::Ask(self.item.clone()),
            "apply" => Act::Apply(self.evidence.clone()),
            "broke" => Act::Broke(self.reason.clone()),
            "read" => Act::ReadBack(self.held(what)?),
            _ => return Err(Failure::field("act", "press one of the buttons")),
        })
    }

    /// The field in which is written what is sent with the button.
    pub(super) fn field(&self, what: &What) -> &'static str {
        match (&*self.act, what) {
            ("ask", _) => "item",
            ("apply", _) => "evidence",
            ("read", What::Obligation(duty)) => field_of(duty.obligation.changed),
            _ => "reason",
        }
    }

    /// What a system shows, as it was typed. Of what has no value, whatever it shows is too much.
    fn held(&self, what: Option<&What>) -> Result<Value, Failure> {
        let Some(What::Obligation(duty)) = what else { return Ok(Value::Nothing) };
        let changed = duty.obligation.changed;
        let text = self.line.trim().to_owned();
        let held = match changed {
            Changed::Address => Value::Address(Address {
                street: self.street.clone(),
                postcode: self.postcode.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                country: self.country.clone(),
            }),
            Changed::Phone => Value::Phone(text),
            Changed::Email => Value::Email(text),
            Changed::Consent | Changed::Erasure if text.is_empty() => Value::Nothing,
            // What is still there of what was to be gone is held in words.
            Changed::Name | Changed::Consent | Changed::Erasure => Value::Name(text),
        };
        if held != Value::Nothing && held.line().is_empty() {
            return Err(Failure::field("held", "type what your system shows"));
        }
        Ok(held)
    }
}
