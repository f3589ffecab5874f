//! A browser's requests, byte by byte, so that a test can send what no library would.
//!
//! HTTP/1.0: the answer ends where the connection does.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The session cookie it sets, as it goes back.
    pub fn cookie(&self) -> Option<String> {
        self.header("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned)
    }
}

/// Sends one request and reads the whole answer.
pub fn request(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    request_bytes(address, method, path, headers, body.as_bytes())
}

/// The same with a body of any bytes.
pub fn request_bytes(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut text = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).expect("a status");
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: answer[end + 4..].to_vec() }
}

/// Sends a form as a page of ours would.
pub fn send_form(address: &str, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")];
    headers.extend(cookie.map(|cookie| ("Cookie", cookie)));
    request(address, "POST", path, &headers, &body)
}

/// Sends a form with a file as a page of ours would.
pub fn send_file(address: &str, path: &str, cookie: &str, csrf: &str, (field, name): (&str, &str), content: &[u8]) -> Answer {
    const EDGE: &str = "----holdfast-edge";
    let part = |disposition: &str| format!("--{EDGE}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
    let mut body = [part("name=\"csrf\""), csrf.to_owned(), "\r\n".to_owned()].concat().into_bytes();
    body.extend(part(&format!("name=\"{field}\"; filename=\"{name}\"")).into_bytes());
    body.extend_from_slice(content);
    body.extend(format!("\r\n--{EDGE}--\r\n").into_bytes());
    let kind = format!("multipart/form-data; boundary={EDGE}");
    let headers = [("Content-Type", kind.as_str()), ("Sec-Fetch-Site", "same-origin"), ("Cookie", cookie)];
    request_bytes(address, "POST", path, &headers, &body)
}
