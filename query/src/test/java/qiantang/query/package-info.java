/** The API over tables in memory, through real sockets. */
@NullMarked
package qiantang.query;

import org.jspecify.annotations.NullMarked;
