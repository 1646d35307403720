//! The kinds of provider that there are presets for: where each has its endpoints, and a person whom it knows.

use super::Provider;
use serde_json::json;
use std::sync::Arc;

impl Provider {
    /// The national portal, at `https://portal.example`, with a citizen of the second level.
    pub fn vnconnect() -> Arc<Self> {
        let provider = Self::new("vnconnect", "https://portal.example", "vnconnect");
        provider.inside().person(
            json!({ "sub": "s-binh", "sid": "sid-binh" }),
            json!({
                "sub": "s-binh", "TechID": "binh", "LoaiTaiKhoan": 1, "loAs": "LoA2", "SoDinhDanh": "024185001234", "SoCMND": "",
                "HoVaTen": "Trần Thị Bình", "NgayThangNamSinh": "19850315", "SoDienThoai": "0912345678", "ThuDienTu": null,
                "TonGiao": "Không", "NhomMau": "O", "Cha": "Trần Văn Cả",
            }),
        );
        Arc::new(provider)
    }

    /// Any OpenID provider, called `id`, at `https://<id>.example`, of which nothing is believed but who somebody is.
    pub fn generic(id: &str) -> Arc<Self> {
        let provider = Self::new(id, &format!("https://{id}.example"), "oidc");
        provider.inside().person(
            json!({ "sub": "u-1", "sid": "sid-1" }),
            json!({ "sub": "u-1", "name": "Lê Văn Cường", "email": "cuong@example.vn" }),
        );
        Arc::new(provider)
    }

    /// A realm of a province's Keycloak, at `https://<id>.example/auth/realms/tinh`, with numbers in the claims that Hue's has.
    pub fn keycloak(id: &str) -> Arc<Self> {
        let provider = Self::new(id, &format!("https://{id}.example"), "keycloak");
        provider.inside().person(
            json!({ "sub": "f3a1", "sid": "kc-1" }),
            json!({
                "sub": "f3a1", "name": "Lê Văn Cường", "birthdate": "1979-05-02", "email": "cuong@example.vn",
                "email_verified": false, "citizenId": "024079004321", "identityCardId": "121234567",
            }),
        );
        Arc::new(provider)
    }

    /// A WSO2 Identity Server of a province, at `https://<id>.example`.
    pub fn wso2(id: &str) -> Arc<Self> {
        let provider = Self::new(id, &format!("https://{id}.example"), "wso2");
        provider.inside().person(
            json!({ "sub": "cuong@carbon.super" }),
            json!({ "sub": "cuong@carbon.super", "name": "Lê Văn Cường", "birthdate": "1979-05-02" }),
        );
        Arc::new(provider)
    }

    /// VNeID, at `https://vneid.example`, with a citizen of the second level.
    pub fn vneid() -> Arc<Self> {
        let provider = Self::new("vneid", "https://vneid.example", "vneid");
        provider.inside().person(
            json!({ "sub": "v-binh" }),
            json!({
                "sub": "v-binh", "TechID": "binh", "LoaiTaiKhoan": 1, "loAs": "LoA1", "IAL": 2, "SoDinhDanh": "024185001234",
                "HoVaTen": "Trần Thị Bình", "NgayThangNamSinh": "19850315",
                "userProfileUri": "https://vneid.example/toi", "logoutUri": "https://vneid.example/thoat?phien=1",
            }),
        );
        Arc::new(provider)
    }

    /// The issuer of its tokens.
    pub fn issuer(&self) -> String {
        match self.preset {
            "vnconnect" | "wso2" => format!("{}/oauth2/token", self.base),
            _ => format!("{}{}", self.base, self.root()),
        }
    }

    /// Below which path it lies.
    pub(super) fn root(&self) -> &'static str {
        if self.preset == "keycloak" { "/auth/realms/tinh" } else { "" }
    }

    /// The paths of its endpoints: sign-in, token, userinfo, keys, sign-out, metadata.
    pub(super) fn places(&self) -> [&'static str; 6] {
        match self.preset {
            "keycloak" => [
                "/auth/realms/tinh/protocol/openid-connect/auth",
                "/auth/realms/tinh/protocol/openid-connect/token",
                "/auth/realms/tinh/protocol/openid-connect/userinfo",
                "/auth/realms/tinh/protocol/openid-connect/certs",
                "/auth/realms/tinh/protocol/openid-connect/logout",
                "/auth/realms/tinh/.well-known/openid-configuration",
            ],
            "wso2" => [
                "/oauth2/authorize",
                "/oauth2/token",
                "/oauth2/userinfo",
                "/oauth2/jwks",
                "/oidc/logout",
                "/oauth2/token/.well-known/openid-configuration",
            ],
            // All but the first are what its operator told us.
            "vneid" => ["/auth", "/told/token", "/told/userinfo", "/told/keys", "/told/logout", "/told/metadata"],
            _ => [
                "/oauth2/authorize",
                "/oauth2/token",
                "/oauth2/userinfo",
                "/oauth2/jwks",
                "/oidc/logout",
                "/.well-known/openid-configuration",
            ],
        }
    }
}
