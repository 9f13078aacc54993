#![allow(clippy::unwrap_used)]

use super::*;
use std::path::Path;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

fn toml(text: &str) -> Layer {
    Layer::toml(text, Path::new("m.toml"))
}

fn problems(layers: Vec<Layer>) -> Vec<String> {
    let Problems(problems) = Config::merge(layers).unwrap_err();
    let told = problems.iter().map(Problem::told);
    told.map(|told| {
        assert!(
            told.ko.chars().any(|c| ('가'..='힣').contains(&c)),
            "{told:?}"
        );
        told.en
    })
    .collect()
}

#[test]
fn the_defaults_are_valid_and_the_example_says_them() {
    assert_eq!(Config::merge(Vec::new()).unwrap(), Config::default());
    let example = Config::example();
    assert_eq!(
        Config::merge(vec![toml(&example)]).unwrap(),
        Config::default()
    );
    // Doc comments begin with a space, values do not: uncommenting the latter gives a complete file.
    let full: String = example
        .lines()
        .map(|l| match l.strip_prefix('#') {
            Some(value) if !value.starts_with(' ') => format!("{value}\n"),
            _ => format!("{l}\n"),
        })
        .collect();
    assert_eq!(Config::merge(vec![toml(&full)]).unwrap(), Config::default());
    for key in Config::default().keys() {
        assert!(full.contains(&format!("{} = ", key.name)), "{}", key.path());
        assert!(!key.doc.is_empty(), "{}", key.path());
    }
}

#[test]
fn later_layers_win() {
    let file = "[http]\nlisten = \"127.0.0.1:1\"\nrequest_timeout_s = 3\n[limits]\ndepth = 9\n";
    let config = Config::merge(vec![
        toml(file),
        Layer::environment(pairs(&[
            ("MATCHDAY_HTTP_LISTEN", "127.0.0.1:2"),
            ("MATCHDAY_LIMITS_DEPTH", "8"),
            ("MATCHDAY_HTTP_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("HOME", "/"),
        ])),
        Layer::flags(pairs(&[("http.listen", "127.0.0.1:3")])),
    ])
    .unwrap();
    assert_eq!(config.http.listen.port(), 3);
    assert_eq!(config.http.request_timeout_s, 3);
    assert_eq!(config.limits.depth, 8);
    assert_eq!(config.http.trusted_proxies.len(), 2);
    assert_eq!(config.http.public_url, "http://127.0.0.1:3");
}

#[test]
fn everything_wrong_is_said_at_once_with_its_place() {
    let said = problems(vec![
        toml("[http]\nlisten = 80\nlisten_on = 1\n\n[sever]\nx = 1\n[limits]\ndepth = 99\n"),
        Layer::environment(pairs(&[
            ("MATCHDAY_LIMTS_DEPTH", "8"),
            ("MATCHDAY_LOG_FORMAT", "xml"),
        ])),
        Layer::flags(pairs(&[("http.developement", "1")])),
    ]);
    for expected in [
        "m.toml:2: `http.listen` must be an address",
        "m.toml:3: unknown key `http.listen_on`",
        "m.toml:5: unknown section [sever]",
        "m.toml:8: `limits.depth` must be between 1 and 30, not 99",
        "environment variable MATCHDAY_LIMTS_DEPTH: no such setting",
        "environment variable MATCHDAY_LOG_FORMAT: `log.format` must be text or json",
        "command line: unknown key `http.developement`; did you mean `http.development`?",
    ] {
        assert!(
            said.iter().any(|s| s.starts_with(expected)),
            "{expected}: {said:#?}"
        );
    }
    assert_eq!(said.len(), 7, "{said:#?}");
    assert!(problems(vec![toml("a = [\n\n")])[0].starts_with("m.toml:"));
    for bad in ["https://x/", "https://x/y", "x", "ftp://x", "https://u@x"] {
        let layer = Layer::flags(pairs(&[("http.allowed_origins", bad)]));
        assert_eq!(problems(vec![layer]).len(), 1, "{bad}");
    }
}

#[test]
fn secrets_come_from_files_and_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://matchday:s3cr@t/x@db/m?password=s3cr\n").unwrap();
    let file = file.to_str().unwrap();
    let layer = || Layer::environment(pairs(&[("MATCHDAY_DATABASE_URL_FILE", file)]));
    let config = Config::merge(vec![layer()]).unwrap();
    assert!(config.database.url.expose().ends_with("password=s3cr"));
    let shown = format!("{config:?} {}", config.database.url.to_toml());
    assert!(!shown.contains("s3cr"), "{shown}");
    assert!(shown.contains("postgres://matchday:***@db/m"), "{shown}");

    let both = pairs(&[("database.url", "sqlite:x"), ("database.url_file", file)]);
    assert!(problems(vec![Layer::flags(both)])[0].contains("not both"));
    let absent = pairs(&[("mail.url_file", "/nowhere/at/all")]);
    assert!(problems(vec![Layer::flags(absent)])[0].contains("cannot be read"));
}

#[test]
fn a_file_is_named_by_flag_or_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.toml");
    std::fs::write(&path, "[log]\nformat = \"json\"\n").unwrap();
    let variable = pairs(&[(FILE_VARIABLE, path.to_str().unwrap())]);
    let config = Config::load(Vec::new(), None, variable, Vec::new()).unwrap();
    assert_eq!(config.log.format, LogFormat::Json);
    let config = Config::load(Vec::new(), Some(&path), Vec::new(), Vec::new()).unwrap();
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(
        Config::load(
            Vec::new(),
            Some(Path::new("/nowhere")),
            Vec::new(),
            Vec::new()
        )
        .is_err()
    );
}
