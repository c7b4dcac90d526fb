/**
 * What exists and who may do what: platforms, enterprises, devices, credentials, tokens. Records
 * and the port to their tables. Secrets are 256 random bits and rest as SHA-256 only.
 */
@NullMarked
package qiantang.store.registry;

import org.jspecify.annotations.NullMarked;
