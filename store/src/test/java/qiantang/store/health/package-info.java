@NullMarked
package qiantang.store.health;

import org.jspecify.annotations.NullMarked;
