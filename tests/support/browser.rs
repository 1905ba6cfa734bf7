//! A browser of one connection a request: forms, cookies, nothing it was not told.

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

/// Somebody at the pages of one server.
pub struct Browser {
    pub host: String,
    /// Header lines to be added, each with its end.
    pub extra: String,
    cookies: Vec<(String, String)>,
}

/// What was answered.
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Browser {
    pub fn new(host: &str) -> Browser {
        Browser { host: host.to_owned(), extra: String::new(), cookies: Vec::new() }
    }

    /// Another one at the same server, with no cookies.
    pub fn another(&self) -> Browser {
        Browser::new(&self.host)
    }

    /// Has the other's cookies from now on.
    #[allow(dead_code)] // for pages with people who are signed in
    pub fn steal(&mut self, other: &Browser) {
        self.cookies.clone_from(&other.cookies);
    }

    /// Has this cookie from now on.
    #[allow(dead_code)] // as above
    pub fn cookie(&mut self, name: &str, value: &str) {
        self.cookies.push((name.to_owned(), value.to_owned()));
    }

    pub fn get(&mut self, path: &str) -> Reply {
        let head = self.head("GET", path);
        self.send(&format!("{head}\r\n"))
    }

    /// The head of the answer, and a body that need not be text.
    #[allow(dead_code)] // for files
    pub fn download(&mut self, path: &str) -> (String, Vec<u8>) {
        let head = self.head("GET", path);
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        let body = answer.split_off(end);
        (String::from_utf8(answer).unwrap(), body)
    }

    /// HEAD: what GET would say, without its body.
    #[allow(dead_code)] // for pages that apps read the head of
    pub fn head_of(&mut self, path: &str) -> Reply {
        let head = self.head("HEAD", path);
        self.send(&format!("{head}\r\n"))
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let encode = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte.is_ascii_alphanumeric() {
                    true => char::from(byte).to_string(),
                    false => format!("%{byte:02X}"),
                })
                .collect()
        };
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        self.raw_post(path, &pairs.join("&"))
    }

    pub fn raw_post(&mut self, path: &str, body: &str) -> Reply {
        let head = self.form_head(path);
        self.send(&format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    /// Sends an empty form for a file: the answer's head, and the file.
    #[allow(dead_code)] // for pages that give files
    pub fn fetch(&mut self, path: &str) -> (String, Vec<u8>) {
        let request = self.form_head(path) + "Content-Length: 0\r\n\r\n";
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).unwrap(), body)
    }

    /// Sends a form that brings files: names with their content.
    #[allow(dead_code)] // for pages that take files
    pub fn upload(&mut self, path: &str, parts: &[(&str, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (name, content) in parts {
            let file = if *name == "file" { "; filename=\"../../imera.sqlite\"" } else { "" };
            body.extend_from_slice(
                format!("--wall\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
            );
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--wall--\r\n");
        self.upload_some(path, body.len(), &body).expect("an answer")
    }

    /// Announces an upload of that size, sends this much of it and ends its side. `None`: no answer came.
    #[allow(dead_code)]
    pub fn upload_some(&mut self, path: &str, size: usize, body: &[u8]) -> Option<Reply> {
        let head = self.upload_head(path, size);
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // Whoever refuses may hang up before all of it is there.
        let _ = stream.write_all(body);
        if body.len() < size {
            let _ = stream.shutdown(std::net::Shutdown::Write);
        }
        self.read(stream)
    }

    /// The head of an upload of that size; its boundary is `wall`.
    #[allow(dead_code)]
    pub fn upload_head(&self, path: &str, size: usize) -> String {
        let kind = "Content-Type: multipart/form-data; boundary=wall\r\n";
        format!("{}{kind}Content-Length: {size}\r\n\r\n", self.head("POST", path))
    }

    /// Announces a body of that size and sends its beginning.
    pub fn announce(&mut self, path: &str, size: u64) -> Reply {
        let head = self.form_head(path);
        self.send(&format!("{head}Content-Length: {size}\r\n\r\na=b"))
    }

    /// Sends so many bytes without saying how many there will be. `None`: the server hung up meanwhile.
    pub fn chunked(&mut self, path: &str, size: usize) -> Option<Reply> {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(format!("{}Transfer-Encoding: chunked\r\n\r\n", self.form_head(path)).as_bytes()).ok()?;
        for _ in 0..size / 4096 {
            stream.write_all(format!("1000\r\n{}\r\n", "a".repeat(4096)).as_bytes()).ok()?;
        }
        stream.write_all(b"0\r\n\r\n").ok()?;
        self.read(stream)
    }

    fn head(&self, method: &str, path: &str) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookies}{}", self.host, self.extra)
    }

    fn form_head(&self, path: &str) -> String {
        self.head("POST", path) + "Content-Type: application/x-www-form-urlencoded\r\n"
    }

    fn send(&mut self, request: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        self.read(stream).expect("an answer")
    }

    fn read(&mut self, mut stream: TcpStream) -> Option<Reply> {
        let mut answer = Vec::new();
        // Who hangs up on a body it does not read may reset the connection; what came before counts.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head[9..12].parse().unwrap();
        let reply = Reply { status, head: head.to_owned(), body: body.to_owned() };
        for line in head.lines() {
            let Some(cookie) = line.strip_prefix("set-cookie: ") else { continue };
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !cookie.contains("Max-Age=0;") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Some(reply)
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// All lines of that name.
    #[allow(dead_code)] // for headers that may stand there once
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
    }

    /// Where a 303 leads.
    pub fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header("location").unwrap()
    }

    /// Style sheet, script, icon and sprite of the page.
    pub fn assets(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .body
            .split("\"/assets/")
            .skip(1)
            .map(|rest| format!("/assets/{}", rest.split(['"', '#']).next().unwrap()))
            .collect();
        all.sort();
        all.dedup();
        all
    }
}
