/**
 * Who may read what of another's data, and who did: grants, what tokens are bounded to, and the
 * lines of the audit with their chains. Depends on {@code model} alone.
 */
@NullMarked
package qiantang.store.access;

import org.jspecify.annotations.NullMarked;
