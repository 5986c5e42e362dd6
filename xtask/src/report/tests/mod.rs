//! The page of a made-up run: its structure, its figures, its behaviour in a browser.

mod chromium;
mod contrast;
mod fixture;
mod laws;
mod markup;
mod points;
mod terminal;
