//! JSON of touches.
