//! The store on SQLite passes the suite of its port.

use portal_id_testkit::store_suite;
use portal_id_testkit::suites::store::Subject;

store_suite!(Subject::sqlite());
