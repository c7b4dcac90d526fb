package qiantang.query;

import org.jspecify.annotations.Nullable;

/** The API cannot listen where it was told to. The message is a sentence for people. */
public final class CannotListenException extends Exception {
  private static final long serialVersionUID = 1L;

  CannotListenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
