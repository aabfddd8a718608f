//! What only this crate can do to an image.
