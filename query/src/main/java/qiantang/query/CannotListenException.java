package qiantang.query;

import org.jspecify.annotations.Nullable;

/** The API cannot listen where it was told to. */
public final class CannotListenException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  CannotListenException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.sentence = sentence;
  }

  /** What is wrong and what to do, as one sentence for people. */
  @Override
  public String getMessage() {
    return sentence;
  }
}
