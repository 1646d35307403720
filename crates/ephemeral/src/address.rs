//! The address of a store, read: in the process, or Redis in one of its three forms.

use crate::settings::SettingsError;

/// The one address of the store in the process.
const IN_PROCESS: &str = "in-process";
/// Where Redis listens unless an address says otherwise.
const REDIS_PORT: u16 = 6379;
/// Where a Sentinel listens unless an address says otherwise.
const SENTINEL_PORT: u16 = 26_379;

/// Where the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    InProcess,
    Redis(RedisAddress),
}

/// How to reach a Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedisAddress {
    pub(crate) form: Form,
    pub(crate) tls: bool,
    /// Host and port of each node that is named; of a Sentinel form, of the Sentinels.
    pub(crate) nodes: Vec<(String, u16)>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: i64,
}

/// The three ways in which Redis is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Single,
    /// Sentinels that know where the master of this name is.
    Sentinel(String),
    Cluster,
}

impl Address {
    /// Reads an address as the settings write it.
    pub(crate) fn read(text: &str) -> Result<Self, SettingsError> {
        if text == IN_PROCESS {
            return Ok(Self::InProcess);
        }
        let refused = |why| SettingsError::Address { address: without_password(text), why };
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| refused("it is neither \"in-process\" nor redis://host:port"))?;
        let (tls, form) = match scheme {
            "redis" => (false, Form::Single),
            "rediss" => (true, Form::Single),
            "redis+sentinel" => (false, Form::Sentinel(String::new())),
            "rediss+sentinel" => (true, Form::Sentinel(String::new())),
            "redis+cluster" => (false, Form::Cluster),
            "rediss+cluster" => (true, Form::Cluster),
            _ => return Err(refused("its scheme must be redis, redis+sentinel or redis+cluster (rediss… for TLS)")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (userinfo, hosts) =
            authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        let (username, password) =
            credentials(userinfo.unwrap_or_default()).ok_or_else(|| refused("its user is not UTF-8"))?;
        let default_port = if matches!(form, Form::Sentinel(_)) { SENTINEL_PORT } else { REDIS_PORT };
        let nodes: Option<Vec<_>> = hosts.split(',').map(|node| host_and_port(node, default_port)).collect();
        let nodes = nodes.ok_or_else(|| refused("a host or port cannot be read"))?;
        if form == Form::Single && nodes.len() > 1 {
            return Err(refused("several hosts need redis+sentinel:// or redis+cluster://"));
        }
        let (form, database) = match form {
            Form::Sentinel(_) => {
                let (master, database) = path.split_once('/').unwrap_or((path, ""));
                if master.is_empty() {
                    return Err(refused("it must name the master: redis+sentinel://host:port,host:port/master"));
                }
                (Form::Sentinel(master.to_owned()), database)
            }
            other => (other, path),
        };
        let database = if database.is_empty() { Some(0) } else { database.parse::<u16>().ok() };
        let database = i64::from(database.ok_or_else(|| refused("its database is not a number"))?);
        if form == Form::Cluster && database != 0 {
            return Err(refused("a cluster has no databases"));
        }
        Ok(Self::Redis(RedisAddress { form, tls, nodes, username, password, database }))
    }
}

/// User and password; `None` when they are not UTF-8 once decoded.
fn credentials(userinfo: &str) -> Option<(Option<String>, Option<String>)> {
    let decoded = |text: &str| -> Option<Option<String>> {
        let text = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
        Some((!text.is_empty()).then(|| text.into_owned()))
    };
    let (username, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    Some((decoded(username)?, decoded(password)?))
}

fn host_and_port(node: &str, default_port: u16) -> Option<(String, u16)> {
    // An IPv6 address stands in brackets, so that its colons are not the port's.
    let (host, port) = match node.strip_prefix('[').and_then(|node| node.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':')?)),
        None => node.split_once(':').map_or((node, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(default_port), |port| port.parse().ok())?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// The address as it may be shown: what stands before an `@` may be a password.
pub(crate) fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    fn redis(text: &str) -> RedisAddress {
        match Address::read(text).unwrap() {
            Address::Redis(address) => address,
            Address::InProcess => panic!("{text} is in the process"),
        }
    }

    #[test]
    fn each_form_is_read() {
        assert_eq!(Address::read("in-process").unwrap(), Address::InProcess);
        let single = redis("redis://cache");
        assert_eq!((single.form, single.nodes, single.database), (Form::Single, vec![("cache".to_owned(), 6379)], 0));
        let single = redis("rediss://portal:p%40ss@[::1]:7000/3");
        assert_eq!(
            (single.tls, single.nodes[0].0.as_str(), single.nodes[0].1, single.database),
            (true, "::1", 7000, 3)
        );
        assert_eq!((single.username.as_deref(), single.password.as_deref()), (Some("portal"), Some("p@ss")));
        let sentinel = redis("redis+sentinel://:secret@a,b:7/portal/2");
        assert_eq!(sentinel.nodes, [("a".to_owned(), 26_379), ("b".to_owned(), 7)]);
        assert_eq!((sentinel.form, sentinel.database), (Form::Sentinel("portal".to_owned()), 2));
        assert_eq!(redis("redis+cluster://a:1,b:2").form, Form::Cluster);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_no_password_is_shown() {
        for (text, part) in [
            ("memory", "in-process"),
            ("http://:hunter2@cache", "scheme"),
            ("redis://:hunter2@", "host or port"),
            ("redis://:hunter2@a:port", "host or port"),
            ("redis://:hunter2@a,b", "several hosts"),
            ("redis://:hunter2@a/x", "database"),
            ("redis+sentinel://:hunter2@a", "master"),
            ("redis+cluster://:hunter2@a/1", "no databases"),
        ] {
            let refused = Address::read(text).unwrap_err().to_string();
            assert!(refused.contains(part), "{refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
    }
}
