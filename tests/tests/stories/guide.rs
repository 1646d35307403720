//! The words of the province's own guide, page by page: whoever reads it finds each of them where it says. The guide is
//! in Vietnamese; "…" stands for what the pages may add.

use portal_id_testkit::people::link_in;
use portal_id_testkit::{Browser, Business, Citizen, Page, TestIdp};

/// Where on a page the guide's words stand.
#[derive(Clone, Copy)]
enum Place {
    Heading,
    Part,
    Label,
    Button,
    Sentence,
}
use Place::{Button, Heading, Label, Part, Sentence};

impl Place {
    const fn css(self) -> &'static str {
        match self {
            Self::Heading => "main h1",
            Self::Part => "main h2, main strong",
            Self::Label => "main label",
            Self::Button => "main button:not([aria-hidden]), main a.button",
            Self::Sentence => "main p, main li",
        }
    }
}

/// Fails unless `page` says all of it, each at its place: headings and buttons exactly so, labels and parts from their
/// beginning, sentences anywhere.
fn says(page: &Page, guide: &[(Place, &str)]) {
    for (place, words) in guide {
        let found = page.texts_of(place.css());
        let there = found.iter().any(|text| match place {
            Heading | Button => text == words,
            Part | Label => text.starts_with(words),
            Sentence => text.contains(words),
        });
        assert!(there, "{}: “{words}” is not among {found:?}", page.name());
    }
}

/// "Thông tin đăng nhập", the same for every class.
const SIGN_IN_DETAILS: [(Place, &str); 7] = [
    (Part, "Thông tin đăng nhập"),
    (Label, "Tên đăng nhập"),
    (Label, "Mật khẩu"),
    (Label, "Xác nhận mật khẩu"),
    (Label, "Email"),
    (Label, "Số điện thoại"),
    (Button, "Đăng ký"),
];

/// From the filled form to the home page of whoever is signed in.
async fn registers_and_signs_in(idp: &TestIdp, browser: &mut Browser, registered: Page, email: &str) -> Page {
    let registered = registered.expect("registered");
    says(
        &registered,
        &[(Heading, "Đăng ký tài khoản thành công"), (Sentence, "kích hoạt tài khoản"), (Sentence, email)],
    );
    let mail = idp.newest_mail(email).await;
    assert!(mail.subject.starts_with("Kích hoạt tài khoản") && mail.html.contains("Kích hoạt tài khoản</a>"));
    let page = browser.open(&link_in(&mail.text)).await.expect("activate");
    says(&page, &[(Heading, "Kích hoạt tài khoản"), (Button, "Kích hoạt")]);
    let page = browser.submit(page.form_with("action").press("action", "activate")).await.expect("activated");
    says(&page, &[(Heading, "Kích hoạt tài khoản thành công"), (Button, "Đăng nhập")]);
    let page = browser.open(&page.link("sign-in").unwrap()).await.expect("sign-in");
    says(&page, &[(Heading, "Đăng nhập"), (Label, "Tên đăng nhập"), (Label, "Mật khẩu"), (Button, "Đăng nhập")]);
    page
}

#[tokio::test]
async fn a_citizen_who_follows_the_guide_finds_its_words_on_every_page() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = browser.open("/").await.expect("home");
    says(&page, &[(Button, "Đăng nhập"), (Button, "Đăng ký tài khoản")]);
    let page = browser.open(&page.link("register").unwrap()).await.expect("register");
    says(&page, &[(Heading, "Đăng ký tài khoản"), (Part, "Công dân"), (Part, "Doanh nghiệp")]);
    let page = browser.open(&page.link("citizen").unwrap()).await.expect("register-citizen");
    says(&page, &[(Heading, "Đăng ký tài khoản công dân"), (Label, "Họ và tên"), (Label, "Ngày sinh")]);
    says(&page, &[(Part, "Địa chỉ")]);
    says(&page, &SIGN_IN_DETAILS);

    let an = Citizen::named("nguyen.thi.an");
    let registered = an.register(&mut browser).await;
    let page = registers_and_signs_in(&idp, &mut browser, registered, &an.email).await;
    says(&page, &[(Sentence, "Công dân đăng nhập")]);
    let _ = an.sign_in(&idp, &mut browser, &page).await.expect("home");
}

#[tokio::test]
async fn a_business_that_follows_the_guide_finds_its_words_on_every_page() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser();
    let page = browser.open("/register/business").await.expect("register-business");
    says(
        &page,
        &[
            (Heading, "Đăng ký tài khoản doanh nghiệp"),
            (Label, "Tên doanh nghiệp"),
            (Label, "Mã số doanh nghiệp"),
            (Part, "Địa chỉ trụ sở"),
            (Label, "Tỉnh"),
            (Label, "Phường, xã"),
            (Label, "Quận, huyện"),
            (Label, "Số nhà, đường"),
        ],
    );
    says(&page, &SIGN_IN_DETAILS);

    let vai = Business::named("vai.thieu");
    let registered = vai.register(&mut browser).await;
    let page = registers_and_signs_in(&idp, &mut browser, registered, &vai.email).await;
    says(&page, &[(Sentence, "Doanh nghiệp")]);
    let _ = vai.sign_in(&idp, &mut browser, &page).await.expect("home");
}

#[tokio::test]
async fn the_code_and_the_link_are_called_the_same_on_pages_and_in_messages() {
    let idp = TestIdp::start().await;
    let an = idp.citizen("nguyen.thi.an").activated().create().await;
    let mut browser = idp.browser();
    let page = browser.open("/sign-in").await;
    let code = an.give_password(&mut browser, &page).await.expect("code");
    says(&code, &[(Heading, "Nhập mã xác thực"), (Label, "Mã xác thực")]);
    let asked = browser.submit(code.form_to("/sign-in/phone").press("action", "ask")).await.expect("phone-asked");
    says(&asked, &[(Sentence, "liên kết"), (Sentence, "30 phút")]);
    let mail = idp.newest_mail(&an.email).await.text;
    assert!(mail.contains("mã xác thực") && mail.contains("liên kết") && mail.contains("30 phút"), "{mail}");
}

#[tokio::test]
async fn in_english_too_citizens_and_businesses_find_where_to_register_and_sign_in() {
    let idp = TestIdp::start().await;
    let mut browser = idp.browser().in_language("en");
    says(&browser.open("/register").await, &[(Part, "A citizen"), (Part, "A business")]);
    says(&browser.open("/sign-in").await, &[(Sentence, "Citizens and businesses")]);
}
