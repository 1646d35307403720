//! What every store behind the port `core::store` does: rows come back whole, gates are won once, races have one
//! winner, a body that fails leaves nothing. [`crate::store_suite!`] makes one test of each case; each needs an empty
//! store of its own.
#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a suite is test code")]

pub mod accounts;
pub mod counting;
pub mod credentials;
pub mod few_statements;
pub mod identifiers;
pub mod links;
pub mod outbox;
pub mod protocol;
pub mod races;
pub mod relying_parties;
mod samples;
pub mod service;
pub mod sign_in;
pub mod sms;
pub mod transactions;
pub mod upstreams;

use crate::servers;
use portal_id_core::store::Store;
use portal_id_storage::{Counters, StorageSettings};
use std::sync::Arc;
use tempfile::TempDir;

/// An empty store under test, with what must live as long.
pub struct Subject {
    /// The store.
    pub store: Store,
    /// What it was asked to do.
    pub counters: Arc<Counters>,
    folder: Option<TempDir>,
}

impl Subject {
    /// An empty store on a SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("store.sqlite3").display());
        Self { folder: Some(folder), ..Self::open(&StorageSettings { url, ..StorageSettings::default() }) }
    }

    /// An empty database of its own on the tests' PostgreSQL.
    pub fn postgres() -> Self {
        Self::open(&StorageSettings { url: servers::fresh_database(), ..StorageSettings::default() })
    }

    /// The store of these settings, which the caller made empty.
    pub fn open(settings: &StorageSettings) -> Self {
        let backend = portal_id_storage::open(settings).expect("the database opens");
        Self { counters: backend.counters(), store: Store::new(backend), folder: None }
    }

    /// The folder of a SQLite store.
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(TempDir::path)
    }
}

/// One test per case. `$subject` is an expression of type [`Subject`], evaluated once per test; attributes behind
/// it are put on every test.
#[macro_export]
macro_rules! store_suite {
    ($subject:expr $(, #[$attribute:meta])*) => {
        $crate::store_suite!(@each [$(#[$attribute])*] $subject;
            accounts::an_account_comes_back_as_it_was,
            accounts::a_taken_username_is_a_conflict_that_names_the_key,
            accounts::a_state_changes_once_and_only_activation_is_dated,
            accounts::a_password_hash_changes_only_from_the_old_one,
            accounts::a_password_is_replaced_only_as_it_was_and_is_trusted_then,
            accounts::a_first_password_is_set_once_and_its_name_is_nobody_elses,
            accounts::a_password_is_confirmed_while_it_stays_and_its_account_is_active,
            accounts::an_account_is_locked_in_whatever_state,
            accounts::an_active_account_is_locked_with_or_without_a_password,
            races::of_64_who_enrol_and_disown_at_once_nothing_enrolled_is_left,
            accounts::only_the_password_of_an_active_account_is_distrusted,
            accounts::a_profile_is_replaced_only_on_an_account_that_is_there,
            accounts::a_pending_account_goes_with_all_that_belongs_to_it,
            accounts::an_active_account_is_not_deleted_as_pending,
            accounts::a_registration_ends_when_its_last_link_has_expired,
            races::of_64_parallel_activations_with_one_phone_no_more_are_active_than_the_cap_allows,
            identifiers::identifiers_come_back_as_they_were,
            identifiers::an_account_has_one_identifier_of_a_kind,
            identifiers::accounts_of_a_state_are_listed_by_identifier_the_oldest_first_and_at_most_sixteen,
            identifiers::only_active_accounts_are_counted,
            identifiers::one_account_of_a_class_holds_a_claim_and_the_transaction_of_the_loser_goes_on,
            identifiers::an_identifier_is_verified_only_with_the_digest_it_still_has,
            identifiers::only_an_unverified_identifier_is_replaced_and_its_claim_ends,
            links::a_link_comes_back_as_it_was_and_only_for_its_purpose,
            links::a_link_is_taken_once_and_before_its_end,
            links::the_newest_link_of_a_purpose_is_found,
            links::the_oldest_link_that_still_works_is_found,
            links::expired_links_go_but_the_newest_of_a_pending_account_stays,
            sign_in::a_session_comes_back_as_it_was,
            sign_in::a_session_is_renewed_in_place_by_its_own_person,
            sign_in::a_session_is_touched_forwards_and_only_while_it_lasts,
            sign_in::the_sessions_of_an_account_end_but_one,
            sign_in::live_sessions_are_listed_the_newest_first,
            sign_in::old_sessions_are_deleted_in_portions,
            sign_in::a_challenge_comes_back_as_it_was_and_changes_by_version,
            sign_in::the_challenges_of_an_account_end_together,
            sign_in::old_challenges_are_deleted,
            sign_in::a_throttle_is_added_once_and_changes_by_version,
            sign_in::expired_throttles_are_deleted,
            few_statements::a_first_mark_is_put_where_there_is_none,
            few_statements::of_64_first_marks_at_once_one_is_put,
            few_statements::two_throttles_are_found_and_put_together,
            few_statements::a_password_is_confirmed_with_what_is_enrolled,
            few_statements::a_challenge_is_found_with_its_account_and_that_ones_phone,
            few_statements::a_session_is_found_with_its_account,
            few_statements::of_64_who_hold_one_accounts_challenges_each_sees_those_before,
            few_statements::a_write_alone_is_one_statement,
            few_statements::the_parts_of_several_texts_are_set_aside_together,
            few_statements::a_text_that_was_taken_for_good_ends_in_one_statement,
            credentials::a_credential_comes_back_as_it_was,
            credentials::no_two_credentials_share_a_key,
            credentials::a_counter_moves_forwards_only_and_each_step_once,
            credentials::a_credential_is_taken_once_and_noted_any_number_of_times,
            credentials::a_credential_is_renamed_as_what_it_is_by_its_own_account_alone,
            credentials::a_credential_is_deleted_by_its_own_account_alone,
            credentials::credentials_of_a_kind_go_together_and_all_with_their_account,
            credentials::expired_credentials_are_deleted_in_portions,
            protocol::a_client_comes_back_as_it_was,
            protocol::a_client_changes_but_for_id_and_creation,
            protocol::a_client_of_a_newer_version_stops_nobody_and_stays_as_it_was,
            protocol::a_consent_is_replaced_listed_and_forgotten,
            protocol::a_grant_comes_back_as_it_was,
            protocol::the_ground_of_a_token_is_found_whole_or_not_at_all,
            protocol::a_code_is_used_once_before_its_end_and_never_after_revocation,
            protocol::a_generation_advances_once_and_never_after_revocation,
            protocol::grants_are_revoked_by_account_client_and_session,
            protocol::the_live_grants_of_an_account_are_listed,
            protocol::the_grants_of_other_sessions_are_revoked_the_offline_ones_only_if_asked,
            protocol::old_grants_are_deleted,
            protocol::what_a_grant_was_asked_for_comes_back,
            relying_parties::the_clients_of_a_session_are_noted_once_and_go_with_it,
            relying_parties::a_session_that_ended_takes_no_more_clients,
            relying_parties::a_client_is_taken_from_the_sessions_of_one_account_that_have_not_ended,
            relying_parties::of_64_who_reach_and_end_a_session_at_once_nobody_is_forgotten,
            relying_parties::a_pairwise_subject_stands_once_made_and_differs_by_sector,
            relying_parties::of_64_parallel_pairwise_subjects_one_stands,
            relying_parties::a_revoked_token_is_remembered_until_it_is_swept,
            upstreams::a_link_of_an_upstream_is_found_used_and_deleted_by_its_own,
            upstreams::accounts_are_found_by_whom_their_upstream_means,
            upstreams::a_person_of_an_upstream_is_one_account_and_an_account_one_person_of_it,
            upstreams::of_64_first_arrivals_of_one_person_one_makes_the_account,
            upstreams::sessions_are_found_by_what_their_upstream_ended,
            upstreams::a_session_stands_on_the_upstream_session_that_came_last,
            upstreams::who_vouched_for_a_fact_is_remembered_by_kind,
            upstreams::a_number_that_was_taken_away_leads_to_its_account_no_more,
            upstreams::a_vouched_identifier_stands_in_the_place_of_the_one_before,
            upstreams::a_pending_contact_comes_back_as_it_was_and_changes_by_version,
            upstreams::the_addresses_of_an_upstreams_secret_are_remembered,
            upstreams::a_challenge_of_an_arrival_comes_back_as_it_was,
            service::signing_keys_come_back_with_their_timetable,
            service::a_data_key_is_made_once,
            service::the_audit_trail_is_listed_the_newest_first_and_by_filter,
            service::a_job_is_taken_once_until_its_end_and_a_clock_that_was_ahead_holds_nobody_up,
            service::a_pass_over_the_accounts_goes_on_where_it_stood,
            outbox::a_message_comes_back_as_it_was,
            outbox::a_due_message_is_claimed_until_its_lease_ends,
            outbox::a_settled_message_is_erased_and_stays_settled,
            outbox::a_postponed_message_is_due_again_later,
            outbox::messages_are_listed_and_swept,
            outbox::the_notices_to_a_client_are_counted_and_listed,
            sms::a_text_message_is_followed_from_its_reservation_to_its_report,
            sms::parts_are_set_aside_once_and_given_back_unless_accepted,
            sms::the_ceiling_of_a_day_holds,
            sms::an_alarm_is_given_once_a_day,
            sms::parts_of_a_message_that_may_have_been_taken_are_kept,
            sms::a_report_that_overtakes_the_acceptance_is_noted_with_it,
            sms::a_report_counts_for_its_own_gateway_and_delivered_is_final,
            sms::a_send_goes_with_its_message_and_old_days_are_deleted,
            races::of_64_parallel_registrations_of_one_username_one_wins,
            races::of_64_parallel_claims_to_one_identifier_one_wins,
            races::of_64_parallel_activations_with_one_business_code_one_wins_and_the_others_are_gone,
            races::of_64_parallel_uses_of_one_link_one_wins,
            races::of_64_parallel_uses_of_one_code_one_wins,
            races::of_64_parallel_refreshes_one_advances_the_generation,
            races::of_64_parallel_changes_of_one_password_one_wins,
            races::of_64_parallel_uses_of_one_authenticator_code_one_wins,
            races::of_64_parallel_uses_of_one_recovery_code_one_wins,
            races::of_64_parallel_first_marks_one_is_added,
            races::of_64_parallel_marks_none_is_lost_when_the_loser_runs_again,
            races::of_64_parallel_marks_only_as_many_pass_as_the_rule_allows,
            races::parallel_workers_never_get_the_same_message,
            races::of_64_nodes_one_takes_a_job,
            races::of_64_nodes_that_begin_a_pass_none_loses_what_it_wrote,
            races::of_64_parallel_senders_only_as_many_pass_as_the_ceiling_allows,
            races::of_64_parallel_attempts_at_one_message_its_parts_count_once,
            races::of_32_reports_that_race_with_their_acceptances_none_is_lost,
            transactions::a_body_that_fails_leaves_nothing,
            transactions::failing_and_panicking_bodies_do_not_disturb_their_neighbours,
            transactions::a_body_that_asks_for_it_is_run_again_from_the_start,
            transactions::a_body_that_never_stops_asking_ends_with_retry,
            transactions::a_body_that_goes_on_after_a_refused_statement_is_undone,
            transactions::a_read_sees_what_was_committed_before,
            transactions::a_read_may_not_write,
            transactions::only_a_look_sees_what_is_committed_between_its_statements,
            transactions::many_reads_run_beside_writes,
            transactions::dropping_the_store_finishes_what_waits,
            transactions::what_may_be_durable_later_is_seen_at_once_and_never_dropped,
            counting::a_transaction_is_one_durable_write_and_a_read_is_none,
            counting::the_gates_of_hot_paths_cost_one_statement_each,
            counting::a_text_that_the_ceiling_refuses_asks_for_the_day_once,
            counting::holding_a_row_writes_nothing,
        );
    };
    (@each $attributes:tt $subject:expr; $($module:ident :: $case:ident),+ $(,)?) => {
        $($crate::store_suite!(@one $attributes $subject; $module::$case);)+
    };
    (@one [$($attribute:tt)*] $subject:expr; $module:ident :: $case:ident) => {
        $($attribute)*
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::suites::store::$module::$case($subject).await;
        }
    };
}
