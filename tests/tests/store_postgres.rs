//! The store on PostgreSQL passes the suite of its port, when there is a server to try it on: set
//! `PORTAL_ID_TEST_POSTGRES` to the URL of a database whose user may create others, and run with `--ignored`.

use portal_id_testkit::store_suite;
use portal_id_testkit::suites::store::Subject;

store_suite!(Subject::postgres(), #[ignore = "needs a PostgreSQL server"]);
