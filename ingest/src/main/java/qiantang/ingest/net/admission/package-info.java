/**
 * Before a connection costs anything: who is let in when, what its first bytes are, and whose they
 * are behind a proxy. For {@code ingest.net}; event loops only.
 */
@NullMarked
package qiantang.ingest.net.admission;

import org.jspecify.annotations.NullMarked;
