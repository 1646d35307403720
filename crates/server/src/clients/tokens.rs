//! What is registered about a client's tokens and claims: what does not fit together is said in words for the operator.

use anyhow::{Context as _, bail};
use portal_id_core::client::{ClientMetadata, SubjectType};

/// Checks the aliases, the subjects and their sector, and how userinfo is encrypted.
pub(super) fn check(client_id: &str, metadata: &ClientMetadata) -> anyhow::Result<()> {
    let may_ask_for = |scope: &str| metadata.scope.split_ascii_whitespace().any(|allowed| allowed == scope);
    if let Err(fault) = metadata.claim_aliases.check(may_ask_for) {
        bail!("client {client_id}: {fault}");
    }
    if let Err(fault) = portal_id_oidc::sector(metadata) {
        bail!("client {client_id}: {fault}; give it a sector");
    }
    if let Some(sector) = &metadata.sector {
        if metadata.subject_type != SubjectType::Pairwise {
            bail!("client {client_id}: a sector means something only with pairwise subjects");
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        if sector.is_empty() || sector.len() > 128 || !sector.chars().all(plain) {
            bail!("client {client_id}: sector {sector:?}: 1 to 128 small letters, digits, '-' or '.'");
        }
    }
    encryption(metadata).with_context(|| format!("client {client_id}"))
}

fn encryption(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let Some(alg) = metadata.userinfo_encrypted_response_alg else {
        if metadata.userinfo_encrypted_response_enc.is_some() {
            bail!("userinfo_encrypted_response_enc needs userinfo_encrypted_response_alg");
        }
        return Ok(());
    };
    if metadata.userinfo_signed_response_alg.is_none() {
        bail!("encrypted userinfo must be signed too: userinfo_signed_response_alg");
    }
    let set = metadata.jwks.as_ref().context("encrypted userinfo needs the client's public key: jwks")?;
    portal_id_keys::check_encryption(set, alg).context("jwks")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::clients::ClientsFile;

    fn refused(fields: &str) -> Option<String> {
        let text = format!(
            "[[client]]\nclient_id = \"a\"\nclient_name = \"A\"\nscope = \"openid profile\"\n\
             redirect_uris = [\"https://a.example/cb\"]\n{fields}\n"
        );
        let file: ClientsFile = toml::from_str(&text).unwrap();
        check("a", &file.client[0].metadata).err().map(|error| format!("{error:#}"))
    }

    #[test]
    fn aliases_and_sectors_of_the_file_are_checked() {
        assert_eq!(refused("claim_aliases = { preset = \"vnconnect\", names = { hoTen = \"full_name\" } }"), None);
        let names = |names: &str| refused(&format!("claim_aliases = {{ names = {{ {names} }} }}")).unwrap_or_default();
        assert!(names("sub = \"username\"").contains("meaning of its own"));
        assert!(names("thu = \"email\"").contains("scope email"));
        assert!(names("\"a b\" = \"username\"").contains("letters"));
        assert_eq!(refused("subject_type = \"pairwise\""), None);
        assert_eq!(refused("subject_type = \"pairwise\"\nsector = \"y-te\""), None);
        assert!(refused("sector = \"y-te\"").unwrap().contains("pairwise"));
        assert!(refused("subject_type = \"pairwise\"\nsector = \"Y tế\"").unwrap().contains("small letters"));
    }

    #[test]
    fn encrypted_userinfo_needs_a_signature_and_a_key() {
        let key = r#"jwks = { keys = [{ kty = "EC", crv = "P-256", use = "enc", x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM" }] }"#;
        let (signed, encrypted) =
            ("userinfo_signed_response_alg = \"ES256\"", "userinfo_encrypted_response_alg = \"ECDH-ES\"");
        assert_eq!(refused(&[signed, encrypted, key].join("\n")), None);
        assert!(refused(&[encrypted, key].join("\n")).unwrap().contains("signed too"));
        assert!(refused(&[signed, encrypted].join("\n")).unwrap().contains("jwks"));
        let of_signatures = key.replace("enc", "sig");
        assert!(refused(&[signed, encrypted, &of_signatures].join("\n")).unwrap().contains("no key for ECDH-ES"));
        assert!(refused("userinfo_encrypted_response_enc = \"A256GCM\"").unwrap().contains("_alg"));
    }

    #[test]
    fn pairwise_subjects_at_several_hosts_need_a_sector() {
        let mut metadata = ClientMetadata::named("A", vec!["https://a.example/".into(), "https://b.example/".into()]);
        metadata.subject_type = SubjectType::Pairwise;
        assert!(check("a", &metadata).unwrap_err().to_string().contains("sector"));
        metadata.sector = Some("ab".to_owned());
        check("a", &metadata).unwrap();
    }
}
