//! An epoch secret, its stored form, and the two places that hold it in turn.
//!
//! ```text
//! record (48) = "HFEPOCH1" ‖ epoch u32 ‖ secret (32) ‖ crc32c u32     all zero when wiped
//! ```
//!
//! Storing reads back before it says yes; wiping reads back that nothing is left. A record in the
//! wrong place counts as unreadable. Next: `blocks`, `tpm`.

use zeroize::Zeroizing;

use super::{CustodyError, blocks::EpochBlocks, tpm::TpmIndices};
use crate::domain::{
    keys::generation::{Contents, Held, Place},
    recording::segment::KeyEpoch,
};

const MAGIC: [u8; 8] = *b"HFEPOCH1";
pub(super) const RECORD_LEN: usize = 48;

pub(super) type Record = Zeroizing<[u8; RECORD_LEN]>;

/// EPOCHₙ in memory, wiped when dropped.
pub struct EpochSecret {
    epoch: KeyEpoch,
    secret: Zeroizing<[u8; 32]>,
}

impl EpochSecret {
    /// A new secret from the machine's generator.
    pub(crate) fn draw(epoch: KeyEpoch) -> Result<Self, CustodyError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(secret.as_mut()).map_err(|_| CustodyError::Random)?;
        Ok(Self { epoch, secret })
    }

    pub(crate) const fn epoch(&self) -> KeyEpoch {
        self.epoch
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        &self.secret
    }

    pub(super) fn to_record(&self) -> Record {
        let mut record = Zeroizing::new([0; RECORD_LEN]);
        record[..8].copy_from_slice(&MAGIC);
        record[8..12].copy_from_slice(&self.epoch.0.to_be_bytes());
        record[12..44].copy_from_slice(self.secret.as_ref());
        let crc = crc32c::crc32c(&record[..44]);
        record[44..].copy_from_slice(&crc.to_be_bytes());
        record
    }

    pub(super) fn from_record(record: &[u8; RECORD_LEN]) -> Option<Self> {
        let crc = u32::from_be_bytes(record[44..].try_into().ok()?);
        if record[..8] != MAGIC || crc32c::crc32c(&record[..44]) != crc {
            return None;
        }
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(&record[12..44]);
        Some(Self { epoch: KeyEpoch(u32::from_be_bytes(record[8..12].try_into().ok()?)), secret })
    }
}

/// Who keeps the two places.
pub(super) enum EpochStore {
    Blocks(EpochBlocks),
    Tpm(TpmIndices),
}

impl EpochStore {
    fn record(&self, place: Place) -> Result<Record, CustodyError> {
        match self {
            Self::Blocks(blocks) => blocks.read(place),
            Self::Tpm(indices) => indices.read(place),
        }
    }

    fn overwrite(&self, place: Place, record: &Record) -> Result<(), CustodyError> {
        match self {
            Self::Blocks(blocks) => blocks.overwrite(place, record),
            Self::Tpm(indices) => indices.overwrite(place, record),
        }
    }

    pub fn held(&self) -> Result<Held, CustodyError> {
        let contents = |place: Place| {
            let record = self.record(place)?;
            Ok::<_, CustodyError>(match EpochSecret::from_record(&record) {
                Some(secret) if Place::of(secret.epoch) == place => Contents::Secret(secret.epoch),
                _ if record.iter().all(|byte| *byte == 0) => Contents::Blank,
                _ => Contents::Unreadable,
            })
        };
        Ok(Held { odd: contents(Place::Odd)?, even: contents(Place::Even)? })
    }

    /// The secret of an epoch, if its place holds that very one.
    pub fn read(&self, epoch: KeyEpoch) -> Result<Option<EpochSecret>, CustodyError> {
        Ok(EpochSecret::from_record(&*self.record(Place::of(epoch))?).filter(|secret| secret.epoch == epoch))
    }

    pub fn store(&self, secret: &EpochSecret) -> Result<(), CustodyError> {
        let (place, record) = (Place::of(secret.epoch), secret.to_record());
        self.overwrite(place, &record)?;
        if *self.record(place)? == *record { Ok(()) } else { Err(CustodyError::NotAsStored(secret.epoch)) }
    }

    pub fn wipe(&self, place: Place) -> Result<(), CustodyError> {
        self.overwrite(place, &Zeroizing::new([0; RECORD_LEN]))?;
        if self.record(place)?.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(CustodyError::NotWiped) }
    }
}
