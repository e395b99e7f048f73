//! `kubectl localmart`: what is up with a shop, why, and what an edit would do. kubectl runs the
//! program of this name that it finds on the search path.

#![allow(clippy::print_stdout, reason = "a program that answers")]

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use localmart_operator::cli::{self, Question};

/// Ask about a LocalMart: what is up, why is it not ready, what would an edit change.
#[derive(Parser)]
#[command(version, name = "kubectl-localmart", bin_name = "kubectl localmart")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Question(Question),
    /// Print the program that completes these commands, in every shell that completes kubectl.
    #[command(after_help = "Example, with a directory of your search path:
  kubectl localmart completion > ~/.local/bin/kubectl_complete-localmart
  chmod +x ~/.local/bin/kubectl_complete-localmart")]
    Completion,
    /// What may come next: asked by the program that `completion` prints.
    #[command(name = "__complete", hide = true, disable_help_flag = true)]
    Complete {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Question(question) => question.answer("kubectl localmart"),
        Command::Completion => {
            print!("{}", cli::complete::SCRIPT);
            ExitCode::SUCCESS
        }
        Command::Complete { words } => cli::complete(&Arguments::command(), &words),
    }
}
