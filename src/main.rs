//! imera: the program. Nothing yet but its stones.

fn main() {}
