use super::super::Cli;
use super::*;
use clap::CommandFactory;
use std::collections::BTreeSet;

fn walk(command: &Command, path: &str, texts: &mut BTreeSet<(String, String)>) {
    let mut need = |key: String| texts.insert((path.to_owned(), key));
    need("about".to_owned());
    for arg in command.get_arguments() {
        let id = arg.get_id().to_string();
        for value in arg.get_possible_values() {
            if value.get_help().is_some() {
                need(format!("{id}.{}", value.get_name()));
            }
        }
        need(id);
    }
    if command.get_after_help().is_some() {
        need("after".to_owned());
    }
    for sub in command.get_subcommands() {
        walk(sub, &format!("{path} {}", sub.get_name()), texts);
    }
}

#[test]
fn each_command_argument_and_value_has_its_text_and_no_text_is_of_nothing() {
    let mut wanted = BTreeSet::new();
    walk(&Cli::command(), "matchday", &mut wanted);
    let texts: Texts = toml::from_str(include_str!("help.toml")).unwrap();
    let there: BTreeSet<_> = texts
        .iter()
        .flat_map(|(path, texts)| texts.keys().map(|key| (path.clone(), key.clone())))
        .collect();
    let missing: Vec<_> = wanted.difference(&there).collect();
    let spare: Vec<_> = there.difference(&wanted).collect();
    assert!(
        missing.is_empty() && spare.is_empty(),
        "missing {missing:?}, spare {spare:?}"
    );
    for text in texts.values().flat_map(HashMap::values) {
        assert!(
            text.chars().any(|c| ('가'..='힣').contains(&c)) || text.contains("recall@"),
            "{text}"
        );
    }
}

/// The help of a command and of all below it.
fn helps(command: &mut Command) -> Vec<String> {
    let mut all = vec![
        command.render_help().to_string(),
        command.render_long_help().to_string(),
    ];
    let subs = command.get_subcommands_mut();
    all.extend(subs.filter(|sub| sub.get_name() != "help").flat_map(helps));
    all
}

#[test]
fn nothing_of_the_help_is_left_in_english() {
    let all = helps(&mut translate(Cli::command()));
    assert!(all.len() > 30);
    for help in all {
        for english in [
            "Usage",
            "Options:",
            "Commands:",
            "Arguments:",
            "Print",
            "default",
            "possible values",
            "Possible values",
        ] {
            assert!(!help.contains(english), "{english}: {help}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_in_korean() {
    let fault = |words: &str| {
        let words = std::iter::once("matchday").chain(words.split(' '));
        let error = translate(Cli::command())
            .try_get_matches_from(words)
            .unwrap_err();
        fault(&error).unwrap()
    };
    for (words, said) in [
        (
            "plam x.json",
            "모르는 명령입니다: plam\n  비슷한 명령: plan",
        ),
        (
            "plan x.json --tread 2",
            "모르는 인자입니다: --tread\n  비슷한 인자: --threads",
        ),
        (
            "plan x.json --threads",
            "--threads <THREADS>에 값이 필요합니다",
        ),
        (
            "plan x.json --threads 0",
            "--threads <THREADS>의 값이 잘못되었습니다: 0\n  must be a whole number, 1 to 256 / 1에서",
        ),
        ("plan x.json --seed -1", "0 이상의 정수여야 합니다"),
        (
            "plan x.json --objective less",
            "--objective <OBJECTIVE>의 값이 잘못되었습니다: less\n  가능한 값: ours, breaks",
        ),
        ("plan x.json --seed 1 --seed 2", "한 번만 쓸 수 있습니다"),
        (
            "plan x.json --past 2",
            "필요한 인자가 없습니다: --from <PUBLISHED>",
        ),
        (
            "eval match",
            "필요한 인자가 없습니다: --offers <OFFERS>, --demands <DEMANDS>, --qrels <QRELS>",
        ),
        (
            "demo --set listen",
            "--set <KEY=VALUE>의 값이 잘못되었습니다: listen",
        ),
        (
            "eval match --today x",
            "--today <TODAY>의 값이 잘못되었습니다: x",
        ),
    ] {
        let told = fault(words);
        assert!(
            told.starts_with("오류: ") && told.contains(said),
            "{words}: {told}"
        );
        for english in [
            "error",
            "Usage",
            "invalid",
            "For more",
            "must be KEY",
            "input",
        ] {
            assert!(!told.contains(english), "{words}: {told}");
        }
    }
}
