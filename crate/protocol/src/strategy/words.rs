//! Parameters that are one of a few words.

/// An enum whose variants have names for files, addresses and the command line.
macro_rules! words {
    (
        $(#[$outer:meta])*
        $name:ident { $($(#[$inner:meta])* $variant:ident = $slug:literal),+ $(,)? }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$inner])* $variant),+ }

        impl $name {
            /// Every value, in the order in which menus show them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name used in files, in addresses and on the command line.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }
        }

        impl $crate::strategy::Value for $name {
            fn read(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.slug() == text)
            }

            fn write(&self) -> String {
                self.slug().to_owned()
            }

            fn known() -> String {
                let slugs: Vec<_> = Self::ALL.iter().map(|value| value.slug()).collect();
                slugs.join(", ")
            }
        }
    };
}

pub(super) use words;
