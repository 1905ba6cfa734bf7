//! SASL ANONYMOUS: RFC 4505.
//!
//! Missing: trace information is checked and forgotten (§2 lets the server do so).

use crate::limits::SASL_TRACE_MAX_CHARS;

use super::SaslError;

/// `message = [ email / token ]`: at most 255 characters of UTF-8 without NUL (RFC 4505 §2).
pub(super) fn check(message: &[u8]) -> Result<(), SaslError> {
    let trace = std::str::from_utf8(message).map_err(|_| SaslError::malformed_request("the trace is not UTF-8"))?;
    if trace.contains('\0') || trace.chars().count() > SASL_TRACE_MAX_CHARS {
        return Err(SaslError::malformed_request("the trace is too long or has a NUL"));
    }
    Ok(())
}
