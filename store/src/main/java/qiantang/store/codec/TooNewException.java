package qiantang.store.codec;

/**
 * Whole bytes that a newer version of the program wrote. Thrown and not returned, because nobody
 * can do anything with it but fail: what folds left out here would be lost, and an answer without
 * it would be wrong. It passes once this node is upgraded.
 */
public final class TooNewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooNewException(String what, int found, int known) {
    super(
        "cannot read a "
            + what
            + " of version "
            + found
            + ", this program knows "
            + known
            + ": upgrade this node as well");
  }
}
