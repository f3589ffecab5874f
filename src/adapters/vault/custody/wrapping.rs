//! KEKₙ: the key that wraps the segments' keys of one generation.
//!
//! Derived from MASTER and the epoch secret, so that neither alone opens anything. A wrapped key is
//! bound to its segment, its slot and its epoch; refuses to unwrap in any other place.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{AeadInOut, Nonce, Tag},
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    CustodyError,
    epoch::EpochSecret,
    master::{Master, expand},
};
use crate::domain::recording::{
    seal::SegmentKey,
    segment::{KeyEpoch, KeySlot, SegmentId},
};

pub(in crate::adapters::vault) const NONCE_LEN: usize = 12;

/// A key wrapped for its slot: nonce ‖ ciphertext ‖ tag.
pub const WRAPPED_LEN: usize = NONCE_LEN + 32 + 16;

/// KEKₙ. Wraps and unwraps segment keys; never leaves this room.
pub struct WrappingKey {
    cipher: Aes256Gcm,
    epoch: KeyEpoch,
    check: [u8; 32],
}

impl WrappingKey {
    /// KEKₙ = HKDF(MASTER ‖ EPOCHₙ, "kek" ‖ site ‖ n).
    pub(super) fn derive(master: &Master, secret: &EpochSecret, site: Uuid) -> Self {
        let mut input = Zeroizing::new([0; 64]);
        input[..32].copy_from_slice(master.expose());
        input[32..].copy_from_slice(secret.expose());
        let epoch = secret.epoch();
        let number = epoch.0.to_be_bytes();
        let key = expand(input.as_ref(), &[b"kek", site.as_bytes(), &number]);
        let check = *expand(input.as_ref(), &[b"kek-check", site.as_bytes(), &number]);
        Self { cipher: Aes256Gcm::new((&*key).into()), epoch, check }
    }

    pub const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    /// Tells a slot file made under this key; says nothing about the key itself.
    pub const fn check(&self) -> &[u8; 32] {
        &self.check
    }

    fn aad(&self, segment: SegmentId, slot: KeySlot) -> [u8; 24] {
        let mut aad = [0; 24];
        aad[..16].copy_from_slice(segment.0.as_bytes());
        aad[16..20].copy_from_slice(&slot.0.to_be_bytes());
        aad[20..].copy_from_slice(&self.epoch.0.to_be_bytes());
        aad
    }

    pub fn wrap(&self, key: &SegmentKey, segment: SegmentId, slot: KeySlot) -> Result<[u8; WRAPPED_LEN], CustodyError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| CustodyError::Random)?;
        self.wrap_under(nonce, key, segment, slot)
    }

    /// The same with a nonce drawn by the caller, who wraps thousands. Random and used once: 2³² of
    /// them a key are within bounds (NIST SP 800-38D, section 8.3), a generation has a million.
    pub(in crate::adapters::vault) fn wrap_under(
        &self,
        nonce: [u8; NONCE_LEN],
        key: &SegmentKey,
        segment: SegmentId,
        slot: KeySlot,
    ) -> Result<[u8; WRAPPED_LEN], CustodyError> {
        let mut out = [0; WRAPPED_LEN];
        out[..NONCE_LEN].copy_from_slice(&nonce);
        out[12..44].copy_from_slice(key.expose());
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), &self.aad(segment, slot), (&mut out[12..44]).into())
            .map_err(|_| CustodyError::Random)?;
        out[44..].copy_from_slice(&tag);
        Ok(out)
    }

    /// None when the slot was killed, belongs to another segment, or was wrapped under another epoch.
    pub fn unwrap(&self, wrapped: &[u8; WRAPPED_LEN], segment: SegmentId, slot: KeySlot) -> Option<SegmentKey> {
        let nonce = Nonce::<Aes256Gcm>::try_from(&wrapped[..NONCE_LEN]).ok()?;
        let tag = Tag::<Aes256Gcm>::try_from(&wrapped[44..]).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&wrapped[12..44]);
        self.cipher.decrypt_inout_detached(&nonce, &self.aad(segment, slot), key.as_mut_slice().into(), &tag).ok()?;
        Some(SegmentKey::new(*key))
    }
}
