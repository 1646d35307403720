//! The lists of places that the script of an address asks for: for each era one of its provinces, and one of what lies
//! in each. The addresses carry a hash of all of them, so that they may be kept for ever and are never stale.

use crate::assets::{FOR_EVER, short_hash};
use crate::edge::{PageError, Path};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use portal_id_core::place::{Became, Era, OldDistrict, OldProvince, Province, Ward};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TODAY: LazyLock<Lists> = LazyLock::new(|| Lists::new(Era::Era2025));
static BEFORE: LazyLock<Lists> = LazyLock::new(|| Lists::new(Era::Era2004));

/// All lists of an era by their names.
struct Lists {
    version: String,
    folder: String,
    files: BTreeMap<String, Bytes>,
}

impl Lists {
    fn of(era: Era) -> &'static Self {
        match era {
            Era::Era2025 => &TODAY,
            Era::Era2004 => &BEFORE,
        }
    }

    fn new(era: Era) -> Self {
        let lists = match era {
            Era::Era2025 => lists_of_today(),
            Era::Era2004 => lists_of_before(),
        };
        let files: BTreeMap<String, Bytes> =
            lists.into_iter().map(|(name, list)| (format!("{name}.json"), list.to_string().into())).collect();
        let whole: Vec<u8> =
            files.iter().flat_map(|(name, list)| [name.as_bytes(), list.as_ref()]).flatten().copied().collect();
        let version = short_hash(&whole);
        Self { folder: format!("/places/{}/{version}/", era.as_str()), version, files }
    }
}

/// Where the lists of an era are: `provinces.json` and, for each province, its code with `.json`.
pub(crate) fn folder(era: Era) -> &'static str {
    &Lists::of(era).folder
}

/// `GET /places/{era}/{version}/{name}`
pub(crate) async fn get(Path((era, version, name)): Path<(String, String, String)>) -> Result<Response, PageError> {
    let lists = Era::from_text(&era).map(Lists::of).filter(|lists| lists.version == version);
    let list = lists.and_then(|lists| lists.files.get(&name)).ok_or(PageError::NotFound)?;
    let mut response = list.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, FOR_EVER);
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    Ok(response)
}

/// Pairs of code and name.
fn lists_of_today() -> Vec<(String, Value)> {
    let provinces = Province::all().iter().map(|province| json!([province.code(), province.name()])).collect();
    let mut lists = vec![("provinces".to_owned(), provinces)];
    for province in Province::all() {
        let wards: Value = province.wards().iter().map(|ward| json!([ward.code(), ward.name()])).collect();
        lists.push((province.code().to_string(), json!({ "wards": wards })));
    }
    lists
}

/// Pairs of code and name, and what became of each: codes of wards of today, whose names are in `today`.
fn lists_of_before() -> Vec<(String, Value)> {
    let provinces = OldProvince::all().iter().map(|province| json!([province.code(), province.name()])).collect();
    let mut lists = vec![("provinces".to_owned(), provinces)];
    for province in OldProvince::all() {
        let mut today = Map::new();
        let districts: Value = province.districts().iter().map(|district| of_district(district, &mut today)).collect();
        lists.push((province.code().to_string(), json!({ "districts": districts, "today": today })));
    }
    lists
}

fn of_district(district: &OldDistrict, today: &mut Map<String, Value>) -> Value {
    let mut codes = |became: &Became| -> Value {
        today.extend(became.iter().map(|ward| (ward.code().to_string(), json!(ward.full_name()))));
        became.iter().map(Ward::code).map(|code| json!(code)).collect()
    };
    let became = codes(&district.became());
    let wards: Value =
        district.wards().iter().map(|ward| json!([ward.code(), ward.name(), codes(&ward.became())])).collect();
    json!({ "code": district.code(), "name": district.name(), "became": became, "wards": wards })
}
