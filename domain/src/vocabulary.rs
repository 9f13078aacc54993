//! Closed vocabularies: each value has a code for files and interfaces and a name in both languages.

/// Declares an enum whose values have a code and a Korean and English name.
///
/// It reads and writes itself as the code.
#[macro_export]
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $ko:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $(#[doc = concat!($en, " (", $ko, ")")] $(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value, in the vocabulary's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Its place in the vocabulary as a bit, to make sets of.
            #[allow(dead_code)]
            pub(crate) fn bit(self) -> u64 {
                const { assert!(Self::ALL.len() <= 64) };
                1 << self as u32
            }

            /// The name in Korean and in English.
            pub fn names(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($ko, $en),)* }
            }

            /// The name.
            pub fn label(self) -> $crate::text::Message {
                let (ko, en) = self.names();
                $crate::text::Message::new(ko, en)
            }

            /// The value with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                const CODES: &[&str] = &[$($code,)*];
                let code = <String as serde::Deserialize>::deserialize(d)?;
                Self::from_code(&code).ok_or_else(|| {
                    let code = code.chars().take(40).collect::<String>();
                    // A long list would bury what is wrong.
                    if CODES.len() <= 20 {
                        serde::de::Error::unknown_variant(&code, CODES)
                    } else {
                        serde::de::Error::custom(format!("unknown {} `{code}`", stringify!($name)))
                    }
                })
            }
        }
    };
}
