//! The options of `portal-id client add` about a client's tokens and claims.

use super::parse_serde;
use portal_id_core::claim_aliases::{AliasPreset, AliasSource, ClaimAliases};
use portal_id_core::client::{ClientMetadata, SubjectType};
use portal_id_core::encryption::{ContentEncryption, KeyEncryption};
use portal_id_core::signing_key::SigningAlgorithm;

/// What its tokens say.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    /// Also tell claims under the names of an existing system: `vnconnect` or `hue`.
    #[arg(long, value_parser = parse_serde::<AliasPreset>)]
    pub claim_preset: Option<AliasPreset>,
    /// Also tell a claim under this name, as `SoDinhDanh=identity_number_12`; may be given several times.
    #[arg(long = "claim-alias", value_parser = parse_alias)]
    pub claim_aliases: Vec<(String, AliasSource)>,
    /// `public`: one `sub` per person at every service; `pairwise`: another one in each sector.
    #[arg(long, default_value = "public", value_parser = parse_serde::<SubjectType>)]
    pub subject_type: SubjectType,
    /// The sector of pairwise subjects; the host of the redirect URIs when left out.
    #[arg(long)]
    pub sector: Option<String>,
    /// Answer userinfo as a JWT signed with this algorithm.
    #[arg(long, value_parser = parse_serde::<SigningAlgorithm>)]
    pub userinfo_alg: Option<SigningAlgorithm>,
    /// Encrypt that JWT to the client's key, by `RSA-OAEP-256` or `ECDH-ES`.
    #[arg(long, value_parser = parse_serde::<KeyEncryption>, requires = "userinfo_alg")]
    pub userinfo_encryption: Option<KeyEncryption>,
    /// How the content is encrypted: `A128CBC-HS256` when left out, or `A256GCM`.
    #[arg(long, value_parser = parse_serde::<ContentEncryption>, requires = "userinfo_encryption")]
    pub userinfo_content_encryption: Option<ContentEncryption>,
}

impl TokenArgs {
    /// Writes the options into the registration.
    pub fn apply(self, metadata: &mut ClientMetadata) {
        metadata.claim_aliases =
            ClaimAliases { preset: self.claim_preset, names: self.claim_aliases.into_iter().collect() };
        metadata.subject_type = self.subject_type;
        metadata.sector = self.sector;
        metadata.userinfo_signed_response_alg = self.userinfo_alg;
        metadata.userinfo_encrypted_response_alg = self.userinfo_encryption;
        metadata.userinfo_encrypted_response_enc = self.userinfo_content_encryption;
    }
}

fn parse_alias(text: &str) -> Result<(String, AliasSource), String> {
    let (name, source) = text.split_once('=').ok_or("write it as name=source")?;
    Ok((name.to_owned(), parse_serde(source)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_a_name_and_a_source_that_we_know() {
        assert_eq!(parse_alias("HoVaTen=full_name"), Ok(("HoVaTen".to_owned(), AliasSource::FullName)));
        assert!(parse_alias("HoVaTen").is_err());
        assert!(parse_alias("HoVaTen=everything").is_err());
    }
}
