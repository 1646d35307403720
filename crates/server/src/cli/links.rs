//! The options of `client add` about a client's own pages and its picture.

use portal_id_core::client::ClientMetadata;

/// A client's own pages and its picture; each an https address.
#[expect(clippy::struct_field_names, reason = "the names of RFC 7591, which the options have too")]
#[derive(Debug, Default, clap::Args)]
pub struct LinkArgs {
    /// The service's first page, shown to people who sign in to it.
    #[arg(long)]
    pub client_uri: Option<String>,
    /// The service's picture: one file, without a query.
    #[arg(long)]
    pub logo_uri: Option<String>,
    /// What the service does with people's details.
    #[arg(long)]
    pub policy_uri: Option<String>,
    /// The service's terms of use.
    #[arg(long)]
    pub tos_uri: Option<String>,
}

impl LinkArgs {
    /// Writes them into what is registered.
    pub(crate) fn put_into(self, metadata: &mut ClientMetadata) {
        metadata.client_uri = self.client_uri;
        metadata.logo_uri = self.logo_uri;
        metadata.policy_uri = self.policy_uri;
        metadata.tos_uri = self.tos_uri;
    }
}
