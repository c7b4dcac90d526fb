/**
 * Who a client is and for whom it may speak: tokens, passwords and certificates against the
 * registry's credentials, cached so that sessions can begin while the store is away. Any thread.
 */
@NullMarked
package qiantang.ingest.auth;

import org.jspecify.annotations.NullMarked;
