//! Secrets and signatures, after Standard Webhooks: `v1`, HMAC-SHA256 over id, time and body.

use base64::{Engine, engine::general_purpose::STANDARD};
use handfast_kit::TimeMs;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};

/// How many bytes a secret has.
const SECRET_BYTES: usize = 32;

/// What a receiver checks signatures with. Its bytes are in no log.
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// A new one; `None` if the system has no randomness to give.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; SECRET_BYTES];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// `whsec_` and Base64, as libraries for receivers take it.
    pub fn shown(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0))
    }

    fn signature(&self, id: &str, at_s: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, format!("{id}.{at_s}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}

/// The value of `webhook-signature`: one signature for each secret in force, the newest first.
pub fn signatures(secrets: &[Secret], id: &str, at: TimeMs, body: &str) -> String {
    let each = secrets.iter().map(|secret| secret.signature(id, at.0.div_euclid(1000), body));
    each.collect::<Vec<_>>().join(" ")
}

/// What secrets are locked with where they are kept: AES-256-GCM, a new number for each.
#[derive(Clone)]
pub struct Vault(LessSafeKey);

impl Vault {
    /// Locks and opens with this key.
    pub fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 has keys of 32 bytes");
        Self(LessSafeKey::new(key))
    }

    /// Locks a secret to `owner`: moved to another row it does not open.
    pub fn lock(&self, secret: &Secret, owner: &[u8]) -> Option<Vec<u8>> {
        let mut number = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut number).ok()?;
        let mut locked = secret.0.to_vec();
        let nonce = Nonce::assume_unique_for_key(number);
        self.0.seal_in_place_append_tag(nonce, Aad::from(owner), &mut locked).ok()?;
        Some([number.as_slice(), &locked].concat())
    }

    /// Opens what was locked to `owner` with the same key.
    pub fn open(&self, locked: &[u8], owner: &[u8]) -> Option<Secret> {
        let (number, rest) = locked.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(number).ok()?;
        let mut bytes = rest.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(owner), &mut bytes).ok()?;
        Some(Secret((&*opened).try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // The example of the specification.
        let bytes = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let tag = STANDARD.encode(hmac::sign(&key, signed).as_ref());
        assert_eq!(tag, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_locked_secret_opens_for_its_owner_and_key_only() {
        let secret = Secret::random().unwrap();
        let vault = Vault::new(&[7; 32]);
        let locked = vault.lock(&secret, b"harbour").unwrap();
        assert_eq!(vault.open(&locked, b"harbour").unwrap().shown(), secret.shown());
        assert!(vault.open(&locked, b"spoke").is_none());
        assert!(Vault::new(&[8; 32]).open(&locked, b"harbour").is_none());
        assert!(vault.open(&locked[..20], b"harbour").is_none());
        assert!(vault.open(b"", b"harbour").is_none());
        assert!(!locked.windows(8).any(|part| part == &secret.0[..8]));
        assert_ne!(vault.lock(&secret, b"harbour").unwrap(), locked);
    }
}
