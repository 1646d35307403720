//! `portal-id audit …`: the audit trail as an operator reads it.

use crate::cli::AuditCommand;
use crate::house::House;
use portal_id_core::audit::AuditEntry;
use portal_id_core::ids::{AccountId, ClientId, SessionId};
use portal_id_core::store::AuditFilter;
use portal_id_core::upstream::UpstreamId;

/// Prints the newest entries that are asked for.
pub async fn run(house: &House, command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::List { account, event, limit } = command;
    let filter = AuditFilter { account_id: account.map(AccountId::from_text), kind: event };
    let entries = house.store.read("list_audit", move |tx| tx.list_audit(&filter, limit)).await?;
    println!(
        "when              what                        account                              client        session                              network             upstream      reason              request"
    );
    for entry in &entries {
        println!("{}", line(entry));
    }
    Ok(())
}

fn line(entry: &AuditEntry) -> String {
    format!(
        "{:<17} {:<27} {:<36} {:<13} {:<36} {:<19} {:<13} {:<19} {}",
        super::moment(entry.at),
        entry.kind.as_str(),
        entry.account_id.as_ref().map_or("-", AccountId::as_str),
        entry.client_id.as_ref().map_or("-", ClientId::as_str),
        entry.session_id.as_ref().map_or("-", SessionId::as_str),
        entry.network,
        entry.upstream.as_ref().map_or("-", UpstreamId::as_str),
        entry.reason.as_deref().unwrap_or("-"),
        entry.request_id,
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;
    use portal_id_core::audit::AuditKind;
    use portal_id_core::ids::AuditId;
    use portal_id_core::time::Timestamp;

    #[test]
    fn an_entry_is_one_line_and_says_what_it_knows() {
        let entry = AuditEntry {
            id: AuditId::from_text("e1"),
            at: Timestamp::from_seconds(1_795_400_000),
            kind: AuditKind::ServiceRevoked,
            account_id: Some(AccountId::from_text("an")),
            client_id: Some(ClientId::from_text("tax")),
            session_id: None,
            network: "203.0.113.0/24".to_owned(),
            request_id: "r-1".to_owned(),
            upstream: None,
            reason: None,
        };
        let words = |entry: &AuditEntry| line(entry).split_whitespace().skip(2).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&entry), ["service_revoked", "an", "tax", "-", "203.0.113.0/24", "-", "-", "r-1"]);
        let entry = AuditEntry { account_id: None, client_id: None, kind: AuditKind::ArrivalRefused, ..entry };
        let entry = entry.upstream(&UpstreamId::parse("vnconnect").unwrap()).because("person_changed");
        let expected = ["arrival_refused", "-", "-", "-", "203.0.113.0/24", "vnconnect", "person_changed", "r-1"];
        assert_eq!(words(&entry), expected);
    }

    #[test]
    fn an_event_is_named_as_the_reference_names_it() {
        let asked = |event| Cli::try_parse_from(["portal-id", "audit", "list", "--event", event]);
        let Command::Audit(AuditCommand::List { event, limit, .. }) = asked("signed_in").unwrap().command else {
            panic!("another command")
        };
        assert_eq!((event, limit), (Some(AuditKind::SignedIn), 50));
        assert!(asked("nonsense").unwrap_err().to_string().contains("docs audit-events"));
    }
}
