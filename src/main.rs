//! Arguments to a door, and the exit code. Nothing else.

use std::process::ExitCode;

use clap::Parser;
use holdfast::demo::cameras;

/// Until `cli` holds all subcommands.
#[derive(Parser)]
enum Hidden {
    DemoCameras(cameras::Arguments),
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("demo-cameras") {
        return ExitCode::SUCCESS;
    }
    let Hidden::DemoCameras(arguments) = Hidden::parse();
    match cameras::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(problem.kind.exit_code())
        }
    }
}
