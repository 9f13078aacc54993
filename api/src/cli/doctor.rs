//! Checks what the service depends on and says how to mend it.

use crate::config::Config;
use crate::output::Output;
use crate::server::open_store;
use chrono::{DateTime, TimeDelta, Utc};
use matchday_domain::message;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::privacy::Retention;
use matchday_domain::text::Message;
use matchday_infra::mail::Mailer;
use matchday_infra::store::Store;
use std::fmt::Display;

/// A finding: good, or what is wrong and what to do.
type Finding = Result<Message, (Message, Message)>;

/// Examines everything; prints a line for each and tells whether all is well.
pub(super) async fn examine(config: &Config, out: Output) -> bool {
    let report = |ko: &str, en: &str, finding: Finding| {
        let what = out.pick(ko, en);
        let language = out.language();
        match &finding {
            Ok(good) => {
                let ok = out.pick("정상", "ok   ");
                out.line(format_args!("{ok} {what}: {}", good.get(language)));
            }
            Err((wrong, mend)) => {
                let (bad, how) = (out.pick("오류", "WRONG"), out.pick("해결", "mend"));
                let (wrong, mend) = (wrong.get(language), mend.get(language));
                out.line(format_args!("{bad} {what}: {wrong}\n      {how}: {mend}"));
            }
        }
        finding.is_ok()
    };
    let readable = Message::new(
        "읽을 수 있고 모르는 키가 없습니다",
        "readable, no unknown keys",
    );
    let mut well = report("설정", "configuration", Ok(readable));
    let store = open_store(config).await;
    match store {
        Ok(store) => {
            well &= report("데이터베이스", "database", database(&store).await);
            well &= report("마이그레이션", "migrations", migrations(&store).await);
            well &= report("시계", "clock", clock(&store).await);
            well &= report("접속기록", "access log", retention(config, &store).await);
            store.close().await;
        }
        Err(error) => {
            let mend = Message::new(
                "database.url, 서버가 도는지, 주소와 암호가 맞는지 확인하십시오",
                "check database.url, that the server runs, and that its address and password are right",
            );
            well &= report("데이터베이스", "database", Err((error.message(), mend)));
        }
    }
    well &= report("발신자", "sender", sender(config));
    well &= report("메일", "mail", mail(config).await);
    well &= report("공개 주소", "public address", public_url(config));
    well
}

/// What others say of it, as it is.
fn cause(error: impl Display) -> Message {
    message!("{error}", "{error}")
}

async fn database(store: &Store) -> Finding {
    let mend = Message::new(
        "서버가 돌고 접속을 받는지 확인하십시오",
        "check that the server runs and accepts connections",
    );
    store.ping().await.map_err(|error| (cause(error), mend))?;
    Ok(if store.is_postgres() {
        Message::new("PostgreSQL이 응답합니다", "PostgreSQL answers")
    } else {
        Message::new("SQLite가 열립니다", "SQLite opens")
    })
}

async fn migrations(store: &Store) -> Finding {
    let mend = Message::new(
        "`matchday migrate`를 실행하거나, 스스로 실행하는 `matchday serve`를 시작하십시오",
        "run `matchday migrate`, or start `matchday serve`, which does it",
    );
    match store.pending_migrations().await {
        Ok(0) => Ok(Message::new("남은 것이 없습니다", "none pending")),
        Ok(pending) => Err((message!("{pending}건 남음", "{pending} pending"), mend)),
        Err(error) => Err((cause(error), mend)),
    }
}

/// The database's clock against ours: leases and sessions of replicas rest on clocks that agree.
async fn clock(store: &Store) -> Finding {
    let mend = Message::new(
        "두 기계의 시계를 맞추십시오 (NTP)",
        "synchronise the clocks of both machines (NTP)",
    );
    let theirs: DateTime<Utc> = match store.clock().await {
        Ok(theirs) => theirs,
        Err(error) => return Err((cause(error), mend)),
    };
    let apart = (Utc::now() - theirs).abs();
    if apart > TimeDelta::seconds(5) {
        let seconds = apart.num_seconds();
        let wrong = message!(
            "데이터베이스와 {seconds}초 차이가 납니다",
            "{seconds} s apart from the database"
        );
        return Err((wrong, mend));
    }
    let milliseconds = apart.num_milliseconds();
    Ok(message!(
        "데이터베이스와의 차이 {milliseconds} ms 이내",
        "within {milliseconds} ms of the database"
    ))
}

/// The service keeps lines for as long as it must whatever is set; the operator should know.
async fn retention(config: &Config, store: &Store) -> Finding {
    let persons = store.person_count().await.map_err(|error| {
        let mend = Message::new(
            "먼저 `matchday migrate`로 스키마를 최신으로 만드십시오",
            "bring the schema up to date first: `matchday migrate`",
        );
        (cause(error), mend)
    })?;
    let wanted = config.privacy.access_log_years;
    let kept = Retention::of(wanted, persons).years();
    if kept > wanted {
        return Err((
            message!(
                "{persons}명이 등록되어 있어 기록을 {wanted}년이 아니라 {kept}년 보관합니다",
                "{persons} persons are known, so lines are kept for {kept} years and not for {wanted}"
            ),
            Message::new(
                "privacy.access_log_years = 2 이상으로 하십시오",
                "set privacy.access_log_years = 2, or more",
            ),
        ));
    }
    Ok(message!("{kept}년 보관합니다", "kept for {kept} year(s)"))
}

fn sender(config: &Config) -> Finding {
    match config.mail.from.parse::<EmailAddress>() {
        Ok(address) => Ok(cause(address)),
        Err(_) => Err((
            Message::new(
                "mail.from이 메일 주소가 아닙니다",
                "mail.from is not an e-mail address",
            ),
            Message::new("mail.from을 설정하십시오", "set mail.from"),
        )),
    }
}

async fn mail(config: &Config) -> Finding {
    let mailer = Mailer::from_url(config.mail.url.expose()).map_err(|error| {
        let mend = Message::new(
            "`matchday config`의 mail.url을 보십시오",
            "see mail.url in `matchday config`",
        );
        (cause(error), mend)
    })?;
    let checked = mailer.check().await;
    mailer.close().await;
    checked.map_err(|error| {
        let mend = Message::new(
            "mail.url의 서버, 포트, 암호, TLS를 확인하십시오. 파일이면 폴더에 쓸 수 있어야 합니다",
            "check mail.url: host, port, password, TLS; for files, that the folder can be written",
        );
        (cause(error), mend)
    })?;
    let url = &config.mail.url;
    Ok(message!("{url}에 닿습니다", "{url} is reachable"))
}

fn public_url(config: &Config) -> Finding {
    let url = &config.http.public_url;
    if !config.http.development
        && !config.http.listen.ip().is_loopback()
        && url.starts_with("http://")
    {
        return Err((
            message!(
                "{url}은(는) 암호화되지 않았는데 서비스가 네트워크에 열려 있습니다",
                "{url} is not encrypted, and the service listens to the network"
            ),
            Message::new(
                "앞에 TLS 프록시를 두고 http.public_url을 그 https:// 주소로 하십시오",
                "put a proxy with TLS in front and set http.public_url to its https:// address",
            ),
        ));
    }
    Ok(cause(url))
}
