//! The migrations are built into the library; a new or changed one must build it again.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
