//! Where something stands in a JSON text that has been read.

use serde_ignored::Path;

/// A step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To what an object has under this name.
    Key(String),
    /// To an entry of a list.
    Entry(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(entry: usize) -> Self {
        Self::Entry(entry)
    }
}

/// The steps to what was passed over.
pub(super) fn steps(path: &Path<'_>) -> Vec<Step> {
    let (before, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Entry(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Key(key.clone()))),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut steps = steps(before);
    steps.extend(step);
    steps
}

/// The steps as they are told: `problem.requests[4].cap`.
pub(super) fn named(steps: &[Step]) -> String {
    let mut name = String::new();
    for step in steps {
        match step {
            Step::Entry(entry) => name.push_str(&format!("[{entry}]")),
            Step::Key(key) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(if key.is_empty() { "\"\"" } else { key });
            }
        }
    }
    name
}

/// The line, from 1, in which that begins, or else the last of the steps that is there.
pub(super) fn line(text: &str, steps: &[Step]) -> usize {
    let mut scan = Scan { text, at: 0 };
    let mut found = 0;
    for step in steps {
        let Some(place) = scan.enter(step) else { break };
        found = place;
    }
    text[..found].matches('\n').count() + 1
}

/// A place in a text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes to what comes next.
    fn skip(&mut self) {
        let between = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b':');
        while self.byte().is_some_and(between) {
            self.at += 1;
        }
    }

    /// Takes a step; tells where the name or the entry begins.
    fn enter(&mut self, step: &Step) -> Option<usize> {
        self.skip();
        match (self.byte()?, step) {
            (b'{', Step::Key(key)) => {
                self.at += 1;
                loop {
                    self.skip();
                    let begins = self.at;
                    let name = self.string()?;
                    let found = name == *key;
                    if found {
                        return Some(begins);
                    }
                    self.value()?;
                }
            }
            (b'[', Step::Entry(entry)) => {
                self.at += 1;
                for _ in 0..*entry {
                    self.value()?;
                }
                self.skip();
                (self.byte()? != b']').then_some(self.at)
            }
            _ => None,
        }
    }

    /// Passes a string; none if there is no string.
    fn string(&mut self) -> Option<String> {
        let begins = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        while self.byte()? != b'"' {
            self.at += if self.byte()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_str(self.text.get(begins..self.at)?).ok()
    }

    /// Passes a value; none where the list or the object ends.
    fn value(&mut self) -> Option<()> {
        self.skip();
        if matches!(self.byte()?, b']' | b'}') {
            return None;
        }
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth == 0 => return Some(()),
                b']' | b'}' => depth -= 1,
                b',' if depth == 0 => return Some(()),
                _ => {}
            }
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_its_steps_and_not_by_its_name() {
        let text = "{\"a\": {\"b\\\"]\": [1,\n 2,\n {\"cap\": \"]}\",\n \"x\": {\"y\": 3}}]},\n\"cap\": 4,\n\"x\": []}";
        let at = |steps: &[Step]| line(text, steps);
        assert_eq!(at(&["a".into(), "b\"]".into(), 1.into()]), 2);
        let inner = ["a".into(), "b\"]".into(), 2.into(), "x".into(), "y".into()];
        assert_eq!(at(&inner), 4);
        assert_eq!(named(&inner), "a.b\"][2].x.y");
        assert_eq!(at(&["cap".into()]), 5);
        // What is not there stands where it would.
        assert_eq!(at(&["x".into(), 3.into()]), 6);
        assert_eq!(at(&["nowhere".into()]), 1);
        assert_eq!(line("[", &[0.into()]), 1);
    }
}
