//! Images are checked: good ones have no errors, and each fault that is planted is found by its rule.
//!
//! - [`base`]: the images in which faults are planted. [`good`]: those that have none.
//! - [`iso`], [`udf`], [`disk`]: what is planted, and which rule finds it; where a program complains of the same, it is asked.
//! - [`mutated`]: whatever the bytes are, the check comes to an end.

mod base;
mod disk;
mod good;
mod iso;
mod mutated;
mod udf;
#[path = "../udf_images/mod.rs"]
#[allow(dead_code, reason = "others need more of it")]
mod udf_images;
