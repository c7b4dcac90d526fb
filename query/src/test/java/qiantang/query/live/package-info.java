@NullMarked
package qiantang.query.live;

import org.jspecify.annotations.NullMarked;
