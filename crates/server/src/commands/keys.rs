//! `portal-id keys …`

use super::moment;
use crate::cli::KeysCommand;
use crate::house::House;

/// Runs one of the key commands.
pub async fn run(house: &House, command: &KeysCommand) -> anyhow::Result<()> {
    let ctx = house.outside.job_ctx("keys-command");
    if matches!(command, KeysCommand::Rotate) {
        for plan in house.ring.rotate(&ctx).await? {
            println!(
                "{} {} is announced now and signs from {}.",
                plan.algorithm.as_str(),
                plan.kid,
                moment(plan.signs_from)
            );
        }
    }
    println!("alg    stage      signs from        signs until       published until   kid");
    for entry in house.ring.timeline(ctx.now) {
        println!(
            "{:<6} {:<10} {:<17} {:<17} {:<17} {}",
            entry.algorithm.as_str(),
            entry.stage.as_str(),
            moment(entry.signs_from),
            entry.signs_until.map_or_else(|| "open".to_owned(), moment),
            entry.published_until.map_or_else(|| "open".to_owned(), moment),
            entry.kid
        );
    }
    Ok(())
}
