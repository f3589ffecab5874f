//! A link by which a released copy is fetched, and when it has run out.
//!
//! A link opens with a code that came by another way. It ends with its week, with its third download,
//! with its fifth wrong code, or when it is taken back; what a download that was begun needs to finish,
//! it may still fetch until the week is over. Next: `jobs::case::deliver`.

use crate::domain::instant::UtcInstant;

/// A link lives seven days.
pub const LINK_SECONDS: i64 = 7 * 86_400;
/// Wrong codes until a link is void.
pub const WRONG_CODES_MAX: u32 = 5;
/// Downloads of one link. One that breaks off and goes on is one.
pub const DOWNLOADS_MAX: u32 = 3;

/// What is known of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub expires: UtcInstant,
    pub wrong_codes: u32,
    pub downloads: u32,
    pub revoked: Option<UtcInstant>,
}

/// Why a link leads nowhere any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gone {
    #[error("its seven days are over")]
    Expired,
    #[error("it was taken back")]
    Revoked,
    #[error("too many wrong codes were tried")]
    WrongCodes,
    #[error("it was used three times")]
    Downloads,
}

impl Link {
    /// Whether another download may begin.
    pub fn may_begin(&self, now: UtcInstant) -> Result<(), Gone> {
        self.may_go_on(now)?;
        if self.wrong_codes >= WRONG_CODES_MAX {
            return Err(Gone::WrongCodes);
        }
        if self.downloads >= DOWNLOADS_MAX { Err(Gone::Downloads) } else { Ok(()) }
    }

    /// Whether a download that was begun may go on.
    pub fn may_go_on(&self, now: UtcInstant) -> Result<(), Gone> {
        match self.revoked {
            Some(_) => Err(Gone::Revoked),
            None if now >= self.expires => Err(Gone::Expired),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_ends_by_time_by_use_by_guessing_or_by_word() {
        let at = UtcInstant::from_unix_seconds;
        let link = Link { expires: at(100), wrong_codes: 4, downloads: 2, revoked: None };
        assert_eq!(link.may_begin(at(99)), Ok(()));
        for (ended, why) in [
            (Link { expires: at(99), ..link }, Gone::Expired),
            (Link { revoked: Some(at(1)), ..link }, Gone::Revoked),
            (Link { wrong_codes: 5, ..link }, Gone::WrongCodes),
            (Link { downloads: 3, ..link }, Gone::Downloads),
        ] {
            assert_eq!(ended.may_begin(at(99)), Err(why));
            let goes_on = matches!(why, Gone::WrongCodes | Gone::Downloads);
            assert_eq!(ended.may_go_on(at(99)).is_ok(), goes_on, "{why:?}");
        }
    }
}
