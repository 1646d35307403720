//! Arriving by another provider.

use super::Samples;
use crate::pages::upstream::Way;
use crate::pages::upstream::start::GoingTherePage;
use crate::pages::upstream::trouble::{For, TroublePage, What};

impl Samples {
    pub(super) fn ways(&self) -> Vec<Way> {
        let name = if self.language == portal_id_core::language::Language::Vi {
            "VNConnect – Cổng Dịch vụ công quốc gia"
        } else {
            "VNConnect – National Public Service Portal"
        };
        vec![
            Way { id: "vnconnect".to_owned(), name: self.v(name) },
            Way { id: "vneid".to_owned(), name: self.v("VNeID") },
        ]
    }

    pub(super) fn upstream(&mut self) {
        let address = self.v("https://portal.example/oauth2/authorize?client_id=cong-tinh&state=s");
        let name = self.v("VNConnect");
        self.draw("going-there", &GoingTherePage { layout: self.in_flow(GoingTherePage::TITLE), name, address });
        for what in What::ALL {
            let page =
                TroublePage::new(self.in_flow(what.title), self.ways(), "vnconnect", (what, For::SigningIn), None);
            self.draw(what.title, &page);
        }
        let layout = self.signed_in(What::SAID.title);
        let page = TroublePage::new(
            layout,
            self.ways(),
            "vnconnect",
            (What::SAID, For::Linking),
            Some(self.v("server_error")),
        );
        self.draw("upstream-said-signed-in", &page);
        let layout = crate::pages::layout::Layout {
            signed_in_as: Some(self.v("nguyenthian85")),
            ..self.in_flow(What::AWAY.title)
        };
        let page = TroublePage::new(layout, self.ways(), "vnconnect", (What::AWAY, For::Level), None);
        self.draw("upstream-away-stepping-up", &page);
    }
}
