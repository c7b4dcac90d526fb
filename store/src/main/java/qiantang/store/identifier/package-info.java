/**
 * What a device is called elsewhere: identifiers of the industrial internet, of GS1, and its
 * enterprise's own; and who holds which.
 */
@NullMarked
package qiantang.store.identifier;

import org.jspecify.annotations.NullMarked;
