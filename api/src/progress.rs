//! Progress bars of the command line; they show on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};
use std::borrow::Cow;

/// A bar of `count` steps.
pub fn progress(what: impl Into<Cow<'static, str>>, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(0));
    // The template is a constant; if it were wrong, the library's own would do.
    if let Ok(style) = ProgressStyle::with_template("  {msg:22} [{bar:30}] {pos}/{len}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}
