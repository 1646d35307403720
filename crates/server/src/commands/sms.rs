//! `portal-id sms …`: trying a gateway.

use crate::cli::SmsCommand;
use crate::config::Config;
use crate::house;
use anyhow::{Context as _, bail};
use portal_id_core::entropy::OsEntropy;
use portal_id_core::facts::Phone;
use portal_id_core::ids::MessageId;
use portal_id_core::time::{Clock as _, Timestamp};
use portal_id_notify::{CodeText, GatewaySettings, Renderer, Verdict, open_route};

/// Runs one of the SMS commands. Needs the configuration alone: nothing is written, and the day's count stays.
pub async fn run(config: Config, command: SmsCommand) -> anyhow::Result<()> {
    let SmsCommand::Test { gateway, phone, new_phone } = command;
    let text = if new_phone { CodeText::Phone } else { CodeText::SignIn };
    let config = config.completed();
    let names: Vec<_> = config.notify.sms_gateways.iter().map(GatewaySettings::name).collect();
    let Some(settings) = config.notify.sms_gateways.iter().find(|settings| settings.name() == gateway) else {
        bail!("there is no gateway {gateway}; the configuration has: {}", names.join(", "));
    };
    let Ok(phone) = Phone::parse(&phone) else { bail!("{phone} is no Vietnamese mobile number") };
    let now: Timestamp = crate::SystemClock.now();
    let route = open_route(settings, &house::way_back(&config, None))?;
    let id = MessageId::new(now, &OsEntropy);
    let message = Renderer::new(&config.notify)?
        .specimen(text, id.as_str(), phone.phone.e164(), now)
        .context("writing the message")?;
    println!("To {} through {gateway}: {}", phone.phone.masked(), message.text);
    let verdict = route.hand_over(&message, now).await;
    println!("{}", in_words(&verdict));
    if matches!(verdict, Verdict::Accepted(_)) { Ok(()) } else { bail!("the message was not accepted") }
}

fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(Some(id)) => format!("Accepted; the gateway's id of it is {id}. Look whether it arrives."),
        Verdict::Accepted(None) => "Accepted. Look whether it arrives.".to_owned(),
        Verdict::Passing(why) => {
            format!("Not now: the gateway {why}. A real message would be tried elsewhere and again.")
        }
        Verdict::Unanswered(why) => {
            format!("No answer: the gateway was asked and {why}. The message may arrive all the same, and be billed.")
        }
        Verdict::GatewayRefused(why) => {
            format!("The gateway will not serve us: it {why}. Look at keys, balance, brandname, template and address.")
        }
        Verdict::NumberRefused(why) => format!("The gateway says that nobody can reach this number: {why}."),
    }
}
