@NullMarked
package qiantang.standalone.admin;

import org.jspecify.annotations.NullMarked;
