//! Colours of the two themes. Chosen for contrast and for colour-blind viewers together, and
//! checked by tests: never change one by eye.

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light: for projectors and print.
    Light,
}

/// An sRGB colour.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color(pub u32);

impl Color {
    /// Red, green, blue.
    #[must_use]
    pub const fn channels(self) -> [u8; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue]
    }

    /// This colour over `base`, at `share` (0 to 1).
    #[must_use]
    pub fn over(self, base: Self, share: f64) -> Self {
        let (top, under) = (self.channels(), base.channels());
        let mix = |at: usize| {
            let mixed = f64::from(top[at]) * share + f64::from(under[at]) * (1.0 - share);
            u32::from(mixed.round().clamp(0.0, 255.0) as u8)
        };
        Self(mix(0) << 16 | mix(1) << 8 | mix(2))
    }
}

impl core::fmt::Display for Color {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "#{:06X}", self.0)
    }
}

impl core::fmt::Debug for Color {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{self}")
    }
}

/// Every colour of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub page: Color,
    /// Behind a lane's bars.
    pub lane: Color,
    /// Grid lines.
    pub grid: Color,
    /// Words.
    pub text: Color,
    /// Words that matter less.
    pub muted: Color,
    /// The ring around what is selected.
    pub focus: Color,
    /// Not begun: outline only.
    pub queued: Color,
    /// Runs now.
    pub executing: Color,
    /// Final.
    pub committed: Color,
    /// Thrown away.
    pub aborted: Color,
    /// Runs again.
    pub again: Color,
    /// Waits for another transaction.
    pub waiting: Color,
    /// Words on executing, committed and waiting fills.
    pub ink: Color,
    /// Words on re-executing fills.
    pub ink_again: Color,
}

const DARK: Palette = Palette {
    page: Color(0x0B_0F14),
    lane: Color(0x13_1A22),
    grid: Color(0x2A_3440),
    text: Color(0xE6_EDF3),
    muted: Color(0x9B_A7B4),
    focus: Color(0x7C_C4FF),
    queued: Color(0x6B_7079),
    executing: Color(0x2F_7BFF),
    committed: Color(0x2B_DDB4),
    aborted: Color(0xEA_6F45),
    again: Color(0xFF_E45C),
    waiting: Color(0xEF_A9F4),
    ink: Color(0x0B_0F14),
    ink_again: Color(0x0B_0F14),
};

const LIGHT: Palette = Palette {
    page: Color(0xFF_FFFF),
    lane: Color(0xF3_F5F7),
    grid: Color(0xD5_DBE1),
    text: Color(0x1B_2430),
    muted: Color(0x55_606D),
    focus: Color(0x0B_5CAD),
    queued: Color(0x7F_89A3),
    executing: Color(0x13_38C2),
    committed: Color(0x00_775D),
    aborted: Color(0xAE_1A08),
    again: Color(0xB8_820F),
    waiting: Color(0x5A_1A44),
    ink: Color(0xFF_FFFF),
    ink_again: Color(0x0B_0F14),
};

impl Palette {
    /// The colours of a theme.
    #[must_use]
    pub const fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }
}
