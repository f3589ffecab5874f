//! The long documents: what takes more than a file's first lines to say.
//!
//! | document | answers | for |
//! |---|---|---|
//! | [`glossary`] | what a word means here, and which words we avoid | everybody |
//! | [`storage_format`] | what every byte on the disk is | whoever reads footage without Holdfast |
//! | [`decisions`] | why it is so and not otherwise | whoever wants to change it |
//! | [`law`] | what the law asks, what carries it, what is missing | whoever has to answer for it |
//! | [`threats`] | who attacks, what stops them, what doesn't | whoever has to trust it |
//! | [`proven`] | which lesson and which figure is shown by which test | whoever wants to see it fail |
//!
//! They are kept to the code: links are checked when the manual is built, the byte tables are held
//! against the encoder by a test, and a sentence about what is not there yet goes when it comes.

pub mod decisions;
pub mod glossary;
pub mod law;
pub mod proven;
pub mod storage_format;
pub mod threats;
