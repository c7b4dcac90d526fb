package qiantang.query.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import qiantang.query.live.Live;
import qiantang.query.live.LiveStream;

/**
 * A body without an end: server-sent events. It is not written by its request's virtual thread, but
 * sent on the event loop whenever there is something, so that an open stream holds no thread.
 */
final class EventBody implements Answer.Body {
  static final String EVENT_STREAM = "text/event-stream";

  private final Live.Begun.Following following;
  private final AtomicBoolean isOpened = new AtomicBoolean();

  EventBody(Live.Begun.Following following) {
    this.following = following;
  }

  /** The answer that has it. */
  Answer answer() {
    return Answer.of(200, EVENT_STREAM, this)
        // With this nginx buffers nothing: an event that waits in a buffer is not live.
        .with("X-Accel-Buffering", "no")
        .releasing(this::closeUnlessOpened);
  }

  LiveStream stream() {
    return following.stream();
  }

  /** Virtual thread. Sends what comes; first what was missed, which takes seconds at most. */
  void open(EventSender sender) {
    isOpened.set(true);
    sender.begin();
    following.catchUp().run();
  }

  private void closeUnlessOpened() {
    if (!isOpened.get()) {
      stream().close();
    }
  }

  @Override
  public void writeTo(OutputStream stream) throws IOException {
    throw new AssertionError("BUG: events were written as if they had an end");
  }
}
