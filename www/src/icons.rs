//! Small drawings, in the colour of the words around them.

use yew::{Html, html};

/// Which drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Add,
    Close,
    Commands,
    Contrast,
    Down,
    Duplicate,
    Edit,
    First,
    Fork,
    Last,
    Loop,
    More,
    Lock,
    Open,
    Pause,
    Play,
    Redo,
    Remove,
    Save,
    Search,
    StepBack,
    StepForward,
    Undo,
    Up,
}

impl Icon {
    /// Paths on a grid of 16: those that are filled, and those that are drawn as lines.
    const fn paths(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("", "M8 3v10M3 8h10"),
            Self::Close => ("", "M4 4l8 8M12 4l-8 8"),
            Self::Commands => ("", "M3 4.5l2.5 2.5L3 9.5M7.5 11.5H13M7.5 7H13"),
            Self::Contrast => (
                "M8 2.2a5.8 5.8 0 0 1 0 11.6z",
                "M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 0 1 0-11.6z",
            ),
            Self::Down => ("", "M8 3v10M4 9l4 4 4-4"),
            Self::Duplicate => ("", "M6 6h7.5v7.5H6zM10 3.5V2.5H2.5V10h1"),
            Self::Edit => ("", "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2zM9.3 4.5l2.2 2.2"),
            Self::First => ("M13 3v10L6 8zM3 3h2v10H3z", ""),
            Self::Fork => ("", "M2 8h4c3 0 3-4.5 6-4.5h2M6 8c3 0 3 4.5 6 4.5h2"),
            Self::Lock => ("M4 7h8v6.5H4z", "M5.5 7V5a2.5 2.5 0 0 1 5 0v2"),
            Self::Last => ("M3 3v10l7-5zM11 3h2v10h-2z", ""),
            Self::Loop => (
                "",
                "M3 7.5a3 3 0 0 1 3-3h7M11 2.3l2.3 2.2L11 6.7M13 8.5a3 3 0 0 1-3 3H3M5 9.3l-2.3 2.2L5 13.7",
            ),
            Self::More => ("M2 6.7h2.6v2.6H2zM6.7 6.7h2.6v2.6H6.7zM11.4 6.7H14v2.6h-2.6z", ""),
            Self::Open => ("", "M2 12.5V3.5h4l1.5 2H14v7z"),
            Self::Pause => ("M4 3h3v10H4zM9 3h3v10H9z", ""),
            Self::Play => ("M4 2.5v11l9-5.5z", ""),
            Self::Redo => ("", "M12.5 6H6a3.2 3.2 0 0 0 0 6.5h4M10 3l3 3-3 3"),
            Self::Remove => {
                ("", "M3 4.5h10M6.5 4V2.8h3V4M4.3 4.5l.6 8.7h6.2l.6-8.7M6.8 7v4M9.2 7v4")
            }
            Self::Save => ("", "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13h10"),
            Self::Search => {
                ("", "M7 2.8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 0 1 0-8.4zM10.2 10.2l3.3 3.3")
            }
            Self::StepBack => ("", "M11 3.6v8.8L4.4 8z"),
            Self::StepForward => ("", "M5 3.6v8.8L11.6 8z"),
            Self::Undo => ("", "M3.5 6H10a3.2 3.2 0 0 1 0 6.5H6M6 3L3 6l3 3"),
            Self::Up => ("", "M8 13V3M4 7l4-4 4 4"),
        }
    }

    /// The drawing; never read aloud.
    pub(crate) fn draw(self) -> Html {
        let (filled, lined) = self.paths();
        html! {
            <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                if !filled.is_empty() { <path class="icon-fill" d={filled} /> }
                if !lined.is_empty() { <path class="icon-line" d={lined} /> }
            </svg>
        }
    }
}

/// The mark of Lanescope: three lanes, one of them thrown away.
pub(crate) fn logo() -> Html {
    html! {
        <svg class="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <rect class="logo-1" x="2" y="4" width="11" height="4" rx="2" />
            <rect class="logo-2" x="7" y="10" width="15" height="4" rx="2" />
            <rect class="logo-3" x="2" y="16" width="9" height="4" rx="2" />
        </svg>
    }
}
