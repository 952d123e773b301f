//! The official Ethereum state tests: every case that plain revm passes passes under every runner,
//! alone and packed with others into one block.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use lanescope_state_tests::{Progress, run_suite};

/// Left out here, because its loops of billions of steps take as long as everything else together.
/// `lanescope state-test` runs it.
const LEFT_OUT: &str = "VMTests/vmPerformance/";

#[test]
fn state_tests_pass_under_every_runner() {
    let mut files = lanescope_tests::state_test_files().unwrap();
    if files.is_empty() {
        return;
    }
    files.retain(|file| !file.name.contains(LEFT_OUT));
    let report = run_suite(&files, &[1, 2, 4], &mut |progress| match progress {
        Progress::Folder { name, report } => println!("{name}: {}", report.line()),
        Progress::Waiting(cases) => eprintln!("still running: {}", cases.join("; ")),
    })
    .unwrap();
    assert!(report.is_good(), "\n{report}");
    println!("{report}without {LEFT_OUT}");
    assert!(report.passed > 0 && report.packed_blocks > 0, "the files hold no case:\n{report}");
}
