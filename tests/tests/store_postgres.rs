//! The store on PostgreSQL passes the suite of its port, when there is a server to try it on: `cargo xtask test shared`
//! starts one and names it in `PORTAL_ID_TEST_POSTGRES`.

use portal_id_testkit::store_suite;
use portal_id_testkit::suites::store::Subject;

store_suite!(Subject::postgres(), #[ignore = "needs a PostgreSQL server"]);
