/**
 * The changes the API makes, one class each. They block while the store answers, so they run on
 * virtual threads; they know nothing of HTTP.
 */
@NullMarked
package qiantang.query.change;

import org.jspecify.annotations.NullMarked;
