package qiantang.ingest.auth;

import java.time.Instant;

/**
 * What a client's certificate says, after its chain was checked against the node's CA and CRL.
 *
 * @param commonName CN of the subject as it was issued, empty where it has none
 * @param sha256 of the certificate (DER), 64 hexadecimal digits
 * @param notAfter when it expires
 */
public record PeerCertificate(String commonName, String sha256, Instant notAfter) {}
