//! The help in Korean, and what is wrong with the words of a command line. The English is clap's own.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use std::collections::HashMap;

/// The texts of a command by argument; see the file.
type Texts = HashMap<String, HashMap<String, String>>;

/// A command with its help in Korean.
pub(super) fn translate(command: Command) -> Command {
    // A test reads the file.
    let texts: Texts = toml::from_str(include_str!("help.toml")).unwrap_or_default();
    let name = command.get_name().to_owned();
    let mut command = help_of(command, &name, &texts)
        .disable_version_flag(true)
        .arg(flag("version", 'V', ArgAction::Version, "버전 출력"));
    // The command `help` is there once all is built.
    command.build();
    name_help(command)
}

fn help_of(command: Command, path: &str, texts: &Texts) -> Command {
    let of = |key: &str| {
        let text = texts.get(path).and_then(|texts| texts.get(key));
        text.map_or("", String::as_str).trim().to_owned()
    };
    let names = |command: &Command| -> Vec<String> {
        let all = command.get_subcommands();
        all.map(|sub| sub.get_name().to_owned()).collect()
    };
    // Under headings of our own they stand in the order in which they are given.
    let mut args: Vec<_> = command.get_arguments().collect();
    args.sort_by_key(|arg| !arg.is_positional());
    let ids: Vec<_> = args.into_iter().map(|arg| arg.get_id().clone()).collect();
    let mut command = command
        .about(of("about"))
        .help_template("{about-with-newline}\n사용법: {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("명령")
        .disable_help_flag(true);
    let after = of("after");
    if !after.is_empty() {
        command = command.after_help(after);
    }
    for id in ids {
        let text = of(id.as_str());
        command = command.mut_arg(&id, |arg| argument(arg, text, &of));
    }
    command = command.arg(flag("help", 'h', ArgAction::Help, "도움말 출력"));
    for name in names(&command) {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(&name, |sub| help_of(sub, &path, texts));
    }
    command
}

fn flag(name: &'static str, short: char, action: ArgAction, help: &'static str) -> Arg {
    let flag = Arg::new(name).short(short).long(name).action(action);
    flag.help(help).help_heading("옵션")
}

/// What an argument means, which values it takes, and which it has if none is given.
fn argument(arg: Arg, mut text: String, of: &dyn Fn(&str) -> String) -> Arg {
    let heading = if arg.is_positional() {
        "인자"
    } else {
        "옵션"
    };
    let arg = arg.help_heading(heading);
    if !arg.get_action().takes_values() {
        return arg.help(text);
    }
    for value in arg.get_possible_values() {
        let meaning = of(&format!("{}.{}", arg.get_id(), value.get_name()));
        if !meaning.is_empty() {
            text += &format!("\n- {}: {meaning}", value.get_name());
        }
    }
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        text += &format!(" [기본값: {}]", defaults.join(", "));
    }
    arg.help(text)
        .hide_default_value(true)
        .hide_possible_values(true)
}

fn name_help(command: Command) -> Command {
    let subs: Vec<_> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    subs.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |sub| match name.as_str() {
            "help" => sub.about("이 도움말, 또는 명령의 도움말을 출력합니다"),
            _ => name_help(sub),
        })
    })
}

/// What is wrong with the words of a command line, and how it is used; none where clap only shows something.
pub(super) fn fault(error: &clap::Error) -> Option<String> {
    let text = |kind| error.get(kind).map(shown).unwrap_or_default();
    let (arg, value) = (
        text(ContextKind::InvalidArg),
        text(ContextKind::InvalidValue),
    );
    // What our own readers of values say; the others speak English.
    let said = std::error::Error::source(error).map(ToString::to_string);
    let said = said.filter(|said| said.chars().any(|c| ('가'..='힣').contains(&c)));
    let what = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        ErrorKind::InvalidSubcommand => format!(
            "모르는 명령입니다: {}",
            text(ContextKind::InvalidSubcommand)
        ),
        ErrorKind::UnknownArgument => format!("모르는 인자입니다: {arg}"),
        ErrorKind::InvalidValue if value.is_empty() => format!("{arg}에 값이 필요합니다"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{arg}의 값이 잘못되었습니다: {value}")
        }
        ErrorKind::NoEquals => format!("{arg}의 값은 `=` 뒤에 적어야 합니다"),
        ErrorKind::TooManyValues => format!("{arg}의 값이 너무 많습니다: {value}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{arg}의 값의 수가 맞지 않습니다")
        }
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == arg => {
                format!("{arg}은(는) 한 번만 쓸 수 있습니다")
            }
            prior => format!("{arg}은(는) {prior}와(과) 함께 쓸 수 없습니다"),
        },
        ErrorKind::MissingRequiredArgument => format!("필요한 인자가 없습니다: {arg}"),
        ErrorKind::MissingSubcommand => "명령이 필요합니다".to_owned(),
        ErrorKind::InvalidUtf8 => "인자가 UTF-8이 아닙니다".to_owned(),
        _ => said
            .clone()
            .unwrap_or_else(|| "명령줄을 처리할 수 없습니다".to_owned()),
    };
    let mut lines = vec![format!("오류: {what}")];
    if let (ErrorKind::ValueValidation, Some(said)) = (error.kind(), said) {
        lines.push(format!("  {said}"));
    }
    for (kind, intro) in [
        (ContextKind::ValidValue, "가능한 값"),
        (ContextKind::ValidSubcommand, "가능한 명령"),
        (ContextKind::SuggestedSubcommand, "비슷한 명령"),
        (ContextKind::SuggestedArg, "비슷한 인자"),
        (ContextKind::SuggestedValue, "비슷한 값"),
    ] {
        let values = text(kind);
        if !values.is_empty() {
            lines.push(format!("  {intro}: {values}"));
        }
    }
    let usage = text(ContextKind::Usage);
    if let Some(usage) = usage.strip_prefix("Usage:") {
        lines.push(format!("\n사용법:{usage}"));
    }
    lines.push("\n자세한 내용은 `--help`를 보십시오.".to_owned());
    Some(lines.join("\n"))
}

fn shown(value: &ContextValue) -> String {
    let plain = |text: &StyledStr| text.to_string();
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(all) => all.join(", "),
        ContextValue::StyledStr(text) => plain(text),
        ContextValue::StyledStrs(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
