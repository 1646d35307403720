//! What an SMSC's command status means for us (SMPP 3.4 §5.1.3).

use super::SmppSettings;
use crate::sms::Verdict;
use rusmpp::CommandStatus;

/// What a bind was refused for; `None` when it was not.
pub(super) fn of_bind(status: CommandStatus) -> Option<Verdict> {
    let words = format!("refused the session with status {:#x}", u32::from(status));
    Some(match status {
        CommandStatus::EsmeRok => return None,
        CommandStatus::EsmeRsyserr | CommandStatus::EsmeRthrottled | CommandStatus::EsmeRalybnd => {
            Verdict::Passing(words)
        }
        _ => Verdict::GatewayRefused(words),
    })
}

/// What a message was refused for; `None` when it was not.
pub(super) fn of_submit(status: CommandStatus, settings: &SmppSettings) -> Option<Verdict> {
    let number = u32::from(status);
    let words = format!("answered with status {number:#x}");
    Some(match status {
        CommandStatus::EsmeRok => return None,
        _ if settings.number.contains(&number) => Verdict::NumberRefused(words),
        _ if settings.gateway.contains(&number) => Verdict::GatewayRefused(words),
        CommandStatus::EsmeRinvdstadr | CommandStatus::EsmeRinvdstton | CommandStatus::EsmeRinvdstnpi => {
            Verdict::NumberRefused(words)
        }
        CommandStatus::EsmeRinvsrcadr
        | CommandStatus::EsmeRinvsrcton
        | CommandStatus::EsmeRinvsrcnpi
        | CommandStatus::EsmeRinvsertyp
        | CommandStatus::EsmeRinvmsglen
        | CommandStatus::EsmeRinvregdlvflg
        | CommandStatus::EsmeRinvesmclass
        | CommandStatus::EsmeRinvbndsts => Verdict::GatewayRefused(words),
        _ => Verdict::Passing(words),
    })
}

/// Whether the SMSC asks for fewer messages.
pub(super) fn is_throttled(status: CommandStatus) -> bool {
    matches!(status, CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_concerns_somebody_and_an_operator_may_say_whom() {
        let settings = SmppSettings { number: vec![0x400], gateway: vec![0x401], ..SmppSettings::default() };
        let of = |status: u32| of_submit(CommandStatus::from(status), &settings);
        assert_eq!(of(0), None);
        assert_eq!(of(0xb), Some(Verdict::NumberRefused("answered with status 0xb".to_owned())));
        assert!(matches!(of(0x400), Some(Verdict::NumberRefused(_))));
        assert!(matches!(of(0x401), Some(Verdict::GatewayRefused(_))));
        assert!(matches!(of(0xa), Some(Verdict::GatewayRefused(_))));
        for passing in [0x8, 0x14, 0x45, 0x58, 0x64, 0xff, 0x402] {
            assert!(matches!(of(passing), Some(Verdict::Passing(_))), "{passing:#x}");
        }
        assert_eq!(of_bind(CommandStatus::EsmeRok), None);
        assert!(matches!(of_bind(CommandStatus::EsmeRinvpaswd), Some(Verdict::GatewayRefused(_))));
        assert!(matches!(of_bind(CommandStatus::EsmeRsyserr), Some(Verdict::Passing(_))));
        assert!(is_throttled(CommandStatus::EsmeRthrottled) && !is_throttled(CommandStatus::EsmeRok));
    }
}
