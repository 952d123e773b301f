//! Files of what is seen and of what is known. Nothing leaves the user's machine.

mod keepsake;
mod make;
mod menu;
mod picture;

pub(crate) use keepsake::Keepsake;
pub(crate) use make::make;
pub(crate) use menu::ExportMenu;
