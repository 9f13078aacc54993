//! Our own form: one JSON object a line, in UTF-8.
//!
//! | key | meaning |
//! |---|---|
//! | `type` | `organisation`, `offer` or `demand` |
//! | `ref` | the record's name in the source, unique for its type |
//! | `organisation` | of an offer or demand: the `ref` of its organisation |
//! | `content` | the fields of `Profile`, `OfferContent` or `DemandContent`, in the words of their crate |
//!
//! An example of each lies in `examples`.

use super::{Item, Reading, Record, RowError};
use matchday_domain::catalogue::OfferContent;
use matchday_domain::demand::DemandContent;
use matchday_domain::json_faults;
use matchday_domain::organisation::Profile;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Organisation {
        r#ref: String,
        content: Box<Profile>,
    },
    Offer {
        r#ref: String,
        organisation: String,
        content: Box<OfferContent>,
    },
    Demand {
        r#ref: String,
        organisation: String,
        content: Box<DemandContent>,
    },
}

pub(super) fn read(bytes: &[u8], reading: &mut Reading) {
    let mut taken = Vec::new();
    lines(bytes, |line, text| {
        taken.push(
            text.and_then(|text| {
                serde_json::from_str::<Line>(text).map_err(|error| broken(line, &error))
            })
            .map(|read| {
                let (source_ref, item) = match read {
                    Line::Organisation { r#ref, content } => (r#ref, Item::Organisation(content)),
                    Line::Offer {
                        r#ref,
                        organisation,
                        content,
                    } => (
                        r#ref,
                        Item::Offer {
                            organisation,
                            profile: None,
                            content,
                        },
                    ),
                    Line::Demand {
                        r#ref,
                        organisation,
                        content,
                    } => (
                        r#ref,
                        Item::Demand {
                            organisation,
                            content,
                        },
                    ),
                };
                Record {
                    line,
                    source_ref,
                    item,
                }
            }),
        );
    });
    taken.into_iter().for_each(|result| reading.take(result));
}

/// Calls `each` with every line that is not blank and its number, or with the error of a line that is no text.
pub(super) fn lines(bytes: &[u8], mut each: impl FnMut(u64, Result<&str, RowError>)) {
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        // Text holds no zero bytes; UTF-16 does.
        match std::str::from_utf8(line).map(str::trim) {
            Ok("") => {}
            Ok(text) if !text.contains('\0') => each(number, Ok(text)),
            _ => each(number, Err(not_utf8(number))),
        }
    }
}

fn not_utf8(line: u64) -> RowError {
    RowError::new(
        line,
        None,
        "UTF-8로 쓴 글이 아닙니다. UTF-8로 저장해 다시 가져오십시오.",
        "The line is not UTF-8. Save the file as UTF-8 and import it again.",
    )
}

pub(super) fn broken(line: u64, error: &serde_json::Error) -> RowError {
    let cut = error.is_eof();
    let reason = json_faults::told(error);
    let (ko, en) = if cut {
        ("줄이 잘렸습니다", "The line is cut off")
    } else {
        ("읽을 수 없는 줄입니다", "The line cannot be read")
    };
    let said = error.to_string();
    let field = said.split('`').nth(1).filter(|_| said.contains("field"));
    RowError::new(
        line,
        field,
        format!("{ko}: {}", reason.ko),
        format!("{en}: {}", reason.en),
    )
}
