//! Any text as a schedule.
#![no_main]

use kiln::project::Expression;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = Expression::parse(text);
});
