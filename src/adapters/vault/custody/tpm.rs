//! Epoch secrets in a TPM 2.0: two NV indices of 48 bytes, in the range that is the owner's.
//!
//! The indices ask for HMAC(MASTER, "nv") and for no PCR: an update of the firmware locks nobody out.
//! Reading and writing go through an HMAC session with parameter encryption, whose key the
//! authorisation is part of: whoever listens on the bus but lacks MASTER sees neither. Only while the
//! indices are made, once, does the authorisation itself cross the bus.
//!
//! What a TPM guarantees (TCG TPM 2.0 Library, Part 1 "NV Memory", Part 3 "Non-volatile Storage"): an
//! NV index lies in a shielded location, no command gives its bytes without its authorisation, and after
//! NV_Write no command gives the old ones. What the flash inside does with old cells no command
//! tells; that is what the chip's Common Criteria evaluation is about. NV_UndefineSpace promises
//! nothing more than overwriting does, needs the owner's authorisation every night, and would leave
//! no index behind if power went between the two commands: so the indices stay, and are overwritten
//! with zeros. Two writes a rotation wear nothing out (a cell stands about 100,000).
//!
//! A TPM that is a program keeps its state in a file; who copied that file has every secret in it.
//! Such makers are known by name and claim less (`domain::keys::claim`).

use std::str::FromStr;

use tss_esapi::{
    Context,
    attributes::{NvIndexAttributesBuilder, SessionAttributesBuilder},
    constants::{CapabilityType, PropertyTag, SessionType, Tss2ResponseCodeKind},
    handles::{NvIndexHandle, NvIndexTpmHandle, TpmHandle},
    interface_types::{
        algorithm::HashingAlgorithm,
        resource_handles::{NvAuth, Provision},
        session_handles::AuthSession,
    },
    structures::{Auth, CapabilityData, MaxNvBuffer, NvPublicBuilder, SymmetricDefinition},
    tcti_ldr::TctiNameConf,
};
use zeroize::Zeroizing;

use super::{
    CustodyError,
    epoch::{EpochSecret, RECORD_LEN, Record},
    master::Master,
};
use crate::domain::keys::{claim::TpmMake, generation::Place};

/// `HF` and the next, among the owner's indices (TCG registry of reserved handles).
const fn index_of(place: Place) -> u32 {
    match place {
        Place::Odd => 0x0180_4846,
        Place::Even => 0x0180_4847,
    }
}

/// TPM2_PT_MANUFACTURER of TPMs that are programs: libtpms, Microsoft's, Google's, VMware's, Amazon's.
const PROGRAMS: [[u8; 4]; 6] = [*b"IBM ", *b"SW  ", *b"MSFT", *b"GOOG", *b"VMW ", *b"AMZN"];

pub(super) struct TpmIndices {
    tcti: String,
    way: TctiNameConf,
    authorisation: Zeroizing<[u8; 32]>,
}

/// What a session encrypts: the command's parameter on the way in, the answer's on the way out.
#[derive(Clone, Copy)]
enum Encrypting {
    Command,
    Answer,
}

impl TpmIndices {
    pub fn new(tcti: &str, master: &Master) -> Result<Self, CustodyError> {
        let way = TctiNameConf::from_str(tcti).map_err(|_| CustodyError::NotATpm(tcti.to_owned()))?;
        Ok(Self { tcti: tcti.to_owned(), way, authorisation: master.tpm_authorisation() })
    }

    fn failed(&self, what: &'static str) -> impl FnOnce(tss_esapi::Error) -> CustodyError + '_ {
        move |source| match source {
            tss_esapi::Error::Tss2Error(code)
                if matches!(code.kind(), Some(Tss2ResponseCodeKind::AuthFail | Tss2ResponseCodeKind::BadAuth)) =>
            {
                CustodyError::TpmOfAnotherStore { tcti: self.tcti.clone() }
            }
            source => CustodyError::Tpm { tcti: self.tcti.clone(), what, source },
        }
    }

    /// A connection of its own for each act: acts are rare, and a TPM that was reset in between is met
    /// afresh.
    fn connect(&self) -> Result<Context, CustodyError> {
        Context::new(self.way.clone()).map_err(self.failed("being reached"))
    }

    pub fn make(&self) -> Result<TpmMake, CustodyError> {
        let maker = self.connect()?.get_tpm_property(PropertyTag::Manufacturer).map_err(self.failed("naming its maker"))?;
        let program = maker.is_some_and(|maker| PROGRAMS.contains(&maker.to_be_bytes()));
        Ok(if program { TpmMake::Program } else { TpmMake::Chip })
    }

    /// Makes the indices unless they are there; the first secret goes in while nothing ever was.
    pub fn create(&self, first: &EpochSecret) -> Result<(), CustodyError> {
        let mut context = self.connect()?;
        for place in Place::BOTH {
            if !self.is_defined(&mut context, place)? {
                self.define(&mut context, place)?;
            }
        }
        let (odd, even) = (self.is_written(&mut context, Place::Odd)?, self.is_written(&mut context, Place::Even)?);
        drop(context);
        if odd || even {
            // There already: but is it ours?
            return self.read(if odd { Place::Odd } else { Place::Even }).map(drop);
        }
        self.overwrite(Place::of(first.epoch()), &first.to_record())
    }

    fn is_defined(&self, context: &mut Context, place: Place) -> Result<bool, CustodyError> {
        let (found, _) = context.get_capability(CapabilityType::Handles, index_of(place), 1).map_err(self.failed("listing its indices"))?;
        let CapabilityData::Handles(handles) = found else { return Ok(false) };
        Ok(handles.iter().any(|handle| u32::from(*handle) == index_of(place)))
    }

    fn define(&self, context: &mut Context, place: Place) -> Result<(), CustodyError> {
        let attributes = NvIndexAttributesBuilder::new()
            .with_auth_read(true)
            .with_auth_write(true)
            // 32 random bytes can't be guessed: no need to lock the box out over a wrong MASTER.
            .with_no_da(true)
            .build();
        let public = NvIndexTpmHandle::new(index_of(place)).and_then(|index| {
            NvPublicBuilder::new()
                .with_nv_index(index)
                .with_index_name_algorithm(HashingAlgorithm::Sha256)
                .with_index_attributes(attributes?)
                .with_data_area_size(RECORD_LEN)
                .build()
        });
        public
            .and_then(|public| {
                let authorisation = self.auth()?;
                context.execute_with_session(Some(AuthSession::Password), |context| {
                    context.nv_define_space(Provision::Owner, Some(authorisation), public)
                })
            })
            .map(drop)
            .map_err(self.failed("making an index"))
    }

    fn auth(&self) -> Result<Auth, tss_esapi::Error> {
        Auth::try_from(self.authorisation.to_vec())
    }

    fn is_written(&self, context: &mut Context, place: Place) -> Result<bool, CustodyError> {
        let index = self.index(context, place)?;
        let (public, _) = context.nv_read_public(index).map_err(self.failed("describing an index"))?;
        Ok(u32::try_from(public.attributes()).map_err(self.failed("describing an index"))? & NV_WRITTEN != 0)
    }

    fn index(&self, context: &mut Context, place: Place) -> Result<NvIndexHandle, CustodyError> {
        if !self.is_defined(context, place)? {
            return Err(CustodyError::TpmEmpty { tcti: self.tcti.clone() });
        }
        NvIndexTpmHandle::new(index_of(place))
            .and_then(|index| context.tr_from_tpm_public(TpmHandle::NvIndex(index)))
            .map(NvIndexHandle::from)
            .map_err(self.failed("naming an index"))
    }

    /// Runs `act` on an index, authorised, with its secret parameter encrypted on the bus.
    fn authorised<T>(
        &self,
        place: Place,
        encrypting: Encrypting,
        what: &'static str,
        act: impl FnOnce(&mut Context, NvIndexHandle) -> Result<T, tss_esapi::Error>,
    ) -> Result<T, CustodyError> {
        let mut context = self.connect()?;
        let index = self.index(&mut context, place)?;
        let authorised = |context: &mut Context| {
            context.tr_set_auth(index.into(), self.auth()?)?;
            let session = context.start_auth_session(
                None,
                None,
                None,
                SessionType::Hmac,
                SymmetricDefinition::AES_128_CFB,
                HashingAlgorithm::Sha256,
            )?;
            if let Some(session) = session {
                let (attributes, mask) = SessionAttributesBuilder::new()
                    .with_decrypt(matches!(encrypting, Encrypting::Command))
                    .with_encrypt(matches!(encrypting, Encrypting::Answer))
                    .build();
                context.tr_sess_set_attributes(session, attributes, mask)?;
            }
            context.execute_with_session(session, |context| act(context, index))
        };
        authorised(&mut context).map_err(self.failed(what))
    }

    pub fn read(&self, place: Place) -> Result<Record, CustodyError> {
        let mut record = Zeroizing::new([0; RECORD_LEN]);
        if !self.is_written(&mut self.connect()?, place)? {
            return Ok(record);
        }
        let found = self.authorised(place, Encrypting::Answer, "giving a secret", |context, index| {
            context.nv_read(NvAuth::NvIndex(index), index, RECORD_LEN as u16, 0)
        })?;
        match <&[u8; RECORD_LEN]>::try_from(found.value()) {
            Ok(bytes) => record.copy_from_slice(bytes),
            Err(_) => return Err(CustodyError::TpmOfAnotherStore { tcti: self.tcti.clone() }),
        }
        Ok(record)
    }

    pub fn overwrite(&self, place: Place, record: &Record) -> Result<(), CustodyError> {
        self.authorised(place, Encrypting::Command, "taking a secret", |context, index| {
            let bytes = MaxNvBuffer::try_from(record.to_vec())?;
            context.nv_write(NvAuth::NvIndex(index), index, bytes, 0)
        })
    }
}

/// TPMA_NV_WRITTEN (TPM 2.0 Library, Part 2, TPMA_NV).
const NV_WRITTEN: u32 = 1 << 29;
