//! Tests of the gate.

mod judged;
