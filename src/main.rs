//! The program `imera`: see `cli`.

fn main() -> std::process::ExitCode {
    imera::cli::main()
}
