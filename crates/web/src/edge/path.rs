//! The parts of an address that its route leaves open.

use crate::edge::PageError;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// Them, decoded. What is no text is the name of nothing here, and the answer is a page of ours like any other: axum's own
/// extractor would answer a bare line of text.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(open)| Self(open)).map_err(|_| PageError::NotFound)
    }
}
