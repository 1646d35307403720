//! The ephemeral store in the process passes the suite of its port.

use portal_id_testkit::{ephemeral_expiry_suite, ephemeral_suite};

ephemeral_suite!(portal_id_testkit::suites::ephemeral::in_process());
ephemeral_expiry_suite!(portal_id_testkit::suites::ephemeral::in_process());
