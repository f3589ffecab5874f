//! The one cookie: what this browser has open, each by a token of its own. It lives as long as the
//! browser's session, and is set only once there is something to remember.
//!
//! Next: `apply` writes a draft, `visit` a request that is followed, `download` a copy that is fetched.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};

use crate::http::Carriage;

/// What a browser has open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Reference and token of the application that it writes.
    pub draft: Option<(String, String)>,
    /// The token of a request that it follows.
    pub visit: Option<String>,
    /// The token of a download.
    pub download: Option<String>,
}

/// A draft's reference has eleven letters, so that neither can be one.
const VISIT: &str = "v";
const DOWNLOAD: &str = "d";

const fn name(carriage: Carriage) -> &'static str {
    match carriage {
        Carriage::Loopback => "holdfast-request",
        Carriage::Tls => "__Host-holdfast-request",
    }
}

impl Opened {
    pub fn of(headers: &HeaderMap, carriage: Carriage) -> Self {
        let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.filter(|(known, _)| *known == name(carriage)).map(|(_, value)| value).next().unwrap_or_default();
        let mut opened = Self::default();
        for (what, token) in value.split('~').filter_map(|part| part.split_once('.')) {
            match what {
                VISIT => opened.visit = Some(token.to_owned()),
                DOWNLOAD => opened.download = Some(token.to_owned()),
                reference => opened.draft = Some((reference.to_owned(), token.to_owned())),
            }
        }
        opened
    }

    fn value(&self) -> String {
        let draft = self.draft.as_ref().map(|(reference, token)| [reference, ".", token].concat());
        let part = |what: &str, token: &Option<String>| token.as_ref().map(|token| [what, ".", token].concat());
        let parts = [draft, part(VISIT, &self.visit), part(DOWNLOAD, &self.download)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("~")
    }

    /// Leads on with this in the browser's memory.
    pub fn lead(&self, carriage: Carriage, to: &str) -> Response {
        let secure = if carriage == Carriage::Tls { "; Secure" } else { "" };
        let text = format!("{}={}; Path=/; HttpOnly; SameSite=Strict{secure}", name(carriage), self.value());
        let mut response = Redirect::to(to).into_response();
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_comes_back_and_nothing_else_is_believed() {
        let opened = Opened { draft: Some(("ABCDE-FGHJK".into(), "t1".into())), visit: Some("t2".into()), download: None };
        let back = |text: &str| {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text).unwrap())]);
            Opened::of(&headers, Carriage::Loopback)
        };
        assert_eq!(back(&format!("other=1; holdfast-request={}", opened.value())), opened);
        for nothing in ["holdfast-request=", "holdfast-request=~~", "holdfast=v.t", "__Host-holdfast-request=v.t"] {
            assert_eq!(back(nothing), Opened::default(), "{nothing}");
        }
    }
}
