//! What can go wrong for the test client.

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub enum Error {
    Io(std::io::Error),
    /// The connection ended; why, as far as it is known.
    Closed(String),
    /// Nothing came within [`super::PATIENCE`]; what was waited for.
    Late(&'static str),
    /// The server sent something that does not belong here.
    Server(String),
    /// `<failure/>`, or an answer that is no SASL.
    Sasl(String),
    /// An IQ of type error.
    Iq(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        Error::Io(error)
    }
}
