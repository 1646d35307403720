//! What is registered about a client's tokens and claims: what does not fit together is said in words for the operator.

use anyhow::{Context as _, anyhow, bail};
use portal_id_core::client::{ClientMetadata, SubjectType};

/// The further names of its claims.
pub(super) fn aliases(metadata: &ClientMetadata) -> anyhow::Result<()> {
    let may_ask_for = |scope: &str| metadata.scope.split_ascii_whitespace().any(|allowed| allowed == scope);
    Ok(metadata.claim_aliases.check(may_ask_for)?)
}

/// By what it knows people.
pub(super) fn subjects(metadata: &ClientMetadata) -> anyhow::Result<()> {
    portal_id_oidc::sector(metadata).map_err(|fault| anyhow!("{fault}; give it a sector"))?;
    let Some(sector) = &metadata.sector else { return Ok(()) };
    if metadata.subject_type != SubjectType::Pairwise {
        bail!("a sector means something only with pairwise subjects");
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    if sector.is_empty() || sector.len() > 128 || !sector.chars().all(plain) {
        bail!("sector {sector:?}: 1 to 128 small letters, digits, '-' or '.'");
    }
    Ok(())
}

/// How userinfo is encrypted to it.
pub(super) fn encryption(metadata: &ClientMetadata) -> anyhow::Result<()> {
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
    use crate::clients::{ClientsFile, check};

    fn refused(fields: &str) -> Option<String> {
        let text = format!(
            "[[client]]\nclient_id = \"a\"\nclient_name = \"A\"\nscope = \"openid profile\"\n\
             redirect_uris = [\"https://a.example/cb\"]\n{fields}\n"
        );
        let file: ClientsFile = toml::from_str(&text).unwrap();
        check("a", &file.client[0].metadata).err().map(|error| error.to_string())
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
