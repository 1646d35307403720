//! The tables as diesel sees them: the columns in the order of the migrations, moments as unix milliseconds.

diesel::table! {
    accounts (id) {
        id -> Text,
        class -> Text,
        state -> Text,
        username -> Text,
        username_key -> Text,
        password_hash -> Nullable<Text>,
        profile -> Binary,
        language -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        activated_at -> Nullable<BigInt>,
        password_distrusted_at -> Nullable<BigInt>,
        devices_known_from -> Nullable<BigInt>,
    }
}

diesel::table! {
    identifiers (account_id, kind) {
        account_id -> Text,
        kind -> Text,
        digest -> Binary,
        unique_claim -> Nullable<Binary>,
        verified_at -> Nullable<BigInt>,
        source -> Text,
        disputed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mailed_links (secret) {
        secret -> Binary,
        purpose -> Text,
        account_id -> Text,
        email -> Binary,
        browser -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        secret -> Binary,
        account_id -> Text,
        auth_time -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        amr -> Text,
        ial -> BigInt,
        user_agent -> Text,
        ended_at -> Nullable<BigInt>,
        network -> Text,
    }
}

diesel::table! {
    challenges (id) {
        id -> Text,
        account_id -> Text,
        browser -> Binary,
        code -> Binary,
        created_at -> BigInt,
        sent_at -> BigInt,
        expires_at -> BigInt,
        tries -> BigInt,
        used_at -> Nullable<BigInt>,
        version -> BigInt,
        raises_session -> Nullable<Text>,
        proves_arrival -> Nullable<Binary>,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        key -> Binary,
        name -> Text,
        sealed -> Nullable<Binary>,
        counter -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    throttles (key) {
        key -> Binary,
        marks -> Binary,
        notified_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    clients (id) {
        id -> Text,
        metadata -> Text,
        secrets -> Text,
        source -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (account_id, client_id) {
        account_id -> Text,
        client_id -> Text,
        scopes -> Text,
        granted_at -> BigInt,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        client_id -> Text,
        account_id -> Text,
        session_id -> Text,
        code -> Binary,
        redirect_uri -> Text,
        scopes -> Text,
        offline -> Bool,
        nonce -> Nullable<Text>,
        code_challenge -> Nullable<Text>,
        auth_time -> BigInt,
        amr -> Text,
        ial -> BigInt,
        issued_at -> BigInt,
        code_expires_at -> BigInt,
        code_used_at -> Nullable<BigInt>,
        generation -> BigInt,
        rotated_at -> Nullable<BigInt>,
        idle_expires_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        subject -> Nullable<Text>,
        claims -> Nullable<Text>,
        resources -> Text,
    }
}

diesel::table! {
    session_clients (session_id, client_id) {
        session_id -> Text,
        client_id -> Text,
        subject -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    pairwise_subjects (sector, account_id) {
        sector -> Text,
        account_id -> Text,
        subject -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    revoked_tokens (jti) {
        jti -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    upstream_links (id) {
        id -> Text,
        upstream -> Text,
        issuer -> Text,
        key -> Binary,
        account_id -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        subject -> Nullable<Binary>,
    }
}

diesel::table! {
    upstream_sessions (session_id) {
        session_id -> Text,
        link_id -> Text,
        upstream -> Text,
        sid -> Nullable<Binary>,
        subject -> Binary,
        ending -> Binary,
        began_at -> BigInt,
        only_to_end -> Bool,
    }
}

diesel::table! {
    vouched_facts (account_id, kind) {
        account_id -> Text,
        kind -> Text,
        value -> Binary,
        source -> Text,
        upstream -> Nullable<Text>,
        ial -> BigInt,
        verified_at -> BigInt,
    }
}

diesel::table! {
    pending_contacts (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        contact -> Binary,
        digest -> Binary,
        browser -> Binary,
        code -> Binary,
        created_at -> BigInt,
        sent_at -> BigInt,
        expires_at -> BigInt,
        tries -> BigInt,
        used_at -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    upstream_secret_uses (secret, upstream) {
        secret -> Binary,
        upstream -> Text,
        addresses -> Binary,
        since -> BigInt,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        public_jwk -> Text,
        sealed_private_jwk -> Binary,
        created_at -> BigInt,
        signs_from -> BigInt,
        signs_until -> Nullable<BigInt>,
        published_until -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    data_keys (name, version) {
        name -> Text,
        version -> BigInt,
        sealed -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        channel -> Text,
        template -> Text,
        masked_recipient -> Text,
        envelope -> Nullable<Binary>,
        state -> Text,
        attempts -> BigInt,
        next_attempt_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        not_after -> BigInt,
        settled_at -> Nullable<BigInt>,
        client_id -> Nullable<Text>,
    }
}

diesel::table! {
    sms_sends (message_id) {
        message_id -> Text,
        day -> BigInt,
        parts -> BigInt,
        gateway -> Nullable<Text>,
        gateways_id -> Nullable<Text>,
        accepted_at -> Nullable<BigInt>,
        arrival -> Nullable<Text>,
        told_at -> Nullable<BigInt>,
        unanswered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sms_early (gateway, id) {
        gateway -> Text,
        id -> Text,
        arrival -> Nullable<Text>,
        told_at -> BigInt,
    }
}

diesel::table! {
    sms_days (day) {
        day -> BigInt,
        parts -> BigInt,
        warned_at -> Nullable<BigInt>,
        refused_at -> Nullable<BigInt>,
        warned_of -> Nullable<BigInt>,
        refused_of -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        account_id -> Nullable<Text>,
        client_id -> Nullable<Text>,
        session_id -> Nullable<Text>,
        network -> Text,
        request_id -> Text,
        upstream -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    job_leases (name) {
        name -> Text,
        leased_until -> BigInt,
    }
}

diesel::table! {
    backfills (name) {
        name -> Text,
        after_account -> Text,
        caught_up_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sessions, session_clients);
diesel::joinable!(upstream_sessions -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(sessions, upstream_sessions);
diesel::allow_tables_to_appear_in_same_query!(upstream_links, upstream_sessions);
diesel::joinable!(identifiers -> accounts (account_id));
diesel::joinable!(credentials -> accounts (account_id));
diesel::joinable!(challenges -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    identifiers,
    credentials,
    challenges,
    sessions,
    grants,
    clients
);
