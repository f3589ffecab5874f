//! Codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 s, which every app understands).
//!
//! Holds the secret that app and box share, wiped when dropped, and makes the picture that hands it
//! over. Which codes have been used up is the catalogue's business. Next: `jobs::second_factor`.

use qrcode::{QrCode, render::svg};
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::domain::instant::UtcInstant;

/// 160 bits, as RFC 4226 section 4 recommends.
pub const SECRET_BYTES: usize = 20;
/// A code counts this many steps before and after its own, for clocks that differ a little.
const SKEW_STEPS: u16 = 1;
const PICTURE_PX: u32 = 240;

/// What one account's app and the box share.
pub struct Authenticator(Totp);

#[derive(Debug, thiserror::Error)]
pub enum AuthenticatorError {
    #[error("the machine's random generator failed")]
    Random,
    #[error("the secret of an authenticator app is of another length or its names can't be used")]
    Unusable,
    #[error("the picture for the authenticator app could not be drawn")]
    Picture,
}

/// What an app needs to join: shown once, kept nowhere.
pub struct Invitation {
    /// As letters and digits in groups of four, for typing.
    pub secret: Zeroizing<String>,
    /// An SVG of the `otpauth:` address, for the app's camera.
    pub picture: Zeroizing<String>,
}

/// A new secret.
pub fn new_secret() -> Result<Zeroizing<[u8; SECRET_BYTES]>, AuthenticatorError> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(secret.as_mut()).map_err(|_| AuthenticatorError::Random)?;
    Ok(secret)
}

impl Authenticator {
    /// `site` and `account` are what the app shows beside its code.
    pub fn new(secret: &[u8], site: &str, account: &str) -> Result<Self, AuthenticatorError> {
        if secret.len() != SECRET_BYTES {
            return Err(AuthenticatorError::Unusable);
        }
        // A colon parts the two in the address.
        let plain = |text: &str| text.replace(':', " ");
        let builder = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(SKEW_STEPS)
            .with_step_duration(30)
            .with_secret(Secret::from(secret))
            .with_issuer(Some(["Holdfast ", &plain(site)].concat()))
            .with_account_name(plain(account));
        builder.build().map(Self).map_err(|_| AuthenticatorError::Unusable)
    }

    /// The step of 30 s since 1970 whose code this is, if it is one of those around `now`.
    pub fn step(&self, code: &str, now: UtcInstant) -> Option<u64> {
        let digits: Zeroizing<String> = Zeroizing::new(code.chars().filter(|c| !c.is_whitespace()).collect());
        self.0.check(&digits, u64::try_from(now.unix_nanos()).ok()? / 1_000_000_000)
    }

    pub fn invitation(&self, secret: &[u8]) -> Result<Invitation, AuthenticatorError> {
        let address = Zeroizing::new(self.0.to_url().map_err(|_| AuthenticatorError::Picture)?);
        let code = QrCode::new(address.as_bytes()).map_err(|_| AuthenticatorError::Picture)?;
        let picture = code.render::<svg::Color<'_>>().min_dimensions(PICTURE_PX, PICTURE_PX).build();
        let letters: Vec<char> = Zeroizing::new(Secret::from(secret).to_base32()).chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Ok(Invitation { secret: Zeroizing::new(groups.join(" ")), picture: Zeroizing::new(picture) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> UtcInstant {
        UtcInstant::from_unix_seconds(seconds)
    }

    /// Appendix B of RFC 6238, whose codes have eight digits: an app shows the last six.
    #[test]
    fn codes_are_those_of_the_standard() {
        let app = Authenticator::new(SECRET, "Alder Court", "anna").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")] {
            assert_eq!(app.step(code, at(seconds)), Some(seconds as u64 / 30), "{code}");
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_late_and_no_longer() {
        let app = Authenticator::new(SECRET, "Alder Court", "anna").unwrap();
        let step = 1_111_111_109 / 30;
        for (later, found) in [(-60, None), (-30, Some(step)), (0, Some(step)), (30, Some(step)), (60, None)] {
            assert_eq!(app.step("081 804", at(1_111_111_109 + later)), found, "{later} s");
        }
        for nonsense in ["", "0818", "081805", "0818041", "abcdef", "-81804"] {
            assert_eq!(app.step(nonsense, at(1_111_111_109)), None, "{nonsense}");
        }
    }

    #[test]
    fn an_invitation_is_what_an_app_reads() {
        let app = Authenticator::new(SECRET, "Alder: Court", "anna").unwrap();
        let invitation = app.invitation(SECRET).unwrap();
        assert_eq!(*invitation.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert!(invitation.picture.contains("<svg"));
        let read = Totp::from_url(app.0.to_url().unwrap()).unwrap();
        assert_eq!(read.issuer(), Some("Holdfast Alder  Court"));
        assert!(Authenticator::new(&SECRET[1..], "Alder Court", "anna").is_err());
    }
}
