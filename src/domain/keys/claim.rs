//! What may be said of a destroyed key, by where its epoch secret was kept.
//!
//! The words are NIST SP 800-88 Rev. 1's: Clear stands against the machine's ordinary interfaces,
//! Purge against a laboratory. Claims no more than the place can bear: nobody can prove that no copy
//! was ever made. Next: `status`, the status page and the retention page show it.

/// How the box's secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustodyKind {
    /// MASTER and the epoch secrets in files of the keys folder.
    File,
    /// MASTER from a systemd credential, the epoch secrets in files.
    Credential,
    /// The epoch secrets in a TPM; MASTER from a credential or a file.
    Tpm(TpmMake),
}

/// What kind of TPM it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TpmMake {
    Chip,
    /// A program whose state is a file: somebody may have copied that file.
    Program,
}

impl CustodyKind {
    /// The configuration's word, as in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Credential => "credential",
            Self::Tpm(_) => "tpm2",
        }
    }
}

/// What may be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// A: a TPM. B: blocks overwritten in place.
    pub tier: &'static str,
    pub sentence: &'static str,
}

pub const fn claim(custody: CustodyKind) -> Claim {
    match custody {
        CustodyKind::Tpm(TpmMake::Chip) => Claim {
            tier: "A",
            sentence: "Equivalent to Purge by cryptographic erase (NIST SP 800-88): the secret of a past key generation is overwritten inside the TPM, which gives it to nobody; a copy of the disk, old or new, opens nothing that expired.",
        },
        CustodyKind::Tpm(TpmMake::Program) => Claim {
            tier: "B",
            sentence: "Clear (NIST SP 800-88): this TPM is a program, and whoever kept a copy of its state still has the secrets of past key generations.",
        },
        CustodyKind::File => Claim {
            tier: "B",
            sentence: "Clear (NIST SP 800-88): the secret of a past key generation is overwritten in place, which leaves nothing that the disk's ordinary interface can read on ext4 with data=ordered; a solid-state disk may keep a copy inside.",
        },
        CustodyKind::Credential => Claim {
            tier: "B",
            sentence: "Clear (NIST SP 800-88): the secret of a past key generation is overwritten in place; a solid-state disk may keep a copy inside. The master key comes from systemd, so a stolen disk alone opens nothing.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chip_is_said_to_purge() {
        let all = [CustodyKind::File, CustodyKind::Credential, CustodyKind::Tpm(TpmMake::Program), CustodyKind::Tpm(TpmMake::Chip)];
        for custody in all {
            let claim = claim(custody);
            let purges = claim.sentence.contains("Purge");
            assert_eq!((purges, claim.tier == "A"), (custody == CustodyKind::Tpm(TpmMake::Chip), purges), "{custody:?}");
            assert_ne!(purges, claim.sentence.starts_with("Clear"), "{custody:?}");
        }
    }
}
