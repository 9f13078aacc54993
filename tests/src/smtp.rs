//! An SMTP server that keeps what it is sent.

use mail_parser::{Message, MessageParser};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it came over the wire.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub raw: Vec<u8>,
}

impl Mail {
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).unwrap()
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.parsed().body_text(0).unwrap().into_owned()
    }

    /// The calendar part, if there is one.
    pub fn calendar(&self) -> Option<String> {
        use mail_parser::MimeHeaders;
        let parsed = self.parsed();
        let part = parsed
            .parts
            .iter()
            .find(|part| part.is_content_type("text", "calendar"))?;
        Some(part.text_contents().unwrap().to_owned())
    }
}

/// Speaks SMTP on a port of its own.
pub struct SmtpServer {
    pub url: String,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl SmtpServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, kept.clone()));
            }
        });
        Self { url, mails }
    }

    /// All mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    /// Waits for a mail that fits.
    pub async fn wait_for(&self, what: &str, fits: impl Fn(&Mail) -> bool) -> Mail {
        for _ in 0..400 {
            if let Some(mail) = self.mails().iter().rev().find(|mail| fits(mail)) {
                return mail.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no mail came: {what}");
    }

    /// Forgets the mails so far.
    pub fn clear(&self) {
        self.mails.lock().unwrap().clear();
    }
}

async fn converse(stream: TcpStream, mails: Arc<Mutex<Vec<Mail>>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test ESMTP\r\n").await.ok()?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-test\r\n250 8BITMIME\r\n",
            "RCPT" => {
                to = line[line.find('<')? + 1..line.find('>')?].to_owned();
                b"250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let raw = data(&mut stream).await?;
                mails.lock().unwrap().push(Mail {
                    to: to.clone(),
                    raw,
                });
                b"250 kept\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer).await.ok()?;
    }
}

/// Reads until the line with a single dot; takes stuffed dots off.
async fn data(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    while !raw.ends_with(b"\r\n.\r\n") {
        raw.push(stream.read_u8().await.ok()?);
    }
    raw.truncate(raw.len() - 3);
    let text = String::from_utf8(raw).ok()?;
    Some(text.replace("\r\n..", "\r\n.").into_bytes())
}
