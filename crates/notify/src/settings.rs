//! What an operator decides about messages.

use crate::SetupError;
use crate::sms::GatewaySettings;
use crate::smtp::SmtpSettings;
use portal_id_core::language::{Language, LocalText};
use portal_id_core::outbox::Channel;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often delivery is tried before a message is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Attempts {
    /// E-mails. Default 36: with the growing pause (2 s, 4 s … an hour) a little more than a day, longer than an
    /// activation link lives.
    pub email: u32,
    /// Text messages. Default 15: with pauses of at most 20 seconds almost as long as a code lives.
    pub sms: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { email: 36, sms: 15 }
    }
}

impl Attempts {
    /// The limit for `channel`; at least one.
    pub fn limit(self, channel: Channel) -> u32 {
        match channel {
            Channel::Email => self.email.max(1),
            Channel::Sms => self.sms.max(1),
            // Notices to services end with their day alone.
            Channel::Backchannel => u32::MAX,
        }
    }
}

/// What text messages may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSettings {
    /// How many billed parts may be accepted on one Vietnamese day, over all gateways and nodes. A code is one part. At
    /// four fifths a warning is logged, at the ceiling an error, once a day each; then no text message leaves before the
    /// next day and people are told that codes cannot be sent. Default: no ceiling; the parts are counted all the same.
    pub parts_per_day: Option<u32>,
}

/// E-mails and text messages: what they say about us and how they leave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotifySettings {
    /// The portal's name in e-mails; as on the pages (`web.portal_name`) when empty.
    pub portal_name: LocalText,
    /// The province or office behind the portal, named at the foot of e-mails; as on the pages when empty.
    pub province: LocalText,
    /// The sender's name inside text messages: unaccented, GSM-7, short, since the whole message must fit 160
    /// characters and match the text registered with the gateway. Default `Cong DVC`.
    pub sms_name: String,
    /// Writes every text message in this language, whatever the person reads: for gateways where only one text is
    /// registered. Default: the person's language.
    pub sms_language: Option<Language>,
    /// The colour of the line and the button in e-mails, `#rrggbb`; as on the pages (`web.colours.primary`) when empty.
    pub colour: String,
    /// The mail server.
    pub smtp: SmtpSettings,
    /// What text messages may cost.
    pub sms: SmsSettings,
    /// The text-message gateways, in the order in which they are tried. At least one: see the operators' page on SMS
    /// gateways.
    pub sms_gateways: Vec<GatewaySettings>,
    /// How often delivery is tried.
    pub attempts: Attempts,
    /// How many messages one node delivers at the same time. Default 16.
    pub parallel: u32,
    /// For how many seconds a node holds a message while it delivers it; after a crash another node takes it up when
    /// they are over. At least 20, and 10 more than all SMS gateways together may take: for each its `timeout_seconds`,
    /// three times over SMPP, four times with a token. Default 60.
    pub lease_seconds: u32,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            portal_name: LocalText::default(),
            province: LocalText::default(),
            sms_name: "Cong DVC".to_owned(),
            sms_language: None,
            colour: String::new(),
            smtp: SmtpSettings::default(),
            sms: SmsSettings::default(),
            sms_gateways: Vec::new(),
            attempts: Attempts::default(),
            parallel: 16,
            lease_seconds: 60,
        }
    }
}

impl NotifySettings {
    /// Refuses numbers that cannot work.
    pub fn check(&self) -> Result<(), SetupError> {
        if self.parallel == 0 || self.parallel > 1000 {
            return Err(SetupError::new("parallel must be from 1 to 1000"));
        }
        if self.lease_seconds < 20 {
            return Err(SetupError::new("lease_seconds must be at least 20"));
        }
        let longest: u64 = self.sms_gateways.iter().map(GatewaySettings::longest_seconds).sum();
        let needed = longest + u64::try_from(crate::courier::MARGIN.as_seconds()).unwrap_or(0);
        if needed > u64::from(self.lease_seconds) {
            return Err(SetupError::new(format!(
                "when every SMS gateway is silent, a message is under way for {longest} seconds: lease_seconds must be at \
                 least {needed}, or the gateways' timeout_seconds less"
            )));
        }
        if self.sms.parts_per_day == Some(0) {
            return Err(SetupError::new("sms.parts_per_day = 0 would let nobody sign in; leave it out for no ceiling"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn an_operator_writes_gateways_by_preset_or_by_description() {
        let settings: NotifySettings = toml::from_str(
            r#"
            portal_name = { vi = "Cổng Dịch vụ công Bắc Giang", en = "Bac Giang Public Service Portal" }
            sms_name = "Cong DVC Bac Giang"
            [smtp]
            host = "mail.example"
            security = "tls"
            from = "Cong DVC <no-reply@portal.example>"
            [[sms_gateways]]
            preset = "esms"
            api_key = "key"
            secret_key = "secret"
            brandname = "BACGIANG"
            [[sms_gateways]]
            preset = "http"
            name = "speedsms"
            url = "https://api.speedsms.example/index.php/sms/send"
            number_form = "84x"
            fields = { to = ["{phone}"], content = "{text}", sms_type = 2, sender = "{brand}" }
            values = { brand = "BACGIANG" }
            "#,
        )
        .unwrap();
        assert_eq!(settings.smtp.host, "mail.example");
        assert_eq!(settings.attempts.limit(Channel::Email), 36);
        assert_eq!(settings.attempts.limit(Channel::Sms), 15);
        let [GatewaySettings::Http(first), GatewaySettings::Http(second)] = settings.sms_gateways.as_slice() else {
            panic!("two gateways in their order");
        };
        assert_eq!(first.values["brandname"], "BACGIANG");
        assert_eq!(second.name, "speedsms");
    }

    #[test]
    fn a_misspelt_setting_is_refused_wherever_it_stands() {
        for text in [
            "portalname = 1",
            "[smtp]\nhots = 'x'",
            "[[sms_gateways]]\npreset = 'esms'\napikey = 'x'",
            "[[sms_gateways]]\npreset = 'http'\nnumber = 'x'",
            "[[sms_gateways]]\npreset = 'pigeon'",
        ] {
            assert!(toml::from_str::<NotifySettings>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let settings: NotifySettings = toml::from_str(
            "[smtp]\npassword = 'pw-7731'\n[[sms_gateways]]\npreset = 'esms'\napi_key = 'ak-7731'\nsecret_key = 'sk-7731'\n\
             [[sms_gateways]]\npreset = 'http'\nsecrets = { token = 'tk-7731' }",
        )
        .unwrap();
        assert!(!format!("{settings:?}").contains("7731"));
    }

    #[test]
    fn an_email_is_tried_for_a_day_and_a_code_for_almost_its_life() {
        let waits = |channel, attempts| -> i64 {
            (1..attempts).map(|attempt| portal_id_core::outbox::backoff(channel, attempt).as_seconds()).sum()
        };
        let attempts = Attempts::default();
        assert!(waits(Channel::Email, attempts.email) > 24 * 3600);
        assert!((180..300).contains(&waits(Channel::Sms, attempts.sms)));
    }

    #[test]
    fn numbers_that_cannot_work_are_refused() {
        assert!(NotifySettings::default().check().is_ok());
        assert!(NotifySettings { parallel: 0, ..NotifySettings::default() }.check().is_err());
        let none = SmsSettings { parts_per_day: Some(0) };
        assert!(NotifySettings { sms: none, ..NotifySettings::default() }.check().is_err());
        assert!(NotifySettings { lease_seconds: 5, ..NotifySettings::default() }.check().is_err());
    }

    #[test]
    fn a_lease_outlives_every_gateway_in_its_silence() {
        let with = |lease: u32, gateways: &str| {
            let text = format!("lease_seconds = {lease}\n{gateways}");
            toml::from_str::<NotifySettings>(&text).unwrap().check().map_err(|fault| fault.to_string())
        };
        let http = |seconds: u32| format!("[[sms_gateways]]\npreset = 'esms'\ntimeout_seconds = {seconds}\n");
        let token = "[[sms_gateways]]\npreset = 'fpt'\n";
        let smpp = "[[sms_gateways]]\npreset = 'smpp'\nname = 'a'\n";
        assert_eq!(with(20, &http(10)), Ok(()));
        assert!(with(20, &http(11)).unwrap_err().contains("at least 21"));
        assert!(with(60, &http(60)).unwrap_err().contains("under way for 60 seconds"));
        assert_eq!(with(60, &format!("{}{}{token}", http(8), http(8))), Ok(()));
        assert!(with(60, &format!("{token}{smpp}")).unwrap_err().contains("at least 66"));
        assert_eq!(with(66, &format!("{token}{smpp}")), Ok(()));
        assert!(with(20, &http(u32::MAX).repeat(3)).is_err());
    }

    #[test]
    fn the_schema_of_the_settings_can_be_generated() {
        let schema = serde_json::to_value(schemars::schema_for!(NotifySettings)).unwrap();
        assert_eq!(schema.pointer("/additionalProperties"), Some(&serde_json::Value::Bool(false)));
        assert!(schema.pointer("/properties/sms_gateways").is_some());
    }
}
