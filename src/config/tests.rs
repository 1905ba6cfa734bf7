//! The precedence of the contract, and what each wrong value is told.

use super::options::build;
use super::*;

fn sources(environment: &[(&str, &str)]) -> Sources {
    let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Sources { environment, ..Sources::default() }
}

fn built(environment: &[(&str, &str)], file: &str) -> Result<Config, ConfigError> {
    build(sources(environment), PathBuf::from("/d"), file)
}

fn error(environment: &[(&str, &str)], file: &str) -> String {
    built(environment, file).expect_err("refused").to_string()
}

#[test]
fn contract_defaults_of_a_checkout() {
    let config = built(&[], "").unwrap();
    assert_eq!(config.listen, loopback());
    assert!(!config.installed && !config.listen_asked);
    let port = Port::Number;
    let ports = Ports {
        c2s: port(5222),
        c2s_tls: port(5223),
        s2s: port(5269),
        s2s_tls: port(5270),
        http: port(8080),
        https: port(8443),
        component: port(5347),
    };
    assert_eq!(config.ports, ports);
    assert_eq!((config.log.as_str(), config.log_format), ("info", LogFormat::Text));
    assert_eq!((config.tls_files, config.resolver, config.acme_directory), (None, None, None));
}

#[test]
fn contract_defaults_of_an_installed_imera() {
    let by_folder = build(sources(&[]), PathBuf::from(INSTALLED_DATA), "").unwrap();
    let by_sockets = build(Sources { inherited_sockets: true, ..sources(&[]) }, PathBuf::from("/d"), "").unwrap();
    for config in [by_folder, by_sockets] {
        assert!(config.installed);
        assert_eq!(config.listen, [IpAddr::from([0u16; 8])]);
        assert_eq!((config.ports.http, config.ports.https), (Port::Number(80), Port::Number(443)));
    }
}

#[test]
fn contract_environment_over_file_over_default() {
    let file = "port_c2s = 1111\nport_c2s_tls = \"off\"\nlog = \"debug\"\nlisten = ['127.0.0.2', '::1']\n";
    let config = built(&[("IMERA_PORT_C2S", "2222"), ("IMERA_LOG", "warn"), ("IMERA_LISTEN", " ")], file).unwrap();
    assert_eq!(config.ports.c2s, Port::Number(2222));
    assert_eq!(config.ports.c2s_tls, Port::Off);
    assert_eq!(config.ports.s2s, Port::Number(5269));
    assert_eq!(config.log, "warn");
    assert_eq!(config.listen, ["127.0.0.2", "::1"].map(|text| text.parse::<IpAddr>().unwrap()), "empty is unset");
}

#[test]
fn contract_the_flag_names_the_data_folder_before_the_environment() {
    let both = Sources { data: Some("/flag".into()), ..sources(&[("IMERA_DATA", "/variable")]) };
    assert_eq!(both.data_folder().unwrap(), Path::new("/flag"));
    assert_eq!(sources(&[("IMERA_DATA", "/variable")]).data_folder().unwrap(), Path::new("/variable"));
    assert!(sources(&[]).data_folder().unwrap().ends_with("imera-data"));
    let packaged = Sources { packaged: true, ..sources(&[]) };
    assert_eq!(packaged.data_folder().unwrap(), Path::new(INSTALLED_DATA));
}

#[test]
fn contract_every_listed_name_is_parsed() {
    let config = built(
        &[
            ("IMERA_LISTEN", "[::],10.0.0.1"),
            ("IMERA_PORT_S2S", "0"),
            ("IMERA_PORT_COMPONENT", "off"),
            ("IMERA_TLS_CERT", "/c.pem"),
            ("IMERA_TLS_KEY", "/k.pem"),
            ("IMERA_RESOLVER", "127.0.0.1:5353"),
            ("IMERA_ACME_DIRECTORY", "https://authority.test/dir"),
            ("IMERA_ACME_ROOT", "/root.pem"),
            ("IMERA_LOG_FORMAT", "json"),
        ],
        "",
    )
    .unwrap();
    assert_eq!(config.listen, ["::", "10.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap()));
    assert_eq!((config.ports.s2s, config.ports.component), (Port::Number(0), Port::Off));
    assert_eq!(config.tls_files, Some(TlsFiles { cert: "/c.pem".into(), key: "/k.pem".into() }));
    assert_eq!(config.resolver, Some("127.0.0.1:5353".parse().unwrap()));
    assert_eq!(config.acme_directory.as_deref(), Some("https://authority.test/dir"));
    assert_eq!(config.acme_root.as_deref(), Some(Path::new("/root.pem")));
    assert_eq!(config.log_format, LogFormat::Json);
    assert!(config.unused.is_empty(), "{:?}", config.unused);
}

#[test]
fn wrong_values_name_the_option_and_the_way_out() {
    for (environment, file, said) in [
        (("IMERA_PORT_C2S", "65536"), "", "IMERA_PORT_C2S is \"65536\", but has to be a port from 0 to 65535"),
        (("IMERA_LISTEN", "127.0.0.1:5222"), "", "but has to be a list of IP addresses: write for example"),
        (("IMERA_LOG_FORMAT", "xml"), "", "text or json"),
        (("IMERA_TLS_CERT", "/c.pem"), "", "nothing names its key: set IMERA_TLS_KEY too"),
        (("IMERA_TLS_KEY", "/k.pem"), "", "nothing names its certificate"),
        (("IMERA_RESOLVER", "dns.test"), "", "IP:PORT"),
        (("IMERA_ACME_DIRECTORY", "ftp://a"), "", "https://"),
        (("IMERA_LOG", "info"), "port_s2s = -1", "port_s2s in /d/imera.toml is \"-1\""),
        (("IMERA_LOG", "info"), "port_c2s = 1.5", "neither a text nor a number"),
        (("IMERA_LOG", "info"), "prot_c2s = 5", "\"prot_c2s\", which imera does not know: did you mean port_c2s?"),
        (("IMERA_LOG", "info"), "data = '/x'", "the file lies in the data folder"),
        (("IMERA_LOG", "info"), "colour = 'blue'", "it knows domain, listen, "),
        (("IMERA_LOG", "info"), "\n\nport_c2s 5222", "/d/imera.toml line 3 is not TOML"),
    ] {
        let told = error(&[environment], file);
        assert!(told.contains(said), "{told}");
        assert!(!told.contains('\n'), "one line: {told}");
    }
}

#[test]
fn contract_the_test_profile_is_for_loopback_and_localhost() {
    let profile = |environment: &[(&str, &str)]| {
        build(Sources { test_profile: true, ..sources(environment) }, PathBuf::from(INSTALLED_DATA), "")
    };
    let config = profile(&[]).unwrap();
    assert_eq!(config.listen, loopback(), "even where imera is installed");
    let wanted = TestProfile { domain: "localhost".into(), domain_asked: false, plain_tcp: false };
    assert_eq!(config.test_profile, Some(wanted));
    assert_eq!(profile(&[("IMERA_DOMAIN", "A.Test")]).unwrap().test_profile.unwrap().domain, "a.test");
    assert!(profile(&[("IMERA_LISTEN", "0.0.0.0")]).unwrap_err().to_string().contains("loopback"));
    assert!(profile(&[("IMERA_DOMAIN", "a b")]).unwrap_err().to_string().contains("a domain"));
}

#[test]
fn contract_plain_tcp_needs_the_test_profile() {
    let alone = Sources { plain_tcp: true, ..sources(&[]) };
    assert!(build(alone, PathBuf::from("/d"), "").unwrap_err().to_string().starts_with("--plain-tcp"));
}

#[test]
fn what_is_set_for_nothing_is_told() {
    let config = built(&[("IMERA_DOMAIN", "a.test"), ("IMERA_PROT_C2S", "1"), ("IMERA_DATA", "/d")], "").unwrap();
    assert_eq!(config.unused.len(), 2, "{:?}", config.unused);
}

#[test]
fn a_folder_as_other_programs_keep_certificates_stands_for_its_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    let files = Some(TlsFiles { cert: folder.path().join("fullchain.pem"), key: folder.path().join("privkey.pem") });
    assert_eq!(built(&[("IMERA_TLS_CERT", name)], "").unwrap().tls_files, files);
    let gone = folder.path().join("gone");
    assert!(error(&[("IMERA_TLS_CERT", gone.to_str().unwrap())], "").contains("nothing names its key"));
}
