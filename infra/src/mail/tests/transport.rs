//! The backends against a scripted mail server, a folder and memory.

use crate::mail::{MailConfigError, Mailer, SendError};
use lettre::Message;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

fn mail() -> Message {
    Message::builder()
        .from("a@example.kr".parse().unwrap())
        .to("b@example.kr".parse().unwrap())
        .subject("x")
        .body(".leading dot\r\n".to_owned())
        .unwrap()
}

/// A server that answers each command by its first word; "." is the end of the text. It hangs up for
/// the answer "drop" and after one that ends in "bye", and takes its time for one that begins with "slow".
///
/// Counts connections and texts.
async fn server(
    script: &'static [(&'static str, &'static str)],
) -> (Mailer, Arc<Mutex<(u32, u32)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let counts = Arc::new(Mutex::new((0, 0)));
    let seen = counts.clone();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            seen.lock().unwrap().0 += 1;
            let seen = seen.clone();
            tokio::spawn(async move {
                let (read, mut write) = socket.split();
                let mut lines = BufReader::new(read).lines();
                let mut word = "hello".to_owned();
                loop {
                    let scripted = script.iter().find(|(w, _)| *w == word).map(|(_, a)| *a);
                    let answer = scripted.unwrap_or(match word.as_str() {
                        "hello" => "220 here",
                        "DATA" => "354 go",
                        _ => "250 ok",
                    });
                    if answer == "drop" {
                        return;
                    }
                    let slow = answer.strip_prefix("slow ");
                    if slow.is_some() {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    let answer = slow.unwrap_or(answer);
                    let in_text = word == "DATA" && answer.starts_with("354");
                    write
                        .write_all(format!("{answer}\r\n").as_bytes())
                        .await
                        .unwrap();
                    if answer.ends_with("bye") {
                        return;
                    }
                    loop {
                        let Ok(Some(line)) = lines.next_line().await else {
                            return;
                        };
                        if in_text && line != "." {
                            continue;
                        }
                        if in_text {
                            seen.lock().unwrap().1 += 1;
                        }
                        word = line.split(' ').next().unwrap().to_owned();
                        break;
                    }
                }
            });
        }
    });
    (
        Mailer::from_url(&format!("smtp://127.0.0.1:{port}")).unwrap(),
        counts,
    )
}

#[tokio::test]
async fn a_good_conversation_is_used_again() {
    let (mailer, counts) = server(&[]).await;
    mailer.check().await.unwrap();
    for _ in 0..3 {
        mailer.send(&mail()).await.unwrap();
    }
    mailer.close().await;
    assert_eq!(*counts.lock().unwrap(), (1, 3));
}

#[tokio::test]
async fn failures_say_whether_to_try_again() {
    type Script = &'static [(&'static str, &'static str)];
    let cases: [(Script, &str, Option<u16>); 12] = [
        (&[("hello", "554 no")], "transient", Some(554)),
        (&[("hello", "drop")], "transient", None),
        (&[("MAIL", "451 later")], "transient", Some(451)),
        (&[("MAIL", "421 closing")], "transient", Some(421)),
        (&[("MAIL", "530 sign in")], "transient", Some(530)),
        (&[("MAIL", "drop")], "transient", None),
        (&[("RCPT", "450 greylisted")], "transient", Some(450)),
        (&[("RCPT", "550 no such user")], "permanent", Some(550)),
        (&[("DATA", "drop")], "transient", None),
        (&[(".", "452 full")], "transient", Some(452)),
        (&[(".", "554 spam")], "permanent", Some(554)),
        (&[(".", "drop")], "unknown", None),
    ];
    for (script, kind, code) in cases {
        let (mailer, _) = server(script).await;
        let error = mailer.send(&mail()).await.unwrap_err();
        let found = match &error {
            SendError::Transient { .. } => "transient",
            SendError::Permanent { .. } => "permanent",
            SendError::Unknown { .. } => "unknown",
        };
        assert_eq!((found, error.code()), (kind, code), "{script:?} {error}");
        assert_eq!(error.is_retryable(), kind != "permanent");
    }
}

#[tokio::test]
async fn nobody_there_is_a_reason_to_wait() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mailer = Mailer::from_url(&format!("smtp://127.0.0.1:{port}")).unwrap();
    assert!(matches!(
        mailer.check().await,
        Err(SendError::Transient { code: None, .. })
    ));
    assert!(matches!(
        mailer.send(&mail()).await,
        Err(SendError::Transient { code: None, .. })
    ));
}

#[tokio::test]
async fn a_refused_recipient_does_not_cost_the_connection() {
    let (mailer, counts) = server(&[("RCPT", "550 no")]).await;
    for _ in 0..3 {
        assert!(mailer.send(&mail()).await.is_err());
    }
    assert_eq!(counts.lock().unwrap().0, 1);
}

#[tokio::test]
async fn a_mail_given_up_half_way_leaves_no_answer_for_the_next() {
    let (mailer, counts) = server(&[(".", "slow 554 spam")]).await;
    for _ in 0..2 {
        let hurry = Duration::from_millis(50);
        assert!(
            tokio::time::timeout(hurry, mailer.send(&mail()))
                .await
                .is_err()
        );
    }
    // The refusal of the mails before is not read as the answer to a command of this one.
    assert_eq!(mailer.send(&mail()).await.unwrap_err().code(), Some(554));
    assert_eq!(*counts.lock().unwrap(), (3, 3));
}

#[tokio::test]
async fn a_stale_connection_is_replaced_without_a_word() {
    let (mailer, counts) = server(&[(".", "250 ok, bye")]).await;
    for _ in 0..3 {
        mailer.send(&mail()).await.unwrap();
    }
    assert_eq!(*counts.lock().unwrap(), (3, 3));
}

#[tokio::test]
async fn files_appear_whole_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("mails");
    let mailer = Mailer::from_url(&format!("file:{}", inside.display())).unwrap();
    mailer.check().await.unwrap();
    let mails: Vec<_> = (0..5)
        .map(|n| {
            Message::builder()
                .from("a@example.kr".parse().unwrap())
                .to("b@example.kr".parse().unwrap())
                .subject(format!("mail {n}"))
                .body(String::new())
                .unwrap()
        })
        .collect();
    for mail in &mails {
        mailer.send(mail).await.unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(&inside)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names.len(), 5);
    for (name, mail) in names.iter().zip(&mails) {
        assert_eq!(name.extension().unwrap(), "eml");
        assert_eq!(std::fs::read(name).unwrap(), mail.formatted());
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    let blocked = Mailer::from_url(&format!("file:{}/file/x", folder.path().display())).unwrap();
    assert!(blocked.check().await.is_err());
}

#[tokio::test]
async fn memory_fails_on_demand() {
    let (mailer, memory) = Mailer::memory();
    let transient = SendError::Transient {
        code: Some(451),
        reason: String::new(),
    };
    let unknown = SendError::Unknown {
        reason: String::new(),
    };
    memory.fail_next([transient.clone(), unknown.clone()]);
    assert_eq!(mailer.send(&mail()).await, Err(transient));
    assert_eq!(memory.sent().len(), 0);
    assert_eq!(mailer.send(&mail()).await, Err(unknown));
    assert_eq!(mailer.send(&mail()).await, Ok(()));
    assert_eq!(memory.sent().len(), 2);
}

#[test]
fn addresses_are_read_strictly_and_secrets_are_not_repeated() {
    for good in [
        "smtp://localhost",
        "smtp://[::1]:2525",
        "smtp://127.0.0.1:2525/matchday.example.kr",
        "smtps://user:p%40ss@mail.example.kr",
        "smtp://user:pass@mail.example.kr:587?tls=required",
        "smtp://mail.example.kr?tls=opportunistic",
        "file:mails",
        "file:///tmp/mails",
        "memory:",
    ] {
        let mailer = Mailer::from_url(good).unwrap_or_else(|e| panic!("{good}: {e}"));
        assert!(!format!("{mailer:?}").contains("pass"), "{mailer:?}");
    }
    use MailConfigError as E;
    for (bad, error) in [
        ("", E::Malformed),
        ("localhost", E::Malformed),
        ("smtp:", E::Host),
        ("smtp://", E::Host),
        ("http://x", E::Scheme("http".into())),
        ("file:", E::Folder),
        ("smtp://u:p@mail.example.kr", E::UnprotectedPassword),
        (
            "smtp://u:p@mail.example.kr?tls=opportunistic",
            E::UnprotectedPassword,
        ),
        ("smtps://u@mail.example.kr", E::Credentials),
        ("smtps://u:%ff@mail.example.kr", E::Credentials),
        ("smtp://h?tls=yes", E::Option("tls".into())),
        ("smtp://h?starttls=required", E::Option("starttls".into())),
        ("smtps://h?tls=opportunistic", E::Option("tls".into())),
        (
            "smtps://h?ca=/nowhere.pem",
            E::Authority("/nowhere.pem".into()),
        ),
        ("smtp://h/a%20b", E::Option("EHLO name".into())),
    ] {
        assert_eq!(Mailer::from_url(bad).err(), Some(error), "{bad}");
    }
}
