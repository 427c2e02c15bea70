//! A certificate authority of the lab's own and one certificate for every name that it stands in for.

use std::{io, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sha2::{Digest, Sha256};

/// Keys and certificates of one run; nothing is kept on disk but the authority's certificate.
pub struct Certificates {
    /// The authority's certificate.
    pub ca_pem: String,
    /// SHA-256 of the leaf's public key in base64, as Chromium's `--ignore-certificate-errors-spki-list` takes it.
    pub spki_sha256: String,
    /// What a server is set up with.
    pub config: Arc<ServerConfig>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates")
            .field("spki_sha256", &self.spki_sha256)
            .finish_non_exhaustive()
    }
}

/// Makes an authority and a certificate for these names, which is also good for this machine's own.
///
/// # Errors
/// When a key or certificate cannot be made.
pub fn make(names: &[&str]) -> io::Result<Certificates> {
    let mut authority = CertificateParams::new(Vec::<String>::new()).map_err(io::Error::other)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "Aside lab authority");
    let authority_key = KeyPair::generate().map_err(io::Error::other)?;
    let ca_pem = authority
        .self_signed(&authority_key)
        .map_err(io::Error::other)?
        .pem();
    let issuer = Issuer::new(authority, authority_key);

    let names: Vec<String> = ["127.0.0.1", "localhost"]
        .iter()
        .chain(names)
        .map(|name| (*name).to_owned())
        .collect();
    let mut leaf = CertificateParams::new(names).map_err(io::Error::other)?;
    leaf.distinguished_name = DistinguishedName::new();
    leaf.distinguished_name
        .push(DnType::CommonName, "Aside lab: simulated vendors");
    let leaf_key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = leaf
        .signed_by(&leaf_key, &issuer)
        .map_err(io::Error::other)?;
    let spki_sha256 = STANDARD.encode(Sha256::digest(leaf_key.subject_public_key_info()));

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let mut config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![certificate.der().clone()], key)
            })
            .map_err(io::Error::other)?;
    // One request a connection at a time: a dropped answer then means a closed connection and nothing else.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificates {
        ca_pem,
        spki_sha256,
        config: Arc::new(config),
    })
}
