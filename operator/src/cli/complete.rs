//! Completion. kubectl completes its own commands in every shell, and asks a program called
//! `kubectl_complete-<plugin>` about those of a plugin, so nothing here knows about shells.

use clap::{Arg, ArgAction, Command, ValueHint};

/// The program that kubectl asks.
pub const SCRIPT: &str = "\
#!/bin/sh
# Completion of `kubectl localmart`. kubectl looks for this file on the search path, under the name
# kubectl_complete-localmart.
exec kubectl-localmart __complete \"$@\"
";

/// What may come next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Words, each with what it means.
    Words(Vec<(String, String)>),
    /// The name of a LocalMart.
    Shop,
    /// A file.
    File,
}

impl Next {
    /// In kubectl's form: a line each, then how to go on. 4 keeps files out.
    pub fn answer(&self, names: &[String]) -> String {
        let lines = match self {
            Self::File => return ":0\n".to_owned(),
            Self::Words(words) => words.clone(),
            Self::Shop => names
                .iter()
                .map(|name| (name.clone(), String::new()))
                .collect(),
        };
        let line = |(word, help): &(String, String)| format!("{word}\t{help}");
        let lines = lines.iter().map(line);
        let lines = lines.map(|line| format!("{}\n", line.trim_end()));
        lines.collect::<String>() + ":4\n"
    }
}

/// What may come at the end of `words`, the last of which is being typed.
pub fn next(program: &Command, words: &[String]) -> Next {
    let (typed, before) = match words.split_last() {
        Some((typed, before)) => (typed.as_str(), before),
        None => ("", words),
    };
    let Some((first, given)) = before.split_first() else {
        let commands = program.get_subcommands().filter(|it| !it.is_hide_set());
        return options(
            typed,
            commands.map(|it| (it.get_name().to_owned(), it.get_about())),
        );
    };
    let Some(command) = program.find_subcommand(first) else {
        return Next::Words(Vec::new());
    };
    if let Some(option) = given.last().and_then(|word| option(command, word)) {
        return values(option, typed);
    }
    if typed.starts_with('-') {
        let all = command.get_arguments().filter_map(|it| {
            let long = it.get_long()?;
            Some((format!("--{long}"), it.get_help()))
        });
        return options(typed, all);
    }
    let is_value = |at: usize| at > 0 && option(command, &given[at - 1]).is_some();
    let mut named = given.iter().enumerate();
    let named = named.any(|(at, word)| !word.starts_with('-') && !is_value(at));
    match command.get_positionals().next() {
        Some(_) if !named => Next::Shop,
        _ => Next::Words(Vec::new()),
    }
}

/// The option that `word` is, if it wants a value.
fn option<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|it| {
        let long = it.get_long().map(|long| format!("--{long}"));
        let short = it.get_short().map(|short| format!("-{short}"));
        let is_it = [long, short].iter().flatten().any(|name| name == word);
        is_it && matches!(it.get_action(), ArgAction::Set)
    })
}

fn values(option: &Arg, typed: &str) -> Next {
    match option.get_value_hint() {
        ValueHint::AnyPath | ValueHint::FilePath => Next::File,
        _ => {
            let all = option.get_possible_values().into_iter();
            let all: Vec<_> = all
                .map(|it| {
                    let help = it.get_help().map(ToString::to_string);
                    (it.get_name().to_owned(), help.unwrap_or_default())
                })
                .filter(|(word, _)| word.starts_with(typed))
                .collect();
            Next::Words(all)
        }
    }
}

fn options<'a>(
    typed: &str,
    all: impl Iterator<Item = (String, Option<&'a clap::builder::StyledStr>)>,
) -> Next {
    let fitting = all.filter(|(word, _)| word.starts_with(typed));
    Next::Words(
        fitting
            .map(|(word, help)| (word, help.map(ToString::to_string).unwrap_or_default()))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use clap::Subcommand;

    use super::*;
    use crate::cli::Question;

    fn ask(line: &str) -> Next {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        next(&Question::augment_subcommands(Command::new("x")), &words)
    }

    fn words(next: Next) -> Vec<String> {
        match next {
            Next::Words(words) => words.into_iter().map(|(word, _)| word).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_place_has_its_words() {
        assert_eq!(words(ask("e")), ["explain", "events"]);
        assert_eq!(
            words(ask("explain --o")),
            ["--operator-namespace", "--output"]
        );
        assert_eq!(words(ask("explain -o j")), ["json"]);
        assert_eq!(ask("diff -f "), Next::File);
        assert_eq!(ask("explain "), Next::Shop);
        assert_eq!(ask("explain -n there "), Next::Shop);
        assert_eq!(words(ask("explain shop ")), [""; 0]);
        assert_eq!(words(ask("nonsense ")), [""; 0]);
    }

    #[test]
    fn kubectl_gets_lines_and_a_number() {
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(Next::Shop.answer(&names), "a\nb\n:4\n");
        assert_eq!(Next::File.answer(&names), ":0\n");
        let word = ("diff".to_owned(), "What".to_owned());
        assert_eq!(Next::Words(vec![word]).answer(&names), "diff\tWhat\n:4\n");
    }
}
