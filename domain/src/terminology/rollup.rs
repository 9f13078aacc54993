//! Codes gathered under the categories, blocks and chapters that hold them, for reports.

use super::span::Span;
use super::tree::Level;
use super::{ConditionCode, Terminology};

crate::vocabulary! {
    /// How finely conditions are told apart.
    CodeLevel {
        Code = "code", "코드", "code";
        Category = "category", "3단위 분류", "category";
        Block = "block", "중분류", "block";
        Chapter = "chapter", "대분류", "chapter";
    }
}

impl Terminology {
    /// The category, innermost block or chapter that holds a condition; itself where it is as broad or broader.
    pub fn rolled_up(&self, code: &ConditionCode, level: CodeLevel) -> ConditionCode {
        let wanted = match level {
            CodeLevel::Code => return code.clone(),
            CodeLevel::Category => Level::Category,
            CodeLevel::Block => Level::Block,
            CodeLevel::Chapter => Level::Chapter,
        };
        self.tree
            .path(Span::of(code))
            .find(|node| node.level == wanted)
            .and_then(|node| node.code.parse().ok())
            .unwrap_or_else(|| code.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn codes_roll_up_to_what_holds_them() {
        let terminology = Terminology::standard();
        let up = |code: &str, level| {
            terminology
                .rolled_up(&code.parse().unwrap(), level)
                .to_string()
        };
        assert_eq!(up("C34.1", CodeLevel::Code), "C34.1");
        assert_eq!(up("C34.1", CodeLevel::Category), "C34");
        assert_eq!(up("C34.1", CodeLevel::Block), "C30-C39");
        let chapter = up("C34.1", CodeLevel::Chapter);
        assert!(chapter.starts_with("C00-D"), "{chapter}");
        // What is broader than the level stays as it is.
        assert_eq!(up("C00-C97", CodeLevel::Category), "C00-C97");
        assert_eq!(up("C00-C97", CodeLevel::Chapter), chapter);
    }
}
