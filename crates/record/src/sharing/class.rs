use serde::{Deserialize, Serialize};

/// What kind of data a touch or a field is, for sharing. The number is its bit in a mask and its
/// value in the database; numbers are never used again for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Names, dates of birth, what tells who somebody is.
    Identity = 0,
    /// Phone numbers and mail addresses.
    Contact = 1,
    /// Where somebody lives or takes deliveries.
    Address = 2,
    /// What was bought.
    Purchase = 3,
    /// What was paid.
    Price = 4,
    /// What is on its way, and when it came.
    Delivery = 5,
    /// Needs and problems until their end.
    Case = 6,
    /// Repairs and upkeep.
    Service = 7,
    /// What was promised by whom by when.
    Promise = 8,
    /// What was said and written.
    Message = 9,
    /// Reviews and answers to questions.
    Feedback = 10,
    /// How the relationship stands.
    Relationship = 11,
    /// What staff wrote down for one another.
    Note = 12,
}

impl Class {
    /// All classes, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Identity,
        Self::Contact,
        Self::Address,
        Self::Purchase,
        Self::Price,
        Self::Delivery,
        Self::Case,
        Self::Service,
        Self::Promise,
        Self::Message,
        Self::Feedback,
        Self::Relationship,
        Self::Note,
    ];

    /// The class's bit.
    pub const fn bit(self) -> i64 {
        1 << (self as u8)
    }

    /// The class with this number; `None` for a number that no class has.
    pub fn numbered(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|index| Self::ALL.get(index).copied())
    }

    /// The class's word, as in the API and in addresses of pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Contact => "contact",
            Self::Address => "address",
            Self::Purchase => "purchase",
            Self::Price => "price",
            Self::Delivery => "delivery",
            Self::Case => "case",
            Self::Service => "service",
            Self::Promise => "promise",
            Self::Message => "message",
            Self::Feedback => "feedback",
            Self::Relationship => "relationship",
            Self::Note => "note",
        }
    }

    /// The class with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_keeps_its_number_and_its_word() {
        for (number, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, number);
            assert_eq!(Class::numbered(number as i64), Some(class));
            assert_eq!(Class::named(class.word()), Some(class));
        }
        assert_eq!(Class::numbered(13), None);
    }
}
