//! Every preset against a server that checks its requests as the real gateway would, and answers in its real words.

use super::server::{Reaction, Request, Server};
use super::{NOW, gateway, message, with};
use crate::sms::{Route as _, Verdict};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// What is known of a gateway.
struct Gateway {
    preset: &'static str,
    /// The path of its address.
    path: &'static str,
    /// What an operator writes, besides the address.
    table: fn() -> Value,
    /// What it finds wrong with a request.
    check: fn(&Request) -> Result<(), String>,
    accepted: (u16, &'static str),
    /// The id in that answer.
    id: Option<&'static str>,
    /// Nobody can reach the number.
    number: (u16, &'static str),
    /// It will not serve us.
    unwilling: (u16, &'static str),
    /// It has a fault of its own.
    passing: (u16, &'static str),
}

fn must(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn all(checks: &[(&str, bool)]) -> Result<(), String> {
    checks.iter().try_for_each(|(what, holds)| must(what, *holds))
}

const VIETTEL_QUEUED: &str = r#"<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return><message>Insert MT_QUEUE: OK</message><result>1</result></return></ns2:wsCpMtResponse></S:Body></S:Envelope>"#;
const VIETTEL_NUMBER: &str = r#"<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return><message>Check ReceiverID: FORMAT_ERROR</message><result>0</result></return></ns2:wsCpMtResponse></S:Body></S:Envelope>"#;
const VIETTEL_ADDRESS: &str = r#"<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return><message>Authenticate: IP_INVALID (YOUR IP: 203.0.113.7)</message><result>0</result></return></ns2:wsCpMtResponse></S:Body></S:Envelope>"#;
const VIETTEL_FAULT: &str = r#"<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><ns2:wsCpMtResponse xmlns:ns2="http://impl.bulkSms.ws/"><return><message>Check information error</message><result>0</result></return></ns2:wsCpMtResponse></S:Body></S:Envelope>"#;

static GATEWAYS: [Gateway; 8] = [
    Gateway {
        preset: "esms",
        path: "/MainService.svc/json/SendMultipleMessage_V4_post_json/",
        table: || json!({ "api_key": "ak", "secret_key": "sk", "brandname": "BACGIANG", "callback_secret": "s".repeat(24) }),
        check: check_esms,
        accepted: (200, r#"{"CodeResult":"100","CountRegenerate":0,"SMSID":"d533459ee42b2b9525ba9eabf6a8156"}"#),
        id: Some("d533459ee42b2b9525ba9eabf6a8156"),
        number: (200, r#"{"CodeResult":"108","CountRegenerate":0,"ErrorMessage":"Phone 0912345678 is not valid"}"#),
        unwilling: (200, r#"{"CodeResult":"103","CountRegenerate":0,"ErrorMessage":"Balance not enough"}"#),
        passing: (200, r#"{"CodeResult":"99","CountRegenerate":0,"ErrorMessage":"Unknown error"}"#),
    },
    Gateway {
        preset: "speedsms",
        path: "/index.php/sms/send",
        table: || json!({ "api_token": "tok", "sender": "BACGIANG" }),
        check: check_speedsms,
        accepted: (
            200,
            r#"{"status":"success","code":"00","data":{"tranId":77345,"totalSMS":1,"totalPrice":250,"invalidPhone":[]}}"#,
        ),
        id: Some("77345"),
        number: (
            200,
            r#"{"status":"error","code":"105","message":"phone number invalid","invalidPhone":["84912345678"]}"#,
        ),
        unwilling: (200, r#"{"status":"error","code":"300","message":"Your account balance not enough to send sms"}"#),
        passing: (429, r#"{"name":"Too Many Requests","message":"Rate limit exceeded.","code":0,"status":429}"#),
    },
    Gateway {
        preset: "vnpt",
        path: "/smsmarketing/api",
        // The codes of one's contract, as the guide asks for them.
        table: || {
            json!({
                "label_id": "61539", "contract_id": "5824", "template_id": 243_607, "agent_id": "183",
                "username": "BACGIANG", "api_user": "au", "api_password": "ap",
                "answer": { "number": ["13"], "gateway": ["31"] },
            })
        },
        check: check_vnpt,
        accepted: (200, r#"{"RPLY":{"name":"send_sms_list","ERROR":"0","ERROR_DESC":"success"}}"#),
        id: None,
        number: (200, r#"{"RPLY":{"name":"send_sms_list","ERROR":"13","ERROR_DESC":"84912345678"}}"#),
        unwilling: (200, r#"{"RPLY":{"name":"send_sms_list","ERROR":"31","ERROR_DESC":"template"}}"#),
        passing: (200, r#"{"RPLY":{"name":"send_sms_list","ERROR":"99","ERROR_DESC":"system"}}"#),
    },
    Gateway {
        preset: "viettel",
        path: "/bulkapi",
        table: || json!({ "user": "smsbrand_bg", "password": "p<&>\"'", "cp_code": "BACGIANG", "brandname": "CONG DVC" }),
        check: check_viettel,
        accepted: (200, VIETTEL_QUEUED),
        id: None,
        number: (200, VIETTEL_NUMBER),
        unwilling: (200, VIETTEL_ADDRESS),
        passing: (200, VIETTEL_FAULT),
    },
    Gateway {
        preset: "fpt",
        path: "/api/push-brandname-otp",
        table: || json!({ "client_id": "ci", "client_secret": "cs", "brandname": "BACGIANG", "answer": { "number": ["2517"] } }),
        check: check_fpt,
        accepted: (
            200,
            r#"{"MessageId":"1183","BrandName":"BACGIANG","Phone":"84912345678","Message":"TWE=","PartnerId":"9","Telco":"viettel"}"#,
        ),
        id: Some("1183"),
        number: (400, r#"{"error":2517,"error_description":"84912345678"}"#),
        unwilling: (400, r#"{"error":2513,"error_description":"Brandname"}"#),
        passing: (200, r#"{"error":1000,"error_description":"Try again"}"#),
    },
    Gateway {
        preset: "vietguys",
        path: "/api/index.php",
        table: || json!({ "user": "bg", "password": "pw", "brandname": "BACGIANG", "answer": { "number": ["-5"], "gateway": ["-2"] } }),
        check: check_vietguys,
        accepted: (200, r#"{"error":0,"msgid":"VG-991","log":"ok","carrier":"VIETTEL"}"#),
        id: Some("VG-991"),
        number: (200, r#"{"error":-5,"log":"84912345678"}"#),
        unwilling: (200, r#"{"error":-2,"log":"wrong password"}"#),
        passing: (200, r#"{"error":-99,"log":"system"}"#),
    },
    Gateway {
        preset: "stringee",
        path: "/v1/sms",
        table: || json!({ "key_sid": "SK.0.1", "key_secret": "shared", "brandname": "BACGIANG", "answer": { "number": ["11"], "gateway": ["5"] } }),
        check: check_stringee,
        accepted: (200, r#"{"smsSent":1,"result":[{"price":250,"smsType":1,"r":0,"msg":"Success"}]}"#),
        id: None,
        number: (200, r#"{"smsSent":0,"result":[{"price":0,"smsType":1,"r":11,"msg":"84912345678"}]}"#),
        unwilling: (200, r#"{"smsSent":0,"result":[{"price":0,"smsType":1,"r":5,"msg":"balance"}]}"#),
        passing: (200, r#"{"smsSent":0,"result":[{"price":0,"smsType":1,"r":1,"msg":"fault"}]}"#),
    },
    Gateway {
        preset: "twilio",
        path: "/2010-04-01/Accounts/AC1/Messages.json",
        table: || json!({ "account_sid": "AC1", "auth_token": "tk", "from": "BACGIANG", "callback_secret": "s".repeat(24) }),
        check: check_twilio,
        accepted: (201, r#"{"sid":"SM12ab","status":"queued","to":"+84912345678","error_code":null}"#),
        id: Some("SM12ab"),
        number: (
            400,
            r#"{"code":21211,"message":"The 'To' number +84912345678 is not a valid phone number.","more_info":"x","status":400}"#,
        ),
        unwilling: (401, r#"{"code":20003,"message":"Authenticate","more_info":"x","status":401}"#),
        passing: (429, r#"{"code":20429,"message":"Too Many Requests","more_info":"x","status":429}"#),
    },
];

fn check_esms(request: &Request) -> Result<(), String> {
    let expected = json!({
        "ApiKey": "ak", "SecretKey": "sk", "Phone": "0912345678", "Brandname": "BACGIANG", "SmsType": "2",
        "IsUnicode": "0", "Sandbox": "0", "Content": message().text, "RequestId": message().id,
        "CallbackUrl": format!("https://id.portal.example/callbacks/sms/esms/{}", "s".repeat(24)),
    });
    all(&[
        ("fields", request.json() == expected),
        ("a request id of at most 50", message().id.len() <= 50),
        ("JSON", request.header("content-type") == "application/json"),
    ])
}

fn check_speedsms(request: &Request) -> Result<(), String> {
    let expected = json!({ "to": ["84912345678"], "content": message().text, "sms_type": 2, "sender": "BACGIANG" });
    all(&[
        ("the token as user", request.header("authorization") == format!("Basic {}", STANDARD.encode("tok:x"))),
        ("fields", request.json() == expected),
    ])
}

fn check_vnpt(request: &Request) -> Result<(), String> {
    let mut sent = request.json();
    let id = sent["RQST"]["REQID"].take();
    let params = json!([{ "NUM": "1", "CONTENT": "123456" }, { "NUM": "2", "CONTENT": "5" }]);
    let expected = json!({ "RQST": {
        "name": "send_sms_list", "REQID": null, "LABELID": "61539", "CONTRACTTYPEID": "1", "CONTRACTID": "5824",
        "TEMPLATEID": "243607", "PARAMS": params, "SCHEDULETIME": "", "MOBILELIST": "84912345678", "ISTELCOSUB": "0",
        "AGENTID": "183", "APIUSER": "au", "APIPASS": "ap", "USERNAME": "BACGIANG", "DATACODING": "0",
    }});
    all(&[
        ("fields", sent == expected),
        ("a request id of digits", is_digits(&id)),
        ("no words", !request.body.contains("Ma xac thuc")),
    ])
}

fn is_digits(id: &Value) -> bool {
    id.as_str().is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

fn check_viettel(request: &Request) -> Result<(), String> {
    let document = roxmltree::Document::parse(&request.body).map_err(|error| error.to_string())?;
    let call = document
        .descendants()
        .find(|node| node.has_tag_name(("http://impl.bulkSms.ws/", "wsCpMt")))
        .ok_or("no wsCpMt in its namespace")?;
    let field =
        |name: &str| call.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text()).unwrap_or("");
    all(&[
        (
            "SOAP 1.1",
            request.header("content-type") == "text/xml; charset=utf-8" && request.header("soapaction") == "\"\"",
        ),
        ("user", field("User") == "smsbrand_bg" && field("Password") == "p<&>\"'" && field("CPCode") == "BACGIANG"),
        ("a request id of digits", is_digits(&field("RequestID").into())),
        ("one number", field("UserID") == "84912345678" && field("ReceiverID") == "84912345678"),
        (
            "sender",
            field("ServiceID") == "CONG DVC" && field("CommandCode") == "bulksms" && field("ContentType") == "0",
        ),
        ("words", field("Content") == message().text),
    ])
}

fn check_fpt(request: &Request) -> Result<(), String> {
    let sent = request.json();
    let session = sent["session_id"].as_str().unwrap_or_default();
    if request.path == "/oauth2/token" {
        let expected = json!({
            "grant_type": "client_credentials", "client_id": "ci", "client_secret": "cs", "scope": "send_brandname_otp",
            "session_id": session,
        });
        return all(&[("fields", sent == expected), ("a session", session.len() == 32)]);
    }
    let expected = json!({
        "access_token": format!("at-{session}"), "session_id": session, "BrandName": "BACGIANG", "Phone": "84912345678",
        "Message": STANDARD.encode(message().text), "RequestId": message().id,
    });
    must("fields, with the token of the same session", sent == expected)
}

fn check_vietguys(request: &Request) -> Result<(), String> {
    let (text, id) = (message().text, message().id);
    let expected = [
        ("u", "bg"),
        ("pwd", "pw"),
        ("from", "BACGIANG"),
        ("phone", "84912345678"),
        ("sms", text.as_str()),
        ("bid", id.as_str()),
        ("type", "8"),
        ("json", "1"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    all(&[("fields", request.form() == expected), ("nothing in the address", request.query.is_empty())])
}

fn check_stringee(request: &Request) -> Result<(), String> {
    let parts: Vec<&str> = request.header("x-stringee-auth").split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err("no token".to_owned()) };
    let read =
        |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let mac = <Hmac<Sha256>>::new_from_slice(b"shared").unwrap().chain_update(format!("{header}.{claims}"));
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap_or_default()).map_err(|_| "a wrong signature")?;
    let claims = read(claims).unwrap_or_default();
    let jti = claims["jti"].as_str().unwrap_or_default();
    let expected = json!({ "sms": [{ "from": "BACGIANG", "to": "84912345678", "text": message().text }] });
    all(&[
        ("header", read(header) == Some(json!({ "typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1" }))),
        ("issuer", claims["iss"] == "SK.0.1" && claims["rest_api"] == true && jti.starts_with("SK.0.1-1795400000-")),
        ("end", claims["exp"] == NOW.seconds() + 300),
        ("fields", request.json() == expected),
    ])
}

fn check_twilio(request: &Request) -> Result<(), String> {
    let callback = format!("https://id.portal.example/callbacks/sms/twilio/{}", "s".repeat(24));
    let expected = [
        ("To", "+84912345678"),
        ("From", "BACGIANG"),
        ("Body", &message().text),
        ("StatusCallback", &callback),
        ("ValidityPeriod", "300"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    all(&[
        ("keys", request.header("authorization") == format!("Basic {}", STANDARD.encode("AC1:tk"))),
        ("fields", request.form() == expected),
    ])
}

impl Gateway {
    /// The same for an operator who has no table of its codes.
    fn without_codes_of_a_contract(&self) -> Self {
        fn bare(preset: &str) -> Value {
            let known = GATEWAYS.iter().find(|known| known.preset == preset).unwrap();
            let mut table = (known.table)();
            table.as_object_mut().unwrap().remove("answer");
            table
        }
        let table = match self.preset {
            "vnpt" => || bare("vnpt"),
            "vietguys" => || bare("vietguys"),
            _ => || bare("stringee"),
        };
        Self { table, ..*self }
    }

    /// The verdict when the gateway checks the request and then reacts so. What it found wrong fails the test.
    async fn verdict(&self, reaction: Reaction) -> Verdict {
        let (check, path) = (self.check, self.path);
        let server = Server::start(move |request| {
            if let Err(fault) = check(request) {
                return Reaction::Answer(418, fault);
            }
            if request.path == "/oauth2/token" {
                let session = request.json()["session_id"].as_str().unwrap().to_owned();
                let token =
                    json!({ "access_token": format!("at-{session}"), "expires_in": 3600, "token_type": "Bearer" });
                return Reaction::Answer(200, token.to_string());
            }
            if request.path == path && request.method == "POST" {
                reaction.clone()
            } else {
                Reaction::Answer(418, "path".to_owned())
            }
        })
        .await;
        let mut table = with(
            &(self.table)(),
            &json!({ "preset": self.preset, "url": server.url(self.path), "timeout_seconds": 1 }),
        );
        if self.preset == "fpt" {
            table["token"] = json!({ "url": server.url("/oauth2/token") });
        }
        let verdict = gateway(&table).hand_over(&message(), NOW).await;
        for request in server.requests() {
            assert_eq!((self.check)(&request), Ok(()), "{}: {request:?}", self.preset);
            assert!(request.path == self.path || request.path == "/oauth2/token", "{}: {}", self.preset, request.path);
        }
        verdict
    }

    async fn answered(&self, (status, body): (u16, &str)) -> Verdict {
        self.verdict(Reaction::Answer(status, body.to_owned())).await
    }
}

#[tokio::test]
async fn every_preset_speaks_as_its_gateway_demands_and_is_understood() {
    for known in &GATEWAYS {
        let name = known.preset;
        assert_eq!(known.answered(known.accepted).await, Verdict::Accepted(known.id.map(str::to_owned)), "{name}");
        let refused = known.answered(known.number).await;
        assert!(matches!(refused, Verdict::NumberRefused(_)), "{name}: {refused:?}");
        let unwilling = known.answered(known.unwilling).await;
        assert!(matches!(unwilling, Verdict::GatewayRefused(_)), "{name}: {unwilling:?}");
        let passing = known.answered(known.passing).await;
        assert!(matches!(passing, Verdict::Passing(_)), "{name}: {passing:?}");
        for verdict in [refused, unwilling, passing] {
            assert!(!format!("{verdict:?}").contains("912345678"), "{name}: {verdict:?}");
        }
    }
}

/// ADR 12: the dearest mistake would be to give up a code that another gateway delivers.
#[tokio::test]
async fn where_no_table_of_codes_is_public_every_refusal_is_passing_and_says_its_code() {
    for known in GATEWAYS.iter().filter(|known| ["vnpt", "vietguys", "stringee"].contains(&known.preset)) {
        let bare = known.without_codes_of_a_contract();
        for code in [-99, -8, -5, -2, -1, 1, 2, 5, 11, 13, 31, 99, 100, 404, 1000] {
            let body = match known.preset {
                "vnpt" => {
                    json!({ "RPLY": { "name": "send_sms_list", "ERROR": code.to_string(), "ERROR_DESC": "0912345678" } })
                }
                "vietguys" => json!({ "error": code, "log": "0912345678" }),
                _ => json!({ "smsSent": 0, "result": [{ "price": 0, "smsType": 1, "r": code, "msg": "0912345678" }] }),
            };
            for status in [200, 400] {
                let verdict = bare.answered((status, &body.to_string())).await;
                let expected = Verdict::Passing(format!("answered {status} with code {code}"));
                assert_eq!(verdict, expected, "{}", known.preset);
            }
        }
        let accepted = bare.answered(known.accepted).await;
        assert_eq!(accepted, Verdict::Accepted(known.id.map(str::to_owned)), "{}", known.preset);
    }
}

#[tokio::test]
async fn an_answer_that_is_none_makes_the_message_wait_whatever_the_gateway() {
    for known in &GATEWAYS {
        for (status, body) in
            [(200, "<html>Bảo trì</html>"), (200, ""), (200, "[1"), (500, "{}"), (500, known.accepted.1), (503, "")]
        {
            let verdict = known.answered((status, body)).await;
            assert!(matches!(verdict, Verdict::Passing(_)), "{}: {status} {body}: {verdict:?}", known.preset);
        }
        // It was asked: the message may be on its way.
        let cut = known.verdict(Reaction::CutOff).await;
        assert!(matches!(cut, Verdict::Unanswered(_)), "{}: {cut:?}", known.preset);
        let mute = known.verdict(Reaction::Raw(String::new())).await;
        assert!(matches!(mute, Verdict::Unanswered(_)), "{}: {mute:?}", known.preset);
    }
}

#[tokio::test]
async fn a_silent_gateway_is_given_up_in_its_time_whichever_it_is() {
    let verdicts = join_all(GATEWAYS.iter().map(|known| known.verdict(Reaction::Hang))).await;
    for (known, verdict) in GATEWAYS.iter().zip(verdicts) {
        assert_eq!(verdict, Verdict::Unanswered("did not answer in time".to_owned()), "{}", known.preset);
    }
}

#[tokio::test]
async fn a_repetition_that_the_gateway_recognises_was_accepted_the_first_time() {
    let viettel = VIETTEL_NUMBER.replace("Check ReceiverID: FORMAT_ERROR", "Check ServiceID: DUPLICATE MESSAGE");
    for (preset, status, body) in [
        ("esms", 200, r#"{"CodeResult":"124","CountRegenerate":0,"ErrorMessage":"RequestID is exist"}"#),
        ("fpt", 400, r#"{"error":2501,"error_description":"duplicate"}"#),
        ("viettel", 200, viettel.as_str()),
    ] {
        let known = GATEWAYS.iter().find(|known| known.preset == preset).unwrap();
        assert_eq!(known.answered((status, body)).await, Verdict::Accepted(None), "{preset}");
    }
}

#[tokio::test]
async fn the_request_id_is_the_same_at_every_attempt() {
    for preset in ["esms", "vnpt", "viettel", "fpt", "vietguys"] {
        let known = GATEWAYS.iter().find(|known| known.preset == preset).unwrap();
        let server = Server::answering(200, r#"{"access_token":"t"}"#).await;
        let mut table = with(&(known.table)(), &json!({ "preset": preset, "url": server.url(known.path) }));
        if preset == "fpt" {
            table["token"] = json!({ "url": server.url("/oauth2/token"), "lifetime_seconds": 3500 });
        }
        let gateway = gateway(&table);
        for later in [0, 20] {
            gateway.hand_over(&message(), NOW + portal_id_core::time::Span::seconds(later)).await;
        }
        let bodies: Vec<_> = server
            .requests()
            .into_iter()
            .filter(|request| request.path == known.path)
            .map(|request| request.body)
            .collect();
        assert_eq!(bodies.len(), 2, "{preset}");
        assert_eq!(bodies[0], bodies[1], "{preset}");
    }
}

#[tokio::test]
async fn without_a_callback_secret_no_gateway_is_told_where_to_report() {
    for preset in ["esms", "twilio"] {
        let known = GATEWAYS.iter().find(|known| known.preset == preset).unwrap();
        let server = Server::answering(200, "{}").await;
        let mut table = with(&(known.table)(), &json!({ "preset": preset, "url": server.url(known.path) }));
        table.as_object_mut().unwrap().remove("callback_secret");
        gateway(&table).hand_over(&message(), NOW).await;
        let body = server.only_request().body;
        assert!(!body.contains("allback"), "{body}");
    }
}

#[tokio::test]
async fn a_template_gateway_is_told_which_of_its_texts_is_meant() {
    let server = Server::answering(200, "{}").await;
    let known = GATEWAYS.iter().find(|known| known.preset == "vnpt").unwrap();
    let one = with(&(known.table)(), &json!({ "preset": "vnpt", "url": server.url("/") }));
    let both = with(&one, &json!({ "phone_code_template_id": 243_608 }));
    let of_phone = portal_id_core::ports::TextMessage { template: "phone_code", ..message() };
    for (table, message) in [(&one, message()), (&one, of_phone.clone()), (&both, message()), (&both, of_phone)] {
        gateway(table).hand_over(&message, NOW).await;
    }
    let told: Vec<_> = server.requests().iter().map(|request| request.json()["RQST"]["TEMPLATEID"].clone()).collect();
    assert_eq!(told, ["243607", "243607", "243607", "243608"], "a contract with one text sends that one");
}

#[tokio::test]
async fn a_template_gateway_is_not_asked_to_carry_a_message_without_a_code() {
    let server = Server::answering(200, "{}").await;
    let known = GATEWAYS.iter().find(|known| known.preset == "vnpt").unwrap();
    let table = with(&(known.table)(), &json!({ "preset": "vnpt", "url": server.url("/") }));
    let plain = portal_id_core::ports::TextMessage { parameters: std::collections::BTreeMap::new(), ..message() };
    let verdict = gateway(&table).hand_over(&plain, NOW).await;
    assert_eq!(verdict, Verdict::GatewayRefused("this message has no {code}".to_owned()));
    assert!(server.requests().is_empty());
}
