//! The ephemeral store on Redis passes the suite of its port in each of its three forms, when there are servers to try it
//! on: `cargo xtask test shared` starts them and names them in the variables below.

macro_rules! form {
    ($name:ident, $variable:literal) => {
        mod $name {
            async fn subject() -> portal_id_testkit::suites::ephemeral::Subject {
                let url = std::env::var($variable).expect(concat!($variable, " holds the URL of a Redis"));
                portal_id_testkit::suites::ephemeral::redis(&url).await
            }
            portal_id_testkit::ephemeral_suite!(subject().await, #[ignore = "needs a Redis server"]);
            portal_id_testkit::ephemeral_clock_suite!(subject().await, #[ignore = "needs a Redis server"]);
        }
    };
}

form!(single, "PORTAL_ID_TEST_REDIS");
form!(sentinel, "PORTAL_ID_TEST_REDIS_SENTINEL");
form!(cluster, "PORTAL_ID_TEST_REDIS_CLUSTER");
