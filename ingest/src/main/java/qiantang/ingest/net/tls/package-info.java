/**
 * TLS: reads certificate, key, CA and CRL, makes the handlers of connections, and takes up files
 * that have changed. For {@code ingest.net}.
 */
@NullMarked
package qiantang.ingest.net.tls;

import org.jspecify.annotations.NullMarked;
