package qiantang.query.live;

import org.jspecify.annotations.Nullable;
import qiantang.store.read.Followed;

/**
 * Up to where a stream was told, as a client says it when it comes back. Shared by all streams that
 * tell the same, and written once. Any thread.
 */
final class Mark {
  private final Followed followed;
  private volatile @Nullable String text;

  Mark(Followed followed) {
    this.followed = followed;
  }

  Followed followed() {
    return followed;
  }

  String text() {
    String known = text;
    if (known == null) {
      known = followed.text();
      text = known;
    }
    return known;
  }
}
