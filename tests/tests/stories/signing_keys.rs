//! Signing keys as operators meet them: what is made and planned leaves its trace.

use portal_id_testkit::TestIdp;
use portal_id_testkit::core::audit::AuditKind;

#[tokio::test]
async fn making_and_rotating_signing_keys_is_audited() {
    let idp = TestIdp::start().await;
    let made = idp.audit().await.into_iter().filter(|entry| entry.kind == AuditKind::SigningKeyCreated).count();
    assert_eq!(made, 2);
    idp.house.ring.rotate(&idp.ctx()).await.unwrap();
    assert!(idp.audited(AuditKind::SigningKeysRotated).await);
}
