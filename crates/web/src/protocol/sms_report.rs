//! Where SMS gateways tell what became of a message. The address carries a secret of that gateway, so it never stands in a
//! log line; what is told is taken as it comes and neither logged nor answered.

use crate::edge::{Call, PageError, Path};
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use portal_id_core::accounts::Failure;
use portal_id_core::ports::{ReportOutcome, SmsReport, SmsReports};
use std::sync::Arc;

/// The first part of every address that a gateway reports to.
const ADDRESS: &str = "/callbacks/sms/";

/// The largest report: about one message, a few hundred bytes.
const MAX_REPORT: usize = 16 * 1024;

/// What this endpoint needs.
#[derive(Clone)]
pub(crate) struct SmsReporting {
    pub(crate) reports: Arc<dyn SmsReports>,
}

/// The path as it may stand in a log line.
pub(crate) fn without_secret(path: &str) -> &str {
    if path.starts_with(ADDRESS) { ADDRESS } else { path }
}

/// Takes a report. Known and unknown messages get the same answer; an unknown gateway or secret is an unknown address.
pub(crate) async fn take(
    Call { ctx }: Call,
    State(s): State<SmsReporting>,
    Path((gateway, secret)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, PageError> {
    let body = match Limited::new(body, MAX_REPORT).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => return Err(PageError::TooLarge),
        Err(_) => return Err(PageError::Malformed("broken-body")),
    };
    let headers: Vec<_> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let report = SmsReport {
        gateway: &gateway,
        secret: &secret,
        query: query.as_deref().unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    match s.reports.take(report, ctx.now).await.map_err(Failure::from)? {
        ReportOutcome::Unknown => Err(PageError::NotFound),
        ReportOutcome::Taken => {
            let mut response = (StatusCode::OK, "ok\n").into_response();
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_an_address_stands_in_no_log_line() {
        assert_eq!(without_secret("/callbacks/sms/esms/s3cr3t"), "/callbacks/sms/");
        assert_eq!(without_secret("/callbacks/sms/esms/s3cr3t/x"), "/callbacks/sms/");
        assert_eq!(without_secret("/token"), "/token");
    }
}
