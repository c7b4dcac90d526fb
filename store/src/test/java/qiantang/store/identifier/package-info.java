/** Tests of identifiers. */
@NullMarked
package qiantang.store.identifier;

import org.jspecify.annotations.NullMarked;
