//! What partners are called by what they do.

use handfast_record::organisations::Kind;

use crate::words;

/// A kind as a page says it.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Reseller => "Reseller",
        Kind::Distributor => "Distributor",
        Kind::Franchisee => "Franchisee",
        Kind::Licensee => "Licensee",
        Kind::Service => "Service",
        Kind::Support => "Support",
        Kind::Fulfilment => "Fulfilment",
        Kind::Carrier => "Carrier",
        Kind::Insurer => "Insurer",
        Kind::Associate => "Associate",
        Kind::Vendor => "Vendor",
    }
}

/// What a kind of partner does, for choosing it.
pub(crate) const fn does(kind: Kind) -> &'static str {
    match kind {
        Kind::Reseller => "sells to customers",
        Kind::Distributor => "sells to those who sell",
        Kind::Franchisee => "runs a shop under the brand’s name",
        Kind::Licensee => "makes under the brand’s name",
        Kind::Service => "repairs and maintains",
        Kind::Support => "answers questions",
        Kind::Fulfilment => "packs and stores",
        Kind::Carrier => "transports",
        Kind::Insurer => "insures",
        Kind::Associate => "refers customers",
        Kind::Vendor => "supplies the brand",
    }
}

/// `Reseller and service`; empty for a partner of no kind.
pub(crate) fn kinds(kinds: &[Kind]) -> String {
    let parts: Vec<String> = kinds.iter().map(|one| kind(*one).to_lowercase()).collect();
    words::sentence(&words::list(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_read_as_one_phrase() {
        assert_eq!(kinds(&[Kind::Reseller, Kind::Service]), "Reseller and service");
        assert_eq!(kinds(&[Kind::Support]), "Support");
        assert_eq!(kinds(&[]), "");
    }
}
