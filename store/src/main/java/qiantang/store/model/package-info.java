/**
 * What travels through the system, as records: identifiers, values, readings, the records kept in a
 * frame and the sealed outcomes of a write. Depends on the JDK alone; immutable, so any thread may
 * use it.
 */
@NullMarked
package qiantang.store.model;

import org.jspecify.annotations.NullMarked;
