//! A portal at the address of a machine, as the demo's stand-in is: no browser has passkeys there, so none are offered.

use crate::walk::signed_in;
use portal_id_testkit::{Citizen, Page, TestIdp};

/// A person's portal at this address.
async fn at(address: &str) -> (TestIdp, Citizen) {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    (idp.restart_with(|config| address.clone_into(&mut config.oidc.issuer)).await, an)
}

/// Whether anything on the page is about passkeys, hidden or not.
fn offers(page: &Page) -> bool {
    page.words().to_lowercase().contains("khóa truy cập") || page.attribute("script[src*='passkey']", "src").is_some()
}

#[tokio::test]
async fn passkeys_are_offered_at_domains_and_at_no_address_of_a_machine() {
    for (address, some) in [
        ("https://id.tinh.example", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8082", false),
        ("http://[::1]:8082", false),
    ] {
        let (idp, an) = at(address).await;
        let page = idp.browser().open("/sign-in").await.expect("sign-in");
        assert_eq!(offers(&page), some, "{address}: {}", page.words());
        let autocomplete = page.attribute("#username", "autocomplete").unwrap();
        assert_eq!(autocomplete.contains("webauthn"), some, "{address}: {autocomplete}");
        let mut browser = signed_in(&idp, &an).await;
        for (path, name) in [("/", "home"), ("/account", "account"), ("/account/security", "security")] {
            let page = browser.open(path).await.expect(name);
            assert_eq!(offers(&page), some, "{address}{path}: {}", page.words());
        }
        assert!(browser.open("/account/security").await.link("add-authenticator").is_some(), "other ways are offered");
        let page = browser.open("/account/security/passkey").await;
        assert_eq!(page.name(), if some { "add-passkey" } else { "security" }, "{address}");
        // Who has none is offered none, wherever that is, where one proves again who one is.
        let page = browser.open("/account/confirm?next=security").await.expect("confirm");
        assert!(!offers(&page), "{address}: {}", page.words());
    }
}
