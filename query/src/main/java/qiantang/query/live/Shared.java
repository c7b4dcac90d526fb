package qiantang.query.live;

import org.jspecify.annotations.Nullable;

/** An event with its text, which is written once for all streams that tell it whole. Any thread. */
final class Shared {
  private final LiveEvent event;
  private byte @Nullable [] text;

  Shared(LiveEvent event) {
    this.event = event;
  }

  LiveEvent event() {
    return event;
  }

  synchronized byte[] text() {
    byte[] known = text;
    if (known == null) {
      known = LiveText.of(event);
      text = known;
    }
    return known;
  }
}
