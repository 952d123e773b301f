//! Named parameters, read from and written to text.

/// A parameter's value as text.
pub(super) trait Value: Sized {
    /// Reads it; `None` if it is none.
    fn read(text: &str) -> Option<Self>;
    /// Writes it so that it can be read again.
    fn write(&self) -> String;
    /// What can be written, for people.
    fn known() -> String;
}

impl Value for bool {
    fn read(text: &str) -> Option<Self> {
        match text {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> String {
        (if *self { "on" } else { "off" }).to_owned()
    }

    fn known() -> String {
        "on, off".to_owned()
    }
}

impl Value for u8 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number| (1..=100).contains(number))
    }

    fn write(&self) -> String {
        self.to_string()
    }

    fn known() -> String {
        "a whole number from 1 to 100".to_owned()
    }
}

impl Value for u32 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number| (1..=1_000_000).contains(number))
    }

    fn write(&self) -> String {
        self.to_string()
    }

    fn known() -> String {
        "a whole number from 1 to 1000000".to_owned()
    }
}

/// Parameters by name. A name is written with hyphens.
pub(super) trait Parameters {
    /// Every parameter with its value.
    fn pairs(&self) -> Vec<(String, String)>;
    /// Sets one. Answers what can be written if the value is none, and `None` if there is no such
    /// parameter.
    fn set(&mut self, name: &str, value: &str) -> Option<Result<(), String>>;
}

/// A struct of parameters with their defaults.
macro_rules! parameters {
    (
        $(#[$outer:meta])*
        $name:ident {
            $($(#[$inner:meta])* $field:ident: $type:ty = $default:expr),+ $(,)?
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name { $($(#[$inner])* pub $field: $type),+ }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $crate::strategy::Parameters for $name {
            fn pairs(&self) -> Vec<(String, String)> {
                use $crate::strategy::Value as _;
                vec![$((stringify!($field).replace('_', "-"), self.$field.write())),+]
            }

            fn set(&mut self, name: &str, value: &str) -> Option<Result<(), String>> {
                use $crate::strategy::Value;
                $(
                    if name == stringify!($field).replace('_', "-") {
                        return Some(match <$type as Value>::read(value) {
                            Some(value) => {
                                self.$field = value;
                                Ok(())
                            }
                            None => Err(<$type as Value>::known()),
                        });
                    }
                )+
                None
            }
        }
    };
}

pub(super) use parameters;
