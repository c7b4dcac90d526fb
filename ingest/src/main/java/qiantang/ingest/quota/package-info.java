/** What enterprises and devices may use of a node, and what they have used. */
@NullMarked
package qiantang.ingest.quota;

import org.jspecify.annotations.NullMarked;
