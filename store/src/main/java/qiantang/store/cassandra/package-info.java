/**
 * The tables in Apache Cassandra: session, schema, and the ports as CQL. The only package that
 * touches the driver. Nulls are never bound (a null is a tombstone): such columns stay unset.
 */
@NullMarked
package qiantang.store.cassandra;

import org.jspecify.annotations.NullMarked;
