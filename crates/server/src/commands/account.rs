//! `portal-id account …`: what operators look up about accounts. No names, and numbers masked.

use super::moment;
use crate::cli::AccountCommand;
use crate::house::House;
use anyhow::bail;
use portal_id_core::accounts::NumberHolder;
use portal_id_core::facts::Username;
use portal_id_core::ids::AccountId;
use portal_id_core::store::Dispute;
use portal_id_core::upstream::UpstreamId;
use std::fmt::Write as _;

/// Runs one of the commands about accounts.
pub async fn run(house: &House, command: AccountCommand) -> anyhow::Result<()> {
    let AccountCommand::Disputes { account, username, limit } = command;
    let account = match username {
        Some(username) => Some(of_username(house, &username).await?),
        None => account.map(AccountId::from_text),
    };
    print!("{}", disputes(house, account, limit).await?);
    Ok(())
}

async fn of_username(house: &House, typed: &str) -> anyhow::Result<AccountId> {
    let Ok(username) = Username::parse(typed) else { bail!("{typed} is no username") };
    let found = house.store.read("find_account", move |tx| tx.find_account_by_username(username.key())).await?;
    match found {
        Some(account) => Ok(account.id),
        None => bail!("no account has the username {typed}"),
    }
}

/// The numbers that accounts lost, or one alone, the newest first.
pub async fn disputes(house: &House, account: Option<AccountId>, limit: u32) -> anyhow::Result<String> {
    let found = house.accounts.disputes(account, limit).await?;
    if found.is_empty() {
        return Ok("No number is disputed.\n".to_owned());
    }
    let mut said = String::from(
        "since             lost by                              number           now of                               vouched by        as\n",
    );
    for (dispute, holder) in &found {
        writeln!(said, "{}", line(dispute, holder.as_ref()))?;
    }
    Ok(said)
}

fn line(dispute: &Dispute, holder: Option<&NumberHolder>) -> String {
    let vouched_by = holder.and_then(|holder| holder.vouched_by.as_ref());
    format!(
        "{:<17} {:<36} {:<16} {:<36} {:<17} {}",
        moment(dispute.since),
        dispute.account_id.as_str(),
        dispute.kind.as_str(),
        holder.map_or("-", |holder| holder.account_id.as_str()),
        vouched_by.map_or("-", UpstreamId::as_str),
        holder.and_then(|holder| holder.masked.as_deref()).unwrap_or("-"),
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;
    use portal_id_core::digest::Digest;
    use portal_id_core::profile::{AccountClass, IdentifierKind};
    use portal_id_core::time::Timestamp;

    #[test]
    fn a_dispute_is_one_line_whoever_has_the_number_now() {
        let dispute = Dispute {
            account_id: AccountId::from_text("an"),
            class: AccountClass::Citizen,
            kind: IdentifierKind::IdentityNumber,
            digest: Digest::from_bytes([7; 32]),
            since: Timestamp::from_seconds(1_795_400_000),
        };
        let holder = NumberHolder {
            account_id: AccountId::from_text("binh"),
            masked: Some("••••••••1234".to_owned()),
            vouched_by: Some(UpstreamId::parse("vnconnect").unwrap()),
        };
        let words = |line: String| line.split_whitespace().skip(2).map(str::to_owned).collect::<Vec<_>>();
        let whole = words(line(&dispute, Some(&holder)));
        assert_eq!(whole, ["an", "identity_number", "binh", "vnconnect", "••••••••1234"]);
        assert_eq!(words(line(&dispute, None)), ["an", "identity_number", "-", "-", "-"]);
    }

    #[test]
    fn an_account_is_named_by_its_id_or_its_username() {
        let asked = |more: &[&str]| Cli::try_parse_from([&["portal-id", "account", "disputes"], more].concat());
        let Command::Account(AccountCommand::Disputes { username, limit, .. }) =
            asked(&["--username", "nguyen.thi.an"]).unwrap().command
        else {
            panic!("another command")
        };
        assert_eq!((username.as_deref(), limit), (Some("nguyen.thi.an"), 50));
        assert!(asked(&["--username", "an", "--account", "a"]).is_err());
    }
}
