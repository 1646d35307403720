//! What is registered about a client's tokens and claims: what does not fit together is said in words for the operator.

use anyhow::bail;
use portal_id_core::client::{ClientMetadata, SubjectType};

/// Checks the aliases, the subjects and their sector.
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
    Ok(())
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
    fn pairwise_subjects_at_several_hosts_need_a_sector() {
        let mut metadata = ClientMetadata::named("A", vec!["https://a.example/".into(), "https://b.example/".into()]);
        metadata.subject_type = SubjectType::Pairwise;
        assert!(check("a", &metadata).unwrap_err().to_string().contains("sector"));
        metadata.sector = Some("ab".to_owned());
        check("a", &metadata).unwrap();
    }
}
