package qiantang.ingest.auth;

/**
 * A client's certificate does not hold, or it has shown none where one is required: there will be
 * no session.
 *
 * @param detail why, in words for the operator; what the certificate claims is in it, unproved
 */
public record PeerRefused(String detail) {}
