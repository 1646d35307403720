//! On the way to a service and back, leaving, notices, and everything that goes wrong.

use super::{Samples, faults};
use crate::pages::consent::{ConsentPage, Grant};
use crate::pages::error::ErrorPage;
use crate::pages::form_post::FormPostPage;
use crate::pages::going_back::GoingBackPage;
use crate::pages::layout::Layout;
use crate::pages::notice::{Notice, NoticePage};
use crate::pages::open_app::OpenAppPage;
use crate::pages::sign_out::{LeavingPage, SignOutPage, SignedOutPage};
use portal_id_core::client::SCOPES;
use serde_json::json;

impl Samples {
    pub(super) fn service(&mut self) {
        let claims = json!({
            "name": self.v("Nguyễn Thị An"),
            "preferred_username": self.v("nguyenthian85"),
            "birthdate": self.v("1985-03-27"),
            "email": self.v("nguyen.an@example.vn"),
            "email_verified": true,
            "phone_number": self.v("+84912345678"),
            "phone_number_verified": true,
            "address": { "formatted": self.v("Số 12 Hùng Vương, Phường Bắc Giang, Tỉnh Bắc Ninh") },
            "identity_number": self.v("024185001234"),
            "identity_number_verified": false,
            "business_name": self.v("Công ty TNHH Vải Thiều"),
            "business_name_verified": false,
            "business_code": self.v("9900000016"),
            "business_code_verified": true,
            "head_office": { "formatted": self.v("Số 2 Hùng Vương, Phường Bắc Giang, Tỉnh Bắc Ninh") },
            "head_office_verified": false,
        });
        let claims = claims.as_object().cloned().unwrap_or_default();
        let layout = Layout { service: None, ..self.in_flow_of_client("consent-title") };
        let grants = SCOPES.iter().map(|scope| Grant::of(&layout, scope, &claims)).collect();
        let page = ConsentPage {
            layout,
            service: self.v("Dịch vụ hộ tịch điện tử"),
            username: self.v("nguyenthian85"),
            origin: Some(self.v("https://hotich.example.vn")),
            grants,
        };
        self.draw("consent", &page);
        let fields = vec![("code", self.v("abc")), ("state", self.v("xyz"))];
        self.draw(
            "form-post",
            &FormPostPage {
                layout: self.layout("form-post-title"),
                address: self.v("https://hotich.example.vn/cb"),
                fields,
            },
        );
        self.draw(
            "going-back",
            &GoingBackPage {
                layout: self.layout("going-back-title"),
                address: self.v("https://hotich.example.vn/cb?code=abc"),
            },
        );
        self.draw(
            "open-app",
            &OpenAppPage { layout: self.layout("open-app-title"), address: self.v("vn.example.app:/cb?code=abc") },
        );
    }

    pub(super) fn leaving(&mut self) {
        let asked_by = Some(self.v("Dịch vụ hộ tịch điện tử"));
        let carried = vec![("request", self.v("c2VhbGVk"))];
        self.draw("sign-out", &SignOutPage { layout: self.signed_in("sign-out-title"), asked_by, carried });
        let frames = vec![self.v("https://hotich.example.vn/out?iss=a&sid=b"), self.v("https://dat.example.vn/out")];
        let page = SignedOutPage { layout: self.layout("signed-out-title"), frames: frames.clone() };
        self.draw("signed-out", &page);
        let there = self.v("Cổng Dịch vụ công quốc gia");
        for (name, address, provider, by_itself) in [
            ("leaving", "https://hotich.example.vn/bye?state=xyz", None, true),
            ("leaving-to-an-app", "vn.example.app:/bye", None, false),
            ("leaving-another-provider", "https://portal.example/oidc/logout?state=xyz", Some(there), true),
        ] {
            let (frames, address) = (frames.clone(), self.v(address));
            let page = LeavingPage { layout: self.layout(LeavingPage::TITLE), frames, address, provider, by_itself };
            self.draw(name, &page);
        }
    }

    pub(super) fn faults(&mut self) {
        for fault in faults() {
            let layout = Layout { csrf: String::new(), ..self.layout(ErrorPage::TITLE) };
            self.draw(fault.key(), &ErrorPage::new(layout, &fault));
        }
    }

    /// What happened, told in one sentence.
    pub(super) fn notices(&mut self) {
        for notice in Notice::ALL {
            let until = self.v("10:25, 23/11/2026");
            let page = NoticePage::new(self.in_flow(notice.title), notice, &[("minutes", &30_i64), ("until", &until)]);
            self.draw(notice.title.trim_end_matches("-title"), &page);
        }
    }
}
