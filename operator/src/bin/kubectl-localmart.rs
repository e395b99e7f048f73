//! `kubectl localmart`: what is up with a shop, why, and what an edit would do. kubectl runs the
//! program of this name that it finds on the search path.

use std::process::ExitCode;

use clap::Parser;
use localmart_operator::cli::Question;

/// Ask about a LocalMart: what is up, why is it not ready, what would an edit change.
#[derive(Parser)]
#[command(version, name = "kubectl-localmart", bin_name = "kubectl localmart")]
struct Arguments {
    #[command(subcommand)]
    question: Question,
}

fn main() -> ExitCode {
    Arguments::parse().question.answer("kubectl localmart")
}
