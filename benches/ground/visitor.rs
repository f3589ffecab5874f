//! Visitors of a web site, all at once, each with one connection and a pause between two pages.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{net::TcpStream, runtime::Runtime, time::sleep};

/// Mean of the pause between two pages.
const THINKING: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, Debug)]
pub enum Page {
    Get(&'static str),
    /// A form, with the token of the page before.
    Post(&'static str, &'static [(&'static str, &'static str)]),
    /// Where the last form led.
    Onward,
}

/// How long each answer took, in order of length.
pub struct Seen {
    took: Vec<Duration>,
    /// Answers that were neither a page nor the way to one, and connections that ended.
    pub failed: usize,
}

impl Seen {
    pub fn pages(&self) -> usize {
        self.took.len()
    }

    /// So long took the slowest of the quickest `of_100` in a hundred.
    pub fn within(&self, of_100: usize) -> Duration {
        let at = (self.took.len() * of_100 / 100).saturating_sub(1);
        self.took.get(at).copied().unwrap_or(Duration::MAX)
    }
}

/// `visitors` at once, each over and over through `pages` until `window` is over.
pub fn crowd(address: &str, pages: &[Page], visitors: u32, window: Duration) -> Seen {
    let runtime = Runtime::new().expect("a runtime");
    let (address, pages): (Arc<str>, Arc<[Page]>) = (address.into(), pages.into());
    let until = Instant::now() + window;
    let all: Vec<_> = (0..visitors).map(|number| runtime.spawn(visitor(Arc::clone(&address), Arc::clone(&pages), until, number))).collect();
    let mut seen = Seen { took: Vec::new(), failed: 0 };
    for one in all {
        let (took, failed) = runtime.block_on(one).expect("a visitor came to an end");
        seen.took.extend(took);
        seen.failed += failed;
    }
    seen.took.sort_unstable();
    seen
}

/// The bytes of one page.
pub fn fetched(address: &str, path: &str) -> Bytes {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut connection = connected(address).await.expect("it answers");
        let request = Request::get(path).header("host", address).body(Full::default()).expect("a request");
        let answer = connection.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.into_body().collect().await.expect("a whole page").to_bytes()
    })
}

async fn connected(address: &str) -> Result<SendRequest<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// What a visitor's browser remembers.
#[derive(Default)]
struct Memory {
    cookie: Option<String>,
    token: String,
    onward: String,
}

async fn visitor(address: Arc<str>, pages: Arc<[Page]>, until: Instant, number: u32) -> (Vec<Duration>, usize) {
    let mut random = StdRng::seed_from_u64(number.into());
    let mut pause = || THINKING.mul_f64(random.random_range(0.5..1.5));
    let (mut took, mut failed) = (Vec::new(), 0);
    // They don't all come in the same instant.
    sleep(pause()).await;
    while Instant::now() < until {
        let mut memory = Memory::default();
        let Ok(mut connection) = connected(&address).await else {
            failed += 1;
            sleep(pause()).await;
            continue;
        };
        for page in &*pages {
            if Instant::now() >= until {
                break;
            }
            let began = Instant::now();
            if step(&mut connection, &address, *page, &mut memory).await.is_err() {
                failed += 1;
                break;
            }
            took.push(began.elapsed());
            // A form's answer is followed at once, as browsers do.
            if !matches!(page, Page::Post(..)) {
                sleep(pause()).await;
            }
        }
    }
    (took, failed)
}

async fn step(
    connection: &mut SendRequest<Full<Bytes>>,
    address: &str,
    page: Page,
    memory: &mut Memory,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let request = match page {
        Page::Get(path) => Request::get(path),
        Page::Onward => Request::get(memory.onward.as_str()),
        Page::Post(path, _) => {
            Request::post(path).header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", "same-origin")
        }
    };
    let request = request.header("host", address);
    let request = match &memory.cookie {
        Some(cookie) => request.header("cookie", cookie),
        None => request,
    };
    let body = match page {
        Page::Post(_, fields) => {
            let token = ("csrf", memory.token.as_str());
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).extend_pairs([token]).finish()
        }
        Page::Get(_) | Page::Onward => String::new(),
    };
    let answer = connection.send_request(request.body(Full::from(body))?).await?;
    let status = answer.status();
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if let Some(cookie) = header("set-cookie").and_then(|cookie| cookie.split(';').next().map(str::to_owned)) {
        memory.cookie = Some(cookie);
    }
    let onward = header("location");
    let bytes = answer.into_body().collect().await?.to_bytes();
    match (page, onward) {
        (Page::Post(..), Some(onward)) if status == StatusCode::SEE_OTHER => memory.onward = onward,
        (Page::Get(_) | Page::Onward, None) if status == StatusCode::OK => {
            let text = String::from_utf8_lossy(&bytes);
            if let Some(token) = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()) {
                memory.token = token.to_owned();
            }
        }
        _ => return Err(format!("answered with {status}").into()),
    }
    Ok(())
}
